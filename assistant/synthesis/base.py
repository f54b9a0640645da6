"""What every voice promises."""

import threading
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Protocol

from audio.frames import Pcm


@dataclass(frozen=True, slots=True)
class Mark:
    """Characters [start, end) of the text are being spoken from `sample` (of the clause's sound) on."""

    sample: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause as sound. `pcm` is mono at the voice's own rate; `text` is the written form it speaks
    for."""

    text: str
    pcm: Pcm
    sample_rate_hz: int
    marks: tuple[Mark, ...] = ()  # one per word, ascending; estimated where the voice has no alignments
    cached: bool = False
    pause_s: float = 0.0
    """Silence that belongs between it and the next clause of the same reply. It is not part of `pcm`: nobody
    waits for a pause at the end."""


class Synthesizer(Protocol):
    """A voice with its own worker thread."""

    @property
    def name(self) -> str: ...

    @property
    def sample_rate_hz(self) -> int: ...

    async def start(self) -> None:
        """Load the voice in the worker thread. Raises `VoiceUnavailable` with what to do."""
        ...

    def speak(
        self, text: str, stop: threading.Event, *, cacheable: bool = True
    ) -> AsyncGenerator[Clause, None]:
        """Clause by clause, each as soon as it exists. `stop` is polled by the worker thread: once it is set
        nothing more is yielded. Closing the iterator early sets it too; its normal end does not,
        so that one flag serves a reply of several texts. `cacheable=False` keeps the sound of
        generated or personal text off the disk."""
        ...

    async def close(self) -> None:
        """Stop the worker (bounded, 2 s). Idempotent."""
        ...


class VoiceUnavailable(Exception):
    """The voice cannot speak: library or voice file missing or damaged. Says what to do."""
