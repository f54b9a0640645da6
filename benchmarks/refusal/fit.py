"""The weights of the recogniser's confidence: a logistic regression on what was heard.

Tested across: every sound is judged by weights that have seen neither its domain nor its speaker.
"""

from collections.abc import Sequence
from dataclasses import astuple

import numpy as np
import numpy.typing as npt

from assistant.recognition.confidence import Weights, evidence, no_speech
from benchmarks.refusal.curves import Scores
from benchmarks.refusal.hearing import Heard

RIDGE = 1.0
"""Penalty on standardised weights, in sounds: keeps those of features that say the same from running away."""
_STEPS = 50

Matrix = npt.NDArray[np.float64]


def fitted(heard: Sequence[Heard]) -> Weights:
    """By Newton's method (iteratively reweighted least squares), for the probability that the words are right.
    Sounds that are refused by rule have no say."""
    usable = [each for each in heard if not no_speech(each.outcome.decoded)]
    features = _features(usable)
    right = np.array([each.right for each in usable], dtype=np.float64)
    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-9
    design = np.column_stack([(features - mean) / spread, np.ones(len(usable))])
    penalty = RIDGE * np.diag([*np.ones(features.shape[1]), 0.0])
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
    bias = weights[-1] - slopes @ mean
    return Weights(*(float(weight) for weight in (*slopes, bias)))


def judged(heard: Sequence[Heard], weights: Weights) -> Scores:
    return np.array(
        [
            0.0 if no_speech(each.outcome.decoded) else weights.probability(evidence(each.outcome.decoded))
            for each in heard
        ]
    )


def cross_tested(heard: Sequence[Heard]) -> Scores:
    """Confidence of each sound by weights fitted to the other domain and to other speakers."""
    scores = np.zeros(len(heard))
    for domain, speaker in dict.fromkeys((each.domain, each.sound.speaker) for each in heard):
        own = [(each.domain, each.sound.speaker) == (domain, speaker) for each in heard]
        known = [each for each in heard if each.domain != domain and each.sound.speaker != speaker]
        scores[own] = judged([heard[int(place)] for place in np.flatnonzero(own)], fitted(known))
    return scores


def _features(heard: Sequence[Heard]) -> Matrix:
    return np.array([astuple(evidence(each.outcome.decoded)) for each in heard])
