"""The weights of `assistant.documents.score`: a logistic regression on sentences that answer and sentences that
do not."""

from collections.abc import Sequence
from dataclasses import astuple, fields, replace

import numpy as np
import numpy.typing as npt

from assistant.documents.score import CHOICE, Evidence, Weights, Window
from benchmarks.documents.questions import Answered, Asked, plain

RIDGE = 1.0
"""Penalty on standardised weights, in questions."""
_STEPS = 60
_ROUNDS = 8
_HARDEST = 4  # sentences of a question that count: those that the weights so far take for its answer

_LISTED = -3.0
"""A sentence is quoted rather than a list where both fit about as well: it is shorter for the ear. There are too few
lists to learn it from; cross-tested it declined more and answered more than 0."""
_NAMES = [each.name for each in fields(Evidence)]
_OF_THE_QUESTION = ("unknown", "few")
"""The same for all quotes, which they cannot tell apart."""

Matrix = npt.NDArray[np.float64]
Candidates = Sequence[tuple[Asked, list[Window]]]


def fitted(candidates: Candidates) -> tuple[Weights, Weights]:
    """Which quote of a question fits best, and whether it answers. The first in rounds: the answer has to be
    told from the quotes that look most like one, and which these are the weights of the round before say. The
    second from the best quote of each question alone."""
    choice = CHOICE
    for _ in range(_ROUNDS):
        rows: list[tuple[float, ...]] = []
        right: list[float] = []
        for asked, found in candidates:
            ranked = sorted(found, key=lambda each: -choice.probability(each.evidence))
            answers = [each for each in ranked if _answers(asked, each)]
            if not answers:
                continue
            others = [each for each in ranked if not _answers(asked, each)][:_HARDEST]
            rows += [astuple(each.evidence) for each in (answers[0], *others)]
            right += [1.0, *(0.0 for _ in others)]
        features = np.array(rows)
        features[:, [_NAMES.index(each) for each in _OF_THE_QUESTION]] = 0.0
        choice = replace(_regression(features, np.array(right)), listed=_LISTED)
    firsts = [(asked, _first(found, choice)) for asked, found in candidates if found]
    features = np.array([astuple(first.evidence) for _, first in firsts])
    features[:, _NAMES.index("rank")] = (
        0.0  # nearly always 1 for the best quote, so that nothing can be learned from it
    )
    weights = _regression(features, np.array([float(_answers(asked, first)) for asked, first in firsts]))
    return choice, weights


def _first(found: Sequence[Window], choice: Weights) -> Window:
    return max(found, key=lambda each: choice.probability(each.evidence))


def _answers(asked: Asked, window: Window) -> bool:
    text = plain(window.text)
    return any(plain(each) in text for each in asked.answers)


def _regression(features: Matrix, right: Matrix) -> Weights:
    slopes, bias = _solve(features, right, RIDGE)
    return Weights(*(round(float(each), 3) for each in (*slopes, bias)))


def _solve(features: Matrix, right: Matrix, ridge: float) -> tuple[Matrix, float]:
    """By Newton's method (iteratively reweighted least squares), on standardised features."""
    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-9
    design = np.column_stack([(features - mean) / spread, np.ones(len(features))])
    penalty = ridge * np.diag([*np.ones(features.shape[1]), 0.0])
    weights = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        probability = 1.0 / (1.0 + np.exp(-np.clip(design @ weights, -40.0, 40.0)))
        gradient = design.T @ (right - probability) - penalty @ weights
        hessian = (design * (probability * (1.0 - probability))[:, None]).T @ design + penalty
        step = np.linalg.solve(hessian, gradient)
        weights = weights + step
        if np.abs(step).max() < 1e-8:
            break
    slopes = weights[:-1] / spread
    return slopes, float(weights[-1] - slopes @ mean)


def cross_tested(candidates: Candidates) -> list[Answered]:
    """The questions to each document, judged by weights that were fitted to those to all others."""
    results: list[Answered] = []
    for document in dict.fromkeys(asked.document for asked, _ in candidates):
        choice, weights = fitted([each for each in candidates if each[0].document != document])
        for asked, found in candidates:
            if asked.document != document:
                continue
            if not found:
                results.append(Answered(asked, 0.0, "", ""))
                continue
            first = _first(found, choice)
            score = weights.probability(first.evidence)
            results.append(Answered(asked, score, first.text, first.passage.path))
    return results
