"""The benchmark of the router: what it mixes, and how it counts."""

import numpy as np
import pytest

from assistant.recognition.base import Transcript
from assistant.recognition.decision import Decision, Meaning, Opinion
from audio.frames import SAMPLE_RATE_HZ
from benchmarks import routing
from benchmarks.hearing import Heard, Run, Wanted
from benchmarks.samples import Kind, Sample
from tests.recognition.speech import WHY, needs_flite

ON, OFF = Wanted("turn_on", (("device", "light"),)), Wanted("turn_off", (("device", "light"),))


def heard(confidence: float, meaning: float, *, wanted: Wanted = ON, words_mean: Wanted = ON) -> Heard:
    """Of a command, or, where none is `wanted`, of open speech; the words were taken."""
    opinion = Opinion("words", confidence, meaning=Meaning(meaning, words_mean.intent))
    decision = Decision("a reason", embedded=opinion, asked_whisper=confidence < 0.5)
    transcript = Transcript("words", "sphinx", confidence, 1.0, 0.05, decision=decision)
    kind = Kind.COMMAND if wanted.intent else Kind.OPEN
    sample = Sample(kind, np.zeros(SAMPLE_RATE_HZ, np.int16), "words")
    return Heard(sample, transcript, wanted, words_mean, embedded=words_mean)


def believed(printed: str, least: float, meaning: float) -> list[int]:
    name = f"from {least} where the meaning is sure from {meaning} "
    (line,) = [each for each in printed.splitlines() if name in each]
    return [int(number) for number in line.split()[-3:]]


def test_other_thresholds_are_counted_by_what_would_be_done(capsys: pytest.CaptureFixture[str]) -> None:
    sure = heard(0.9, 0.99)
    doubtful = heard(0.15, 0.99)
    misheard = heard(0.06, 0.99, words_mean=OFF)
    open_speech = heard(0.03, 0.99, wanted=Wanted())
    unclear = heard(0.9, 0.2)  # sure words that mean nothing
    routing.thresholds(Run([sure, doubtful, misheard, open_speech, unclear]), judge=0.5)
    printed = capsys.readouterr().out
    assert believed(printed, 0.0, 0.9) == [2, 1, 1]
    assert believed(printed, 0.05, 0.9) == [2, 1, 0]
    assert believed(printed, 0.1, 0.9) == [2, 0, 0]
    assert believed(printed, 0.2, 0.9) == [1, 0, 0]


def test_the_table_has_each_kind_and_all(capsys: pytest.CaptureFixture[str]) -> None:
    run = Run([heard(0.9, 0.9), heard(0.2, 0.9, words_mean=OFF), heard(0.3, 0.9, wanted=Wanted())], cpu_s=0.6)
    routing.report({"router": run})
    rows = {tuple(line.split()[:2]): line.split() for line in capsys.readouterr().out.splitlines() if line}
    assert rows["router", "command"][2:6] == ["2", "1", "1", "0"]
    assert rows["router", "all"][2:6] == ["3", "1", "2", "0"]
    assert rows["router", "all"][-2:] == ["20.0%", "2"]  # 0.6 s for 3 s of sound; Whisper asked twice


@pytest.mark.skipif(needs_flite, reason=WHY)
def test_the_mixture_has_some_of_everything_in_random_order() -> None:
    samples = routing.mixture(6, 1, small_domain=True)
    kinds = [sample.kind for sample in samples]
    assert {kind: kinds.count(kind) for kind in Kind} == {
        Kind.COMMAND: 6,
        Kind.OPEN: 2,
        Kind.NOISE: 1,
        Kind.SILENCE: 1,
    }
    assert kinds != sorted(kinds)
    assert all(bool(sample.text) == (sample.kind in (Kind.COMMAND, Kind.OPEN)) for sample in samples)
