"""The buffer between a sound callback and the rest of the program."""

import numpy as np

from audio.frames import Pcm


class Ring:
    """A bounded buffer of int16 samples for one writing and one reading thread, without a lock.

    Each of the two counters is written by one thread only and read by the other; CPython makes both atomic.
    Storage is allocated once. Positions count all samples that ever passed, so they never wrap.

    When it is full, everything is dropped **until the reader has taken all that is there**: a slow reader
    then loses one piece at a known place instead of many small ones. `gap` is that place.
    """

    def __init__(self, capacity: int) -> None:
        """`capacity`: samples, > 0."""
        if capacity <= 0:
            raise ValueError("a ring needs room for at least one sample")
        self._samples = np.zeros(capacity, np.int16)
        self._capacity = capacity
        self._written = 0
        self._read = 0
        self._dropped = 0
        self._overflowing = False
        self._gap = (0, 0)

    @property
    def capacity(self) -> int:
        return self._capacity

    @property
    def written(self) -> int:
        """Samples stored so far."""
        return self._written

    @property
    def read_position(self) -> int:
        """Samples taken or skipped so far."""
        return self._read

    @property
    def readable(self) -> int:
        return self._written - self._read

    @property
    def writable(self) -> int:
        return self._capacity - self.readable

    @property
    def dropped(self) -> int:
        """Samples that `write` refused."""
        return self._dropped

    @property
    def gap(self) -> tuple[int, int]:
        """(position, dropped): before the sample at `position` a total of `dropped` samples had been lost.

        Writing resumes only when the ring is empty, so `position` is never behind the reader: there is at
        most one gap that the reader has not passed, and it lies exactly where the reader stands.
        """
        return self._gap

    def write(self, pcm: Pcm) -> bool:
        """Writer's thread. Store all of it or, if it does not fit, drop all of it and return False."""
        count = len(pcm)
        if self._overflowing and self.readable == 0:
            self._gap = (self._written, self._dropped)
            self._overflowing = False
        if self._overflowing or count > self.writable:
            self._overflowing = True
            self._dropped += count
            return False
        start = self._written % self._capacity
        first = min(count, self._capacity - start)
        self._samples[start : start + first] = pcm[:first]
        self._samples[: count - first] = pcm[first:]
        self._written += count  # last: from here on the reader may look at the samples
        return True

    def read_into(self, out: Pcm) -> int:
        """Reader's thread. Fill `out` from its beginning; returns how many samples there were."""
        count = min(len(out), self.readable)
        start = self._read % self._capacity
        first = min(count, self._capacity - start)
        out[:first] = self._samples[start : start + first]
        out[first:count] = self._samples[: count - first]
        self._read += count  # last: from here on the writer may overwrite the samples
        return count

    def skip_to(self, position: int) -> None:
        """Reader's thread. Go on reading at `position` (between `read_position` and `written`)."""
        if not self._read <= position <= self._written:
            raise ValueError(f"cannot skip to {position}: {self._read} is read and {self._written} written")
        self._read = position
