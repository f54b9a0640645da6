"""Which settings of Whisper are the fastest on this machine, measured with a few sentences of the embedded voice."""

import asyncio
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np

from assistant.config.model import Config, Whisper
from assistant.doctor.tune_trial import Measured, Trial, encoded
from assistant.errors import UserError
from assistant.models import find_whisper, why_no_whisper
from assistant.models.installed import whispers
from assistant.models.speed import Speed, remember
from assistant.synthesis.flite import FliteEngine
from audio.frames import SAMPLE_RATE_HZ, Pcm

SENTENCES = (
    "turn on the kitchen light",
    "what is on the shopping list",
    "add milk and bread to the shopping list",
)
SILENCE_S = 0.5  # before and after, as a turn is cut
TRIAL_S = 300.0
WINDOWS_S = (5, 10, 30)
AS_RIGHT = 0.02  # share of words: less is no difference
AS_FAST = 1.05
_COMPUTE_TYPES = ("int8", "int16", "bfloat16", "float16", "float32")


@dataclass(frozen=True, slots=True)
class Row:
    """One set of settings and what came of it. `seconds` of waiting for a sentence of `audio_s`, on average;
    `words_right` 0..1."""

    model: str
    compute_type: str
    cpu_threads: int
    window_s: int
    seconds: float = 0.0
    cpu_s: float = 0.0
    audio_s: float = 0.0
    memory_mb: float = 0.0
    words_right: float = 0.0
    problem: str = ""

    @property
    def settings(self) -> dict[str, object]:
        """As they stand in the section `recognition.whisper`."""
        return {
            "compute_type": self.compute_type,
            "cpu_threads": self.cpu_threads,
            "window_s": float(self.window_s),
        }


OnRow = Callable[[Row], None]


@dataclass(frozen=True, slots=True)
class Tuned:
    """All that was measured, and the best for the model that is in use."""

    rows: tuple[Row, ...]
    best: Row


async def tune(config: Config, hotwords: Sequence[str] = (), on_row: OnRow = lambda row: None) -> Tuned:
    """Measure: first the compute types, then with the best of them the numbers of threads, then with the best of
    those the windows; the other models that are installed once, with what is best. Speeds are remembered.

    Each measurement is a process of its own, one after the other, which ends with this task. Raises `UserError`
    where there is no model or none of it works, `VoiceUnavailable` where there is no embedded voice.
    """
    settings = config.recognition.whisper
    folder = await asyncio.to_thread(find_whisper, settings.model, settings.language)
    if folder is None:
        raise UserError(why_no_whisper(settings.model, settings.language))
    bench = _Bench(settings, hotwords, await asyncio.to_thread(_spoken), on_row)
    compute_types, threads = await asyncio.to_thread(_choices, settings)
    usual = settings.cpu_threads or max(1, (os.cpu_count() or 2) - 1)
    best = best_of([await bench.row(folder, kind, usual, 10) for kind in compute_types])
    for count in (count for count in threads if count != usual):
        best = best_of([best, await bench.row(folder, best.compute_type, count, 10)])
    for window_s in (window_s for window_s in WINDOWS_S if window_s != 10):
        best = best_of([best, await bench.row(folder, best.compute_type, best.cpu_threads, window_s)])
    remember(folder, _speed(best))
    for each in await asyncio.to_thread(whispers):
        if not each.problem and each.path.resolve() != folder.resolve():
            row = await bench.row(each.path, best.compute_type, best.cpu_threads, best.window_s)
            if not row.problem:
                remember(each.path, _speed(row))
    return Tuned(tuple(bench.rows), best)


