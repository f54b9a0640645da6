"""Noise at a signal-to-noise ratio, the same for the same seed."""

import numpy as np

from audio.frames import SAMPLE_RATE_HZ, Pcm


def mixed(speech: Pcm, noise: Pcm, snr_db: float, rng: np.random.Generator) -> Pcm:
    """`speech` with a stretch of `noise` from a random place, so that the power of the whole recording, its
    pauses included, stands `snr_db` above the noise's."""
    start = int(rng.integers(noise.size))
    stretch = np.resize(np.roll(noise, -start), speech.size).astype(np.float64)
    signal = speech.astype(np.float64)
    noise_power = max(float(np.mean(stretch**2)), 1.0)
    gain = float(np.sqrt(np.mean(signal**2) / noise_power / 10.0 ** (snr_db / 10.0)))
    result: Pcm = np.clip(np.rint(signal + gain * stretch), -32768, 32767).astype(np.int16)
    return result


def household_noise(seconds: float, rng: np.random.Generator) -> Pcm:
    """Pink noise that swells and ebbs, with clatter: dozens of short resonances a minute."""
    samples = int(seconds * SAMPLE_RATE_HZ)
    spectrum = np.fft.rfft(rng.standard_normal(samples))
    spectrum[1:] /= np.sqrt(np.arange(1, spectrum.size))
    spectrum[0] = 0.0
    sound = np.fft.irfft(spectrum, samples)
    sound /= np.std(sound)
    swell = np.interp(
        np.arange(samples),
        np.arange(0, samples, SAMPLE_RATE_HZ),
        rng.normal(0, 3, -(-samples // SAMPLE_RATE_HZ)),
    )
    sound *= 10.0 ** (swell / 20.0)
    for start in rng.integers(0, samples, int(seconds)):
        time_s = np.arange(min(SAMPLE_RATE_HZ // 5, samples - start)) / SAMPLE_RATE_HZ
        pitch_hz, decay_s, level = rng.uniform(400, 6000), rng.uniform(0.01, 0.06), rng.uniform(0.5, 4.0)
        sound[start : start + time_s.size] += (
            level * np.sin(2 * np.pi * pitch_hz * time_s) * np.exp(-time_s / decay_s)
        )
    result: Pcm = np.clip(np.rint(1000.0 * sound), -32768, 32767).astype(np.int16)
    return result
