"""Two recognisers as one: the embedded one for commands, Whisper for all else.

The embedded recogniser listens while the person speaks, and its result is there at once. Whisper is asked with
the same sound only when that result is doubtful, or when the dialogue waits for free text. Each decision goes
into `Transcript.reason`.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import numpy as np

from assistant.recognition.base import (
    Hints,
    OnPartial,
    RecognitionStream,
    Recognizer,
    RecognizerUnavailable,
    Transcript,
)
from assistant.recognition.confidence import DOUBTFUL, NOISE
from audio.frames import SAMPLE_RATE_HZ, Pcm

log = logging.getLogger(__name__)

MAX_UTTERANCE_S = 30.0
SURE = 0.5
"""Confidence of the embedded recogniser from which its words are taken: its confidence is a calibrated
probability, so this is where it is rather right than wrong."""

SURE_MEANING = 0.9
"""Confidence of the understanding from which doubtful words are taken after all: of 180 commands by three
synthetic voices that keeps 166 of the 173 rightly understood ones, instead of 159, and still takes none of 100
recorded orders of another domain (benchmarks/routing.py)."""

JUDGE_TIMEOUT_S = 0.25
"""The understanding is asked what it thinks of a transcript; a command must not wait for it long."""

Judge = Callable[[str], Awaitable[float | None]]
"""How sure the understanding is that the text is something it can act on, 0..1; None: it cannot tell now."""

ENGINE = "auto"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From where on a command is believed: by the recogniser, and by the understanding. From `meaning` on the
    understanding alone is enough."""

    recognizer: float = SURE
    judge: float = 0.5
    meaning: float = SURE_MEANING


@dataclass(frozen=True, slots=True)
class _Verdict:
    sure: bool
    reason: str


