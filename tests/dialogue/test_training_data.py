"""What other parts learn from the Rasa project's sentences."""

from pathlib import Path

import pytest
import yaml

from assistant.config.model import Config
from assistant.dialogue.annotations import Segment, parse_annotations
from assistant.dialogue.names import OwnerNames
from assistant.dialogue.training_data import Example, load_training_data
from assistant.dialogue.unheard import unheard_nlu_yaml
from assistant.errors import UserError
from assistant.paths import rasa_project


def write(project: Path, text: str, name: str = "nlu.yml") -> Path:
    (project / "data").mkdir(parents=True, exist_ok=True)
    (project / "data" / name).write_text(text)
    return project


def test_marks_become_segments() -> None:
    assert parse_annotations("turn on the [lamp](device) now") == (
        Segment("turn on the "),
        Segment("lamp", "device"),
        Segment(" now"),
    )


def test_value_and_role_of_both_forms() -> None:
    assert parse_annotations('[low]{"entity": "level", "value": "10", "role": "to"}') == (
        Segment("low", "level", "10", "to"),
    )
    assert parse_annotations("[low](level:10)") == (Segment("low", "level", "10"),)


def test_reads_every_kind_of_block(tmp_path: Path) -> None:
    project = write(
        tmp_path,
        "nlu:\n- intent: ask\n  examples: |\n    - is the [tv](device) on\n    - is the [tv](device) on\n"
        "- lookup: device\n  examples: |\n    - tv\n- synonym: television\n  examples: |\n    - tv\n"
        "- regex: zip\n  examples: |\n    - \\d{5}\n- intent: meta\n  examples:\n  - text: |\n      hello\n",
    )
    write(project, "rules:\n- rule: x\n  steps: []\n", "rules.yml")
    data = load_training_data(project, OwnerNames())
    assert [(example.intent, example.text) for example in data.examples] == [
        ("ask", "is the tv on"),
        ("meta", "hello"),
    ]
    assert data.lookups == {"device": ("tv",)}
    assert data.synonyms == {"television": ("tv",)}
    assert data.regexes == {"zip": ("\\d{5}",)}


def test_the_owners_names_are_known(tmp_path: Path) -> None:
    config = Config.model_validate(
        {
            "home": {
                "areas": [{"name": "Snug", "aliases": ["den"]}],
                "devices": [{"name": "Snug Lava Lamp", "kind": "light", "area": "Snug"}],
            },
            "names": {"lists": ["Hardware"], "items": ["Halloumi"]},
        }
    )
    data = load_training_data(write(tmp_path, "nlu: []"), OwnerNames.from_config(config))
    assert data.lookups["area"] == ("snug", "den")
    texts = {example.text: example for example in data.examples}
    assert Segment("lava lamp", "device") in texts["turn on the snug lava lamp"].segments
    assert "add halloumi to my shopping list" in texts
    assert "what is on my hardware list" in texts


def test_a_name_cannot_break_the_format(tmp_path: Path) -> None:
    names = OwnerNames.from_config(
        Config.model_validate({"home": {"devices": [{"name": 'Big [red](x) "TV"', "kind": "media"}]}})
    )
    data = load_training_data(write(tmp_path, "nlu: []"), names)
    assert any(example.text == 'turn on the big red x "tv"' for example in data.examples)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("nlu: [", "not a YAML file"), ("- just\n- a list\n", "must begin with a key")],
)
def test_a_broken_file_is_named(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence) as caught:
        load_training_data(write(tmp_path, text), OwnerNames())
    assert "nlu.yml" in str(caught.value)


def test_a_wrong_mark_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="not one that Rasa knows"):
        load_training_data(
            write(tmp_path, 'nlu:\n- intent: a\n  examples: |\n    - "x [y]{entity}"\n'), OwnerNames()
        )


def test_a_folder_without_a_project_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no Rasa training data"):
        load_training_data(tmp_path, OwnerNames())


def test_the_projects_own_sentences() -> None:
    data = load_training_data(rasa_project(), OwnerNames())
    assert any(
        example.intent == "start_timer" and Segment("five minutes", "duration") in example.segments
        for example in data.examples
    )


def test_made_up_names_keep_the_sentence_and_its_marks() -> None:
    example = Example("add_item", parse_annotations("add [milk](item) to my [shopping](list) list"))
    texts = [unheard_nlu_yaml([example] * 20) for _ in range(2)]
    assert texts[0] == texts[1]
    lines = [line.strip("- ") for line in yaml.safe_load(texts[0])["nlu"][0]["examples"].splitlines()]
    assert 3 < len(lines) < 17
    for line in lines:
        add, item, rest, shopping, end = parse_annotations(line)
        assert (add.text, item.entity, rest.text, end.text) == ("add ", "item", " to my ", " list")
        assert shopping == Segment("shopping", "list")
        assert item.text != "milk"
