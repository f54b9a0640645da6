"""Sentences for the names that chance has left out.

A sample of sentences holds a list of a few thousand names only in part, and a word that is in no sentence can
never be recognised. So each value of a lookup table that no sampled sentence has gets one: enough to be heard,
too little to be heard in place of a command.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import cycle

from assistant.dialogue.training_data import Example, TrainingData
from assistant.recognition.spoken_words import spoken_words

Words = tuple[str, ...]


def unsaid(data: TrainingData, sentences: Iterable[Words]) -> list[Words]:
    """A sentence for each lookup value that none of `sentences` has, in the words of the project's examples for
    that entity, one after the other. An entity without an example has none."""
    wanted = {
        entity: list(dict.fromkeys(filter(None, map(spoken_words, values))))
        for entity, values in data.lookups.items()
    }
    said = _said({value for values in wanted.values() for value in values}, sentences)
    return [
        sentence
        for entity, values in wanted.items()
        for sentence in _sentences(data, entity, [value for value in values if value not in said])
    ]


def _said(values: set[Words], sentences: Iterable[Words]) -> set[Words]:
    """Those of `values` that are in some sentence."""
    by_first: dict[str, list[Words]] = {}
    for value in values:
        by_first.setdefault(value[0], []).append(value)
    found: set[Words] = set()
    for words in sentences:
        for place, word in enumerate(words):
            for value in by_first.get(word, ()):
                if words[place : place + len(value)] == value:
                    found.add(value)
    return found


def _sentences(data: TrainingData, entity: str, values: Sequence[Words]) -> Iterator[Words]:
    frames = [
        example
        for example in data.examples
        if sum(segment.entity == entity for segment in example.segments) == 1
    ]
    if frames:
        for value, frame in zip(values, cycle(frames), strict=False):
            yield _filled(frame, entity, value)


def _filled(frame: Example, entity: str, value: Words) -> Words:
    words: list[str] = []
    for segment in frame.segments:
        words += value if segment.entity == entity else spoken_words(segment.text)
    return tuple(words)
