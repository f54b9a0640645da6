"""Values of several words as one word of the language model: "almond_milk".

A trigram sees two words back. With "a lot of almond milk" as five words it has forgotten the sentence before the
value is over, so any beginning of a value may be followed by the end of another, or by none ("with a bit of
whole"). As one word a value is said from its beginning to its end or not at all, and the trigram sees two values
back. What leaves the recogniser are words again.
"""

from collections.abc import Iterable, Mapping
from itertools import islice, product

from assistant.recognition.base import Word

Words = tuple[str, ...]

JOINT = "_"  # no spoken word has one
MOST_WORDS = 6
"""Longer values, such as the titles of some songs, stay words: people pause in them."""
MOST_WAYS = 8
"""To say a compound: the product of those of its words, the usual ones first."""


def compound(value: Words) -> Words:
    """The value as one word, or as it is where it has one word or too many."""
    return (JOINT.join(value),) if 1 < len(value) <= MOST_WORDS else value


def words_in(words: Iterable[str]) -> str:
    """What is said, compounds taken apart: (turn, floor_lamp) → "turn floor lamp"."""
    return " ".join(words).replace(JOINT, " ")


def simple(words: Iterable[str]) -> tuple[str, ...]:
    """The words of which these are made, each once, in order."""
    return tuple(dict.fromkeys(part for word in words for part in word.split(JOINT)))


def ways_to_say(words: Iterable[str], said: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Pronunciations of words and compounds from those of simple words. What has none is left out."""
    ways = {word: [said.get(part, ()) for part in word.split(JOINT)] for word in words}
    return {
        word: tuple(islice((" ".join(way) for way in product(*parts)), MOST_WAYS))
        for word, parts in ways.items()
        if all(parts)
    }


def taken_apart(word: Word) -> tuple[Word, ...]:
    """The words of a compound, its time shared out by their letters."""
    parts = word.text.split(JOINT)
    if len(parts) == 1:
        return (word,)
    letter_s = (word.end_s - word.start_s) / sum(map(len, parts))
    found, at_s = [], word.start_s
    for part in parts:
        end_s = at_s + letter_s * len(part)
        found.append(Word(part, at_s, end_s, word.probability))
        at_s = end_s
    return tuple(found)
