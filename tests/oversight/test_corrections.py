"""What was put right is training data from then on, and a case; with the real training data and database. That Rasa
understands it then is in tests/dialogue/test_new_model.py."""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from assistant.cli.commands import group
from assistant.cli.review import fault_of
from assistant.config.model import Config
from assistant.dialogue.client import Parse
from assistant.dialogue.corrections import correct, corrected_sentences, corrections, corrections_file, marked
from assistant.dialogue.project import RasaProject
from assistant.dialogue.training_data import load_training_data
from assistant.errors import UserError
from assistant.storage.database import Database
from assistant.storage.reviews import ReviewTable


@pytest.fixture(autouse=True)
def _folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_CONFIG", str(tmp_path / "config" / "config.toml"))
    monkeypatch.setenv("ASSISTANT_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("ASSISTANT_CACHE_DIR", str(tmp_path / "cache"))


def test_a_correction_is_training_data_and_changes_the_model() -> None:
    before = RasaProject.from_config(Config())
    correct("turn_off", 'Turn of the [lite]{"entity": "device", "value": "light"}, please!')
    after = RasaProject.from_config(Config())
    assert after != before
    assert after.fingerprint != before.fingerprint
    data = load_training_data(after.root, after.names, after.plugin_data)
    learned = [each for each in data.of_intent("turn_off") if "turn of the lite" in each.text]
    assert learned[0].text == "turn of the lite please"
    assert [(s.text, s.entity, s.value) for s in learned[0].segments if s.entity] == [
        ("lite", "device", "light")
    ]
    assert len(learned) > 3  # in several ways, or it would count for nothing


def test_the_newer_correction_of_the_same_words_counts_and_all_are_kept() -> None:
    correct("turn_off", "kill the [lamp](device)")
    correct("stop", "knock it off")
    correct("turn_on", "kill the lamp")
    assert [(each.intent, each.text) for each in corrections()] == [
        ("stop", "knock it off"),
        ("turn_on", "kill the lamp"),
    ]
    assert corrections_file().stat().st_mode & 0o077 == 0
    assert corrections_file().read_text("utf-8").count("- kill the lamp") == 1


def test_the_same_corrections_are_the_same_folder() -> None:
    assert corrected_sentences() is None
    correct("stop", "knock it off")
    folder = corrected_sentences()
    assert folder is not None
    assert corrected_sentences() == folder
    correct("stop", "pack it in")
    assert corrected_sentences() != folder


def test_a_file_that_somebody_broke_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    corrections_file().parent.mkdir(parents=True)
    corrections_file().write_text("nlu: [", "utf-8")
    project = RasaProject.from_config(Config())
    assert project.plugins == ()
    assert "What was put right is left out" in caplog.text
    with pytest.raises(UserError, match="is not a YAML file"):
        correct("stop", "knock it off")


@pytest.mark.parametrize("text", ["", "  !  "])
def test_a_correction_needs_words(text: str) -> None:
    with pytest.raises(UserError, match="needs words"):
        correct("stop", text)


def test_entities_are_marked_where_they_were_found() -> None:
    found: list[dict[str, Any]] = [
        {"entity": "device", "value": "light", "start": 17, "end": 22},
        {"entity": "area", "value": "kitchen", "start": 9, "end": 16},
        {"entity": "area", "value": "elsewhere", "start": 90, "end": 99},
        {"entity": "item", "value": "kitchen light", "start": 9, "end": 22},
        {"entity": "item", "value": "without a place"},
    ]
    assert marked("turn off kitchen light", found[:3]) == "turn off [kitchen](area) [light](device)"
    assert marked("turn off kitchen light", found).count("[") == 2


def test_what_is_wrong_with_how_a_case_is_understood() -> None:
    case = correct("turn_off", "kill the [lamp](device)")
    lamp = {"entity": "device", "value": "lamp", "start": 9, "end": 13}
    right = Parse("kill the lamp", "turn_off", 0.9, (lamp,), ())
    assert fault_of(case, right) == ""
    assert "understood as stop (0.80)" in fault_of(case, Parse("kill the lamp", "stop", 0.8, (lamp,), ()))
    assert "names are found in it: none" in fault_of(case, Parse("kill the lamp", "turn_off", 0.9, (), ()))


# ── on the command line ───────────────────────────────────────────────────────────────────────────────────


def typed(*arguments: str, status: int = 0) -> str:
    result = CliRunner().invoke(group, ["review", *arguments])
    if isinstance(result.exception, UserError):
        assert result.exception.exit_status == status
        return str(result.exception)
    assert result.exit_code == status, result.output
    return str(result.output)


def keep(folder: Path) -> None:
    async def fill() -> None:
        database = await Database.open(folder / "state" / "assistant.db")
        light = {"entity": "device", "value": "light", "start": 12, "end": 16}
        parse = {"ranking": [["turn_off", 0.41], ["turn_on", 0.2]], "entities": [light]}
        reviews = ReviewTable(database)
        await reviews.add(time.time(), "kitchen", "turn of the lite", parse, why="misunderstood", turn=3)
        await reviews.add(time.time(), "kitchen", "tell me a story", {}, why="blocked, complaint", turn=4)
        await database.close()

    asyncio.run(fill())


def test_accepted_rejected_and_shown(tmp_path: Path) -> None:
    keep(tmp_path)
    shown = typed("list")
    assert "it was not understood, twice in a row" in shown
    assert "a sentence was not said, because it must not be; somebody said that the answer was wrong" in shown
    assert "There is no intent 'turn_of'. Did you mean turn_off" in typed(
        "accept", "1", "--intent", "turn_of", status=2
    )
    assert "There is no turn 9" in typed("accept", "9", "--intent", "stop", status=2)
    assert "Name its intent with --intent" in typed("accept", "2", status=2)
    assert corrections() == []
    assert "“turn of the lite” means turn_off now" in typed("accept", "1")
    assert "[lite](device)" in corrections_file().read_text("utf-8")
    assert "2 is rejected" in typed("reject", "2")
    assert "--all shows what was looked at" in typed("list")
    assert "(accepted)" in typed("list", "--all")
    assert "(rejected)" in typed("list", "--all")


def test_another_text_in_place_of_what_was_heard(tmp_path: Path) -> None:
    keep(tmp_path)
    typed("accept", "1", "--intent", "turn_off", "--text", "turn off the [light](device)")
    assert [each.text for each in corrections()] == ["turn off the light"]


def test_figures_without_any_turn(tmp_path: Path) -> None:
    assert "No turn is traced" in typed("stats")
    assert "Nothing was put right yet" in typed("check")
