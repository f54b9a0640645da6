"""Several rankings as one."""

from collections.abc import Hashable, Sequence
from typing import TypeVar

T = TypeVar("T", bound=Hashable)
K = 60
"""As in Cormack, Clarke and Büttcher, “Reciprocal rank fusion outperforms Condorcet and individual rank
learning methods”, SIGIR 2009."""


def fused(rankings: Sequence[Sequence[T]]) -> list[T]:
    """By the sum of 1 / (K + rank), rank from 1; what is equal keeps the order in which it is first named."""
    scores: dict[T, float] = {}
    for ranking in rankings:
        for rank, each in enumerate(ranking, 1):
            scores[each] = scores.get(each, 0.0) + 1.0 / (K + rank)
    return sorted(scores, key=lambda each: -scores[each])
