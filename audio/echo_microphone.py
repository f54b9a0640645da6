"""A microphone that does not hear the loudspeaker beside it."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing

from audio.echo import EchoCanceller
from audio.far_end import FarEnd
from audio.frames import Frame, Source

TIMEOUT_S = 5.0
"""For a frame that takes 0.5 ms: the machine is at a standstill."""


class EchoMicrophone:
    """A `Source`: that of `microphone`, without what the speaker gave. Loop thread; the work is done in a thread of
    its own.

    Frames come with the same indices, one for each. While nothing has been played for ECHO_S they are the
    microphone's own, bit by bit, and cost nothing. Frames that wait for a slow canceller wait in the microphone,
    which counts what it drops.
    """

    def __init__(
        self, microphone: Source, far_end: FarEnd, canceller: EchoCanceller, worker: ThreadPoolExecutor
    ) -> None:
        self._microphone = microphone
        self._far_end = far_end
        self._canceller = canceller
        self._worker = worker

    @classmethod
    async def open(cls, microphone: Source, far_end: FarEnd) -> "EchoMicrophone":
        """Loads the canceller, which takes 0.2 s and 30 MB."""
        worker = ThreadPoolExecutor(1, thread_name_prefix="echo")
        try:
            canceller = await asyncio.get_running_loop().run_in_executor(worker, EchoCanceller)
        except BaseException:
            worker.shutdown(wait=False, cancel_futures=True)
            raise
        return cls(microphone, far_end, canceller, worker)

    @property
    def dropped_samples(self) -> int:
        return self._microphone.dropped_samples

    @property
    def enhancement_db(self) -> float | None:
        """As of `EchoCanceller`."""
        return self._canceller.enhancement_db

    async def frames(self) -> AsyncIterator[Frame]:
        """As in `Source`. Raises `TimeoutError` when the canceller hangs."""
        loop = asyncio.get_running_loop()
        resting = True
        async with aclosing(self._microphone.frames()) as frames:  # type: ignore[type-var]
            async for frame in frames:
                if self._far_end.may_echo:
                    resting = False
                    async with asyncio.timeout(TIMEOUT_S):
                        frame = await loop.run_in_executor(self._worker, self._clean, frame)
                elif not resting:
                    self._far_end.rest()
                    resting = True
                yield frame

    async def close(self) -> None:
        await self._microphone.close()
        self._worker.shutdown(wait=False, cancel_futures=True)

    def _clean(self, frame: Frame) -> Frame:
        """Worker thread."""
        far = self._far_end.at(frame.index, len(frame.pcm))
        cleaned = self._canceller.clean(frame.pcm, far)
        return Frame(frame.index, cleaned.pcm, cleaned.suppressed)
