"""Open speech: faster-whisper behind the recogniser's protocol."""

import asyncio
import contextlib
import os
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from assistant.config.model import Whisper
from assistant.models import find_whisper, why_no_whisper
from assistant.recognition.base import OnPartial, RecognizerUnavailable
from assistant.recognition.whisper_decoding import WhisperEngine
from assistant.recognition.whisper_stream import ENGINE, WhisperStream
from assistant.recognition.worker import Priority, Worker


class WhisperRecognizer:
    """A `Recognizer`. Loads nothing from the network."""

    def __init__(
        self,
        settings: Whisper,
        *,
        hotwords: Sequence[str] = (),
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        """`hotwords`: names to expect, the most important first."""
        self._settings = settings
        self._hotwords = tuple(hotwords)
        self._engine: WhisperEngine | None = None
        self._unload: asyncio.TimerHandle | None = None
        self._closed = False
        self.clock = clock
        self.worker = Worker(ENGINE)
        self.draft_s: float | None = None  # what the last partial result took

    @property
    def name(self) -> str:
        return ENGINE

    async def start(self) -> None:
        """Load the model. Raises `RecognizerUnavailable` with what to do."""
        await self.worker.submit(lambda _stop: self.engine())
        self.used()

    def expect(self, hotwords: Sequence[str]) -> None:
        """Other names to expect, the most important first, from the next decoding on. Loop thread."""
        self._hotwords = tuple(hotwords)
        if self._engine is not None:
            self._engine.expect(self._hotwords)

    def stream(self, on_partial: OnPartial | None = None) -> WhisperStream:
        return WhisperStream(self, on_partial)

    async def close(self) -> None:
        self._closed = True
        if self._unload is not None:
            self._unload.cancel()
        await self.worker.close()
        self._engine = None

    def engine(self) -> WhisperEngine:
        """The loaded model; loads it where it was unloaded. Worker thread."""
        if self._engine is None:
            folder = locate(self._settings)
            threads = self._settings.cpu_threads or max(1, (os.cpu_count() or 2) - 1)
            self._engine = WhisperEngine(folder, self._settings, threads, self._hotwords)
        return self._engine

    def used(self) -> None:
        """Begin to count the idle time anew. Loop thread."""
        if self._unload is not None:
            self._unload.cancel()
        if self._settings.idle_unload_s and not self._closed:
            loop = asyncio.get_running_loop()
            self._unload = loop.call_later(self._settings.idle_unload_s, self._free)

    def _free(self) -> None:
        def drop(_stop: threading.Event) -> None:
            self._engine = None

        with contextlib.suppress(RecognizerUnavailable):
            self.worker.submit(drop, Priority.AHEAD)


def locate(settings: Whisper) -> Path:
    """The model's folder: a path, a model of the assistant's, one in the Hugging Face cache. Raises
    `RecognizerUnavailable` with how to get one."""
    folder = find_whisper(settings.model, settings.language)
    if folder is not None:
        return folder
    raise RecognizerUnavailable(why_no_whisper(settings.model, settings.language))
