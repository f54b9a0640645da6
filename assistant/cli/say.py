"""`assistant say`: text to a sound file, or aloud."""

import threading
from pathlib import Path

import click

from assistant.cli.common import Settings, notice, run
from assistant.config import Config


@click.command("say")
@click.argument("text", nargs=-1, required=True)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="A WAV file; without it, the speaker.")
@click.pass_obj
def command(settings: Settings, text: tuple[str, ...], output: Path | None) -> None:
    """Speak TEXT in the assistant's voice."""
    run(_say(settings.load(), " ".join(text), output))


async def _say(config: Config, text: str, output: Path | None) -> None:
    from assistant.synthesis import factory
    from audio.files import WavSink
    from audio.speaker import Speaker

    voice = await factory.create(config.voice, notice=notice)
    try:
        rate_hz = voice.sample_rate_hz
        sink: WavSink | Speaker
        if output is not None:
            sink = WavSink(output, rate_hz)
        else:
            sink = await Speaker.open(
                config.audio.output_device, sample_rate_hz=rate_hz, volume=config.audio.volume
            )
        try:
            async for clause in voice.speak(text, threading.Event()):
                await sink.write(clause.pcm)
            await sink.drain()
        finally:
            await sink.close()
    finally:
        await voice.close()
