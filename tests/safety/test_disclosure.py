"""Who is answered by a model is told so: at first, and now and then."""

import json
from pathlib import Path

import pytest

from assistant.safety.disclosure import (
    AGAIN,
    AGAIN_S,
    FIRST,
    MOST_PLACES,
    REST_S,
    Disclosure,
    sentence_for,
)


class Clock:
    def __init__(self) -> None:
        self.now = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now


def test_each_place_is_told_once_and_again_after_hours_of_talk() -> None:
    clock = Clock()
    told = Disclosure(now=clock)
    assert sentence_for(told.occasion("kitchen")) == FIRST
    assert sentence_for(told.occasion("office")) == FIRST
    said = []
    for _ in range(13):  # a question every half hour: one conversation of six and a half hours
        clock.now += REST_S
        said.append(sentence_for(told.occasion("kitchen")))
    assert said == [*[""] * 5, AGAIN, *[""] * 5, AGAIN, ""]


def test_a_question_a_day_is_no_long_conversation() -> None:
    clock = Clock()
    told = Disclosure(now=clock)
    told.occasion("kitchen")
    for _ in range(5):
        clock.now += 86_400.0
        assert told.occasion("kitchen") == ""
    clock.now += AGAIN_S  # a long rest, and so the beginning of another
    assert told.occasion("kitchen") == ""


def test_it_is_remembered_over_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "state" / "disclosed.json"
    assert Disclosure(path).occasion("kitchen") == "first contact"
    again = Disclosure(path)
    assert again.occasion("kitchen") == ""
    assert again.occasion("office") == "first contact"
    assert set(json.loads(path.read_text())) == {"kitchen", "office"}
    assert [file.name for file in path.parent.iterdir()] == ["disclosed.json"]


@pytest.mark.parametrize("content", ["", "no JSON", "[]", '{"kitchen": "soon"}', '"x"'])
def test_what_cannot_be_read_was_never_said(tmp_path: Path, content: str) -> None:
    path = tmp_path / "disclosed.json"
    path.write_text(content)
    assert Disclosure(path).occasion("kitchen") == "first contact"


def test_a_folder_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    told = Disclosure(tmp_path / "file" / "disclosed.json")
    assert told.occasion("kitchen") == "first contact"
    assert told.occasion("kitchen") == ""


def test_only_so_many_places_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "disclosed.json"
    told = Disclosure(path)
    for number in range(MOST_PLACES + 10):
        told.occasion(f"conversation-{number}")
    assert len(json.loads(path.read_text())) == MOST_PLACES
