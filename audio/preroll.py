"""The sound of the last moments, for the words spoken before a detector woke."""

from collections import deque

import numpy as np

from audio.frames import FRAME_SAMPLES, SAMPLE_RATE_HZ, Frame, Pcm


class PreRoll:
    """Keeps the latest frames; `since(index)` gives the sound from any sample on. One thread.

    Where frames were lost between two that are kept, silence takes their place, so that sample `index` is
    always at offset `index - start` of what `since` returns.
    """

    def __init__(self, keep_s: float) -> None:
        """`keep_s`: seconds to remember, at least one frame; memory is bounded by it."""
        self._keep = max(1, round(keep_s * SAMPLE_RATE_HZ / FRAME_SAMPLES))
        self._frames: deque[Frame] = deque(maxlen=self._keep)

    @property
    def start(self) -> int:
        """Index of the oldest sample kept; equal to `end` when nothing is."""
        return self._frames[0].index if self._frames else 0

    @property
    def end(self) -> int:
        """Index after the newest sample."""
        return self._frames[-1].index + len(self._frames[-1].pcm) if self._frames else 0

    def push(self, frame: Frame) -> None:
        """The next frame; forgets the oldest when full. Keeps a reference, no copy."""
        oldest = frame.index + len(frame.pcm) - self._keep * FRAME_SAMPLES
        while self._frames and self._frames[0].index < oldest:  # a gap: bounded in time, not only in count
            self._frames.popleft()
        self._frames.append(frame)

    def since(self, index: int) -> Pcm:
        """(samples,) from sample `index` (or the oldest kept, if that is later) up to the newest."""
        first = max(index, self.start)
        sound = np.zeros(max(0, self.end - first), np.int16)
        for frame in self._frames:
            skip = max(0, first - frame.index)
            part = frame.pcm[skip:]
            if part.size:
                at = frame.index + skip - first
                sound[at : at + part.size] = part
        return sound

    def clear(self) -> None:
        """Forget everything."""
        self._frames.clear()
