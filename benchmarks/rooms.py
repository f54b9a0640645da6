"""Synthetic rooms: what a microphone hears of a loudspeaker."""

import numpy as np

from audio.frames import SAMPLE_RATE_HZ, Pcm
from benchmarks.refusal.sounds import Samples

REFLECTED = 0.35
"""Amplitude of all reflections together, against the direct sound: a microphone near its loudspeaker."""


def impulse_response(delay_ms: float, rt60_s: float, rng: np.random.Generator) -> Samples:
    """The direct sound after `delay_ms`, then noise that decays by 60 dB within `rt60_s`. Of energy 1."""
    count = round(rt60_s * SAMPLE_RATE_HZ)
    response = rng.normal(0.0, 1.0, count) * 10.0 ** (-3.0 * np.arange(count) / count)
    response *= REFLECTED / np.linalg.norm(response)
    response[0] = 1.0
    response /= np.linalg.norm(response)
    return np.concatenate([np.zeros(round(delay_ms * SAMPLE_RATE_HZ / 1000)), response])


def echo(played: Pcm, response: Samples, level_db: float) -> Samples:
    """`played`, (n,), as it comes back, `level_db` against what was played."""
    size = 1 << (len(played) + len(response) - 1).bit_length()
    product = np.fft.rfft(played.astype(np.float64), size) * np.fft.rfft(response, size)
    return np.asarray(np.fft.irfft(product, size)[: len(played)] * 10.0 ** (level_db / 20.0))


def drifted(sound: Samples, ppm: float) -> Samples:
    """As recorded by a clock that is `ppm` millionths too fast; linear interpolation."""
    at = np.arange(len(sound)) / (1.0 + ppm * 1e-6)
    return np.interp(at, np.arange(len(sound)), sound)
