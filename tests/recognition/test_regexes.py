"""Regular expressions of the Rasa data become words where they match a short list."""

import re

import pytest

from assistant.dialogue.annotations import parse_annotations
from assistant.dialogue.training_data import Example, TrainingData
from assistant.recognition.language_model import entity_values, expected_counts
from assistant.recognition.regexes import expand


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ("jazz", {"jazz"}),
        (r"\b(jazz|rock)\b", {"jazz", "rock"}),
        ("lights?", {"light", "lights"}),
        ("(?:hip )?hop|soul", {"hip hop", "hop", "soul"}),
        ("gr[ae]y", {"gray", "grey"}),
        ("(a|(b|c)d)?e", {"ae", "bde", "cde", "e"}),
    ],
)
def test_all_that_a_short_pattern_matches(pattern: str, matches: set[str]) -> None:
    assert set(expand(pattern)) == matches
    assert all(re.fullmatch(pattern, match) for match in matches)


@pytest.mark.parametrize(
    "pattern",
    [
        r"\d+",
        "a*",
        "a{2}",
        ".",
        "[a-z]",
        "[^a]",
        "(?i)a",
        "(?P<x>a)",
        "(a",
        "a)",
        "[a",
        "?",
        "(a|b|c)" * 6,
        "a??",
    ],
)
def test_what_is_no_short_list_is_left_alone(pattern: str) -> None:
    assert expand(pattern) == ()


def test_they_are_among_what_can_be_said() -> None:
    data = TrainingData(
        (Example("play", parse_annotations("play some [jazz](genre)")),),
        {},
        {},
        {"genre": ("(hip hop|soul)( music)?",), "zip": (r"\d{5}",)},
    )
    assert ("hip", "hop", "music") in entity_values(data)["genre"]
    assert ("play", "some", "soul") in expected_counts(data)
