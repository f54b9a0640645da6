"""The microphone."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import numpy as np

from audio.clock import StreamClock
from audio.devices import Device, find_device, usable_rate_hz
from audio.frames import FRAME_MS, SAMPLE_RATE_HZ, Frame
from audio.framing import Framer
from audio.resample import Resampler
from audio.ring import Ring
from audio.streams import SILENT_FOR_S, DeviceStream, Waker, open_in_thread

RING_S = 2.0
"""How long the event loop may be busy before input is lost."""
DEVICE_BUFFER_S = 0.1
"""Asked of PortAudio. It delays nothing (blocks come as they are recorded) and lets the callback be late."""


class Microphone:
    """A `Source`. Make it with `open`; loop thread.

    The callback copies each block of 20 ms into a ring and wakes the loop, nothing else. Where the device
    does not offer 16 kHz it is opened at its native rate and resampled on the reading side; then frames
    come 20 to 40 ms later, which is soxr's filter, but with the right index.
    """

    def __init__(self, device: Device, rate_hz: int, loop: asyncio.AbstractEventLoop) -> None:
        self._rate_hz = rate_hz
        self._ring = Ring(round(RING_S * rate_hz))
        self._waker = Waker(loop)
        self._stream = DeviceStream(device, "input")
        self._resampler = Resampler(rate_hz, SAMPLE_RATE_HZ)
        self._framer = Framer()
        self._lost = 0  # samples of ours that the framer jumped over
        self._lost_device = 0  # the same in the device's samples, as far as it has been noticed
        self.clock = StreamClock(rate_hz)
        """When the device's samples arrived, those that were dropped included."""
        self.overflows = 0
        """How often the device itself reported that it lost input; how much, it does not say."""

    @classmethod
    async def open(cls, wanted: str = "") -> "Microphone":
        """`wanted`: as for `find_device`. Records from now on. Raises `NoDevice`."""

        loop = asyncio.get_running_loop()

        def opened() -> "Microphone":
            device = find_device(wanted, "input")
            microphone = cls(device, usable_rate_hz(device, "input", SAMPLE_RATE_HZ), loop)
            microphone._start()
            return microphone

        return await open_in_thread(opened, cls.close)

    def _start(self) -> None:
        self._stream.open(
            self._waker,
            self._on_block,
            samplerate=self._rate_hz,
            blocksize=self._rate_hz * FRAME_MS // 1000,
            latency=DEVICE_BUFFER_S,
        )

    def _on_block(self, block: Any, count: int, time: Any, status: Any) -> None:
        """PortAudio's thread. `block` is (count, 1) int16 and only valid during the call."""
        self._ring.write(block[:, 0])
        self.clock.tick(count)
        if status.input_overflow:
            self.overflows += 1
        self._stream.mark_alive()
        self._waker.wake()

    @property
    def device(self) -> Device:
        return self._stream.device

    @property
    def device_rate_hz(self) -> int:
        """The rate the device was opened with."""
        return self._rate_hz

    @property
    def dropped_samples(self) -> int:
        """Lost because `frames()` was read too slowly, at 16 kHz. See also `overflows`."""
        unnoticed = self._ring.dropped - self._lost_device
        return self._lost + unnoticed * SAMPLE_RATE_HZ // self._rate_hz

    async def frames(self) -> AsyncIterator[Frame]:
        """As in `Source`. One reader, once."""
        block = np.zeros(self._rate_hz * FRAME_MS // 1000, np.int16)
        while not self._stream.is_closed:
            self._jump_over_loss()
            count = self._ring.read_into(block)
            if count == 0:
                self._stream.check()
                await self._waker.wait(SILENT_FOR_S / 4)
                continue
            for frame in self._framer.feed(self._resampler.feed(block[:count])):
                # The frame may be a view of `block`, which the next read overwrites while the frame is
                # still used.
                yield Frame(frame.index, frame.pcm.copy())
                if self._stream.is_closed:
                    return

    def _jump_over_loss(self) -> None:
        position, dropped = self._ring.gap
        if position == self._ring.read_position and dropped > self._lost_device:
            lost = (dropped - self._lost_device) * SAMPLE_RATE_HZ // self._rate_hz
            self._lost += self._framer.jump(lost)
            self._lost_device = dropped

    async def close(self) -> None:
        await self._stream.close()
        self._waker.wake()
