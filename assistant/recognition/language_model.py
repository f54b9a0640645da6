"""The embedded recogniser's language model, made from the sentences that the dialogue understands.

A trigram model of sampled sentences. Intents are drawn by the square root of how many examples they have,
and inside an intent every example is as likely as the other, so neither a talkative intent nor a long list
of values drowns the rest. The values of an entity are dealt from a shuffled deck: every value comes up
before any comes up again. Numbers inside values ("twenty five minutes") stand for all numbers that the unit
allows.
"""

import random
from collections.abc import Iterator, Sequence
from io import StringIO
from itertools import accumulate
from typing import Generic, TypeVar

from pocketsphinx.lm import ArpaBoLM

from assistant.dialogue.training_data import Example, TrainingData
from assistant.recognition.regexes import expand
from assistant.recognition.spoken_words import NUMBER_WORDS, number_in_words, spoken_words

SENTENCES = 20_000
DISCOUNT_MASS = 0.005
"""Share of probability kept for what was not sampled. A domain's sentences are nearly all of what is said to
it: ArpaBoLM's default of 0.5 recognises far fewer recorded commands (77 against 86 % in one comparison)."""

KEEP = 0.4
"""How often an example keeps its own value: it is there because people say it so."""

_NUMBER = "#"
_RANGES = {"hour": range(1, 25), "minute": range(1, 61), "second": range(1, 91), "day": range(1, 32)}
_ANY_NUMBER = range(101)

Words = tuple[str, ...]
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


def entity_values(data: TrainingData) -> dict[str, tuple[Words, ...]]:
    """What can be said for each entity: its lookup table, regular expressions that match a short list, what the
    examples say, and all synonyms of these.
    Numbers are folded into one card per pattern, `#` standing for any of them; not in an entity with a lookup
    table, which says what there is."""
    values: dict[str, dict[Words, None]] = {}
    for entity, table in data.lookups.items():
        values.setdefault(entity, {}).update(dict.fromkeys(map(spoken_words, table)))
    for entity, patterns in data.regexes.items():
        said_so = (spoken_words(text) for pattern in patterns for text in expand(pattern))
        values.setdefault(entity, {}).update(dict.fromkeys(said_so))
    for example in data.examples:
        for segment in example.segments:
            if segment.entity:
                values.setdefault(segment.entity, {})[spoken_words(segment.text)] = None
    variants = {spoken_words(value): [value, *said] for value, said in data.synonyms.items()}
    for said in values.values():
        for value in list(said):
            said.update(dict.fromkeys(map(spoken_words, variants.get(value, ()))))
    return {
        entity: tuple(
            dict.fromkeys(
                value if entity in data.lookups else _fold_numbers(value) for value in said if value
            )
        )
        for entity, said in values.items()
    }


def sample_sentences(data: TrainingData, count: int = SENTENCES, seed: int = 0) -> Iterator[Words]:
    """Sentences as they may be said. Every example comes up once as it is written; equal data and seed give
    equal sentences."""
    rng = random.Random(seed)  # not a secret: a shuffle that repeats
    examples = [example for example in data.examples if spoken_words(example.text)]
    for example in examples:
        yield spoken_words(example.text)
    if not examples:
        return
    sampler = _Sampler(data, examples, rng)
    for _ in range(max(0, count - len(examples))):
        yield sampler.sentence()


class _Sampler:
    def __init__(self, data: TrainingData, examples: Sequence[Example], rng: random.Random) -> None:
        self._rng = rng
        self._closed = frozenset(data.lookups)
        self._values = {
            entity: _Deck(values, rng) for entity, values in entity_values(data).items() if values
        }
        self._numbers: dict[range, _Deck[int]] = {}
        by_intent: dict[str, list[Example]] = {}
        for example in examples:
            by_intent.setdefault(example.intent, []).append(example)
        self._intents = [_Deck(group, rng) for group in by_intent.values()]
        self._weights = list(accumulate(len(group) ** 0.5 for group in by_intent.values()))

    def sentence(self) -> Words:
        [intent] = self._rng.choices(self._intents, cum_weights=self._weights)
        words: list[str] = []
        for segment in intent.deal().segments:
            said = spoken_words(segment.text)
            if segment.entity in self._values and segment.entity is not None:
                if self._rng.random() >= KEEP:
                    said = self._values[segment.entity].deal()
                if segment.entity not in self._closed:
                    said = self._with_numbers(_fold_numbers(said))
            words += said
        return tuple(words)

    def _with_numbers(self, value: Words) -> Words:
        words: list[str] = []
        for place, word in enumerate(value):
            words += self._number(value[place + 1 :]).split() if word == _NUMBER else [word]
        return tuple(words)

    def _number(self, after: Words) -> str:
        unit = after[0].removesuffix("s") if after else ""
        numbers = _RANGES.get(unit, _ANY_NUMBER)
        deck = self._numbers.setdefault(numbers, _Deck(numbers, self._rng))
        return number_in_words(deck.deal())


def _fold_numbers(words: Words) -> Words:
    """Runs of number words become `#`: (twenty, five, minutes) → (#, minutes)."""
    folded: list[str] = []
    for word in words:
        if word not in NUMBER_WORDS:
            folded.append(word)
        elif not folded or folded[-1] != _NUMBER:
            folded.append(_NUMBER)
    return tuple(folded)


def arpa(sentences: Iterator[Words]) -> tuple[str, tuple[str, ...]]:
    """The trigram model in ARPA format, and its words in alphabetical order. Seconds of computing."""
    lines = [" ".join(words) for words in sentences]
    if not lines:
        raise ValueError("a language model needs at least one sentence")
    model = ArpaBoLM(text="\n".join(lines) + "\n", add_start=True, discount_mass=DISCOUNT_MASS)
    model.compute()
    out = StringIO()
    model.write(out)
    return out.getvalue(), tuple(sorted(set(model.grams_1) - {"<s>", "</s>"}))
