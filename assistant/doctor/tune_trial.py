"""One set of settings of Whisper, tried: `python -m assistant.doctor.tune_trial`, with a `Trial` as JSON on standard
input and a `Measured` on standard output. A process of its own, for it may be killed, and its memory is its own.
"""

import base64
import json
import os
import resource
import sys
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from assistant.config.model import Whisper
from assistant.recognition.base import RecognizerUnavailable
from audio.frames import Pcm

REPEATS = 3


@dataclass(frozen=True, slots=True)
class Trial:
    """`sounds`: 16 kHz, int16, as base64."""

    model: str
    settings: dict[str, object]
    cpu_threads: int
    hotwords: tuple[str, ...]
    sounds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """`seconds` and `cpu_s` for all the sounds once, the least of `REPEATS` times: what else the machine does only
    adds to it. `memory_mb` (10⁶ bytes) is the process's at its peak. `problem`: why there is nothing else."""

    seconds: float = 0.0
    cpu_s: float = 0.0
    memory_mb: float = 0.0
    texts: tuple[str, ...] = ()
    problem: str = ""


def encoded(pcm: Pcm) -> str:
    return base64.b64encode(pcm.astype("<i2").tobytes()).decode("ascii")


def measure(trial: Trial) -> Measured:
    """Blocking, for seconds."""
    from assistant.recognition.whisper_decoding import WhisperEngine

    sounds = [np.frombuffer(base64.b64decode(sound), "<i2").astype(np.int16) for sound in trial.sounds]
    settings = Whisper.model_validate(trial.settings)
    try:
        engine = WhisperEngine(Path(trial.model), settings, trial.cpu_threads, trial.hotwords)
    except RecognizerUnavailable as error:
        return Measured(problem=str(error))
    never = threading.Event()
    engine.decode(sounds[0], never)  # what is made once: the voice detector, buffers
    seconds, cpu_s, texts = float("inf"), float("inf"), [""]
    for _ in range(REPEATS):
        started_s, started_cpu_s = time.perf_counter(), time.process_time()
        texts = [engine.decode(sound, never).text for sound in sounds]
        seconds = min(seconds, time.perf_counter() - started_s)
        cpu_s = min(cpu_s, time.process_time() - started_cpu_s)
    memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    return Measured(seconds, cpu_s, memory_mb, tuple(texts))


def main() -> None:
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")  # native libraries print where they like
    os.dup2(2, 1)
    given = json.load(sys.stdin)
    with out:
        json.dump(asdict(measure(Trial(**given))), out)


if __name__ == "__main__":
    main()
