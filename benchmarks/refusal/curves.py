"""How well a score separates two groups, and how far a probability may be believed."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Point:
    """Shares (0..1) of wanted and unwanted sounds that are refused below `threshold`."""

    threshold: float
    wanted_refused: float
    unwanted_refused: float


def area_under_curve(wanted: Scores, unwanted: Scores) -> float:
    """Probability that a wanted sound scores higher than an unwanted one; ties count half (Mann–Whitney)."""
    order = np.sort(unwanted)
    below = np.searchsorted(order, wanted, side="left")
    not_above = np.searchsorted(order, wanted, side="right")
    return float((below + not_above).mean() / (2 * unwanted.size))


def at_threshold(wanted: Scores, unwanted: Scores, threshold: float) -> Point:
    return Point(threshold, float((wanted < threshold).mean()), float((unwanted < threshold).mean()))


def curve(wanted: Scores, unwanted: Scores, shares: Sequence[float]) -> list[Point]:
    """For each share of wanted sounds that may be lost: the highest threshold that loses no more."""
    ordered = np.sort(wanted)
    return [
        at_threshold(
            wanted, unwanted, float(ordered[min(ordered.size - 1, int(share * ordered.size + 1e-9))])
        )
        for share in shares
    ]


@dataclass(frozen=True, slots=True)
class Bin:
    """Results whose confidence lies in [low, high): how many, their mean confidence, the share that was right."""

    low: float
    high: float
    count: int
    confidence: float
    right: float


def reliability(confidence: Scores, right: npt.NDArray[np.bool_], edges: Sequence[float]) -> list[Bin]:
    """Bins without results are left out."""
    bins = []
    for low, high in pairwise(edges):
        inside = (confidence >= low) & ((confidence < high) | (high == edges[-1]))
        if inside.any():
            bins.append(
                Bin(
                    low,
                    high,
                    int(inside.sum()),
                    float(confidence[inside].mean()),
                    float(right[inside].mean()),
                )
            )
    return bins


def calibration_error(bins: Sequence[Bin]) -> float:
    """Mean distance between confidence and share right, weighted by how many results are in each bin."""
    total = sum(each.count for each in bins)
    return sum(each.count * abs(each.confidence - each.right) for each in bins) / total
