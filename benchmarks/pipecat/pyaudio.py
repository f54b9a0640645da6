"""As much of PyAudio as Pipecat's local transport uses, over sounddevice.

PyAudio has no wheel for Linux: it would need a compiler and PortAudio's headers. sounddevice drives the same
PortAudio, so Pipecat's own transport runs unchanged. Latency and block length are what PyAudio asks for: the
device's low latency, and blocks of 1,024 frames where nothing is said.
"""

from collections.abc import Callable
from typing import Any

import sounddevice

paContinue = 0
BLOCK_FRAMES = 1024

StreamCallback = Callable[[bytes, int, Any, Any], tuple[bytes | None, int]]


class Stream:
    """An open stream. `write` blocks until the device has taken the sound."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def start_stream(self) -> None:
        if not self._stream.active:
            self._stream.start()

    def stop_stream(self) -> None:
        self._stream.stop()

    def close(self) -> None:
        self._stream.close()

    def write(self, audio: bytes) -> None:
        self._stream.write(audio)


class PyAudio:
    def get_format_from_width(self, width: int) -> str:
        """The sample format of `width` bytes. Raises ValueError for any but 2."""
        if width != 2:
            raise ValueError(f"samples of {width} bytes are not needed here")
        return "int16"

    def open(
        self,
        *,
        format: str,
        channels: int,
        rate: int,
        frames_per_buffer: int = BLOCK_FRAMES,
        stream_callback: StreamCallback | None = None,
        input: bool = False,
        output: bool = False,
        input_device_index: int | None = None,
        output_device_index: int | None = None,
    ) -> Stream:
        """A stream for either direction, started as PyAudio starts it. `rate` in Hz.

        The callback runs on PortAudio's thread. Raises sounddevice.PortAudioError.
        """
        if input == output:
            raise ValueError("a stream here is for input or for output")
        options = {"samplerate": rate, "blocksize": frames_per_buffer, "channels": channels, "dtype": format}
        if input:
            opened = sounddevice.RawInputStream(
                device=input_device_index, latency="low", callback=_given(stream_callback), **options
            )
        else:
            opened = sounddevice.RawOutputStream(device=output_device_index, latency="low", **options)
        stream = Stream(opened)
        stream.start_stream()
        return stream


def _given(callback: StreamCallback | None) -> Callable[[Any, int, Any, Any], None] | None:
    if callback is None:
        return None

    def call(sound: Any, frames: int, times: Any, status: Any) -> None:
        callback(bytes(sound), frames, times, status)

    return call
