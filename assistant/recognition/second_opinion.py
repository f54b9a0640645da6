"""Whisper's opinion of an utterance: asked for at most once, perhaps ahead of time, and waited for so long only."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.recognition.base import Recognizer, RecognizerUnavailable, Transcript
from audio.frames import Pcm


@dataclass(frozen=True, slots=True)
class Said:
    """Whisper's transcript, and how long after `begin` it came."""

    transcript: Transcript
    took_s: float


class SecondOpinion:
    """Loop thread. `cancel` abandons the decoding; a result that is late goes nowhere."""

    def __init__(
        self, whisper: Recognizer, sound: Sequence[Pcm], clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self._whisper = whisper
        self._sound = tuple(sound)
        self._clock = clock
        self._task: asyncio.Task[Said] | None = None

    @property
    def begun(self) -> bool:
        return self._task is not None

    def begin(self) -> None:
        """Start to decode, in Whisper's own thread. Idempotent."""
        if self._task is None:
            self._task = asyncio.create_task(self._decode(), name="second opinion")
            self._task.add_done_callback(_forget)

    async def result(self, patience_s: float) -> Said:
        """Begins it where it has not begun. Raises `RecognizerUnavailable` where Whisper fails, or has not
        answered in that time."""
        self.begin()
        assert self._task is not None
        try:
            async with asyncio.timeout(patience_s):
                return await self._task
        except TimeoutError:
            raise RecognizerUnavailable(f"no answer in {patience_s:.1f} s") from None

    def cancel(self) -> None:
        """Idempotent."""
        if self._task is not None:
            self._task.cancel()

    async def _decode(self) -> Said:
        started_s = self._clock()
        stream = self._whisper.stream()
        try:
            for block in self._sound:
                stream.feed(block)
            transcript = await stream.finish()
        except BaseException:
            stream.cancel()
            raise
        return Said(transcript, self._clock() - started_s)


def _forget(task: "asyncio.Task[Said]") -> None:
    """A failure that nobody waits for any more is none."""
    if not task.cancelled():
        task.exception()
