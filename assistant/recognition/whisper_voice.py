"""Where in an utterance somebody speaks, by the detector that comes with faster-whisper (Silero).

It judges a whole utterance at once: 8 ms of CPU time for 4 s of sound, a tenth of what the streaming detector
of `audio.activity` takes for the same.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from faster_whisper.vad import get_vad_model

from audio.frames import SAMPLE_RATE_HZ, Pcm

CHUNK = 512
VOICED, UNVOICED = 0.5, 0.35
"""Silero's thresholds for the begin and the end of speech (snakers4/silero-vad, utils_vad.py)."""
KEPT_S = 0.3
"""Kept around the voice: the detector is late for soft consonants."""


@dataclass(frozen=True, slots=True, eq=False)
class Voice:
    """`probabilities`: of speech, one for each chunk of 32 ms."""

    probabilities: npt.NDArray[np.float32]
    samples: int

    @classmethod
    def of(cls, pcm: Pcm) -> "Voice":
        """Any thread; a few milliseconds."""
        if pcm.size == 0:
            return cls(np.zeros(0, np.float32), 0)
        sound = np.pad(pcm, (0, -pcm.size % CHUNK)).astype(np.float32) / 32768.0
        return cls(np.asarray(get_vad_model()(sound), np.float32).ravel(), pcm.size)

    def seconds(self, start_s: float = 0.0, end_s: float = float("inf")) -> float:
        """How long somebody speaks between two moments."""
        starts_s = np.arange(self.probabilities.size) * CHUNK / SAMPLE_RATE_HZ
        inside = (starts_s + CHUNK / SAMPLE_RATE_HZ > start_s) & (starts_s < end_s)
        return float(np.count_nonzero(inside & (self.probabilities >= VOICED))) * CHUNK / SAMPLE_RATE_HZ

    @property
    def span(self) -> tuple[int, int]:
        """Samples from the first to the last that may be voice, with what is kept around them; (0, 0): none."""
        voiced = np.flatnonzero(self.probabilities >= UNVOICED)
        if not voiced.size:
            return 0, 0
        kept = int(KEPT_S * SAMPLE_RATE_HZ)
        return max(0, int(voiced[0]) * CHUNK - kept), min(self.samples, (int(voiced[-1]) + 1) * CHUNK + kept)
