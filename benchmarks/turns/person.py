"""The person: flite's voices, with pauses where they hesitate."""

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soundfile

from audio.files import read
from audio.frames import SAMPLE_RATE_HZ, Pcm
from benchmarks.turns.utterances import Utterance

AUDIBLE = 300
"""Samples of a larger magnitude are speech: flite's recordings have a faint floor of their own."""

LEAD_S = 0.3
"""PulseAudio rewinds a sink when a stream begins on it; its monitor then lacks a few milliseconds."""

FLITE_MISSING = "flite speaks the commands and is missing: sudo apt-get install -y flite"


def flite_is_missing() -> bool:
    return shutil.which("flite") is None


class Person:
    """Says things, 16 kHz mono; into files of `folder` each once, with silence before."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._words: dict[tuple[str, str], Pcm] = {}

    def sound(self, parts: Sequence[str | float], voice: str) -> Pcm:
        """From the first sample of speech to the last: words, and silence (seconds) between them. Each run of words
        is spoken as a sentence of its own."""
        pieces = [
            np.zeros(round(part * SAMPLE_RATE_HZ), np.int16)
            if isinstance(part, float)
            else self._spoken(part, voice)
            for part in parts
        ]
        return np.concatenate(pieces)

    def file(self, utterance: Utterance) -> Path:
        name = "-".join(str(part).replace(" ", "_") for part in utterance.parts)
        path = self._folder / f"{utterance.voice}-{name}.wav"
        if not path.exists():
            speech = self.sound(utterance.parts, utterance.voice)
            lead = np.zeros(round(LEAD_S * SAMPLE_RATE_HZ), np.int16)
            soundfile.write(path, np.concatenate([lead, speech]), SAMPLE_RATE_HZ)
        return path

    def _spoken(self, words: str, voice: str) -> Pcm:
        if (words, voice) not in self._words:
            with tempfile.TemporaryDirectory(prefix="bench-") as folder:
                path = Path(folder) / "said.wav"
                command = ["flite", "-voice", voice, "-t", words, "-o", str(path)]
                subprocess.run(command, check=True, timeout=60)
                self._words[words, voice] = trimmed(read(path))
        return self._words[words, voice]


def trimmed(speech: Pcm) -> Pcm:
    """From its first sample that is speech to its last."""
    loud = np.flatnonzero(np.abs(speech.astype(np.int32)) > AUDIBLE)
    return speech[loud[0] : loud[-1] + 1] if loud.size else speech[:0]
