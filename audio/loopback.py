"""Plays a sound through the speaker and records it with the microphone at the same time, with both clocks."""

import asyncio
from dataclasses import dataclass
from typing import Any

import numpy as np

from audio import microphone, speaker
from audio.clock import StreamClock
from audio.devices import Device, find_device, usable_rate_hz
from audio.errors import DeviceLost
from audio.frames import FRAME_MS, SAMPLE_RATE_HZ, Pcm
from audio.resample import resample
from audio.streams import DeviceStream, Waker, open_in_thread

AFTER_S = 0.5
SPARE_S = 10.0


@dataclass(frozen=True, slots=True)
class Loopback:
    """What came back."""

    recording: Pcm  # (n,) at 16 kHz
    start_s: float
    """When the first sample was given to the speaker, in the time of the recording: the arrival of its first
    sample at the program is 0."""
    microphone: Device
    speaker: Device
    microphone_rate_hz: int
    speaker_rate_hz: int
    overflows: int  # how often the microphone reported that it lost input
    underruns: int  # how often the speaker reported that it was not fed in time


class _Player:
    """An output stream that plays `sound`, (n,) int16, and then silence."""

    def __init__(self, device: Device, rate_hz: int, sound: Pcm, waker: Waker) -> None:
        self._sound, self._waker = sound, waker
        self.clock = StreamClock(rate_hz)
        self.stream = DeviceStream(device, "output")
        self.underruns = 0
        self.rate_hz = rate_hz

    def open(self) -> None:
        self.stream.open(
            self._waker,
            self._on_block,
            samplerate=self.rate_hz,
            blocksize=self.rate_hz * speaker.BLOCK_MS // 1000,
            latency=speaker.DEVICE_BUFFER_S,
        )

    def _on_block(self, out: Any, count: int, time_info: Any, status: Any) -> None:
        """PortAudio's thread."""
        piece = self._sound[self.clock.samples : self.clock.samples + count]
        out[: len(piece), 0] = piece
        out[len(piece) :, 0] = 0
        self.clock.tick(count)
        self.underruns += bool(status.output_underflow)
        self.stream.mark_alive()
        self._waker.wake()

    @property
    def over(self) -> bool:
        return self.clock.samples >= len(self._sound) + AFTER_S * self.rate_hz


class _Recorder:
    """An input stream that keeps what it hears, as much as `longest_s`."""

    def __init__(self, device: Device, rate_hz: int, longest_s: float, waker: Waker) -> None:
        self._kept = np.zeros(round(longest_s * rate_hz), np.int16)
        self._waker = waker
        self.clock = StreamClock(rate_hz)
        self.stream = DeviceStream(device, "input")
        self.overflows = 0
        self.rate_hz = rate_hz

    def open(self) -> None:
        self.stream.open(
            self._waker,
            self._on_block,
            samplerate=self.rate_hz,
            blocksize=self.rate_hz * FRAME_MS // 1000,
            latency=microphone.DEVICE_BUFFER_S,
        )

    def _on_block(self, block: Any, count: int, time_info: Any, status: Any) -> None:
        """PortAudio's thread."""
        at = self.clock.samples
        room = self._kept[at : at + count]
        room[:] = block[: len(room), 0]
        self.clock.tick(count)
        self.overflows += bool(status.input_overflow)
        self.stream.mark_alive()
        self._waker.wake()

    @property
    def recording(self) -> Pcm:
        return resample(self._kept[: self.clock.samples], self.rate_hz, SAMPLE_RATE_HZ)


async def play_and_record(sound: Pcm, input_device: str = "", output_device: str = "") -> Loopback:
    """`sound`: (n,) at 16 kHz. The streams are opened as those of a conversation are, with the same buffers.

    Takes the length of the sound and about a second. Raises `NoDevice` and `DeviceLost`.
    """
    length_s = len(sound) / SAMPLE_RATE_HZ + AFTER_S
    waker = Waker(asyncio.get_running_loop())

    def opened() -> tuple[_Recorder, _Player]:
        ear, mouth = find_device(input_device, "input"), find_device(output_device, "output")
        recorder = _Recorder(ear, usable_rate_hz(ear, "input", SAMPLE_RATE_HZ), length_s + SPARE_S, waker)
        rate_hz = usable_rate_hz(mouth, "output", SAMPLE_RATE_HZ)
        player = _Player(mouth, rate_hz, resample(sound, SAMPLE_RATE_HZ, rate_hz), waker)
        recorder.open()
        player.open()
        return recorder, player

    async def close(streams: tuple[_Recorder, _Player]) -> None:
        for each in streams:
            await each.stream.close()

    recorder, player = streams = await open_in_thread(opened, close)
    try:
        async with asyncio.timeout(length_s + SPARE_S):
            while not player.over:
                recorder.stream.check()
                player.stream.check()
                await waker.wait(0.5)
    except TimeoutError as error:
        raise DeviceLost(
            f'The speaker "{player.stream.device.name}" does not play on: is it switched on?'
        ) from error
    finally:
        await close(streams)
    return Loopback(
        recording=recorder.recording,
        start_s=(player.clock.start_s() or 0.0)
        - (recorder.clock.start_s() or 0.0),  # both have run for a second
        microphone=recorder.stream.device,
        speaker=player.stream.device,
        microphone_rate_hz=recorder.rate_hz,
        speaker_rate_hz=player.rate_hz,
        overflows=recorder.overflows,
        underruns=player.underruns,
    )
