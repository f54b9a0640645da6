"""A spoken conversation on recordings: speech in, speech out."""

from collections.abc import Callable
from pathlib import Path

import pytest

from audio.files import duration_s
from tests.e2e.conftest import Person
from tests.e2e.listening import heard

pytestmark = [pytest.mark.rasa, pytest.mark.usefixtures("rasa_is_there")]

Speech = Callable[..., Path]


def test_spoken_commands_are_heard_understood_done_and_answered_aloud(person: Person, speech: Speech) -> None:
    said = [
        speech("turn on the bedroom light"),
        speech("add milk and eggs to the shopping list", "awb"),
        speech("what is on the shopping list", "slt"),
        speech("is the bedroom light on"),
    ]
    answers = person.folder / "answers.wav"
    result = person.run("run", "--json", "--input", *said, "--output", answers)
    assert result.status == 0, result.err
    turns = result.json["turns"]
    assert [turn["transcript"] for turn in turns] == [
        "turn on the bedroom light",
        "add milk and eggs to the shopping list",
        "what is on the shopping list",
        "is the bedroom light on",
    ]
    assert [turn["intent"] for turn in turns] == ["turn_on", "add_item", "read_list", "query_state"]
    decisions = [turn["recognition"] for turn in turns]
    assert [decision["embedded"]["intent"] for decision in decisions] == [turn["intent"] for turn in turns]
    assert all("sure of it" in d["reason"] or "any words" in d["reason"] for d in decisions)
    calls = [turn["services"][0] for turn in turns]
    assert [call["service"] for call in calls] == ["home.set", "lists.add", "lists.read", "home.query"]
    assert all(call["ok"] for call in calls)
    assert calls[2]["result"]["items"] == ["milk", "eggs"]
    for turn in turns:
        stages = turn["stages_s"]
        order = ["end_of_turn", "first_text", "first_clause", "first_sound", "done"]
        assert [stages[stage] for stage in order] == sorted(stages[stage] for stage in order)
        assert stages["transcript"] <= stages["first_text"]

    words = heard(answers)
    assert "bedroom light on" in words.replace(" is ", " ")
    assert "milk and eggs" in words
    assert duration_s(answers) > 4.0


def test_a_question_of_the_assistant_is_answered_in_the_next_turn(person: Person, speech: Speech) -> None:
    result = person.run(
        "run", "--json", "--input", speech("set a timer", "slt"), speech("five minutes", "slt")
    )
    first, second = result.json["turns"]
    assert first["services"] == []
    assert first["replies"]
    assert second["services"][0]["service"] == "timers.start"
    assert second["services"][0]["result"]["duration_s"] == 300


def test_what_it_prints_for_people(person: Person, speech: Speech) -> None:
    result = person.run("run", "--input", speech("what time is it"))
    assert result.status == 0
    labels = [line.split()[0] for line in result.out.splitlines() if line.strip()]
    assert labels == ["ready", "file", "heard", "pause", "understood", "did", "said", "times"]
    assert "“what time is it”" in result.out
    assert "end of turn" in result.out


def test_the_demonstration_of_the_readme(person: Person) -> None:
    demo = sorted((Path(__file__).parents[2] / "demo").glob("*.wav"))
    result = person.run("run", "--json", "--input", *demo)
    turns = result.json["turns"]
    assert [turn["intent"] for turn in turns] == [
        "ask_time",
        "start_timer",
        "turn_on",
        "add_item",
        "read_list",
    ]
    assert all(call["ok"] for turn in turns for call in turn["services"])
    assert [turn["outcome"] for turn in turns] == ["answered"] * 5
