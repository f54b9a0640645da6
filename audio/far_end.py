"""Finds, for each moment of the microphone, what the speaker was given at that moment."""

import numpy as np
import soxr

from audio.clock import StreamClock
from audio.frames import SAMPLE_RATE_HZ, Pcm
from audio.played import Played

EARLIER_S = 0.03
"""How much older the far end is than the microphone's sound, so that it is there in time though callbacks jitter. An
echo is later than that: the buffers of the devices alone hold 80 ms."""
RESAMPLER_S = 0.025
"""So much more of the far end has to be there where it is resampled: soxr at its low quality looks 20 ms ahead."""
SLIDE_S = 0.02
"""Two clocks this far apart are put right at once; the canceller finds the echo again within half a second."""


class FarEnd:
    """`played` in frames of the microphone's time, at 16 kHz. One thread.

    `delay_s`: how much later than given to the speaker the echo reaches the program; 0: unknown, and the canceller
    looks for it. Both streams count samples; where they belong together is known from when their callbacks ran.
    """

    def __init__(self, played: Played, microphone: StreamClock, delay_s: float = 0.0) -> None:
        self._played = played
        self._microphone = microphone
        earlier_s = EARLIER_S + (RESAMPLER_S if played.rate_hz != SAMPLE_RATE_HZ else 0.0)
        self._earlier_s = max(earlier_s, delay_s - EARLIER_S)
        self._resampler = self._new_resampler()
        self._next: int | None = None  # the sample of `played` to be read next
        self._offset: float | None = None  # of `played` against the microphone's samples, in its own
        self._ready = np.zeros(0, np.int16)
        self.realigned = 0
        """How often the clocks had slid apart."""

    def at(self, index: int, count: int) -> Pcm:
        """The far end of the microphone's samples [index, index + count), (count,) at 16 kHz."""
        position = self._position(index)
        if position is None:
            return np.zeros(count, np.int16)
        self._align(position, index)
        while len(self._ready) < count and self._next is not None:
            # A step at a time: how much the resampler gives for it varies.
            end = self._next + self._played.rate_hz // 100
            self._ready = np.concatenate([self._ready, self._resampled(self._next, end)])
            self._next = end
        far, self._ready = self._ready[:count], self._ready[count:]
        return far

    @property
    def may_echo(self) -> bool:
        """Whether the microphone may hear the speaker now. Costs nothing; any thread."""
        return self._played.may_echo

    def rest(self) -> None:
        """The sound that follows is not that which `at` gave last. Where it belongs is known from before: measured
        again it would be some samples elsewhere, and a path that was learnt would not fit any more."""
        self._next = None

    def _position(self, index: int) -> int | None:
        """The sample that the speaker was given a little before the microphone's sample `index` arrived."""
        ear_s, mouth_s = self._microphone.start_s(), self._played.clock.start_s()
        if ear_s is None or mouth_s is None:
            return None
        arrives_s = ear_s + index / SAMPLE_RATE_HZ
        return round((arrives_s - self._earlier_s - mouth_s) * self._played.rate_hz)

    def _align(self, position: int, index: int) -> None:
        slide = SLIDE_S * self._played.rate_hz
        ahead = len(self._ready) * self._played.rate_hz // SAMPLE_RATE_HZ
        if self._next is not None and abs(self._next - ahead - position) <= slide:
            return
        same = index * self._played.rate_hz / SAMPLE_RATE_HZ
        if self._next is None and self._offset is not None and abs(same + self._offset - position) <= slide:
            position = round(same + self._offset)
        elif self._offset is not None:
            self.realigned += 1
        self._offset = position - same
        self._resampler = self._new_resampler()
        self._ready = self._ready[:0]
        self._next = position

    def _new_resampler(self) -> "soxr.ResampleStream | None":
        if self._played.rate_hz == SAMPLE_RATE_HZ:
            return None
        return soxr.ResampleStream(self._played.rate_hz, SAMPLE_RATE_HZ, 1, dtype="int16", quality="LQ")

    def _resampled(self, start: int, end: int) -> Pcm:
        pcm = self._played.between(start, end)
        if self._resampler is None:
            return pcm
        found: Pcm = self._resampler.resample_chunk(pcm)
        return found
