"""Speech for the tests of sound: synthesised when they run, by flite's voices."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from audio import files
from audio.frames import FRAME_SAMPLES, Frame, Pcm

Speak = Callable[..., Path]


@pytest.fixture
def speak(tmp_path: Path) -> Speak:
    """`speak(text, voice="slt")`: the path of a WAV in which that is said."""
    if shutil.which("flite") is None:
        pytest.skip("flite is not installed (apt install flite)")

    def say(text: str, voice: str = "slt") -> Path:
        path = tmp_path / f"{voice}-{abs(hash(text))}.wav"
        subprocess.run(["flite", "-voice", voice, "-t", text, "-o", str(path)], check=True, timeout=30)
        return path

    return say


def frames_of(pcm: Pcm) -> list[Frame]:
    """As a microphone would deliver it; the end is filled up with silence."""
    padded = np.concatenate([pcm, np.zeros(-len(pcm) % FRAME_SAMPLES, np.int16)])
    return [Frame(at, padded[at : at + FRAME_SAMPLES]) for at in range(0, len(padded), FRAME_SAMPLES)]


def with_silence(path: Path, before_s: float = 1.0, after_s: float = 1.0) -> Pcm:
    """The recording with digital silence around it."""
    before, after = (np.zeros(round(seconds * 16_000), np.int16) for seconds in (before_s, after_s))
    return np.concatenate([before, files.read(path), after])


def voiced_span(pcm: Pcm, level: int = 600) -> tuple[int, int]:
    """First and last sample that are louder than `level`: the truth for synthesised speech in silence."""
    loud = np.flatnonzero(np.abs(pcm.astype(np.int32)) > level)
    return int(loud[0]), int(loud[-1])


def tone(frequency_hz: float, seconds: float, rate_hz: int = 16_000, peak: float = 0.3) -> Pcm:
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    sound: Pcm = np.round(np.sin(2 * np.pi * frequency_hz * time_s) * peak * 32767).astype(np.int16)
    return sound


def frequency_of(pcm: Pcm, rate_hz: int) -> float:
    """The loudest frequency."""
    spectrum = np.abs(np.fft.rfft(pcm.astype(np.float64) * np.hanning(len(pcm))))
    return float(np.argmax(spectrum) * rate_hz / len(pcm))
