"""The sound card as a person's place: microphone and loudspeaker."""

from contextlib import AsyncExitStack

from assistant.config.model import Config
from audio.errors import AudioError
from audio.frames import Source
from audio.microphone import Microphone
from audio.speaker import Speaker

DUCKED = 0.25  # of the volume while a person talks over an answer


class SoundCard:
    """Microphone and speaker, opened together."""

    def __init__(self, microphone: Microphone, speaker: Speaker, volume: float) -> None:
        self.microphone = microphone
        self.speaker = speaker
        self._volume = volume

    @classmethod
    async def open(cls, config: Config, sample_rate_hz: int) -> "SoundCard":
        """Raises `NoDevice`."""
        audio = config.audio
        async with AsyncExitStack() as stack:
            microphone = await Microphone.open(audio.input_device)
            stack.push_async_callback(microphone.close)
            speaker = await Speaker.open(
                audio.output_device, sample_rate_hz=sample_rate_hz, volume=audio.volume
            )
            stack.pop_all()
        return cls(microphone, speaker, audio.volume)

    @property
    def source(self) -> Source:
        """What a conversation listens to."""
        return self.microphone

    def duck(self, down: bool) -> None:
        """Quieter while a person talks over it."""
        self.speaker.volume = self._volume * DUCKED if down else self._volume

    async def close(self) -> None:
        """Idempotent; says nothing about a device that is gone already."""
        for device in (self.microphone, self.speaker):
            try:
                await device.close()
            except AudioError:
                continue
