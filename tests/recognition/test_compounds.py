"""Values of several words as one word of the language model."""

import pytest

from assistant.recognition.base import Word
from assistant.recognition.compounds import (
    MOST_WAYS,
    MOST_WORDS,
    compound,
    simple,
    taken_apart,
    ways_to_say,
    words_in,
)


def test_a_value_becomes_one_word_and_words_again() -> None:
    assert compound(("floor", "lamp")) == ("floor_lamp",)
    assert compound(("lamp",)) == ("lamp",)
    assert words_in(("turn", "on", "the", "floor_lamp")) == "turn on the floor lamp"


def test_a_long_title_stays_words_for_people_pause_in_it() -> None:
    title = ("a", "song", "with", "a", "very", "long", "name", "indeed")
    assert len(title) > MOST_WORDS
    assert compound(title) == title


def test_a_compound_sounds_like_its_words() -> None:
    said = {"floor": ("F L AO R",), "lamp": ("L AE M P", "L AE M"), "to": ("T UW", "T AH", "T IH")}
    words = ("lamp", "floor_lamp", "floor_zuleyka")
    assert simple(words) == ("lamp", "floor", "zuleyka")
    ways = ways_to_say(words, said)
    assert ways["lamp"] == said["lamp"]
    assert ways["floor_lamp"] == ("F L AO R L AE M P", "F L AO R L AE M")
    assert "floor_zuleyka" not in ways  # a part that nobody can say
    assert len(ways_to_say(["to_to_to_to"], said)["to_to_to_to"]) == MOST_WAYS


def test_its_time_is_shared_out_by_letters() -> None:
    whole = Word("soy_milk", 1.0, 1.7, 0.9)
    first, second = taken_apart(whole)
    assert (first.text, second.text) == ("soy", "milk")
    assert first.start_s == whole.start_s
    assert first.end_s == second.start_s == pytest.approx(1.3)
    assert second.end_s == pytest.approx(whole.end_s)
    assert first.probability == second.probability == whole.probability
    assert taken_apart(first) == (first,)
