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
from assistant.models.speed import Speed
from assistant.recognition.base import OnPartial, RecognizerUnavailable
from assistant.recognition.whisper_decoding import Decoded, WhisperEngine
from assistant.recognition.whisper_stream import ENGINE, WhisperStream
from assistant.recognition.worker import Priority, Worker
from audio.frames import SAMPLE_RATE_HZ, Pcm

OnSpeed = Callable[[Path, Speed], None]
"""The model's folder, and how fast it was."""

LEAST_MEASURED_S = 1.0


class WhisperRecognizer:
    """A `Recognizer`. Loads nothing from the network."""

    def __init__(
        self,
        settings: Whisper,
        *,
        hotwords: Sequence[str] = (),
        on_speed: OnSpeed | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        """`hotwords`: names to expect, the most important first. `on_speed` hears once, in the worker thread,
        how long the first utterance took."""
        self._settings = settings
        self._hotwords = tuple(hotwords)
        self._on_speed = on_speed
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

    def decode(self, pcm: Pcm, stop: threading.Event) -> Decoded:
        """What the model hears in a whole utterance; the first time, how long that took is told. Worker thread."""
        engine = self.engine()
        started_s = self.clock()
        decoded = engine.decode(pcm, stop)
        audio_s = pcm.size / SAMPLE_RATE_HZ
        if self._on_speed is not None and decoded.text and audio_s >= LEAST_MEASURED_S:
            tell, self._on_speed = self._on_speed, None
            seconds, settings = self.clock() - started_s, self._settings
            window_s = int(settings.window_s)
            tell(
                engine.folder,
                Speed(seconds, audio_s, settings.compute_type, engine.cpu_threads, window_s),
            )
        return decoded

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
