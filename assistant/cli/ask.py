"""`assistant ask`: a conversation without sound, with the assistant that is running, or with one of its own.

What the second takes to import is imported when it is needed: the first answers in a fraction of that time.
"""

import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Protocol

from assistant import instances
from assistant.channels.console import Console
from assistant.channels.record import TurnRecord
from assistant.cli.common import notice, print_json, printer
from assistant.cli.texts import lines, turn_text
from assistant.config import Config
from assistant.errors import UserError
from assistant.instances import Instance, NotThere, in_daemon_thread

ANSWER_TIMEOUT_S = 240.0  # the longest that a turn can take: a dialogue that is still loading, and its answer

OTHER_SETTINGS = "The assistant that is running has other settings; this is answered without it."
WENT_AWAY = "The assistant that was running does not answer any more; going on without it."


class Talk(Protocol):
    """A typed conversation, wherever it is held."""

    @property
    def unfinished(self) -> list[TurnRecord]: ...

    async def turn(self, text: str) -> TurnRecord:
        """Raises `NotThere` where it is held elsewhere and cannot be any more."""
        ...


class _WithRunning:
    """Held by the assistant that is running."""

    unfinished: list[TurnRecord] = []  # noqa: RUF012 - never added to

    def __init__(self, instance: Instance, console: Console | None) -> None:
        self._instance = instance
        self._console = console

    async def turn(self, text: str) -> TurnRecord:
        body = {"texts": [text]}
        answer = await in_daemon_thread(
            lambda: self._instance.request("POST", "/api/ask", body, timeout_s=ANSWER_TIMEOUT_S)
        )
        try:
            record = TurnRecord.from_dict(answer["turns"][0])
        except (LookupError, TypeError) as error:
            raise NotThere(f"process {self._instance.pid} answered in another way: {error}") from error
        if self._console is not None:
            for event in record.events("console"):
                self._console(event)
        return record


async def ask(config: Config, texts: tuple[str, ...], as_json: bool, *, alone: bool = False) -> int:
    """The exit status: 0 when every turn was answered."""
    if not texts and as_json and sys.stdin.isatty():
        raise UserError("Give at least one TEXT.", exit_status=2)
    turns = [turn_text(text) for text in texts]
    conversation = _Conversation(config, None if as_json else Console(printer(), timings=False))
    refused = False
    try:
        async with conversation.stack:
            await conversation.begin(alone=alone)
            async for text in _each(turns) if turns else lines():
                try:
                    await conversation.turn(turn_text(text, "The line"))
                except UserError as error:  # a line that is no turn ends no conversation
                    if text.strip():
                        refused = True
                        notice(f"assistant: {error}")
    finally:
        records = conversation.all()
        if as_json and (records or sys.exception() is None):  # what was done is told however it ends
            print_json([record.as_dict() for record in records])
    answered = all(record.outcome == "answered" for record in records)
    return 0 if answered and not refused else 1


class _Conversation:
    """Goes on alone where the assistant that was running goes away."""

    def __init__(self, config: Config, console: Console | None) -> None:
        self.stack = AsyncExitStack()
        self._config = config
        self._console = console
        self._records: list[TurnRecord] = []
        self._talk: Talk | None = None

    async def begin(self, *, alone: bool) -> None:
        instance = None if alone else await in_daemon_thread(instances.find)
        if instance is not None and instance.settings != instances.settings_key(self._config):
            notice(OTHER_SETTINGS)
            instance = None
        if instance is not None:
            self._talk = _WithRunning(instance, self._console)
        else:
            await self._go_alone()

    async def turn(self, text: str) -> None:
        assert self._talk is not None
        try:
            record = await self._talk.turn(text)
        except NotThere:
            notice(WENT_AWAY)
            record = await (await self._go_alone()).turn(text)
        self._records.append(record)

    def all(self) -> list[TurnRecord]:
        """Every turn, one that did not come to its end included."""
        return [*self._records, *(self._talk.unfinished if self._talk is not None else ())]

    async def _go_alone(self) -> Talk:
        from assistant.cli.alone import alone

        talk: Talk = await self.stack.enter_async_context(alone(self._config, self._console))
        self._talk = talk
        return talk


async def _each(texts: list[str]) -> AsyncIterator[str]:
    for text in texts:
        yield text
