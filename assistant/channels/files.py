"""Recordings as one person's side of a conversation.

The files are heard one after the other, each at the pace of the clock on the wall, because that is how a person
speaks and what makes the times of a turn mean something. Between them there is silence until the assistant has
answered.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path

import numpy as np

from audio.files import blocks
from audio.frames import FRAME_SAMPLES, SAMPLE_RATE_HZ, Frame, Pcm

LEAD_IN_S = 0.3  # silence before each file: a detector needs a moment of quiet to hear the change


class Recordings:
    """A `Source` of several files. `answered(end)` tells whether all that was heard up to sample `end` has been
    dealt with; `on_file` is called as each file begins."""

    dropped_samples = 0

    def __init__(
        self,
        paths: Sequence[Path],
        *,
        answered: Callable[[int], bool],
        on_file: Callable[[Path], None] = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._paths = paths
        self._answered = answered
        self._on_file = on_file
        self._clock = clock
        self._sleep = sleep
        self._index = 0
        self._begun_s: float | None = None
        self._closed = False

    async def frames(self) -> AsyncIterator[Frame]:
        silence = np.zeros(FRAME_SAMPLES, dtype=np.int16)
        for path in self._paths:
            for _ in range(int(LEAD_IN_S * SAMPLE_RATE_HZ) // FRAME_SAMPLES):
                yield await self._paced(silence)
            self._on_file(path)
            async for pcm in _frames_of(path):
                if self._closed:
                    return
                yield await self._paced(pcm)
            end = self._index
            while not self._answered(end):
                if self._closed:
                    return
                yield await self._paced(silence)

    async def _paced(self, pcm: Pcm) -> Frame:
        if self._begun_s is None:
            self._begun_s = self._clock()
        frame = Frame(self._index, pcm)
        self._index += len(pcm)
        # A frame is there when its last sample has been spoken.
        due = self._begun_s + self._index / SAMPLE_RATE_HZ
        await self._sleep(max(due - self._clock(), 0.0))
        return frame

    async def close(self) -> None:
        self._closed = True


async def _frames_of(path: Path) -> AsyncIterator[Pcm]:
    """20 ms pieces of a file, the last one filled up with silence; decoding runs in a thread."""
    rest = np.zeros(0, dtype=np.int16)
    pieces = blocks(path)
    while (block := await asyncio.to_thread(next, pieces, None)) is not None:
        rest = np.concatenate([rest, block])
        whole = len(rest) // FRAME_SAMPLES * FRAME_SAMPLES
        for at in range(0, whole, FRAME_SAMPLES):
            yield rest[at : at + FRAME_SAMPLES]
        rest = rest[whole:]
    if len(rest):
        yield np.pad(rest, (0, FRAME_SAMPLES - len(rest)))
