"""The arithmetic of `script/bench refusal`."""

import numpy as np
import pytest

from assistant.recognition.base import Word
from assistant.recognition.confidence import Evidence, Weights
from assistant.recognition.sphinx_decoding import Decoded
from assistant.recognition.sphinx_utterance import Outcome
from benchmarks.refusal import curves, fit
from benchmarks.refusal.hearing import Heard
from benchmarks.refusal.sounds import Sound

TRUE = Weights(strangest=-0.8, acoustic=1.5, bias=9.0)


def test_area_under_the_curve_counts_pairs() -> None:
    assert curves.area_under_curve(np.array([0.9, 0.8]), np.array([0.1, 0.2])) == 1.0
    assert curves.area_under_curve(np.array([0.9, 0.1]), np.array([0.5, 0.1])) == pytest.approx(2.5 / 4)


def test_the_curve_never_loses_more_than_allowed() -> None:
    wanted = np.arange(100) / 100 + 0.005
    points = curves.curve(wanted, np.array([0.01, 0.02, 0.5]), (0.0, 0.03, 0.1))
    assert [point.wanted_refused for point in points] == [0.0, 0.03, 0.1]
    assert [point.unwanted_refused for point in points] == pytest.approx([0.0, 2 / 3, 2 / 3])


def test_reliability_compares_confidence_with_what_was_right() -> None:
    confidence = np.array([0.1, 0.3, 0.9, 1.0])
    bins = curves.reliability(confidence, np.array([False, True, True, True]), (0.0, 0.5, 1.0))
    assert [(each.count, each.confidence, each.right) for each in bins] == [(2, 0.2, 0.5), (2, 0.95, 1.0)]
    assert curves.calibration_error(bins) == pytest.approx((2 * 0.3 + 2 * 0.05) / 4)


def test_the_fit_finds_the_weights_that_made_the_data_and_does_not_need_domain_or_speaker() -> None:
    heard = _heard(4000)
    found = fit.fitted(heard)
    for name in ("strangest", "acoustic", "bias"):
        assert getattr(found, name) == pytest.approx(getattr(TRUE, name), rel=0.25), name
    right = np.array([each.right for each in heard])
    scores = fit.cross_tested(heard)
    assert curves.calibration_error(curves.reliability(scores, right, np.linspace(0, 1, 6).tolist())) < 0.05


def _heard(count: int) -> list[Heard]:
    """Of domains and speakers that make no difference: right with the probability that `TRUE` says."""
    rng = np.random.default_rng(4)
    heard = []
    for number in range(count):
        surprises = tuple(float(each) for each in rng.uniform(0.0, 10.0, 5))
        acoustic = float(rng.uniform(-4.0, -1.0))
        words = tuple(Word("light", place / 2, place / 2 + 0.4, 1.0) for place in range(4))
        decoded = Decoded(words, acoustic_score=acoustic, surprises=surprises)
        seen = Evidence(sum(sorted(surprises)[-2:]) / 2, acoustic)
        right = bool(rng.random() < TRUE.probability(seen))
        sound = Sound("any", f"speaker {number % 7}", np.zeros(0, np.int16))
        heard.append(
            Heard(("home", "coffee")[number % 2], sound, right, right, Outcome(decoded, None, False))
        )
    return heard
