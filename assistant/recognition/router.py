"""Two recognisers as one: the embedded one for commands, Whisper for all else.

The embedded recogniser listens while the person speaks, and its result is there at once. Whisper is asked with
the same sound only when that result is doubtful, when a part of the command could be any words, or when the
dialogue waits for free text; begun at once where the words so far already look like no command. The rules are
in `policy`, and each decision goes, with its grounds, into `Transcript.decision`.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from assistant.recognition.base import OnPartial, Recognizer, RecognizerUnavailable
from assistant.recognition.decision import Meaning
from assistant.recognition.policy import Thresholds
from assistant.recognition.routed_stream import Patience, RoutedStream
from assistant.recognition.spoken_words import as_said

log = logging.getLogger(__name__)

Judge = Callable[[str], Awaitable[Meaning | None]]
"""What the understanding makes of a text; None: it cannot tell now."""

ENGINE = "auto"


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
        patience: Patience | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.embedded = embedded
        self.whisper = whisper
        self.thresholds = thresholds or Thresholds()
        self.patience = patience or Patience()
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

    def stream(self, on_partial: OnPartial | None = None) -> RoutedStream:
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

    async def judge(self, text: str) -> Meaning | None:
        """What the understanding makes of it, or None where it is not there, late, or fails."""
        if self._judge is None or not text:
            return None
        try:
            async with asyncio.timeout(self.patience.judge_s):
                return await self._judge(as_said(text))
        except TimeoutError:
            return None
        except Exception:
            log.exception("judging a transcript failed")
            return None
