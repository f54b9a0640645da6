"""A conversation by typing: in this process, or with an assistant that is running already."""

import asyncio
import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from assistant import instances
from assistant.app import Assistant
from assistant.channels.record import Recorder, TurnRecord
from assistant.events import Event, NamesInUse, TurnEnded

SESSION = "console"
"""One name for all typed questions: the next one can answer a question of the assistant, whoever runs it."""


class ConversationOver(Exception):
    """The conversation ended before the turn did."""


class TypedConversation:
    """`async with TypedConversation(assistant) as talk: await talk.turn(text)`. One turn after the other.

    Timers do not ring here: a person who types once would not be there any more.
    """

    def __init__(self, assistant: Assistant, name: str = SESSION) -> None:
        self.name = name
        self._assistant = assistant
        self._bus = assistant.bus
        self._recorder = Recorder(name)
        self._session = assistant.session(name, open_mic=False, rings=False)
        self._free = asyncio.Lock()
        self._running: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._stop_recording = self._bus.observe(self._recorder)
        self._running = asyncio.create_task(self._session.run(), name="typed")
        await self._session.started()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop_recording()
        if self._running is not None:
            self._running.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.wait([self._running])
        self._assistant.forget(self._session)

    @property
    def over(self) -> bool:
        """Nothing that is said in it has an effect any more."""
        return self._session.over

    @property
    def asks(self) -> bool:
        """The dialogue waits for the answer to a question of its own."""
        return self._session.question_open

    @property
    def unfinished(self) -> list[TurnRecord]:
        """What is known of a turn that did not come to its end."""
        return [record for number, record in self._recorder.turns.items() if number > 0]

    async def turn(self, text: str, *, room: str = "", person: str = "") -> TurnRecord:
        """One typed turn, to its end, which the turn machine bounds; `room` and `person`: where and who types. Raises
        `ConversationOver`."""
        async with self._free:
            self._session.room, self._session.person = room, person
            ended: list[int] = []

            def watch(event: Event) -> None:
                if isinstance(event, TurnEnded) and event.session == self.name:
                    ended.append(event.turn)

            self._recorder.turns.clear()
            stop = self._bus.observe(watch)
            try:
                self._session.enter(text)
                await self._session.until(lambda: bool(ended) or self._session.over)
            finally:
                stop()
            if not ended:
                raise ConversationOver
            return self._recorder.turns.pop(ended[0])


class Reachable:
    """`async with Reachable(assistant):` meanwhile `assistant ask` of this owner is answered by it."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._talk = TypedConversation(assistant)
        self._file: Path | None = None
        self._stop_observing: Callable[[], None] = lambda: None
        self._registering: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self._talk.__aenter__()
        api = self._assistant.api
        api.ask = self._ask
        self._started = time.time()
        await self._register()
        self._stop_observing = self._assistant.bus.observe(self._observe)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop_observing()
        if self._registering is not None:
            await asyncio.wait([self._registering])
        if self._file is not None:
            self._file.unlink(missing_ok=True)
        self._assistant.api.ask = None
        await self._talk.__aexit__(kind, error, traceback)

    def _observe(self, event: Event) -> None:
        """Other names are other settings to whoever looks for an assistant that has the same."""
        if isinstance(event, NamesInUse) and event.part == "services":
            self._registering = asyncio.create_task(self._register())

    async def _register(self) -> None:
        def register() -> Path:
            key = instances.settings_key(config)
            return instances.register(
                instances.Instance(os.getpid(), api.port, api.token, self._started, key)
            )

        api, config = self._assistant.api, self._assistant.config
        with suppress(OSError):  # a full disk: it works, and is not found
            self._file = await asyncio.to_thread(register)

    async def _ask(self, texts: list[str], room: str, person: str) -> list[dict[str, Any]] | None:
        try:
            return [(await self._talk.turn(text, room=room, person=person)).as_dict() for text in texts]
        except ConversationOver:
            return None
