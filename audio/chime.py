"""A short soft sound that says "I am listening"."""

import numpy as np

from audio.frames import Pcm

NOTES_HZ = (784.0, 1046.5)  # G5, C6: a rising fourth
RING_HZ = (1046.5, 784.0, 1046.5)  # C6, G5, C6
RING_GAP_S = 0.18
NOTE_S = 0.09
FADE_S = 0.012
PEAK = 0.18  # of full scale: softer than the answers


def chime(sample_rate_hz: int) -> Pcm:
    """(samples,) at `sample_rate_hz`, 0.18 s long. Begins and ends at zero, so it cannot click."""
    return np.concatenate([_note(frequency, sample_rate_hz) for frequency in NOTES_HZ])


def ring(sample_rate_hz: int) -> Pcm:
    """(samples,), 0.9 s: what says that something is due. Begins and ends at zero."""
    pair = np.concatenate([_note(frequency, sample_rate_hz) for frequency in RING_HZ])
    gap = np.zeros(round(RING_GAP_S * sample_rate_hz), np.int16)
    return np.concatenate([pair, gap, pair, gap])


def _note(frequency_hz: float, sample_rate_hz: int) -> Pcm:
    time_s = np.arange(round(NOTE_S * sample_rate_hz)) / sample_rate_hz
    rise = np.clip(time_s / FADE_S, 0.0, 1.0)
    fall = np.clip((time_s[-1] - time_s) / FADE_S, 0.0, 1.0)
    tone = np.sin(2 * np.pi * frequency_hz * time_s) + 0.2 * np.sin(4 * np.pi * frequency_hz * time_s)
    note: Pcm = np.round(tone / 1.2 * rise * fall * PEAK * 32767).astype(np.int16)
    return note
