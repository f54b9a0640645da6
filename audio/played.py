"""What the speaker gave to its device, remembered for a moment, so that its echo can be found."""

import time
from collections.abc import Callable

import numpy as np

from audio.clock import StreamClock
from audio.frames import Pcm

REMEMBERED_S = 4.0
"""Reading is at most two seconds behind: that is how far the event loop may lag behind the microphone."""
ECHO_S = 3.0
"""So long after the last sound an echo may still be read from the microphone: the delay of the devices and the room,
less than a second, and two seconds by which its reader may lag behind."""


class Played:
    """The last REMEMBERED_S of a speaker, by the sample. Written in its callback, read in one other thread; storage is
    allocated once.

    A reader looks at what is between two samples ago and the end; what has been forgotten, and what is not played
    yet, reads as silence.
    """

    def __init__(self, rate_hz: int, now: Callable[[], float] = time.monotonic) -> None:
        self.rate_hz = rate_hz
        self.clock = StreamClock(rate_hz, now)
        self._samples = np.zeros(round(REMEMBERED_S * rate_hz), np.int16)
        self._loud_end = -round(ECHO_S * rate_hz)

    @property
    def end(self) -> int:
        """Samples played so far, silence included."""
        return self.clock.samples

    def add(self, block: Pcm, *, silent: bool) -> None:
        """The callback's thread: (n,) int16, n less than a second, as the device gets it. `silent`: it is all zero."""
        capacity = len(self._samples)
        start = self.clock.samples % capacity
        first = min(len(block), capacity - start)
        self._samples[start : start + first] = block[:first]
        self._samples[: len(block) - first] = block[first:]
        if not silent:
            self._loud_end = self.clock.samples + len(block)
        self.clock.tick(len(block))  # last: from here on the reader may look at the samples

    @property
    def may_echo(self) -> bool:
        """Whether something was played within ECHO_S. Any thread."""
        return self.clock.samples < self._loud_end + round(ECHO_S * self.rate_hz)

    def between(self, start: int, end: int) -> Pcm:
        """Samples [start, end), (end - start,)."""
        found = np.zeros(max(0, end - start), np.int16)
        oldest = max(start, 0, self.end - len(self._samples) + self.rate_hz)
        newest = min(end, self.end)
        if oldest < newest:
            found[oldest - start : newest - start] = self._samples[
                np.arange(oldest, newest) % len(self._samples)
            ]
        return found