class _Bench:
    def __init__(
        self, settings: Whisper, hotwords: Sequence[str], sounds: Sequence[Pcm], on_row: OnRow
    ) -> None:
        self._settings = settings
        self._hotwords = tuple(hotwords)
        self._sounds = tuple(encoded(sound) for sound in sounds)
        self._audio_s = sum(sound.size for sound in sounds) / len(sounds) / SAMPLE_RATE_HZ
        self._on_row = on_row
        self.rows: list[Row] = []

    async def row(self, folder: Path, compute_type: str, cpu_threads: int, window_s: int) -> Row:
        row = Row(folder.name, compute_type, cpu_threads, window_s)
        settings = {**self._settings.model_dump(), **row.settings}
        measured = await _run(
            Trial(str(folder), settings, cpu_threads, self._hotwords, self._sounds), TRIAL_S
        )
        if measured.problem:
            row = Row(folder.name, compute_type, cpu_threads, window_s, problem=measured.problem)
        else:
            count = len(SENTENCES)
            row = Row(
                folder.name,
                compute_type,
                cpu_threads,
                window_s,
                seconds=measured.seconds / count,
                cpu_s=measured.cpu_s / count,
                audio_s=self._audio_s,
                memory_mb=measured.memory_mb,
                words_right=words_right(SENTENCES, measured.texts),
            )
        self.rows.append(row)
        self._on_row(row)
        return row


async def _run(trial: Trial, limit_s: float) -> Measured:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "assistant.doctor.tune_trial",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(limit_s):
            out, err = await process.communicate(json.dumps(asdict(trial)).encode())
    except TimeoutError:
        return Measured(problem=f"not done within {limit_s:.0f} s")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    try:
        return Measured(**json.loads(out))
    except (ValueError, TypeError):
        last = err.decode(errors="replace").strip().splitlines()[-1:]
        return Measured(problem=f"ended with {process.returncode}: {''.join(last)}")


def best_of(rows: Iterable[Row]) -> Row:
    """Of those that get as many words right as any, the fastest; of those as fast, the one of fewest threads and
    least memory. Raises `UserError` where none works."""
    working = [row for row in rows if not row.problem]
    if not working:
        raise UserError(
            "Whisper works with none of the settings that were tried; `assistant doctor` says why."
        )
    most = max(row.words_right for row in working)
    right = [row for row in working if row.words_right >= most - AS_RIGHT]
    fastest = min(row.seconds for row in right)
    return min(
        (row for row in right if row.seconds <= fastest * AS_FAST),
        key=lambda row: (row.cpu_threads, row.memory_mb, row.seconds),
    )


def words_right(said: Sequence[str], heard: Sequence[str]) -> float:
    """Share of the words that were said which were heard in their order, 0..1."""
    right = total = 0
    for one, other in zip(said, heard, strict=True):
        words, found = (re.sub(r"[^\w' ]+", " ", text.lower()).split() for text in (one, other))
        matcher = SequenceMatcher(None, words, found, autojunk=False)
        right += sum(block.size for block in matcher.get_matching_blocks())
        total += max(len(words), len(found))
    return right / total if total else 0.0


def _spoken() -> list[Pcm]:
    engine = FliteEngine("slt")
    engine.load()
    silence = np.zeros(int(SILENCE_S * SAMPLE_RATE_HZ), np.int16)
    return [
        np.concatenate([silence, *(sound.pcm for sound in engine.synthesize(text)), silence])
        for text in SENTENCES
    ]


def _choices(settings: Whisper) -> tuple[list[str], list[int]]:
    """Compute types and numbers of threads that this machine can have."""
    import ctranslate2  # a third of a second

    cuda = settings.device == "cuda" or (settings.device == "auto" and ctranslate2.get_cuda_device_count())
    try:
        supported = ctranslate2.get_supported_compute_types("cuda" if cuda else "cpu")
    except (RuntimeError, ValueError) as error:
        raise UserError(f"recognition.whisper.device {settings.device!r} cannot be used: {error}.") from error
    kinds = [kind for kind in _COMPUTE_TYPES if kind in supported]
    cores = os.cpu_count() or 1
    threads = sorted({count for count in (1, 2, 4, 8, 16, cores - 1, cores) if 1 <= count <= min(cores, 64)})
    return kinds, [settings.cpu_threads or 1] if cuda else threads


def _speed(row: Row) -> Speed:
    return Speed(row.seconds, row.audio_s, row.compute_type, row.cpu_threads, row.window_s)
