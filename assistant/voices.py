"""The voice that speaks, and the service that changes it: what joins the two."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

from assistant.config.model import Config, Voice
from assistant.services.service import ServiceError
from assistant.services.voice import VoiceNow
from assistant.synthesis import chosen, factory
from assistant.synthesis.base import VoiceUnavailable
from assistant.synthesis.changeable import ChangeableVoice
from assistant.synthesis.choices import choices, with_voice

CONFIGURED = "configured"
"""Instead of a voice's name: whatever the configuration says, speed and volume too."""


async def changeable(config: Config, notice: factory.Notice) -> ChangeableVoice:
    """The voice that was chosen last, or is configured, started; the caller closes it. `notice` is told when the
    chosen one is not there any more. Raises `VoiceUnavailable`."""
    settings = await asyncio.to_thread(chosen.load, config.voice)
    make = partial(factory.create, units=config.units, notice=notice)
    remember = partial(chosen.save, config.voice)
    if settings != config.voice:
        try:
            return ChangeableVoice(await make(settings), settings, make, remember)
        except VoiceUnavailable as error:
            notice(f"The voice that was chosen last is gone, so the configured one speaks. {error}")
    return ChangeableVoice(await make(config.voice), config.voice, make, remember)


class Control:
    """`assistant.services.voice.VoiceControl` over a voice. Loop thread."""

    def __init__(self, voice: ChangeableVoice, configured: Voice) -> None:
        self._voice = voice
        self._configured = configured

    async def now(self) -> VoiceNow:
        there = await asyncio.to_thread(choices)
        return VoiceNow(
            self._voice.name, self._voice.settings, {choice.name: choice.speakers for choice in there}
        )

    async def change(self, name: str, values: Callable[[Voice], dict[str, Any]]) -> VoiceNow:
        def update(settings: Voice, speaking: str) -> Voice:
            if name.casefold() == CONFIGURED:
                settings = self._configured
            elif name:
                settings = with_voice(settings, name, speaking)
            settings = Voice.model_validate({**settings.model_dump(), **values(settings)})
            if settings.speaker and settings.engine == "embedded":
                raise VoiceUnavailable(f"The voice flite {settings.embedded_voice} has one speaker only.")
            return settings

        try:
            await self._voice.change(update)
        except VoiceUnavailable as error:
            raise ServiceError("no_such_voice", str(error)) from error
        return await self.now()
