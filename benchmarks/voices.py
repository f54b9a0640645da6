"""Voices: how fast they speak against real time, and how long until the first sound."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.models import find_voice
from assistant.synthesis.clauses import ClauseSplitter
from assistant.synthesis.engine import Engine
from assistant.synthesis.flite import FliteEngine
from assistant.synthesis.piper import PiperEngine

FIXTURES = Path(__file__).parents[1] / "tests" / "fixtures"

ANSWERS = (
    "It's twenty past four.",
    "I've turned the kitchen light on.",
    "Okay, ten minutes, starting now.",
    "Your pasta timer is set for eight minutes.",
    "There are three things on your shopping list: milk, bread, and eggs.",
    "The front door is locked, and all the windows are closed.",
    "I can tell you the time, set timers, keep your lists, and control lights, heating, blinds and locks. "
    "Try saying, set a timer for ten minutes.",
    "Sorry, I didn't get that.",
)


@dataclass(frozen=True, slots=True)
class Speed:
    """`real_time`: CPU time over the length of the speech. `first_ms`: by the clock, from text to first sound."""

    name: str
    real_time: float
    first_ms: tuple[float, float]  # median, 95th percentile
    speech_s: float


def engines(piper: str) -> list[Engine]:
    """The embedded voice, and Piper's: the one asked for, else the one installed, else the tests' own."""
    path = find_voice(piper)
    if path is None and not piper:
        path = next(iter(sorted(FIXTURES.glob("*.onnx"))), None)
    return [FliteEngine("slt"), *([PiperEngine(str(path))] if path is not None else [])]


def measure(engine: Engine, answers: Sequence[str] = ANSWERS, repeat: int = 3) -> Speed:
    """Raises `VoiceUnavailable`. Clause by clause, as answers are spoken; nothing is taken from the cache."""
    engine.load()
    for _ in engine.synthesize("One."):  # a voice is slower the first time
        pass
    first_s, cpu_s, samples = [], 0.0, 0
    for answer in [*answers] * repeat:
        splitter = ClauseSplitter()
        began_s, used_s, sounded = time.perf_counter(), time.process_time(), False
        for clause in [*splitter.push(answer), *splitter.finish()]:
            for sound in engine.synthesize(clause):
                if not sounded:
                    first_s.append(time.perf_counter() - began_s)
                    sounded = True
                samples += sound.pcm.size
        cpu_s += time.process_time() - used_s
    median, p95 = np.percentile([1000 * each for each in first_s], [50, 95])
    speech_s = samples / engine.sample_rate_hz
    return Speed(engine.name, cpu_s / speech_s, (float(median), float(p95)), speech_s)
