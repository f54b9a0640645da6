"""Shares of questions that are answered, rightly, wrongly or not at all, by the threshold."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.documents.questions import Answered


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares, 0 to 1. `recall`: of answerable questions that are answered rightly. `wrong`: of answerable ones
    that are answered with something else. `declined`: of unanswerable ones. `misleading`: of all questions,
    those that are answered with what is no answer to them. `precision`: of what is said, what is right."""

    threshold: float
    recall: float
    wrong: float
    declined: float
    misleading: float
    precision: float


def figures(results: Sequence[Answered], threshold: float) -> Figures:
    answerable = [each for each in results if each.asked.answers]
    unanswerable = [each for each in results if not each.asked.answers]
    said = [each for each in results if each.score >= threshold]
    right = sum(each.right for each in said)
    wrong = sum(1 for each in said if each.asked.answers and not each.right)
    false = sum(1 for each in said if not each.asked.answers)
    return Figures(
        threshold,
        right / max(1, len(answerable)),
        wrong / max(1, len(answerable)),
        1 - false / max(1, len(unanswerable)),
        (wrong + false) / max(1, len(results)),
        right / max(1, len(said)),
    )


def curve(results: Sequence[Answered], thresholds: Sequence[float]) -> list[Figures]:
    return [figures(results, each) for each in thresholds]


def calibration_error(results: Sequence[Answered], bins: int = 5) -> float:
    """Mean distance between score and share right, over `bins` groups of as many questions each."""
    ordered = sorted(results, key=lambda each: each.score)
    size = max(1, len(ordered) // bins)
    groups = [ordered[at : at + size] for at in range(0, len(ordered), size)]
    return sum(abs(sum(each.score - float(each.right) for each in group)) for group in groups) / max(
        1, len(ordered)
    )
