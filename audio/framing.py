"""Cuts a stream of blocks into 20 ms frames."""

from collections.abc import Iterator

import numpy as np

from audio.frames import FRAME_SAMPLES, Frame, Pcm


class Framer:
    """Blocks of any length in, frames of FRAME_SAMPLES out, with running sample indices. One thread."""

    def __init__(self, index: int = 0) -> None:
        self._index = index
        self._rest: Pcm = np.zeros(0, np.int16)

    @property
    def index(self) -> int:
        """Index of the first sample of the next frame."""
        return self._index

    def feed(self, pcm: Pcm) -> Iterator[Frame]:
        """The frames that are complete now. Iterate to the end before feeding again."""
        sound = np.concatenate([self._rest, pcm]) if self._rest.size else pcm
        whole = len(sound) // FRAME_SAMPLES * FRAME_SAMPLES
        self._rest = sound[whole:].copy()
        for at in range(0, whole, FRAME_SAMPLES):
            frame = Frame(self._index, sound[at : at + FRAME_SAMPLES])
            self._index += FRAME_SAMPLES
            yield frame

    def pad(self) -> Iterator[Frame]:
        """A last frame of what is left, filled up with silence; none when nothing is left."""
        if self._rest.size:
            yield from self.feed(np.zeros(FRAME_SAMPLES - self._rest.size, np.int16))

    def jump(self, lost: int) -> int:
        """`lost` samples are missing here: drop the unfinished frame and go on behind the loss.

        Returns how many samples were lost in all.
        """
        total = lost + self._rest.size
        self._rest = self._rest[:0]
        self._index += total
        return total
