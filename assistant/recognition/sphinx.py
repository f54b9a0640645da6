"""The embedded recogniser: PocketSphinx with a language model of what the assistant can do."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable
from functools import partial

import numpy as np

from assistant.config.model import Sphinx
from assistant.recognition.base import OnPartial, Partial, RecognizerUnavailable, Transcript
from assistant.recognition.build import LanguageModelFiles
from assistant.recognition.confidence import sphinx_confidence
from assistant.recognition.sphinx_decoders import WARPS, Decoders
from assistant.recognition.sphinx_decoding import BLOCK_SAMPLES, Abandoned
from assistant.recognition.sphinx_utterance import Outcome, Progress, Utterance, joined
from assistant.recognition.stability import StablePrefix
from assistant.recognition.worker import Priority, Worker
from audio.frames import SAMPLE_RATE_HZ, Pcm

ENGINE = "sphinx"
MAX_UTTERANCE_S = 60.0


class SphinxRecognizer:
    """A `Recognizer`. No utterance influences another: equal sound, model and seed give the same words, whatever
    was said before and whoever speaks at the same time."""

    def __init__(
        self,
        files: LanguageModelFiles,
        settings: Sphinx,
        *,
        seed: int = 0,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._settings = settings
        self._seed = seed
        self.clock = clock
        self.worker = Worker(ENGINE)
        self.files = files
        self._decoders = Decoders(files, settings)

    @property
    def name(self) -> str:
        return ENGINE

    async def start(self) -> None:
        """Load acoustic and language model. Raises `RecognizerUnavailable` with what to do."""
        await self.worker.submit(lambda _stop: self._decoders.load())
        await self.worker.submit(lambda _stop: self._decoders.load_live())
        for warp in WARPS[1:]:
            await self.worker.submit(partial(self._load_other, self._decoders, warp), Priority.AHEAD)

    async def swap(self, files: LanguageModelFiles) -> None:
        """Recognise with another language model from the next utterance on; those under way end with theirs.

        Loads in the worker thread, when nobody needs it, a decoder (0.1 s) at a time. Raises
        `RecognizerUnavailable`, and then nothing has changed.
        """
        decoders = Decoders(files, self._settings)
        await self.worker.submit(lambda _stop: decoders.load(), Priority.AHEAD)
        await self.worker.submit(lambda _stop: decoders.load_live(), Priority.AHEAD)
        for warp in WARPS[1:]:
            await self.worker.submit(partial(self._load_other, decoders, warp), Priority.AHEAD)
        self.files, self._decoders = files, decoders

    @staticmethod
    def _load_other(decoders: Decoders, warp: float, _stop: threading.Event) -> None:
        decoders.load_other(warp)

    def stream(self, on_partial: OnPartial | None = None) -> "SphinxStream":
        rng = np.random.default_rng(self._seed)
        return SphinxStream(self, Utterance(self._decoders, self._settings.dither, rng), on_partial)

    async def close(self) -> None:
        await self.worker.close()


class SphinxStream:
    """A `RecognitionStream`. At most one job of it is with the worker at a time."""

    def __init__(self, owner: SphinxRecognizer, utterance: Utterance, on_partial: OnPartial | None) -> None:
        self._owner = owner
        self._utterance = utterance
        self._on_partial = on_partial
        self._waiting: list[Pcm] = []
        self._waiting_samples = 0
        self._samples = 0
        self._job: asyncio.Future[Progress] | asyncio.Future[None] | None = None
        self._paused = False  # and the second pass has not begun
        self._stability = StablePrefix()
        self._over = False

    def feed(self, pcm: Pcm) -> None:
        room = int(MAX_UTTERANCE_S * SAMPLE_RATE_HZ) - self._samples
        if self._over or room <= 0:
            return
        block = np.array(pcm[:room], dtype=np.int16)  # a copy: the caller may use its buffer again
        self._waiting.append(block)
        self._waiting_samples += block.size
        self._samples += block.size
        self._go_on()

    def look_ahead(self) -> None:
        """As in `LooksAhead`: the second pass is made now, behind what is more urgent, and `finish` takes it where
        no words came after it."""
        if not self._over:
            self._paused = True
            self._go_on()

    async def caught_up(self) -> None:
        """Return when all that was fed in whole blocks has been worked on, looking ahead included."""
        while self._job is not None:
            await asyncio.wait([self._job])
            await asyncio.sleep(0)  # its callback may begin the next

    async def finish(self) -> Transcript:
        if self._over:
            raise RuntimeError("this utterance is already finished or cancelled")
        self._over = True
        started_s = self._owner.clock()
        try:
            if self._job is not None and not self._job.done():
                # What has begun is worth having: a second pass under way may be the result.
                with contextlib.suppress(Exception):
                    await self._job
            outcome = await self._owner.worker.submit(self._finish)
        except Abandoned as error:  # the recogniser is being closed
            raise RecognizerUnavailable("The recogniser was closed while it was decoding.") from error
        finally:
            self._close()
        return self._transcript(outcome, self._owner.clock() - started_s)

    def cancel(self) -> None:
        if self._over:
            return
        self._over = True
        if self._job is not None:
            self._job.cancel()
        self._close()

    def _go_on(self) -> None:
        """Hand over what has come in, if the worker is not busy with this utterance."""
        if (
            self._over
            or self._job is not None
            or not (self._paused or self._waiting_samples >= BLOCK_SAMPLES)
        ):
            return
        blocks, self._waiting, self._waiting_samples = self._waiting, [], 0
        if self._paused:
            self._paused = False
            self._submit(lambda stop: self._utterance.look_ahead(joined(blocks), stop), Priority.AHEAD)
        else:
            self._submit(lambda stop: self._utterance.advance(joined(blocks), stop), Priority.PARTIAL)

    def _submit(self, work: Callable[[threading.Event], Progress], priority: Priority) -> None:
        try:
            self._job = self._owner.worker.submit(work, priority)
        except RecognizerUnavailable:
            return  # `finish` will say so
        self._job.add_done_callback(self._advanced)

    def _advanced(self, job: "asyncio.Future[Progress]") -> None:
        self._job = None
        if job.cancelled() or job.exception() is not None or self._over:
            return
        progress = job.result()
        if self._on_partial is not None and self._stability.update(progress.text):
            self._on_partial(Partial(progress.text, self._stability.stable, ENGINE))
        self._go_on()

    def _finish(self, stop: threading.Event) -> Outcome:
        self._utterance.advance(joined(self._waiting), stop)
        return self._utterance.finish(stop)

    def _close(self) -> None:
        """Give the decoder back. A closed worker has taken its decoders with it."""
        with contextlib.suppress(RecognizerUnavailable, RuntimeError):
            self._owner.worker.submit(lambda _stop: self._utterance.close(), Priority.PARTIAL)

    def _transcript(self, outcome: Outcome, compute_s: float) -> Transcript:
        decoded = outcome.decoded
        confidence, reason = sphinx_confidence(decoded)
        return Transcript(
            text=decoded.text if confidence > 0.0 else "",
            engine=ENGINE,
            confidence=confidence,
            audio_s=self._samples / SAMPLE_RATE_HZ,
            compute_s=compute_s,
            words=decoded.words if confidence > 0.0 else (),
            alternatives=decoded.alternatives if confidence > 0.0 else (),
            reason=reason,
            so_far=outcome.live_text or "",
        )
