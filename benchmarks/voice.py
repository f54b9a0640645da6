"""The voices: speed, time to the first sound, memory, loudness, and how well they are understood.

    script/bench voice [--piper NAME|FILE.onnx] [--answers N] [--sentences N]

Each voice speaks the assistant's answers in a process of its own. `first clause` is from the text to the first
clause as sound: cold with the engine's library and the voice still to be loaded and measured; warm without; cached
when it was said before. CPU time is that of all the process's threads, and does not depend on what else the machine
does; the wall clock does.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from assistant.config.model import Voice
from assistant.synthesis.engine import Engine
from assistant.synthesis.factory import create
from assistant.synthesis.flite import FliteEngine
from assistant.synthesis.loudness import loudness
from assistant.synthesis.piper import PiperEngine
from assistant.synthesis.voice import SpokenVoice
from audio.frames import Pcm
from benchmarks.answers import answers
from benchmarks.intelligibility import measure, sentences
from benchmarks.report import HEADER, machine, row

FIXTURE = Path(__file__).resolve().parent.parent / "tests" / "fixtures" / "en_US-fixture-x_low.onnx"
MEASURED_SEED = 5
CHILD_TIMEOUT_S = 600.0


@dataclass(frozen=True, slots=True)
class First:
    """Milliseconds from a text to its first clause."""

    wall_ms: float
    cpu_ms: float


@dataclass(frozen=True, slots=True)
class Speed:
    """`real_time_factor`: CPU seconds for one second of sound, once loaded. Memory: resident megabytes of the
    process, before the voice was loaded and at its most."""

    name: str
    real_time_factor: float
    spoken_s: float
    cold: First
    warm: tuple[First, ...]
    cached: tuple[First, ...]
    before_mb: float
    most_mb: float
    loudness_lufs: float


def speed(voice: dict[str, object], texts: Sequence[str]) -> Speed:
    """Measures the voice of the settings `voice` (as in the configuration's section) in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="bench-voice-") as folder:
        environment = os.environ | {"ASSISTANT_CACHE_DIR": folder, "ASSISTANT_STATE_DIR": folder}
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.voice", "--child", json.dumps(voice)],
            input=json.dumps(list(texts)),
            capture_output=True,
            text=True,
            env=environment,
            timeout=CHILD_TIMEOUT_S,
            check=False,
        )
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "no voice")
    found = json.loads(done.stdout)
    cold = First(**found.pop("cold"))
    warm, cached = (tuple(First(**one) for one in found.pop(name)) for name in ("warm", "cached"))
    return Speed(**found, cold=cold, warm=warm, cached=cached)


async def _child(settings: dict[str, object], texts: list[str]) -> Speed:
    before_mb = _resident_mb("VmRSS")
    begun = _now()
    voice = await create(
        Voice.model_validate({**settings, "cache_mb": 0}), notice=print
    )  # kept in memory only
    cold, sound = await _first(voice, texts[0], begun)
    begun_s, warm, pieces = time.process_time(), [], [sound]
    for text in texts[1:]:
        first, sound = await _first(voice, text, _now())
        warm.append(first)
        pieces.append(sound)
    used_s = time.process_time() - begun_s
    cached = [(await _first(voice, text, _now()))[0] for text in texts[-20:]]
    name, rate_hz = voice.name, voice.sample_rate_hz
    await voice.close()
    spoken_s = sum(len(sound) for sound in pieces[1:]) / rate_hz
    return Speed(
        name,
        used_s / spoken_s,
        spoken_s,
        cold,
        tuple(warm),
        tuple(cached),
        before_mb,
        _resident_mb("VmHWM"),
        loudness(np.concatenate(pieces), rate_hz),
    )


async def _first(voice: SpokenVoice, text: str, begun: tuple[float, float]) -> tuple[First, Pcm]:
    """When the first clause of `text` was there, and the sound of all."""
    first, pieces = None, []
    async for clause in voice.speak(text, threading.Event()):
        if first is None:
            wall_s, cpu_s = _now()
            first = First(1000 * (wall_s - begun[0]), 1000 * (cpu_s - begun[1]))
        pieces.append(clause.pcm)
    assert first is not None, text
    return first, np.concatenate(pieces)


def _now() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def _resident_mb(field: str) -> float:
    """Of this process: `VmRSS` now, `VmHWM` at its most."""
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) / 1000
    return 0.0


def voices(piper: str) -> list[dict[str, object]]:
    """Settings of the voices that are measured."""
    embedded: list[dict[str, object]] = [
        {"engine": "embedded", "embedded_voice": name} for name in ("slt", "kal16")
    ]
    if piper:
        embedded.append({"engine": "piper", "piper_voice": piper})
    return embedded


def print_speed(speeds: Sequence[Speed]) -> None:
    print(f"\n{HEADER}")
    for one in speeds:
        for label, firsts in (("cold", (one.cold,)), ("warm", one.warm), ("cached", one.cached)):
            print(row(f"{one.name}: first clause, {label}, CPU", [f.cpu_ms for f in firsts]))
            print(row(f"{one.name}: first clause, {label}, wall clock", [f.wall_ms for f in firsts]))
    print(f"\n{'':<44}{'CPU ÷ real time':>16}{'spoken s':>10}{'memory MB':>11}{'LUFS':>8}")
    for one in speeds:
        grown = one.most_mb - one.before_mb
        print(
            f"{one.name:<44}{one.real_time_factor:>16.3f}{one.spoken_s:>10.0f}{grown:>+11.0f}"
            f"{one.loudness_lufs:>8.1f}"
        )


def print_intelligibility(piper: str, count: int) -> None:
    engines: list[Engine] = [FliteEngine(name) for name in ("slt", "rms", "awb")]
    engines += [PiperEngine(piper)] if piper else []
    print(f"\n{'words understood by PocketSphinx':<44}{'right':>8}{'of':>8}{'':>9}")
    for engine in engines:
        engine.load()
        heard = measure(engine, sentences(count))
        print(f"{engine.name:<44}{heard.right:>8}{heard.words:>8}{heard.share:>9.1%}")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--piper", default=str(FIXTURE) if FIXTURE.is_file() else "", help="a Piper voice")
    parser.add_argument("--answers", type=int, default=60, help="how many are spoken to measure speed")
    parser.add_argument("--sentences", type=int, default=200, help="how many are transcribed back; 0: none")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        print(json.dumps(asdict(asyncio.run(_child(json.loads(arguments.child), json.load(sys.stdin))))))
        return 0
    print(machine())
    print_speed([speed(one, answers(arguments.answers, MEASURED_SEED)) for one in voices(arguments.piper)])
    if arguments.sentences:
        print_intelligibility(arguments.piper, arguments.sentences)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
