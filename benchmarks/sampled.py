"""Sentences drawn at random from what the training data stands for."""

import random
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Generic, TypeVar

from assistant.dialogue.training_data import Example, TrainingData
from assistant.recognition.language_model import KEEP, Words, all_said, entity_values, words_of
from assistant.recognition.spoken_words import spoken_words

T = TypeVar("T")


class _Deck(Generic[T]):
    """Deals its cards in random order, all of them before any a second time."""

    def __init__(self, cards: Sequence[T], rng: random.Random) -> None:
        self._cards = list(cards)
        self._rng = rng
        self._next = len(self._cards)

    def deal(self) -> T:
        if self._next == len(self._cards):
            self._rng.shuffle(self._cards)
            self._next = 0
        self._next += 1
        return self._cards[self._next - 1]


def sample_sentences(data: TrainingData, count: int, seed: int = 0) -> Iterator[Words]:
    """As the language model weighs them, in its words: values of several words are one. Equal data and seed give
    equal sentences."""
    sampler = _Sampler(data, [example for example in data.examples if spoken_words(example.text)], seed)
    for _ in range(count):
        yield sampler.sentence()


class _Sampler:
    def __init__(self, data: TrainingData, examples: Sequence[Example], seed: int) -> None:
        self._data = data
        self._rng = random.Random(seed)  # not a secret: a shuffle that repeats
        self._values = {
            entity: _Deck(list(all_said(entity, values)), self._rng)
            for entity, values in entity_values(data).items()
            if values
        }
        by_intent: dict[str, list[Example]] = {}
        for example in examples:
            by_intent.setdefault(example.intent, []).append(example)
        self._intents = [_Deck(group, self._rng) for group in by_intent.values()]
        self._weights = list(accumulate(len(group) ** 0.5 for group in by_intent.values()))

    def sentence(self) -> Words:
        [intent] = self._rng.choices(self._intents, cum_weights=self._weights)
        words: list[str] = []
        for segment in intent.deal().segments:
            said = words_of(segment, self._data)
            if segment.entity in self._values and self._rng.random() >= KEEP:
                said = self._values[segment.entity].deal()
            words += said
        return tuple(words)
