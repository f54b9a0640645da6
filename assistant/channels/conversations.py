"""Typed conversations with whoever comes from elsewhere, each with a memory of its own.

There are only so many at a time: one that nobody has used for a while is over, and so is the one that was used
longest ago where room is needed.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from assistant.app import Assistant
from assistant.channels.record import TurnRecord
from assistant.channels.typed import ConversationOver, TypedConversation
from assistant.services.rate import RateLimit, caller_of

MOST = 32
IDLE_S = 300.0
"""As long as Rasa's own session (rasa_project/domain): a question that was left open is not answered later."""
MOST_WAITING = 4  # turns of one conversation
MOST_OF_CALLER = 4  # turns of one caller under way, all of its conversations together


class CannotConverse(Exception):
    """`str()` is a sentence that says why, fit to be spoken."""


@dataclass(frozen=True, slots=True)
class Turn:
    """`asks`: the dialogue waits for an answer."""

    record: TurnRecord
    asks: bool


@dataclass(slots=True)
class _Held:
    talk: TypedConversation
    used_s: float
    turns: set[asyncio.Task[TurnRecord]] = field(default_factory=set)


class Conversations:
    """`async with Conversations(assistant) as conversations:`, which ends all of them. Loop thread."""

    def __init__(
        self,
        assistant: Assistant,
        *,
        most: int = MOST,
        idle_s: float = IDLE_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._assistant = assistant
        self._most = most
        self._idle_s = idle_s
        self._clock = clock
        self._held: dict[str, _Held] = {}
        self._changing = asyncio.Lock()
        self._limit = RateLimit(assistant.config.oversight.turns_per_minute, clock)
        self._closed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        async with self._changing:
            self._closed = True
            for name in list(self._held):
                await self._end(name)

    @property
    def names(self) -> tuple[str, ...]:
        """Those that are held now."""
        return tuple(self._held)

    async def turn(self, name: str, text: str, *, room: str = "", person: str = "") -> Turn:
        """One turn of the conversation `name`, after those that came before. It goes on to its end also where the
        caller does not wait for it any more. Raises `CannotConverse`."""
        async with self._changing:
            self._check(name)
            held = await self._of(name)
            if len(held.turns) >= MOST_WAITING:
                raise CannotConverse("One thing after the other, please.")
            task = asyncio.create_task(held.talk.turn(text, room=room, person=person), name=f"turn of {name}")
            held.turns.add(task)
        task.add_done_callback(lambda done: self._done(held, done))
        try:
            record = await asyncio.shield(task)
        except ConversationOver as error:
            raise CannotConverse("I am shutting down.") from error
        return Turn(record, held.talk.asks)

    def _check(self, name: str) -> None:
        """The dialogue answers one thing after the other: nobody may have it for themselves."""
        caller = caller_of(name)
        if ":" not in caller:
            return  # the owner of this machine
        under_way = sum(len(held.turns) for other, held in self._held.items() if caller_of(other) == caller)
        if under_way >= MOST_OF_CALLER or not self._limit.take(caller):
            raise CannotConverse("That was asked too often. Please wait a moment.")

    def _done(self, held: _Held, task: "asyncio.Task[TurnRecord]") -> None:
        held.turns.discard(task)
        held.used_s = self._clock()
        if not task.cancelled():
            task.exception()  # has been told, or nobody waits for it any more

    async def _of(self, name: str) -> _Held:
        if self._closed:
            raise CannotConverse("I am shutting down.")
        now = self._clock()
        idle = {each: held for each, held in self._held.items() if not held.turns}
        for other, held in idle.items():
            if held.used_s <= now - self._idle_s:
                await self._end(other)
        if name in self._held and self._held[name].talk.over:
            await self._end(name)
        if name not in self._held:
            if len(self._held) >= self._most:
                await self._make_room()
            talk = TypedConversation(self._assistant, name)
            await talk.__aenter__()
            self._held[name] = _Held(talk, now)
        held = self._held[name]
        held.used_s = now
        return held

    async def _make_room(self) -> None:
        idle = [(held.used_s, name) for name, held in self._held.items() if not held.turns]
        if not idle:
            raise CannotConverse("I am talking with too many at once. Please try again in a moment.")
        await self._end(min(idle)[1])

    async def _end(self, name: str) -> None:
        """Turns under way end with `ConversationOver`."""
        held = self._held.pop(name)
        await held.talk.__aexit__(None, None, None)
