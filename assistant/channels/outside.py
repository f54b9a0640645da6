"""Ways in from other programs and machines, as far as they are configured."""

from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from assistant import paths
from assistant.api.conversation import Answered, CalledService, NobodyAnswers, Spoken
from assistant.api.outward import OutwardServer
from assistant.api.tokens import Tokens
from assistant.app import Assistant
from assistant.channels.conversations import CannotConverse, Conversations, Turn
from assistant.channels.mqtt.channel import MqttChannel
from assistant.config.api import Api

ANSWERED = ("answered", "interrupted", "stopped")
"""Outcomes of a turn that came to its end."""


class Outside:
    """`async with Outside(assistant):` meanwhile others converse with it. Raises `UserError` where an address cannot
    be listened on."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._stack = AsyncExitStack()
        self.conversations = Conversations(assistant)
        self.server: OutwardServer | None = None

    @property
    def addresses(self) -> list[str]:
        """Where it can be reached, for people to read."""
        mqtt = self._assistant.config.mqtt
        by_mqtt = [f"{mqtt.prefix}/… on the MQTT broker {mqtt.host}"] if mqtt.host else []
        return [self.server.url, *by_mqtt] if self.server is not None else by_mqtt

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            await self._open(stack)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    async def _open(self, stack: AsyncExitStack) -> None:
        assistant = self._assistant
        await stack.enter_async_context(self.conversations)
        own = assistant.api.conversation
        own.converse = self._converse
        stack.callback(setattr, own, "converse", None)
        if assistant.config.mqtt.host:
            await stack.enter_async_context(MqttChannel(assistant, self.conversations))
        if assistant.config.api.port:
            self.server = server = OutwardServer(
                assistant.services.registry, assistant.config.api, tokens_of(assistant.config.api)
            )
            server.conversation.converse = self._converse
            stack.push_async_callback(server.close)
            await server.start()

    async def _converse(self, spoken: Spoken) -> Answered:
        try:
            turn = await self.conversations.turn(
                spoken.session, spoken.text, room=spoken.room, person=spoken.person
            )
        except CannotConverse as error:
            raise NobodyAnswers(str(error)) from error
        return answered(turn)


def tokens_of(settings: Api) -> Tokens:
    """The file of tokens that the settings mean."""
    return Tokens(settings.tokens.expanduser() if settings.tokens else paths.config_file().parent / "tokens")


def answered(turn: Turn) -> Answered:
    """A turn as the API tells of it. That the dialogue was still loading is no part of the answer."""
    record = turn.record
    said = [reply for reply in record.replies if reply["source"] != "notice"] or record.replies
    services = (
        CalledService(call["service"], call["ok"], call.get("result") or {}) for call in record.services
    )
    return Answered(
        replies=tuple((reply["text"], reply["source"]) for reply in said),
        services=tuple(services),
        intent=record.intent,
        asks=turn.asks,
        failed=record.outcome not in ANSWERED,
    )
