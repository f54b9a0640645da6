"""Groups of phonemes and the words they speak, with espeak-ng's own groups."""

import pytest
from piper.phonemize_espeak import EspeakPhonemizer

from assistant.synthesis.phonemes import paired
from assistant.synthesis.piper import _group_sizes


def spoken_by(text: str) -> list[str]:
    """The word that each group that begins one speaks, or `-` within a word."""
    sentences = EspeakPhonemizer().phonemize("en-us", text)
    groups = [size for sentence in sentences for size in _group_sizes(sentence)]
    words = text.split()
    begun = dict(paired(groups, words))
    return [words[begun[g]] if g in begun else "-" for g in range(len(groups))]


@pytest.mark.parametrize(
    "text",
    [
        "The kitchen light is on.",
        "It is one of the lights in the hall.",
        "There is a lot of it, and I have been there for a while.",
        "Would you have said that it was for them?",
        "Twenty-two windows are open.",
        "You can ask for the time or the date, set a timer, add things to a list.",
    ],
)
def test_every_word_that_can_be_told_apart_has_its_group(text: str) -> None:
    found = [word for word in spoken_by(text) if word != "-"]
    words = text.split()
    following = iter(words)
    assert all(word in following for word in found), "in order"
    assert len(found) >= 0.7 * len(words)
    for word in words:
        if len(word.strip(".,?")) > 4:
            assert word in found, f"{word} is too long to be run together with another"


def test_what_cannot_be_paired_is_not() -> None:
    assert paired([], ["a"]) == []
    assert paired([3], []) == []
    assert paired([3], ["one", "two", "three", "four", "five"]) == []
    assert paired([1] * 1000, ["a"] * 999) == []
    assert paired([3, 5], ["a", "b"]) == [(0, 0), (1, 1)]
