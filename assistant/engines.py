"""The speech engines of an assistant: recogniser and voice, loaded beside each other."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from assistant.app import Assistant
from assistant.config.model import Config
from assistant.dialogue.client import DialogueUnavailable
from assistant.dialogue.names import OwnerNames
from assistant.errors import leaf
from assistant.recognition import factory as recognition
from assistant.recognition.base import Recognizer
from assistant.recognition.decision import Meaning
from assistant.recognition.judgement import meaning_of
from assistant.synthesis.base import Synthesizer, VoiceUnavailable
from assistant.voices import Control, changeable


class Engines:
    """`async with Engines(config, assistant, notice) as engines:` loads both; leaving ends their threads.

    `voice` is None where nothing can speak, which `notice` was told: answers are then shown only.
    """

    recognizer: Recognizer
    voice: Synthesizer | None = None

    def __init__(
        self,
        config: Config,
        assistant: Assistant,
        notice: Callable[[str], None],
        *,
        learned: OwnerNames | None = None,
    ) -> None:
        """`learned`: names that the recogniser is to know beside those of the settings."""
        self._learned = learned
        self._config = config
        self._assistant = assistant
        self._notice = notice
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._load_recognizer())
                group.create_task(self._load_voice())
        except BaseException as error:
            await self._stack.aclose()
            raise leaf(error) from None
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    async def _load_recognizer(self) -> None:
        self.recognizer = await recognition.create(
            self._config,
            self._assistant.project,
            judge=self._judge,
            notice=self._notice,
            learned=self._learned,
        )
        self._stack.push_async_callback(self.recognizer.close)

    async def _load_voice(self) -> None:
        try:
            voice = await changeable(self._config, self._notice)
        except VoiceUnavailable as error:
            self._notice(f"{error} Until then answers are shown only.")
            return
        self.voice = voice
        self._stack.push_async_callback(voice.close)
        services = self._assistant.services.voice
        services.attach(Control(voice, self._config.voice))
        self._stack.callback(services.attach, None)

    async def _judge(self, text: str) -> Meaning | None:
        """What the understanding makes of a transcript; None while Rasa is not there."""
        if not self._assistant.dialogue.ready:
            return None
        try:
            parse = await self._assistant.dialogue.parse(text)
        except DialogueUnavailable:
            return None
        return meaning_of(parse, self._assistant.free_text_entities)
