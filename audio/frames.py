"""What sound looks like inside the assistant.

Everything between the edges is 16 kHz, mono, signed 16-bit, in frames of 20 ms. Sound is resampled once,
where it enters or leaves. The time of input is a *sample index*: it counts the samples that the source has
delivered since it was opened, so it does not drift and does not jump with the wall clock.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

SAMPLE_RATE_HZ = 16_000
FRAME_MS = 20
FRAME_SAMPLES = SAMPLE_RATE_HZ * FRAME_MS // 1000  # 320

Pcm = npt.NDArray[np.int16]
"""Shape (samples,), mono."""


@dataclass(frozen=True, slots=True)
class Frame:
    """20 ms of input. `index` is the sample index of its first sample; `pcm` has FRAME_SAMPLES samples.

    `suppressed`: while the loudspeaker is heard, the same sound without anything that may be its echo, however much of
    a person is lost with it: good for being sure that somebody speaks, and for nothing else.
    """

    index: int
    pcm: Pcm
    suppressed: Pcm | None = None


class Source(Protocol):
    """Where sound comes from: a microphone, a file, a remote satellite."""

    def frames(self) -> AsyncIterator[Frame]:
        """Frames in order, without gaps in `index` unless input was lost (then `dropped_samples` grows).

        Ends when the source has no more to give. Raises `audio.errors.DeviceLost` when a device went away.
        """
        ...

    @property
    def dropped_samples(self) -> int:
        """How much input was lost because the reader was too slow or the device overran."""
        ...

    async def close(self) -> None:
        """Idempotent. After it `frames()` ends."""
        ...


class Sink(Protocol):
    """Where sound goes. One writer at a time; positions count from the sink's opening."""

    @property
    def sample_rate_hz(self) -> int:
        """The rate that `write` expects."""
        ...

    @property
    def written_samples(self) -> int:
        """Samples accepted by `write` since opening."""
        ...

    @property
    def played_samples(self) -> int:
        """Samples that have left the device since opening: never more than `written_samples`."""
        ...

    async def write(self, pcm: Pcm) -> None:
        """Queue sound; waits while more than about 0.5 s is queued. Raises `audio.errors.DeviceLost`."""
        ...

    async def drain(self) -> None:
        """Return when all that was written has been heard (bounded: queued duration + 2 s)."""
        ...

    def flush(self) -> None:
        """Be silent now: drop all that is queued. Loop thread, does not wait. `played_samples` then tells
        how much was heard, and counting goes on from `written_samples == played_samples`."""
        ...

    async def close(self) -> None:
        """Idempotent."""
        ...


def silence(seconds: float, rate_hz: int = SAMPLE_RATE_HZ) -> Pcm:
    """So much of it, which may be none."""
    return np.zeros(max(0, round(seconds * rate_hz)), np.int16)
