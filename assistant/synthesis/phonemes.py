"""Which word each group of phonemes speaks.

espeak-ng runs small words together ("of the" is one group) and takes others apart ("twenty-two" is two groups,
as is an abbreviation). Groups and words are paired in order, at each step one with one, one with up to three, or
up to three with one, so that the lengths agree best: a dynamic programme over the squared differences.
"""

from collections.abc import Sequence
from functools import cache

from assistant.synthesis.estimate import word_weight

Pairing = list[tuple[int, int]]
"""(group, first word that it speaks), ascending in both; a word that begins within another's group is missing."""

_MERGED = 3
_MOST_PAIRS = 40_000  # a clause has about a thousand
_PENALTY = 4.0  # of each merging, so that it happens only where the counts demand it


def paired(groups: Sequence[int], words: Sequence[str]) -> Pairing:
    """`groups`: how many phonemes each has. Empty where they cannot be paired at all."""
    if not groups or not words or len(groups) * len(words) > _MOST_PAIRS:
        return []
    weights = [word_weight(word) for word in words]
    scale = sum(weights) / max(1, sum(groups))
    lengths = [count * scale for count in groups]
    if len(groups) == len(words):
        return [(index, index) for index in range(len(words))]
    steps = [(1, 1)] + [(1, n) for n in range(2, _MERGED + 1)] + [(n, 1) for n in range(2, _MERGED + 1)]

    @cache
    def best(group: int, word: int) -> tuple[float, int, int]:
        """Cost from here to the end, and the step to take."""
        if group == len(lengths) and word == len(weights):
            return 0.0, 0, 0
        least = (float("inf"), 0, 0)
        for g, w in steps:
            if group + g > len(lengths) or word + w > len(weights):
                continue
            off = sum(lengths[group : group + g]) - sum(weights[word : word + w])
            cost = off * off + (_PENALTY if g + w > 2 else 0.0) + best(group + g, word + w)[0]
            if cost < least[0]:
                least = (cost, g, w)
        return least

    result: Pairing = []
    group = word = 0
    while group < len(lengths):
        cost, g, w = best(group, word)
        if cost == float("inf") or not g:
            return []
        result.append((group, word))
        group, word = group + g, word + w
    return result
