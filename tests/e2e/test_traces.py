"""What a spoken conversation leaves behind: where its time went, and none of its words."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.conftest import Person

pytestmark = [pytest.mark.rasa, pytest.mark.usefixtures("rasa_is_there")]


def test_each_turn_is_traced(person: Person, speech: Callable[..., Path]) -> None:
    said = [speech("turn on the bedroom light"), speech("what is on the shopping list", "slt")]
    answers = person.folder / "answers.wav"
    result = person.run("run", "--json", "--input", *said, "--output", answers)
    assert result.status == 0, result.err
    shown = person.run("traces", "--json").json
    assert [turn["intent"] for turn in shown["turns"]] == ["turn_on", "read_list"]
    assert [turn["stages_s"] for turn in shown["turns"]] == [t["stages_s"] for t in result.json["turns"]]
    for turn in shown["turns"]:
        assert turn["services"][0]["ok"]
        assert 0.0 <= turn["overhead_s"] < 0.5
        assert 0.0 <= turn["lag_s"]["p99"] <= turn["lag_s"]["max"]
        assert turn["counts"] == {"input_samples_dropped": 0, "detector_frames_dropped": 0}
    (file,) = (person.folder / "state" / "traces").glob("*.jsonl")
    assert "bedroom" not in file.read_text()
    assert "1 answered" in person.run("traces", "--last", "1").out
