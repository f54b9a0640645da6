"""Accuracy of intents, and F1 of slots."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from assistant.dialogue.training_data import Example

MISSES = frozenset({"out_of_scope", "nlu_fallback"})
"""Either way nothing is done."""


@dataclass
class Score:
    """`right` of `count` intents, as the pipeline decides; `best`: of those, the most likely one was right whether it
    was sure enough or not. Slots count when entity and words are those that are marked."""

    count: int = 0
    right: int = 0
    best: int = 0
    found: int = 0
    wanted: int = 0
    both: int = 0
    confused: Counter[tuple[str, str]] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    @property
    def intents(self) -> float:
        return self.right / max(1, self.count)

    @property
    def most_likely(self) -> float:
        return self.best / max(1, self.count)

    @property
    def slots(self) -> float:
        """F1, micro-averaged; 1 where there are none and none are found."""
        total = self.found + self.wanted
        return 2 * self.both / total if total else 1.0

    def add(self, example: Example, parse: dict[str, Any]) -> None:
        """`parse` as Rasa gives it."""
        self.count += 1
        intent = parse["intent"]["name"] or "nlu_fallback"
        ranking = [each["name"] for each in parse["intent_ranking"] if each["name"] != "nlu_fallback"]
        self.best += bool(ranking) and ranking[0] == example.intent
        if intent == example.intent or {intent, example.intent} <= MISSES:
            self.right += 1
        else:
            self.confused[example.intent, intent] += 1
            self.wrong.append(f"{example.text!r} is {example.intent}, not {intent}")
        wanted = Counter((segment.entity, segment.text) for segment in example.segments if segment.entity)
        found = Counter(
            (each["entity"], parse["text"][each["start"] : each["end"]]) for each in parse["entities"]
        )
        self.wanted += wanted.total()
        self.found += found.total()
        self.both += (wanted & found).total()
        if wanted != found:
            self.wrong.append(f"{example.text!r} has {sorted(wanted)}, not {sorted(found)}")


def score(examples: Sequence[Example], parses: Sequence[dict[str, Any]]) -> Score:
    total = Score()
    for example, parse in zip(examples, parses, strict=True):
        total.add(example, parse)
    return total
