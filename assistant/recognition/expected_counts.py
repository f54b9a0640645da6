"""How often each sequence of three words is expected among sentences that are built from patterns.

A pattern is a training sentence whose entities can take any value. Drawing sentences at random leaves most
combinations of pattern and values out, and a trigram model takes what it has not seen for next to impossible
("turn the light in the bedroom off", when only "on" was drawn). So nothing is drawn: the expectation is
computed. Contexts of two words, with their weight, are carried along a sentence; a class of values is entered
with the sum of all contexts before it, so its size is paid for once and not for each sentence.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

Words = tuple[str, ...]
Trigram = tuple[str, str, str]
Contexts = dict[tuple[str, str], float]  # the last two words, and how often

START, END = "<s>", "</s>"
NOTHING = ""  # stands before the beginning of a sentence; no trigram of the model begins with it


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a sentence for a value of the class `name`, or for `own`, with probability `keep`."""

    name: str
    own: Words
    keep: float


Pattern = Sequence[str | Slot]
"""Words, and places for values."""


@dataclass(slots=True)
class _Class:
    """The values of one name, equally likely, by what a trigram sees of them."""

    values: int
    first: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    opening: dict[tuple[str, str], float] = field(default_factory=lambda: defaultdict(float))
    inside: dict[Trigram, float] = field(default_factory=lambda: defaultdict(float))
    ends: Contexts = field(default_factory=lambda: defaultdict(float))  # of values of two words or more
    single: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    before: Contexts = field(default_factory=lambda: defaultdict(float))  # where it is entered

    def add(self, value: Words) -> None:
        share = 1 / self.values
        self.first[value[0]] += share
        for place in range(len(value) - 2):
            self.inside[value[place], value[place + 1], value[place + 2]] += share
        if len(value) == 1:
            self.single[value[0]] += share
        else:
            self.opening[value[0], value[1]] += share
            self.ends[value[-2], value[-1]] += share


class ExpectedCounts:
    """Add sentences, then ask for `trigrams`. `values`: of each class, none empty, numbers spelled out.

    `seldom`: two words that are expected more seldom in one place are not told apart from others with the same second
    word. Three of a hundred things in a row would be a million sequences, none of which is ever listed.
    """

    def __init__(self, values: Mapping[str, Iterable[Words]], seldom: float = 0.0) -> None:
        self._seldom = seldom
        self._counts: dict[Trigram, float] = defaultdict(float)
        self._classes: dict[str, _Class] = {}
        for name, said in values.items():
            distinct = dict.fromkeys(value for value in said if value)
            self._classes[name] = _Class(len(distinct))
            for value in distinct:
                self._classes[name].add(value)

    def add(self, pattern: Pattern, times: float) -> None:
        """Sentences of this pattern, so many."""
        contexts: Contexts = {(NOTHING, START): times}
        for part in pattern:
            contexts = self._slot(contexts, part) if isinstance(part, Slot) else self._word(contexts, part)
        self._word(contexts, END)

    def trigrams(self) -> dict[Trigram, float]:
        """With the first word NOTHING for the pairs at the beginning of a sentence, and for those of contexts that are
        too seldom to be told apart."""
        counts = dict(self._counts)

        def add(trigram: Trigram, times: float) -> None:
            counts[trigram] = counts.get(trigram, 0.0) + times

        for each in self._classes.values():
            last: dict[str, float] = defaultdict(float)
            contexts: Contexts = defaultdict(float)
            for (older, old), times in each.before.items():
                last[old] += times
                contexts[older if times >= self._seldom else NOTHING, old] += times
            for (older, old), times in contexts.items():
                for word, share in each.first.items():
                    add((older, old, word), times * share)
            for old, times in last.items():
                for (word, following), share in each.opening.items():
                    add((old, word, following), times * share)
            entered = sum(last.values())
            for trigram, share in each.inside.items():
                add(trigram, entered * share)
        return counts

    def _word(self, contexts: Contexts, word: str) -> Contexts:
        after: Contexts = defaultdict(float)
        for (older, old), times in contexts.items():
            self._counts[older if times >= self._seldom else NOTHING, old, word] += times
            after[old, word] += times
        return after

    def _slot(self, contexts: Contexts, slot: Slot) -> Contexts:
        known = self._classes.get(slot.name)
        keep = slot.keep if known is not None and known.values else 1.0
        after: Contexts = defaultdict(float)
        if keep > 0.0:
            own = {context: keep * times for context, times in contexts.items()}
            for word in slot.own:
                own = self._word(own, word)
            for context, times in own.items():
                after[context] += times
        if known is None or keep == 1.0:
            return after
        entered = 0.0
        for (older, old), times in contexts.items():
            any_value = (1 - keep) * times
            entered += any_value
            known.before[older, old] += any_value
            for word, share in known.single.items():
                after[old, word] += any_value * share
        for end, share in known.ends.items():
            after[end] += entered * share
        return after
