"""Lines of keys, checked against the standard parser over every shape of TOML."""

import tomllib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from assistant.config.positions import key_lines

EVERYTHING = '''\
# comment with [brackets] = and "quotes"
title = "a # no comment [x]"  # comment
dotted . key = 1
"quoted key" = 'it''s'

[owner]
text = """
[not.a.table]
key = 1
quotes \\""" and ""two"""""
raw = \'\'\'
[nor.this]
\'\'\'
date = 1979-05-27T07:32:00Z
[ a . "b c" ] # comment
list = [
  1, # one ]
  [ 2, "]" ],
  { x = 1, y = { z = 2 } },
]

[[home.devices]]
name = "one"
[home.devices.place]
area = "x"
[[home.devices]]
name = "two"
[[home.devices.tags]]
t = 1
[[home.devices.tags]]
t = 2
'''.replace("'it''s'", "'it is'")


def test_every_shape() -> None:
    tomllib.loads(EVERYTHING)
    lines = key_lines(EVERYTHING)
    rows = EVERYTHING.split("\n")

    def at(text: str, nth: int = 0) -> int:
        return [i for i, row in enumerate(rows, 1) if row.startswith(text)][nth]

    assert lines["title",] == 2
    assert lines["dotted", "key"] == at("dotted")
    assert lines["quoted key",] == at('"quoted')
    assert lines["owner",] == at("[owner]")
    assert lines["owner", "raw"] == at("raw")
    assert lines["owner", "date"] == at("date")
    assert lines["a", "b c", "list"] == at("list")
    assert lines["a", "b c", "list", 1, 1] == at("  [ 2")
    assert lines["a", "b c", "list", 2, "y", "z"] == at("  { x")
    assert lines["home", "devices", 0, "name"] == at('name = "one"')
    assert lines["home", "devices", 0, "place", "area"] == at("area")
    assert lines["home", "devices", 1] == at("[[home.devices]]", 1)
    assert lines["home", "devices", 1, "tags", 1, "t"] == at("t = 2")
    assert ("not",) not in lines
    assert ("nor",) not in lines


def places(value: Any, path: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    found = {path} if path else set()
    if isinstance(value, dict):
        for key, each in value.items():
            found |= places(each, (*path, key))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            found |= places(each, (*path, index))
    return found


def test_finds_exactly_what_the_parser_finds() -> None:
    assert set(key_lines(EVERYTHING)) == places(tomllib.loads(EVERYTHING))


LINES = st.sampled_from(EVERYTHING.split("\n"))


@given(st.lists(LINES, max_size=30))
def test_any_valid_text_gives_the_places_of_the_parser(lines: list[str]) -> None:
    """Lines of the sample in any order and number: where the result is valid TOML the two must agree."""
    text = "\n".join(lines)
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    assert set(key_lines(text)) == places(values)
