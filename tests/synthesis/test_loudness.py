"""Loudness by the standard, and voices that are equally loud."""

import threading
from pathlib import Path

import numpy as np
import pytest

from assistant.synthesis.engine import Engine, join
from assistant.synthesis.flite import FliteEngine
from assistant.synthesis.loudness import CEILING, SILENT_LUFS, TARGET_LUFS, amplified, gain_for, loudness
from assistant.synthesis.piper import PiperEngine
from assistant.synthesis.voice import SpokenVoice
from audio.frames import Pcm
from tests import piper_fixture

TEXT = "I can tell you the time, set timers, keep your lists, and control the lights in every room."


def sine(hz: float, level: float, rate_hz: int, seconds: float = 3.0) -> Pcm:
    time = np.arange(int(seconds * rate_hz)) / rate_hz
    return np.asarray(level * 32767 * np.sin(2 * np.pi * hz * time), np.int16)


@pytest.mark.parametrize("rate_hz", [16_000, 22_050, 48_000])
def test_the_standards_own_example(rate_hz: int) -> None:
    """A sine of 997 Hz at full scale in one channel is -3.01 LUFS."""
    assert loudness(sine(997, 1.0, rate_hz), rate_hz) == pytest.approx(-3.01, abs=0.05)
    assert loudness(sine(997, 0.1, rate_hz), rate_hz) == pytest.approx(-23.01, abs=0.05)


def test_high_sound_is_heard_louder_and_rumble_less() -> None:
    middle, high, low = (loudness(sine(hz, 0.5, 48_000), 48_000) for hz in (997, 8000, 25))
    assert 2.5 < high - middle < 4.5
    assert low < middle - 8


def test_silence_does_not_count() -> None:
    tone, quiet = sine(997, 0.5, 16_000), np.zeros(160_000, np.int16)
    alone = loudness(tone, 16_000)
    assert loudness(np.concatenate([tone, quiet]), 16_000) == pytest.approx(alone, abs=0.5)
    assert loudness(quiet, 16_000) == SILENT_LUFS
    assert loudness(quiet[:0], 16_000) == SILENT_LUFS
    assert gain_for(quiet, 16_000) == 1.0


def test_nothing_is_cut_off() -> None:
    loud = amplified(sine(200, 0.9, 16_000), 3.0)
    assert np.abs(loud).max() <= CEILING + 1
    assert np.corrcoef(loud, sine(200, 0.9, 16_000))[0, 1] > 0.9999


def engines(folder: Path) -> list[Engine]:
    embedded = [FliteEngine(name) for name in ("slt", "rms", "awb", "kal16")]
    return [*embedded, PiperEngine(str(piper_fixture.build(folder)))]


async def test_changing_the_voice_does_not_change_the_loudness(tmp_path: Path) -> None:
    raw, level = [], []
    for engine in engines(tmp_path):
        voice = SpokenVoice(engine)
        await voice.start()
        clauses = [clause async for clause in voice.speak(TEXT, threading.Event())]
        raw.append(loudness(join(list(engine.synthesize(TEXT))).pcm, engine.sample_rate_hz))
        level.append(loudness(np.concatenate([c.pcm for c in clauses]), voice.sample_rate_hz))
        await voice.close()
    assert max(raw) - min(raw) > 10, "they would differ by that much"
    assert level == pytest.approx([TARGET_LUFS] * len(level), abs=1.5)


async def test_volume_is_relative_to_that() -> None:
    levels = []
    for volume in (0.5, 1.0):
        voice = SpokenVoice(FliteEngine("slt"), volume=volume)
        await voice.start()
        (clause,) = [clause async for clause in voice.speak("The kitchen light is on.", threading.Event())]
        levels.append(loudness(clause.pcm, voice.sample_rate_hz))
        await voice.close()
    assert levels[1] - levels[0] == pytest.approx(6.0, abs=0.1)
