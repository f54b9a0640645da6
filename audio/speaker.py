"""The speaker."""

import asyncio
import time
from typing import Any

import numpy as np

from audio.devices import Device, find_device, usable_rate_hz
from audio.errors import DeviceLost
from audio.frames import SAMPLE_RATE_HZ, Pcm
from audio.played import Played
from audio.resample import Resampler
from audio.ring import Ring
from audio.streams import SILENT_FOR_S, DeviceStream, Waker, open_in_thread

QUEUE_S = 0.5
"""How far ahead of the device `write` may be."""
BLOCK_MS = 10
FADE_MS = 5
"""Length of the fade after `flush`: as short as it can be without a click."""
DEVICE_BUFFER_S = 0.06
"""Asked of PortAudio. Sound in it cannot be taken back: it is the latency of `flush`. Below 40 ms
PulseAudio's ALSA plugin, measured on its null sink, began to underrun or to stall."""
DRAIN_SPARE_S = 2.0


class Speaker:
    """A `Sink`. Make it with `open`; loop thread.

    The callback takes blocks of 10 ms from a ring, scales them by the volume and remembers them, nothing else.
    Positions are in the samples of `sample_rate_hz`, also where the device was opened at another rate.
    """

    def __init__(
        self, device: Device, sample_rate_hz: int, device_rate_hz: int, loop: asyncio.AbstractEventLoop
    ) -> None:
        self._rate_hz = sample_rate_hz
        self._device_rate_hz = device_rate_hz
        self._queue = round(QUEUE_S * device_rate_hz)
        self._ring = Ring(2 * self._queue)
        self._waker = Waker(loop)
        self._stream = DeviceStream(device, "output")
        self._resampler = Resampler(sample_rate_hz, device_rate_hz)
        self._written = 0
        # Ring position `_base[0]` is sample `_base[1]` of the sink. One tuple, so that it changes at once.
        self._base = (0, 0)
        self._played = 0  # what `played_samples` said last: it never goes back
        self._skip_to = 0  # ring position up to which the callback shall drop what it has not played
        self._epoch = 0
        self._target_volume = 1.0
        self._heard = (0, 0.0)  # (ring position, when the sample before it leaves the device)
        block = device_rate_hz * BLOCK_MS // 1000
        self._block = np.zeros(block, np.int16)
        self._scaled = np.zeros(block, np.float32)
        self._gain = np.zeros(block, np.float32)
        self._ramp = np.linspace(0.0, 1.0, block, endpoint=False, dtype=np.float32)
        self._fade = np.clip(
            1.0 - np.arange(block, dtype=np.float32) / (device_rate_hz * FADE_MS / 1000), 0.0, 1.0
        )
        self._volume = 1.0
        self.played = Played(device_rate_hz)
        """What the device was given: after volume and fades, and the silence between."""
        self.underruns = 0
        """How often sound ran out in mid-stream: a gap that a person may hear. The end of what was written
        counts only when more follows."""
        self.device_underruns = 0
        """How often the device reported that it was not fed in time."""
        self._starved = False

    @classmethod
    async def open(
        cls, wanted: str = "", *, sample_rate_hz: int = SAMPLE_RATE_HZ, volume: float = 1.0
    ) -> "Speaker":
        """`wanted`: as for `find_device`. `sample_rate_hz`: what `write` shall take. Raises `NoDevice`."""

        loop = asyncio.get_running_loop()

        def opened() -> "Speaker":
            device = find_device(wanted, "output")
            speaker = cls(device, sample_rate_hz, usable_rate_hz(device, "output", sample_rate_hz), loop)
            speaker.volume = speaker._volume = volume
            speaker._start()
            return speaker

        return await open_in_thread(opened, cls.close)

    def _start(self) -> None:
        self._stream.open(
            self._waker,
            self._on_block,
            samplerate=self._device_rate_hz,
            blocksize=len(self._block),
            latency=DEVICE_BUFFER_S,
        )

    # PortAudio's thread

    def _on_block(self, out: Any, count: int, time_info: Any, status: Any) -> None:
        """Fill `out`, (count, 1) int16. `count` is the block size asked for."""
        ring = self._ring
        dropped = (
            self._skip_to - ring.read_position
        )  # what `flush` wants gone; behind it may stand a new reply
        flushing = dropped > 0
        got = ring.read_into(self._block[:dropped] if flushing else self._block)
        self._block[got:] = 0
        if flushing:
            np.multiply(self._fade, self._volume, out=self._gain)
            ring.skip_to(self._skip_to)
        else:
            self._follow_volume()
            self._note_heard(got, count, time_info)
        np.multiply(self._block, self._gain, out=self._scaled)
        out[:, 0] = self._scaled
        self.played.add(out[:, 0], silent=not got or (self._volume == 0.0 and not flushing))
        if status.output_underflow:
            self.device_underruns += 1
        self._stream.mark_alive()
        self._waker.wake()

    def _follow_volume(self) -> None:
        """Gain for this block: from the present volume to the wanted one in a straight line, without a
        step.
        """
        target = self._target_volume
        np.multiply(self._ramp, target - self._volume, out=self._gain)
        np.add(self._gain, self._volume, out=self._gain)
        self._volume = target

    def _note_heard(self, got: int, count: int, time_info: Any) -> None:
        if got:
            if self._starved:
                self.underruns += 1
            delay_s = time_info.outputBufferDacTime - time_info.currentTime
            if not 0.0 <= delay_s <= 2.0:  # some host APIs leave these at zero
                delay_s = self._stream.latency_s
            ends_s = time.monotonic() + delay_s + got / self._device_rate_hz
            self._heard = (self._ring.read_position, ends_s)
        self._starved = 0 < got < count

    # loop thread

    @property
    def device(self) -> Device:
        return self._stream.device

    @property
    def sample_rate_hz(self) -> int:
        return self._rate_hz

    @property
    def device_rate_hz(self) -> int:
        """The rate the device was opened with."""
        return self._device_rate_hz

    @property
    def volume(self) -> float:
        """0 to 1. A change is heard after the device's buffer (about 60 ms) and fades over one block."""
        return self._target_volume

    @volume.setter
    def volume(self, volume: float) -> None:
        self._target_volume = min(1.0, max(0.0, volume))

    @property
    def written_samples(self) -> int:
        return self._written

    @property
    def played_samples(self) -> int:
        """As in `Sink`: what the device took, less what is still in its buffer by its own clock."""
        if self._stream.is_closed:
            return self._played
        position, ends_s = self._heard
        position -= max(0, round((ends_s - time.monotonic()) * self._device_rate_hz))
        self._played = max(self._played, min(self._to_sink(position), self._written))
        return self._played

    def _to_sink(self, ring_position: int) -> int:
        ring, sink = self._base
        return sink + max(0, ring_position - ring) * self._rate_hz // self._device_rate_hz

    async def write(self, pcm: Pcm) -> None:
        """As in `Sink`. When `flush` is called while this waits, the rest of `pcm` is dropped and it
        returns.
        """
        epoch = self._epoch
        step = max(1, self._rate_hz // 20)  # 50 ms: so that what waits here is little when `flush` comes
        for start in range(0, len(pcm), step):
            piece = pcm[start : start + step]
            await self._room(epoch)
            if epoch != self._epoch or self._stream.is_closed:
                return
            self._ring.write(self._resampler.feed(piece))
            self._written += len(piece)

    async def _room(self, epoch: int) -> None:
        while self._ring.readable >= self._queue and epoch == self._epoch and not self._stream.is_closed:
            self._stream.check()
            await self._waker.wait(SILENT_FOR_S / 4)
        self._stream.check()

    async def drain(self) -> None:
        """As in `Sink`. Raises `DeviceLost`, also when the device does not play on within the bound."""
        epoch = self._epoch
        self._ring.write(self._resampler.finish())
        end = self._ring.written
        deadline_s = time.monotonic() + self._ring.readable / self._device_rate_hz + DRAIN_SPARE_S
        while not self._has_left(end) and epoch == self._epoch and not self._stream.is_closed:
            self._stream.check()
            if time.monotonic() > deadline_s:
                raise DeviceLost(f'The speaker "{self.device.name}" does not play on: is it switched on?')
            await self._waker.wait(BLOCK_MS / 1000)
        if epoch == self._epoch and self._ring.written == end and self._has_left(end):
            self._base = (end, self._written)  # rounding of rates ends here
            self._played = self._written
            self._starved = False

    def _has_left(self, ring_position: int) -> bool:
        position, ends_s = self._heard
        return ring_position <= self._base[0] or (position >= ring_position and time.monotonic() >= ends_s)

    def flush(self) -> None:
        """As in `Sink`. What the device holds already (about 60 ms) is still heard, and counted as played."""
        self._epoch += 1
        self._resampler.finish()
        heard = min(self._written, self._to_sink(self._ring.read_position))
        self._played = self._written = max(self._played, heard)
        end = self._ring.written
        self._base = (end, self._written)
        self._skip_to = end
        self._starved = False
        self._waker.wake()

    async def close(self) -> None:
        _ = self.played_samples  # where it stands now is where it stays
        await self._stream.close()
        self._waker.wake()
