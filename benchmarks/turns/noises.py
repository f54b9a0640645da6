"""Sounds that are no speech, the same for the same generator."""

import numpy as np

from audio.frames import SAMPLE_RATE_HZ, Pcm


def noises(rng: np.random.Generator) -> dict[str, Pcm]:
    """Sounds over which an answer must go on: a cough (two bursts of filtered noise), a knock, a clatter, a hiss."""
    return {
        "cough": np.concatenate([_burst(rng, 0.25, 900.0), _silence(0.12), _burst(rng, 0.2, 700.0)]),
        "knocks": np.concatenate([_burst(rng, 0.06, 250.0), _silence(0.2), _burst(rng, 0.06, 250.0)]),
        "clatter": np.concatenate([_burst(rng, 0.05, f) for f in (2500.0, 3100.0, 1900.0, 4200.0)]),
        "hiss": _burst(rng, 0.7, 5000.0),
    }


def _burst(rng: np.random.Generator, seconds: float, centre_hz: float) -> Pcm:
    """Noise around a frequency, one octave wide, that begins at once and dies away."""
    samples = round(seconds * SAMPLE_RATE_HZ)
    spectrum = np.fft.rfft(rng.standard_normal(samples))
    octaves = np.log2(np.maximum(np.fft.rfftfreq(samples, 1 / SAMPLE_RATE_HZ), 1.0) / centre_hz)
    sound = np.fft.irfft(spectrum * np.exp(-0.5 * (octaves / 0.5) ** 2), samples)
    sound *= np.exp(-4.0 * np.arange(samples) / samples)
    sound *= 9000.0 / max(float(np.max(np.abs(sound))), 1e-9)
    return np.asarray(sound, np.int16)


def _silence(seconds: float) -> Pcm:
    return np.zeros(round(seconds * SAMPLE_RATE_HZ), np.int16)
