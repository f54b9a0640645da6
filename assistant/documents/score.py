"""How likely a quote answers a question: a logistic regression on what both have in common.

The weights were fitted to the questions of `benchmarks/documents/tuning.yml` by `script/bench documents --fit`;
what they are worth on documents and questions that had no part in it, `script/bench documents` prints.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass

from assistant.documents.question import Question, held
from assistant.documents.quotes import Quote, quotes
from assistant.documents.wanted import Wanted, rarity
from assistant.storage.documents import StoredPassage

_NEAR_WORDS = 12.0
_LACKING = 3.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """All 0 to 1, but `held`. `covered`: the share of the question's words that quote and surroundings have,
    weighed by rarity. `inside`: that the quote itself has. `lacking`: how much weight is nowhere in them, in
    words that no document has, of at most three. `unknown`: the share of words that no document has. `near`:
    how close together those of the quote stand. `held`: see `question.held`. `few`: how little the question
    says. `listed`: whether it is a list. `rank`: how well its passage fits by BM25, as a share of the one that
    fits best. `key`: what of the question's rarest word is there."""

    covered: float
    inside: float
    lacking: float
    unknown: float
    near: float
    held: float
    few: float
    listed: float
    rank: float
    key: float


@dataclass(frozen=True, slots=True)
class Weights:
    covered: float
    inside: float
    lacking: float
    unknown: float
    near: float
    held: float
    few: float
    listed: float
    rank: float
    key: float
    bias: float

    def probability(self, evidence: Evidence) -> float:
        *slopes, bias = astuple(self)
        logit = bias + sum(slope * value for slope, value in zip(slopes, astuple(evidence), strict=True))
        return 1.0 / (1.0 + math.exp(-max(-40.0, min(40.0, logit))))


CHOICE = Weights(4.637, 2.992, 4.523, 0.0, 0.645, 1.544, 0.0, -3.0, 7.234, 1.937, -16.256)
"""Which quote of all fits best."""
WEIGHTS = Weights(7.895, -0.344, -1.919, -3.536, 1.197, 1.421, -3.461, 0.0, 0.0, -1.046, -4.428)
"""How likely that one answers."""


@dataclass(frozen=True, slots=True)
class Window:
    """What may be quoted of a passage, with what speaks for it."""

    text: str
    passage: StoredPassage
    evidence: Evidence


def windows(
    question: Question, wanted: Sequence[Wanted], passage: StoredPassage, best_rank: float, passages: int
) -> Iterator[Window]:
    """Of one passage. `best_rank`: BM25 of the one that fits best; `passages`: how many there are. Blocking: a
    fraction of a millisecond."""
    if wanted:
        for quote in quotes(passage):
            share = passage.rank / best_rank if best_rank else 0.0
            yield Window(quote.text, passage, _evidence(question, wanted, quote, share, rarity(0, passages)))


def _evidence(
    question: Question, wanted: Sequence[Wanted], quote: Quote, rank: float, heaviest: float
) -> Evidence:
    """`heaviest`: what a word weighs that no document has."""
    holding = held(quote.text, question)
    total = covered = inside = key = 0.0
    rarest = max(each.weight for each in wanted)
    places: list[int] = []
    for each in wanted:
        own = max((sure for form, sure in each.forms.items() if form in quote.forms), default=0.0)
        there = max([own, *(sure * quote.around.get(form, 0.0) for form, sure in each.forms.items())])
        if holding > 0 and any(question.says_kind(form) for form in each.forms):
            there = 1.0
        total += each.weight
        covered += there * each.weight
        inside += own * each.weight
        if each.weight == rarest:
            key = there
        places.extend(quote.places[form] for form in each.forms if form in quote.places)
    spread = (max(places) - min(places) + 1 - len(places)) if len(places) > 1 else _NEAR_WORDS
    return Evidence(
        covered=covered / total,
        inside=inside / total,
        lacking=min(1.0, (total - covered) / heaviest / _LACKING),
        unknown=sum(each.weight for each in wanted if not each.known) / total,
        near=1.0 - min(1.0, max(0, spread) / _NEAR_WORDS),
        held=holding,
        few=1.0 / len(wanted),
        listed=float(quote.listed),
        rank=rank,
        key=key,
    )
