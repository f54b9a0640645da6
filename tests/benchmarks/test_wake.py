"""The benchmark of the wake words' second check, on a few sounds."""

import numpy as np
import pytest

from audio.frames import SAMPLE_RATE_HZ
from benchmarks.refusal.sounds import Studio
from benchmarks.wake import _moments, _scores, _shaped, _spoken
from tests.recognition.speech import WHY, needs_flite


@pytest.mark.skipif(needs_flite, reason=WHY)
def test_hits_and_moments_are_counted() -> None:
    studio = Studio(1)
    said = list(_spoken(studio, "hey_jarvis", 3, None))
    scores = _scores(said, ["hey_jarvis"], None)
    assert len(scores) == 3
    assert min(scores) > 0.8
    noise = [studio.noise("white").pcm for _ in range(3)]
    assert _scores(noise, ["hey_jarvis"], None) == []
    assert max(_moments(iter(noise))) < 0.2


@pytest.mark.skipif(needs_flite, reason=WHY)
def test_noise_in_the_shape_of_a_word_is_as_long_and_not_silent() -> None:
    sound = _shaped(Studio(1), np.random.default_rng(1))
    assert len(sound) > SAMPLE_RATE_HZ // 2
    assert np.abs(sound.astype(int)).max() > 500
