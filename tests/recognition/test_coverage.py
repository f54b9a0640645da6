"""No name is left out of the language model, however many there are."""

from dataclasses import replace

from assistant.recognition.coverage import unsaid
from assistant.recognition.language_model import sample_sentences
from tests.recognition.speech import home


def test_what_was_said_needs_no_sentence() -> None:
    data = home()
    assert unsaid(data, sample_sentences(data, 6000)) == []


def test_each_value_that_was_not_said_gets_one_sentence() -> None:
    data = home()
    people = tuple(f"person {word}" for word in ("anna", "bert", "carl"))
    named = replace(data, lookups={"person": people})
    assert unsaid(named, [("call", "person", "bert"), ("person", "then", "anna")]) == [
        ("call", "person", "anna"),
        ("call", "person", "carl"),
    ]


def test_frames_take_turns_and_other_values_stay() -> None:
    data = replace(home(), lookups={"area": ("attic", "cellar")})
    assert unsaid(data, []) == [
        ("switch", "the", "lamp", "in", "the", "attic", "on"),
        ("turn", "off", "the", "lamp", "in", "the", "cellar"),
    ]


def test_without_an_example_there_is_nothing_to_say() -> None:
    assert unsaid(replace(home(), lookups={"planet": ("mars",)}), []) == []
