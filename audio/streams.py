"""What a microphone and a speaker have in common: a PortAudio stream whose callback wakes the event loop."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeVar

from audio.devices import NAMES, Device, Kind, cannot_open, portaudio, rescan
from audio.errors import AudioError, DeviceLost

SILENT_FOR_S = 2.0
"""A device whose callback has not run for so long is gone (they run every 10 to 20 ms)."""
STARTS_WITHIN_S = 5.0
"""The same for the first time: a wireless headset has to change its mode first."""
CLOSE_TIMEOUT_S = 2.0


Opened = TypeVar("Opened")
_closing: set[asyncio.Task[None]] = set()
"""The event loop itself holds tasks only weakly."""


async def open_in_thread(open_it: Callable[[], Opened], close: Callable[[Opened], Awaitable[None]]) -> Opened:
    """`open_it()` in a worker thread. A device still being opened when this is cancelled is closed."""
    opening = asyncio.create_task(asyncio.to_thread(open_it))
    try:
        return await asyncio.shield(opening)
    except asyncio.CancelledError:

        async def undo() -> None:
            with suppress(AudioError):
                await close(await opening)

        task = asyncio.create_task(undo())
        _closing.add(task)
        task.add_done_callback(_closing.discard)
        raise


class Waker:
    """Wakes a coroutine from a callback thread; wake-ups that come before it ran are one."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._event = asyncio.Event()
        self._pending = False

    def wake(self) -> None:
        """Any thread. Costs nothing while nobody waits; does nothing once the loop is closed."""
        # Seen as set, the event is still to be cleared by the waiter, who looks for news only after that.
        if self._pending or self._event.is_set():
            return
        self._pending = True
        with suppress(RuntimeError):  # the loop was closed while the device was still running
            self._loop.call_soon_threadsafe(self._set)

    def _set(self) -> None:
        # Cleared before the waiter looks: a wake-up during its look schedules another one and cannot be lost.
        self._pending = False
        self._event.set()

    async def wait(self, timeout_s: float) -> bool:
        """Loop thread, one waiter. True when woken since the last wait, False after `timeout_s`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._event.wait()
        woken = self._event.is_set()
        self._event.clear()
        return woken


_held: set["DeviceStream"] = set()
"""Streams that PortAudio has not let go of, those of drivers that hang included."""


def look_again() -> bool:
    """`rescan`, unless a stream is still open: PortAudio ends them all with it, from under their threads. Whether it
    was done. Blocks for up to half a second; nobody may open a stream meanwhile. Raises `NoDevice`."""
    if _held:
        return False
    rescan()
    return True


class DeviceStream:
    """An open PortAudio stream, and whether it is alive. Loop thread, except for `mark_alive`."""

    def __init__(self, device: Device, kind: Kind) -> None:
        self.device = device
        self._kind = kind
        self._stream: Any = None
        self._finished = False
        self._deadline_s = 0.0
        self._closing = False

    def open(self, waker: Waker, callback: Callable[..., None], **settings: Any) -> None:
        """Start the stream: mono int16. Blocks for some tens of milliseconds: call it in a worker thread.

        `callback` is as sounddevice has it and runs on PortAudio's thread. Raises `NoDevice`.
        """
        sd = portaudio()

        def finished() -> None:  # PortAudio's thread, when the device went away or the stream was stopped
            self._finished = True
            waker.wake()

        make = sd.InputStream if self._kind == "input" else sd.OutputStream
        try:
            self._stream = make(
                device=self.device.number,
                channels=1,
                dtype="int16",
                callback=callback,
                finished_callback=finished,
                **settings,
            )
            _held.add(self)
            self._deadline_s = time.monotonic() + STARTS_WITHIN_S
            self._stream.start()
        except (sd.PortAudioError, ValueError) as error:
            self._shut()
            raise cannot_open(self.device, self._kind, error) from error

    @property
    def latency_s(self) -> float:
        """As PortAudio estimates it."""
        stream = self._stream
        return float(stream.latency) if stream is not None else 0.0

    def mark_alive(self) -> None:
        """The callback ran."""
        self._deadline_s = time.monotonic() + SILENT_FOR_S

    @property
    def is_closed(self) -> bool:
        return self._closing

    def check(self) -> None:
        """Raises `DeviceLost` when the device stopped by itself or has been silent for SILENT_FOR_S."""
        if self._closing:
            return
        if self._finished or time.monotonic() > self._deadline_s:
            name = NAMES[self._kind]
            raise DeviceLost(f'The {name} "{self.device.name}" is gone: check that it is plugged in.')

    async def close(self) -> None:
        """Idempotent, bounded. A driver that hangs on a vanished device is left behind in a daemon thread."""
        self._closing = True
        if self._stream is None:
            return
        done = asyncio.Event()
        loop = asyncio.get_running_loop()

        def shut() -> None:
            self._shut()
            with suppress(RuntimeError):  # the loop did not wait for us
                loop.call_soon_threadsafe(done.set)

        threading.Thread(target=shut, name=f"close {self._kind}", daemon=True).start()
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                await done.wait()

    def _shut(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            try:
                stream.abort()
            finally:
                stream.close()
                _held.discard(self)
