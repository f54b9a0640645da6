"""How loud sound is."""

import math

import numpy as np

from audio.frames import Pcm

FULL_SCALE = 32768.0
SILENCE_DBFS = -96.0
"""About the smallest level that 16 bits can express."""


def rms(pcm: Pcm) -> float:
    """Root mean square in sample units, 0 to 32768; 0 for no samples."""
    if pcm.size == 0:
        return 0.0
    samples = pcm.astype(np.float64)
    return math.sqrt(float(np.dot(samples, samples)) / pcm.size)


def dbfs(pcm: Pcm) -> float:
    """Level in decibels relative to full scale: 0 is a square wave at full scale, SILENCE_DBFS the floor."""
    level = rms(pcm)
    return max(SILENCE_DBFS, 20.0 * math.log10(level / FULL_SCALE)) if level > 0 else SILENCE_DBFS
