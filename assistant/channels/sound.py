"""The sound card as a person's place: microphone and loudspeaker."""

from contextlib import AsyncExitStack

from assistant.config.model import Config
from audio.echo_microphone import EchoMicrophone
from audio.errors import AudioError
from audio.far_end import FarEnd
from audio.frames import Source
from audio.microphone import Microphone
from audio.speaker import Speaker

DUCKED = 0.25  # of the volume while a person talks over an answer


class SoundCard:
    """Microphone and speaker, opened together."""

    def __init__(
        self, microphone: Microphone, speaker: Speaker, volume: float, cleaned: EchoMicrophone | None = None
    ) -> None:
        """`cleaned`: `microphone` without the echo of `speaker`; None: it is heard as it is."""
        self.microphone = microphone
        self.speaker = speaker
        self.cleaned = cleaned
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
            stack.push_async_callback(speaker.close)
            cleaned = await _cleaned(config, microphone, speaker) if audio.echo_cancellation else None
            stack.pop_all()
        return cls(microphone, speaker, audio.volume, cleaned)

    @property
    def source(self) -> Source:
        """What a conversation listens to."""
        return self.cleaned or self.microphone

    def duck(self, down: bool) -> None:
        """Quieter while a person talks over it."""
        self.speaker.volume = self._volume * DUCKED if down else self._volume

    async def close(self) -> None:
        """Idempotent; says nothing about a device that is gone already."""
        for device in (self.cleaned or self.microphone, self.speaker):
            try:
                await device.close()
            except AudioError:
                continue


async def _cleaned(config: Config, microphone: Microphone, speaker: Speaker) -> EchoMicrophone:
    far_end = FarEnd(speaker.played, microphone.clock, config.audio.echo_delay_ms / 1000)
    return await EchoMicrophone.open(microphone, far_end)
