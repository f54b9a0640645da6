"""When the samples of a sound device pass, in the time of the whole machine."""

import time
from collections.abc import Callable

import numpy as np

KEPT = 128
"""Callbacks looked back at: 1.3 s of a speaker, 2.6 s of a microphone."""


class StreamClock:
    """Relates a stream's samples to `time.monotonic`. Callbacks jitter: the median of many does not.

    `tick` is called in the device's callback and neither allocates nor waits; all else may be read in another thread.
    """

    def __init__(self, rate_hz: int, now: Callable[[], float] = time.monotonic) -> None:
        self._rate_hz = rate_hz
        self._now = now
        self._starts_s = np.zeros(KEPT)
        self._ticks = 0
        self._samples = 0

    @property
    def samples(self) -> int:
        """All that ever passed."""
        return self._samples

    def tick(self, count: int) -> None:
        """`count` more samples have passed, now."""
        self._samples += count
        self._starts_s[self._ticks % KEPT] = self._now() - self._samples / self._rate_hz
        self._ticks += 1

    def start_s(self) -> float | None:
        """When sample 0 passed; None before the first `tick`. Slides where the device's clock is not the machine's."""
        known = min(self._ticks, KEPT)
        return float(np.median(self._starts_s[:known])) if known else None
