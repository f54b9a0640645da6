"""What a command line's `key=value` becomes."""

from typing import Any

import pytest

from assistant.cli.arguments import arguments_of, keys_of
from assistant.errors import UserError
from assistant.services.home.service import SetInput
from assistant.services.service import Input


class Everything(Input):
    text: str = ""
    count: int = 0
    share: float = 0.0
    on: bool = False
    items: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()
    maybe: int | None = None
    either: float | str | None = None


SCHEMA = Everything.model_json_schema()


@pytest.mark.parametrize(
    ("pair", "value"),
    [
        ("text=a=b, c", "a=b, c"),
        ("text=", ""),
        ("text=5", "5"),
        ("count=-3", -3),
        ("share=0.5", 0.5),
        ("share=2", 2),
        ("on=yes", True),
        ("on=FALSE", False),
        ("items=milk, eggs", ["milk", "eggs"]),
        ('items=["salt, pepper"]', ["salt, pepper"]),
        ("items=", []),
        ("numbers=1,2", [1, 2]),
        ("maybe=4", 4),
        ("either=4", 4),
        ("either=half", "half"),
    ],
)
def test_a_value_is_what_the_schema_says(pair: str, value: Any) -> None:
    arguments = arguments_of([pair], SCHEMA)
    assert arguments == {pair.partition("=")[0]: value}
    assert type(arguments[pair.partition("=")[0]]) is type(value)
    Everything.model_validate(arguments)


@pytest.mark.parametrize(
    ("pair", "sentence"),
    [
        ("text", "write KEY=VALUE"),
        ("=5", "write KEY=VALUE"),
        ("size=5", "There is no argument 'size'; there is: text, count,"),
        ("text.more=5", "There is no argument 'text.more'; there is: none."),
        ("count=many", "count=many: that is no whole number."),
        ("count=1.5", "that is no whole number"),
        ("count=true", "that is no whole number"),
        ("share=NaN", "that is no number"),
        ("on=perhaps", "that is no true or false"),
        ("numbers=1,x", "that is no whole number"),
    ],
)
def test_what_does_not_fit_is_a_sentence(pair: str, sentence: str) -> None:
    with pytest.raises(UserError) as raised:
        arguments_of([pair], SCHEMA)
    assert sentence in str(raised.value)
    assert raised.value.exit_status == 2


def test_a_part_of_an_argument_has_a_dot() -> None:
    schema = SetInput.model_json_schema()
    pairs = ["target.device=floor lamp", "target.all=no", "state=on", "brightness=30"]
    assert arguments_of(pairs, schema) == {
        "target": {"device": "floor lamp", "all": False},
        "state": "on",
        "brightness": 30,
    }
    assert arguments_of(['target={"area": "kitchen"}'], schema) == {"target": {"area": "kitchen"}}
    assert {"target.device", "state"} <= set(keys_of(schema))
