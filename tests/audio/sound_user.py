"""A program that uses microphone and speaker, for tests: PortAudio takes its sound system from the
environment of the process it starts in. Prints one JSON object a line.

    python -m tests.audio.sound_user ACTION [ARGUMENT …]
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from audio import devices, files
from audio.errors import AudioError
from audio.frames import FRAME_SAMPLES, Frame
from audio.microphone import Microphone
from audio.speaker import Speaker


def tell(**facts: Any) -> None:
    print(json.dumps(facts), flush=True)


@asynccontextmanager
async def microphone() -> AsyncIterator[Microphone]:
    source = await Microphone.open()
    try:
        yield source
    finally:
        await source.close()


@asynccontextmanager
async def speaker(rate_hz: int) -> AsyncIterator[Speaker]:
    sink = await Speaker.open(sample_rate_hz=rate_hz)
    try:
        yield sink
    finally:
        await sink.close()


def refuse(rate_hz: int) -> None:
    """The device takes any rate but this one, as real hardware does; only PortAudio's answer is changed."""
    sd = devices.portaudio()
    for name in ("check_input_settings", "check_output_settings"):
        accept = getattr(sd, name)

        def check(*, samplerate: int, accept: Any = accept, **settings: Any) -> None:
            if samplerate == rate_hz:
                raise sd.PortAudioError("Invalid sample rate", -9997)
            accept(samplerate=samplerate, **settings)

        setattr(sd, name, check)


async def list_devices() -> None:
    for device in devices.list_devices():
        tell(name=device.name, default=device.is_default("input") and device.is_default("output"))
    tell(input=devices.find_device("", "input").name, output=devices.find_device("pulse", "output").name)


async def capture(seconds: str, path: str) -> None:
    """Record; says when it began to hear."""
    count = round(float(seconds) * 16_000 / FRAME_SAMPLES)
    async with microphone() as source, asyncio.timeout(float(seconds) + 10):
        got: list[Frame] = []
        async for frame in source.frames():
            if not got:
                tell(ready=True)
            got.append(frame)
            if len(got) == count:
                break
        sink = files.WavSink(Path(path))
        await sink.write(np.concatenate([frame.pcm for frame in got]))
        await sink.close()
        tell(
            steps=sorted({b.index - a.index for a, b in pairwise(got)}),
            dropped=source.dropped_samples,
            overflows=source.overflows,
            rate_hz=source.device_rate_hz,
        )


async def capture_resampled(seconds: str, path: str) -> None:
    refuse(16_000)
    await capture(seconds, path)


async def stall(seconds: str) -> None:
    """A loop that is busy for longer than the ring lasts, and then reads on."""
    async with microphone() as source, asyncio.timeout(20):
        frames = source.frames()
        before = await anext(frames)
        time.sleep(float(seconds))  # noqa: ASYNC251 - this is the fault that is tried
        indices = [(await anext(frames)).index for _ in range(150)]
        steps = [b - a for a, b in pairwise([before.index, *indices])]
        jumps = [step for step in steps if step != FRAME_SAMPLES]
        tell(jumps=jumps, dropped=source.dropped_samples)


async def play(path: str, rate_hz: str) -> None:
    """Play a file, and watch the position."""
    sound = files.read(Path(path), sample_rate_hz=int(rate_hz))
    async with speaker(int(rate_hz)) as sink:
        positions = [sink.played_samples]

        async def watch() -> None:
            while True:
                positions.append(sink.played_samples)
                await asyncio.sleep(0.02)

        watcher = asyncio.create_task(watch())
        began = time.monotonic()
        await sink.write(sound[: len(sound) // 2])
        await sink.write(sound[len(sound) // 2 :])
        wrote_s = time.monotonic() - began
        await sink.drain()
        took_s = time.monotonic() - began
        watcher.cancel()
        tell(
            wrote_s=wrote_s,
            took_s=took_s,
            written=sink.written_samples,
            played=sink.played_samples,
            ascending=positions == sorted(positions),
            seen=len(set(positions)),
            underruns=sink.underruns,
            device_underruns=sink.device_underruns,
            rate_hz=sink.device_rate_hz,
        )


async def play_resampled(path: str, rate_hz: str) -> None:
    refuse(int(rate_hz))
    await play(path, rate_hz)


async def flush(path: str, after_s: str) -> None:
    """Interrupt a long sound, then say something short."""
    sound = files.read(Path(path))
    async with speaker(16_000) as sink:
        writing = asyncio.create_task(sink.write(sound))
        while sink.played_samples < float(after_s) * 16_000:  # noqa: ASYNC110 - a position has no event
            await asyncio.sleep(0.005)
        before = sink.played_samples
        sink.flush()
        heard = sink.played_samples
        async with asyncio.timeout(1):
            await writing  # returns: the rest of what was being written is dropped
        same = sink.written_samples == heard
        await sink.drain()
        await asyncio.sleep(0.5)
        tone = np.sin(2 * np.pi * 880 * np.arange(8000) / 16_000) * 8000
        await sink.write(tone.astype(np.int16))
        await sink.drain()
        tell(before=before, heard=heard, same=same, played=sink.played_samples, written=sink.written_samples)


async def volume(path: str) -> None:
    sound = files.read(Path(path))
    async with speaker(16_000) as sink:
        await sink.write(sound[:8000])
        await sink.drain()
        sink.volume = 0.25
        await sink.write(sound[8000:16_000])
        await sink.drain()
        tell(volume=sink.volume)


async def lose_microphone() -> None:
    async with microphone() as source:
        began = time.monotonic()
        try:
            async for _ in source.frames():
                if began and time.monotonic() - began > 0.3:
                    tell(ready=True)
                    began = float("inf")
        except AudioError as error:
            tell(error=type(error).__name__, text=str(error))


async def lose_speaker() -> None:
    async with speaker(16_000) as sink:
        try:
            for n in range(1000):
                await sink.write(np.zeros(1600, np.int16))
                if n == 10:  # the first is being heard: half a second is queued at most
                    tell(ready=True)
        except AudioError as error:
            played = sink.played_samples
            tell(error=type(error).__name__, text=str(error), fits=0 < played <= sink.written_samples)


async def cancel_opening() -> None:
    opening = asyncio.create_task(Microphone.open())
    await asyncio.sleep(0)
    opening.cancel()
    await asyncio.wait([opening])
    await asyncio.sleep(2)  # opening takes about half a second, closing milliseconds
    tell(cancelled=opening.cancelled())
    await asyncio.sleep(60)


async def no_device() -> None:
    for open_device in (Microphone.open, Speaker.open):
        try:
            await open_device()
        except AudioError as error:
            tell(error=type(error).__name__, text=str(error))


ACTIONS = {
    action.__name__: action
    for action in (list_devices, capture, capture_resampled, stall, play, play_resampled, flush, volume,
                   cancel_opening, lose_microphone, lose_speaker, no_device)
}  # fmt: skip

if __name__ == "__main__":
    asyncio.run(ACTIONS[sys.argv[1]](*sys.argv[2:]))