class RoutedRecognizer:
    """A `Recognizer` over two others. It starts and closes both."""

    def __init__(
        self,
        embedded: Recognizer,
        whisper: Recognizer | None,
        *,
        judge: Judge | None = None,
        notice: Callable[[str], None] = lambda _text: None,
        thresholds: Thresholds | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.embedded = embedded
        self.whisper = whisper
        self.thresholds = thresholds or Thresholds()
        self.clock = clock
        self._judge = judge
        self._notice = notice

    @property
    def name(self) -> str:
        return ENGINE if self.whisper is not None else self.embedded.name

    async def start(self) -> None:
        """Load both engines beside each other. Goes on without Whisper where it does not load, and says so.
        Raises `RecognizerUnavailable` when the embedded recogniser cannot be loaded."""
        whisper = asyncio.create_task(self._start_whisper())
        try:
            await self.embedded.start()
            await whisper
        except BaseException:
            whisper.cancel()
            await asyncio.gather(whisper, return_exceptions=True)
            raise

    def stream(self, on_partial: OnPartial | None = None) -> "RoutedStream":
        return RoutedStream(self, on_partial)

    async def close(self) -> None:
        engines = [engine for engine in (self.embedded, self.whisper) if engine is not None]
        await asyncio.gather(*(engine.close() for engine in engines))

    async def _start_whisper(self) -> None:
        if self.whisper is None:
            return
        try:
            await self.whisper.start()
        except RecognizerUnavailable as error:
            self._notice(f"Whisper is not used: {error}")
            broken, self.whisper = self.whisper, None
            await broken.close()

    async def judge(self, text: str) -> float | None:
        """The understanding's confidence, or None where it is not there, late, or fails."""
        if self._judge is None:
            return None
        try:
            async with asyncio.timeout(JUDGE_TIMEOUT_S):
                return await self._judge(text)
        except TimeoutError:
            return None
        except Exception:
            log.exception("judging a transcript failed")
            return None


class RoutedStream:
    """A `RecognitionStream` that takes hints."""

    def __init__(self, owner: RoutedRecognizer, on_partial: OnPartial | None) -> None:
        self.hints = Hints()
        self._owner = owner
        self._sound: list[Pcm] = []  # for Whisper, should it be asked
        self._samples = 0
        self._embedded = owner.embedded.stream(on_partial)
        self._whisper: RecognitionStream | None = None
        self._over = False

    def feed(self, pcm: Pcm) -> None:
        room = int(MAX_UTTERANCE_S * SAMPLE_RATE_HZ) - self._samples
        if self._over or room <= 0:
            return
        block = np.array(pcm[:room], dtype=np.int16)  # a copy: the caller may use its buffer again
        self._embedded.feed(block)
        self._samples += block.size
        if self._owner.whisper is not None:
            self._sound.append(block)

    async def finish(self) -> Transcript:
        if self._over:
            raise RuntimeError("this utterance is already finished or cancelled")
        self._over = True
        started_s = self._owner.clock()
        try:
            transcript = await (self._free_text() if self.hints.free_text else self._command())
        finally:
            self._sound.clear()
            self._embedded.cancel()
        return replace(transcript, compute_s=self._owner.clock() - started_s)

    def cancel(self) -> None:
        self._over = True
        self._sound.clear()
        self._embedded.cancel()
        if self._whisper is not None:
            self._whisper.cancel()

    async def _free_text(self) -> Transcript:
        if self._owner.whisper is None:
            return _because(await self._embedded.finish(), "free text, but there is no Whisper model")
        try:
            return _because(await self._ask_whisper(), "the dialogue waits for free text")
        except RecognizerUnavailable as error:
            return _because(await self._embedded.finish(), f"Whisper failed: {error}")

    async def _command(self) -> Transcript:
        try:
            heard = await self._embedded.finish()
        except RecognizerUnavailable as error:
            if self._owner.whisper is None:
                raise
            return _because(await self._ask_whisper(), f"the embedded recogniser failed: {error}")
        verdict = await self._verdict(heard)
        if verdict.sure:
            return _because(heard, verdict.reason)
        if self._owner.whisper is None or heard.reason == NOISE:
            return _because(heard if heard.confidence >= DOUBTFUL else _dropped(heard), verdict.reason)
        doubt = verdict.reason
        try:
            open_speech = await self._ask_whisper()
        except RecognizerUnavailable as error:
            return _because(heard, f"{doubt}, but Whisper failed: {error}")
        if not open_speech.text and heard.text:
            return _because(heard, f"{doubt}, but Whisper understood nothing ({open_speech.reason})")
        return _because(open_speech, doubt)

    async def _verdict(self, heard: Transcript) -> "_Verdict":
        """Whether the embedded recogniser's words are to be taken, and why."""
        limits = self._owner.thresholds
        if not heard.text:
            return _Verdict(False, heard.reason or "no command in it")
        judged = await self._owner.judge(heard.text)
        if heard.confidence < limits.recognizer:
            words = f"not sure of the words ({heard.confidence:.2f})"
            # Where Whisper is there, its second opinion is worth more.
            if self._owner.whisper is None and judged is not None and judged >= limits.meaning:
                return _Verdict(True, f"{words}, but of what they mean ({judged:.2f})")
            return _Verdict(False, words)
        if judged is not None and judged < limits.judge:
            return _Verdict(False, f"not sure what the words mean ({judged:.2f})")
        return _Verdict(True, "a command, and sure of it")

    async def _ask_whisper(self) -> Transcript:
        assert self._owner.whisper is not None
        self._whisper = self._owner.whisper.stream()
        for block in self._sound:
            self._whisper.feed(block)
        try:
            return await self._whisper.finish()
        except BaseException:
            self._whisper.cancel()
            raise


def _dropped(transcript: Transcript) -> Transcript:
    return replace(transcript, text="", words=(), alternatives=())


def _because(transcript: Transcript, reason: str) -> Transcript:
    """With the router's reason before the engine's own."""
    own = transcript.reason
    return replace(transcript, reason=reason if not own or own in reason else f"{reason}; {own}")
