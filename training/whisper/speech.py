"""The sentences spoken by flite's voices, with the time of each word."""

import pickle
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.synthesis.engine import join
from assistant.synthesis.flite import FliteEngine
from training.whisper.features import RATE_HZ

VOICES = ("slt", "rms", "awb")
SPEEDS = (1.0, 0.9, 1.1)
_LOUD_SHARE = 0.01
"""Of the loudest sample: what is quieter at the end belongs to no word."""


@dataclass(frozen=True, slots=True)
class Word:
    """Characters [start, end) of the text are said in samples [begin, until)."""

    start: int
    end: int
    begin: int
    until: int


@dataclass(frozen=True, slots=True)
class Utterance:
    text: str
    template: str
    voice: str
    pcm: npt.NDArray[np.int16]
    words: tuple[Word, ...]

    @property
    def seconds(self) -> float:
        return self.pcm.size / RATE_HZ


def spoken(jobs: Iterable[tuple[str, str, str, float]], cache: Path) -> list[Utterance]:
    """Utterances for (text, template, voice, speed). They are kept in the file `cache`: the same jobs need no
    second synthesis."""
    jobs = list(jobs)
    if cache.exists():
        done, utterances = pickle.loads(cache.read_bytes())
        if done == jobs:
            return list(utterances)
    utterances = []
    engines: dict[tuple[str, float], FliteEngine] = {}
    for text, template, voice, speed in jobs:
        engine = engines.setdefault((voice, speed), FliteEngine(voice, speed))
        engine.load()
        utterances.append(_utterance(engine, text, template, voice))
    cache.parent.mkdir(parents=True, exist_ok=True)
    cache.write_bytes(pickle.dumps((jobs, utterances)))
    return utterances


def _utterance(engine: FliteEngine, text: str, template: str, voice: str) -> Utterance:
    sound = join(list(engine.synthesize(text)))
    loud = np.flatnonzero(np.abs(sound.pcm.astype(np.int32)) > _LOUD_SHARE * np.abs(sound.pcm).max())
    end = int(loud[-1]) + 1
    begins = [mark.sample for mark in sound.marks]
    words = tuple(
        Word(mark.start, mark.end, begin, until)
        for mark, begin, until in zip(sound.marks, begins, [*begins[1:], end], strict=True)
    )
    return Utterance(text, template, voice, sound.pcm[: end + RATE_HZ // 20], words)
