"""`assistant say`: text to a sound file, or aloud."""

import threading
from contextlib import AsyncExitStack
from pathlib import Path

from assistant.cli.common import notice
from assistant.cli.texts import plain
from assistant.config import Config
from assistant.errors import UserError
from assistant.voices import changeable
from audio.errors import NoDevice
from audio.files import WavSink
from audio.frames import silence
from audio.speaker import Speaker


async def say(config: Config, text: str, output: Path | None) -> None:
    """Speak `text`, of any length, clause by clause: memory does not grow with it."""
    text = plain(text)
    async with AsyncExitStack() as stack:
        voice = await changeable(config, notice)
        stack.push_async_callback(voice.close)
        sink = await _sink(config, output, voice.sample_rate_hz)
        if isinstance(sink, WavSink):
            stack.push_async_callback(sink.abandon)  # unless it is closed below: no half a text in a file
        else:
            stack.push_async_callback(sink.close)
        pause_s = 0.0
        async for clause in voice.speak(text, threading.Event()):
            await sink.write(silence(pause_s, clause.sample_rate_hz))
            await sink.write(clause.pcm)
            pause_s = clause.pause_s
        if not sink.written_samples:
            raise UserError("There is nothing in TEXT that can be spoken.", exit_status=2)
        await sink.drain()
        await sink.close()


async def _sink(config: Config, output: Path | None, rate_hz: int) -> WavSink | Speaker:
    if output is not None:
        return WavSink(output, rate_hz)
    audio = config.audio
    try:
        return await Speaker.open(audio.output_device, sample_rate_hz=rate_hz, volume=audio.volume)
    except NoDevice as error:
        raise NoDevice(f"{error} `assistant say TEXT -o FILE.wav` writes it into a file.") from error
