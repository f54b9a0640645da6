"""What a speech engine promises: blocking code that turns one clause into sound on one thread."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from assistant.synthesis.base import Mark
from audio.frames import Pcm


@dataclass(frozen=True, slots=True)
class Sound:
    """`pcm` at the engine's rate; the marks' characters are those of the text given to the engine."""

    pcm: Pcm
    marks: tuple[Mark, ...] = ()


class Engine(Protocol):
    """Blocking; every method is called on the same worker thread and never on the event loop."""

    @property
    def name(self) -> str: ...

    @property
    def identity(self) -> str:
        """Everything that changes the sound of a text: engine, voice, its file, speaker, speed, variation. For
        the cache. Known after `load`."""
        ...

    @property
    def sample_rate_hz(self) -> int:
        """Known after `load`."""
        ...

    def load(self) -> None:
        """Raises `VoiceUnavailable` with what to do. Idempotent."""
        ...

    def synthesize(self, text: str) -> Iterator[Sound]:
        """The clause `text`, in spoken form, as one or more pieces, lazily: between two pieces the caller may
        stop. Nothing for a text without anything to say."""
        ...

    def unload(self) -> None:
        """Let go of what can be let go of. Idempotent."""
        ...


def join(sounds: list[Sound]) -> Sound:
    """One sound of several, the marks shifted."""
    if len(sounds) == 1:
        return sounds[0]
    marks: list[Mark] = []
    offset = 0
    for sound in sounds:
        marks += shifted(sound.marks, offset)
        offset += len(sound.pcm)
    pcm = np.concatenate([sound.pcm for sound in sounds]) if sounds else np.zeros(0, np.int16)
    # One piece without marks, and words would seem to be missing: then none are better, and are estimated.
    return Sound(pcm, tuple(marks) if all(sound.marks or not len(sound.pcm) for sound in sounds) else ())


def shifted(marks: tuple[Mark, ...], samples: int) -> tuple[Mark, ...]:
    """The marks of a sound that begins so many samples later."""
    return tuple(Mark(max(0, mark.sample + samples), mark.start, mark.end) for mark in marks)
