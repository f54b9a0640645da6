"""One utterance on its way through Whisper, as the event loop sees it."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from assistant.recognition.base import OnPartial, Partial, RecognizerUnavailable, Transcript
from assistant.recognition.stability import StablePrefix
from assistant.recognition.whisper_decoding import Abandoned, Decoded, WhisperEngine
from assistant.recognition.whisper_voice import Voice
from assistant.recognition.worker import Priority, Worker
from audio.frames import SAMPLE_RATE_HZ, Pcm

ENGINE = "whisper"
MAX_UTTERANCE_S = 60.0

FIRST_DRAFT_S = 1.0
"""Speech before the first partial result, and at least between two of them."""
DRAFT_SHARE = 0.25
"""At most this share of the time goes into partial results."""
SLOWEST_DRAFT_S = 0.3
"""A window cannot be interrupted, so a final result may wait that long behind a partial one. A model that
takes longer gives none."""

ADDED_VOICE_S = 0.06
"""From so much voice after a look ahead on, something was added: two chunks of the detector."""
_CONTEXT_S = 0.3
"""The detector hears so much of what came before, to get used to the room."""


class Owner(Protocol):
    """What a stream needs of its recogniser."""

    worker: Worker
    clock: Callable[[], float]
    draft_s: float | None  # what the last partial result took, of whatever stream

    def engine(self) -> WhisperEngine: ...
    def used(self) -> None: ...
    def decode(self, pcm: Pcm, stop: threading.Event) -> Decoded: ...


@dataclass(slots=True, eq=False)
class _Ahead:
    """A decoding of the first `samples` of the utterance, begun before it was over."""

    samples: int
    job: "asyncio.Future[Decoded]"
    begun: threading.Event  # it is no longer in the queue


class WhisperStream:
    """A `RecognitionStream` that can look ahead."""

    def __init__(self, owner: Owner, on_partial: OnPartial | None) -> None:
        self._owner = owner
        self._on_partial = on_partial
        self._blocks: list[Pcm] = []
        self._samples = 0
        self._drafted_samples = 0
        self._draft: asyncio.Future[tuple[str, float]] | None = None
        self._ahead: _Ahead | None = None
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

    def look_ahead(self) -> None:
        """The speaker paused: decode what has been said now, in case that was all. Loop thread; returns at once.

        `finish` takes the result where nobody spoke since, and is then done at once or sooner than without; else
        it is thrown away. To be called once in each pause: an earlier look ahead is abandoned when sound has
        come in since. Never does harm: others' results and partial results go before it.
        """
        if self._over or self._samples == 0:
            return
        if self._ahead is not None:
            if self._ahead.samples == self._samples:
                return
            self._ahead.job.cancel()
        owner, pcm, begun = self._owner, np.concatenate(self._blocks), threading.Event()

        def decode(stop: threading.Event) -> Decoded:
            begun.set()
            return owner.decode(pcm, stop)

        with contextlib.suppress(RecognizerUnavailable):  # `finish` will say so
            self._ahead = _Ahead(pcm.size, owner.worker.submit(decode, Priority.AHEAD), begun)
            self._ahead.job.add_done_callback(_looked_at)

    async def finish(self) -> Transcript:
        if self._over:
            raise RuntimeError("this utterance is already finished or cancelled")
        started_s = self._owner.clock()
        pcm = self._end()
        owner = self._owner
        if pcm.size == 0:
            return Transcript("", ENGINE, 0.0, 0.0, 0.0, reason="no sound in it")
        owner.used()
        try:
            decoded = await self._from_ahead(pcm)
            if decoded is None:
                self._final = owner.worker.submit(lambda stop: owner.decode(pcm, stop))
                decoded = await self._final
        except Abandoned as error:  # the recogniser is being closed
            raise RecognizerUnavailable("The recogniser was closed while it was decoding.") from error
        except asyncio.CancelledError:
            self.cancel()
            raise
        return Transcript(
            text=decoded.text,
            engine=ENGINE,
            confidence=decoded.confidence,
            audio_s=pcm.size / SAMPLE_RATE_HZ,
            compute_s=owner.clock() - started_s,
            words=decoded.words,
            alternatives=decoded.alternatives,
            reason=decoded.reason,
        )

    def cancel(self) -> None:
        if not self._over:
            self._end()
        if self._ahead is not None:
            self._ahead.job.cancel()
        if self._final is not None:
            self._final.cancel()

    async def _from_ahead(self, pcm: Pcm) -> Decoded | None:
        """The result of a look ahead, if there was one and it is that of the whole utterance."""
        ahead = self._ahead
        if ahead is None:
            return None
        if not ahead.begun.is_set() or await asyncio.to_thread(_something_added, pcm, ahead.samples):
            ahead.job.cancel()  # what waits in the queue would wait there too long for a final result
            return None
        try:
            return await ahead.job
        except asyncio.CancelledError:
            raise
        except Exception:
            return None  # the final decoding will say what is wrong

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
            engine = owner.engine()  # loading it anew is no cost of drafts
            started_s = owner.clock()
            return engine.draft(pcm, stop), owner.clock() - started_s

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


def _something_added(pcm: Pcm, since: int) -> bool:
    """Whether somebody speaks in `pcm` after sample `since`."""
    start = max(0, since - int(_CONTEXT_S * SAMPLE_RATE_HZ))
    after_s = (since - start) / SAMPLE_RATE_HZ
    return Voice.of(pcm[start:]).seconds(after_s) >= ADDED_VOICE_S


def _looked_at(job: "asyncio.Future[Decoded]") -> None:
    if not job.cancelled():
        job.exception()  # nobody may ever ask for it
