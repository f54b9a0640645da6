"""Tells whether a linear path fits the echo that is heard now."""

from collections import deque

import numpy as np
import numpy.typing as npt

WINDOW = 6
"""Frames that are looked at together: 120 ms."""
FITS = 0.5
"""Of the echo that is taken out at least so much is in what the microphone heard. Measured on 32 echoes whose delay
jumped by 2 to 80 ms: 0.0 to 0.3 from 100 ms after it on; with a person over an echo that fits 0.9 to 1.0, one in twenty
below 0.8."""
LASTING = 15
"""Frames, 0.3 s, in which it does not fit before the path counts as another one: where an answer is cut off, it is
expected for a moment in which it is not heard any more."""
SETTLED = 8
"""Frames for which it had fitted before: a path of which nothing is known yet cannot change."""
GONE_FOR = 40
"""Frames, 0.8 s, after such a change in which nobody is heard: no canceller knows the way then, WebRTC's included."""
HEARD = 0.25
"""Share of the microphone's power that the echo has to have: beside less, chance decides."""
FLOOR = 10.0
"""And its least mean square, of differences in sample units squared."""
EXPLAINED = 8.0
"""The path is known once the microphone heard so many times as much energy as it leaves (9 dB)"""
KNOWN_AFTER = 75
"""in so many frames with an echo, 1.5 s: a path that explains the first syllables need not explain the next."""


class EchoFit:
    """The echo that a path expects, projected onto what the microphone heard: 1 where it is in it, whatever else is
    heard, and 0 where it is not, because the path is another one now. That happens when a card changes its buffers,
    when somebody moves the microphone, and at first. One thread."""

    def __init__(self) -> None:
        self._sums: deque[tuple[float, float, float]] = deque(maxlen=WINDOW)
        self._misfits = 0  # frames in a row
        self._fitting = 0  # frames since the last change
        self._gone = 0  # for so many more frames
        self._frames = 0  # of the sums below
        self._heard = 0.0  # energy of the microphone
        self._left = 0.0  # energy of what the path leaves
        self._known = False

    @property
    def usable(self) -> bool:
        """It was known, and has not become another since: what it leaves is the best that there is of a person."""
        return self._known

    @property
    def known(self) -> bool:
        """What the path leaves now is what an echo can leave, and the person."""
        return self._known and not self._misfits

    @property
    def gone(self) -> bool:
        """The path has just become another: whatever is heard may be an echo."""
        return self._gone > 0

    def update(self, near: npt.NDArray[np.float64], echo: npt.NDArray[np.float64]) -> None:
        """The next frame: what the microphone heard, and what of it is an echo."""
        # Differences: a voice has most of its power in few low harmonics, which fit each other by chance.
        steps, expected = np.diff(near), np.diff(echo)
        rest = near - echo
        self._sums.append((float(expected @ steps), float(expected @ expected), float(steps @ steps)))
        both, echoes, all_ = map(sum, zip(*self._sums, strict=True))
        self._gone = max(0, self._gone - 1)
        if echoes < max(HEARD * all_, FLOOR * len(near) * WINDOW):
            return
        self._misfits = self._misfits + 1 if both / echoes < FITS else 0
        if self._misfits:
            if self._misfits == LASTING and self._fitting >= SETTLED:
                self._gone = GONE_FOR
            if self._misfits >= LASTING:
                self._known = False
                self._fitting = self._frames = 0
                self._heard = self._left = 0.0
            return
        self._frames += 1
        self._fitting += 1
        self._heard += float(near @ near)
        self._left += float(rest @ rest)
        if self._frames >= KNOWN_AFTER:
            self._known = self._known or self._heard > EXPLAINED * self._left
            self._frames, self._heard, self._left = 0, 0.0, 0.0
