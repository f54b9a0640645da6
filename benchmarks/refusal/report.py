"""What was heard, as tables."""

from collections.abc import Sequence

import numpy as np

from assistant.recognition.confidence import DOUBTFUL, HOPELESS, SURE, sphinx_confidence
from benchmarks.refusal.curves import Scores, area_under_curve, calibration_error, curve, reliability
from benchmarks.refusal.hearing import Heard

THRESHOLDS = (HOPELESS, DOUBTFUL, SURE)
LOST = (0.005, 0.01, 0.02, 0.03, 0.05, 0.1)
EDGES = (0.0, 0.05, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95, 1.0)


def confidences(heard: Sequence[Heard]) -> Scores:
    """As the recogniser tells them."""
    return np.array([sphinx_confidence(each.outcome.decoded)[0] for each in heard])


def print_all(heard: Sequence[Heard], scores: Scores) -> None:
    print_kinds(heard, scores)
    for name in dict.fromkeys(each.domain for each in heard):
        inside = np.array([each.domain == name for each in heard])
        print_curve(f"{name}: ", [each for each in heard if each.domain == name], scores[inside])
    print_curve("", heard, scores)
    print_reliability(heard, scores)


def print_kinds(heard: Sequence[Heard], scores: Scores) -> None:
    """Refused at each threshold, by kind of sound. Of commands also: of those whose words were right."""
    print(f"\n{'refused below':<52}{'n':>5}" + "".join(f"{threshold:>9.4g}" for threshold in THRESHOLDS))
    kinds = dict.fromkeys((each.domain, each.sound.kind, each.wanted) for each in heard)
    for domain, kind, wanted in kinds:
        mask = np.array([(each.domain, each.sound.kind) == (domain, kind) for each in heard])
        _row(f"{domain}: {kind}", scores[mask])
        if wanted:
            right = mask & np.array([each.right for each in heard])
            _row(f"    of which rightly heard ({right.sum() / mask.sum():.0%})", scores[right])
            for level in dict.fromkeys(each.sound.snr_db for each in heard):
                at = right & np.array([each.sound.snr_db == level for each in heard])
                _row(f"      {'clean' if level is None else f'at {level:.0f} dB'}", scores[at])


def _row(name: str, scores: Scores) -> None:
    if scores.size:
        shares = "".join(f"{(scores < threshold).mean():>9.1%}" for threshold in THRESHOLDS)
        print(f"{name:<52}{scores.size:>5}{shares}")


def print_curve(name: str, heard: Sequence[Heard], scores: Scores) -> None:
    """The receiver operating characteristic between rightly heard commands and what is no command."""
    right = scores[np.array([each.right for each in heard], dtype=bool)]
    others = scores[np.array([not each.wanted for each in heard], dtype=bool)]
    if not right.size or not others.size:
        return
    print(
        f"\n{name}{right.size} rightly heard commands against {others.size} sounds that are none: area under "
        f"the curve {area_under_curve(right, others):.4f}"
    )
    print(f"{'commands refused':>18}{'others refused':>16}{'threshold':>11}")
    for point in curve(right, others, LOST):
        bar = "█" * round(40 * point.unwanted_refused)
        print(f"{point.wanted_refused:>18.1%}{point.unwanted_refused:>16.1%}{point.threshold:>11.4f}  {bar}")


def print_reliability(heard: Sequence[Heard], scores: Scores) -> None:
    bins = reliability(scores, np.array([each.right for each in heard]), EDGES)
    print(f"\nconfidence as probability that the words are right; mean error {calibration_error(bins):.3f}")
    print(f"{'from':>6}{'to':>6}{'n':>6}{'mean':>8}{'right':>8}")
    for each in bins:
        print(f"{each.low:>6.2f}{each.high:>6.2f}{each.count:>6}{each.confidence:>8.2f}{each.right:>8.2f}")
