"""Open speech: faster-whisper behind the recogniser's protocol."""

import asyncio
import contextlib
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from assistant.config.model import Whisper
from assistant.models import find_whisper, why_no_whisper
from assistant.recognition.base import OnPartial, Partial, RecognizerUnavailable, Transcript
from assistant.recognition.stability import StablePrefix
from assistant.recognition.whisper_decoding import Abandoned, Decoded, WhisperEngine
from assistant.recognition.whisper_guard import objection, probability
from assistant.recognition.worker import Priority, Worker
from audio.frames import SAMPLE_RATE_HZ, Pcm

ENGINE = "whisper"
MAX_UTTERANCE_S = 60.0

FIRST_DRAFT_S = 1.0
"""Speech before the first partial result, and at least between two of them."""
DRAFT_SHARE = 0.25
"""At most this share of the time goes into partial results."""
SLOWEST_DRAFT_S = 0.3
"""A decoding cannot be interrupted, so a final result may wait that long behind a partial one. A model that
takes longer gives none."""


class WhisperRecognizer:
    """A `Recognizer`. Loads nothing from the network."""

    def __init__(
        self, settings: Whisper, *, hotwords: str = "", clock: Callable[[], float] = time.perf_counter
    ) -> None:
        """`hotwords`: names to expect where the settings have none, such as those of the home."""
        self._settings = settings
        self._hotwords = settings.hotwords or hotwords
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

    def expect(self, hotwords: str) -> None:
        """Other names to expect, from the next decoding on, unless the settings have their own."""
        self._hotwords = self._settings.hotwords or hotwords
        if self._engine is not None:
            self._engine.hotwords = self._hotwords or None

    def stream(self, on_partial: OnPartial | None = None) -> "WhisperStream":
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


class WhisperStream:
    """A `RecognitionStream`."""

    def __init__(self, owner: WhisperRecognizer, on_partial: OnPartial | None) -> None:
        self._owner = owner
        self._on_partial = on_partial
        self._blocks: list[Pcm] = []
        self._samples = 0
        self._drafted_samples = 0
        self._draft: asyncio.Future[tuple[str, float]] | None = None
        self._final: asyncio.Future[Decoded] | None = None
        self._stability = StablePrefix(agreeing=2)
        self._over = False

    def feed(self, pcm: Pcm) -> None:
        room = int(MAX_UTTERANCE_S * SAMPLE_RATE_HZ) - self._samples
        if self._over or room <= 0:
            return
        block = np.array(pcm[:room], dtype=np.int16)  # a copy: the caller may use its buffer again
        self._blocks.append(block)
        self._samples += block.size
        if self._on_partial is not None and self._draft is None and self._draft_is_due():
            self._start_draft()

    async def finish(self) -> Transcript:
        if self._over:
            raise RuntimeError("this utterance is already finished or cancelled")
        started_s = self._owner.clock()
        pcm = self._end()
        owner = self._owner
        if pcm.size == 0:
            return Transcript("", ENGINE, 0.0, 0.0, 0.0, reason="no sound in it")
        owner.used()
        self._final = owner.worker.submit(lambda stop: owner.engine().decode(pcm, stop))
        try:
            decoded = await self._final
        except Abandoned as error:  # the recogniser is being closed
            raise RecognizerUnavailable("The recogniser was closed while it was decoding.") from error
        return _transcript(decoded, pcm.size / SAMPLE_RATE_HZ, owner.clock() - started_s)

    def cancel(self) -> None:
        if not self._over:
            self._end()
        if self._final is not None:
            self._final.cancel()

    def _end(self) -> Pcm:
        """No more sound, no more partial results. What was said."""
        self._over = True
        if self._draft is not None:
            self._draft.cancel()
        blocks, self._blocks = self._blocks, []
        return np.concatenate(blocks) if blocks else np.zeros(0, np.int16)

    def _draft_is_due(self) -> bool:
        draft_s = self._owner.draft_s or 0.0
        if draft_s > SLOWEST_DRAFT_S:
            return False
        new_s = (self._samples - self._drafted_samples) / SAMPLE_RATE_HZ
        return new_s >= max(FIRST_DRAFT_S, draft_s / DRAFT_SHARE)

    def _start_draft(self) -> None:
        owner, pcm = self._owner, np.concatenate(self._blocks)
        self._drafted_samples = self._samples

        def draft(stop: threading.Event) -> tuple[str, float]:
            started_s = owner.clock()
            return owner.engine().draft(pcm, stop), owner.clock() - started_s

        with contextlib.suppress(RecognizerUnavailable):  # `finish` will say so
            self._draft = owner.worker.submit(draft, Priority.PARTIAL)
            self._draft.add_done_callback(self._drafted)

    def _drafted(self, job: "asyncio.Future[tuple[str, float]]") -> None:
        self._draft = None
        if job.cancelled() or job.exception() is not None:
            return
        text, self._owner.draft_s = job.result()
        if not self._over and self._on_partial is not None and self._stability.update(text):
            self._on_partial(Partial(text, self._stability.stable, ENGINE))


def _transcript(decoded: Decoded, audio_s: float, compute_s: float) -> Transcript:
    reason = objection(decoded.evidence)
    return Transcript(
        text="" if reason else decoded.text,
        engine=ENGINE,
        confidence=0.0 if reason else probability(decoded.evidence),
        audio_s=audio_s,
        compute_s=compute_s,
        reason=reason,
    )
