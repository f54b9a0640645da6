"""Keeps each turn that was not understood for sure, with what came of it.

    Understood (nlu_fallback) ─▶ a row ─▶ Replied (guess) ─▶ its question ─▶ Understood (affirm) ─▶ yes
                                      └▶ Replied (other)  ─▶ answered

It watches the bus and writes in a task of its own: no conversation waits for it.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from assistant import events
from assistant.bus import Bus
from assistant.errors import UserError
from assistant.storage.reviews import ReviewTable

_log = logging.getLogger(__name__)
_CLOSE_TIMEOUT_S = 2.0
UNSURE = "nlu_fallback"
GUESS = "guess"  # source of the question that is asked back
_OUTCOMES = {"affirm": "yes", "deny": "no", "stop": "no"}


@dataclass(slots=True)
class _Open:
    """The last unsure turn of a session."""

    number: int
    turn: int
    asked: bool = False
    answered: bool = False


class ReviewKeeper:
    """`async with ReviewKeeper(table, bus, now):` turns are kept meanwhile. Loop thread; `now` in seconds since the
    epoch."""

    def __init__(self, table: ReviewTable, bus: Bus, now: Callable[[], float]) -> None:
        self._table = table
        self._bus = bus
        self._now = now
        self._open: dict[str, _Open] = {}

    async def __aenter__(self) -> Self:
        self._events = self._bus.subscribe()
        self._task = asyncio.create_task(self._run(), name="reviews")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """What has happened so far is written, within a moment."""
        self._events.close()
        _, late = await asyncio.wait([self._task], timeout=_CLOSE_TIMEOUT_S)
        for task in late:
            task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        async for event in self._events:
            try:
                await self._keep(event)
            except UserError as error:  # a full disk: conversations go on, and this turn is not kept
                _log.warning("a turn could not be kept for review: %s", error)

    async def _keep(self, event: events.Event) -> None:
        match event:
            case events.Understood():
                await self._understood(event)
            case events.Replied():
                await self._replied(event)

    async def _understood(self, event: events.Understood) -> None:
        before = self._open.pop(event.session, None)
        if before is not None and before.asked and event.turn != before.turn:
            await self._table.settle(before.number, outcome=_OUTCOMES.get(event.intent, "other"))
        if event.intent == UNSURE:
            named = [{key: each.get(key) for key in ("entity", "value")} for each in event.entities]
            parse = {
                "ranking": [list(each) for each in event.ranking if each[0] != UNSURE],
                "entities": named,
            }
            number = await self._table.add(self._now(), event.session, event.text, parse)
            self._open[event.session] = _Open(number, event.turn)

    async def _replied(self, event: events.Replied) -> None:
        unsure = self._open.get(event.session)
        if unsure is None or unsure.turn != event.turn:
            return
        if event.source == GUESS:
            unsure.asked = True
            await self._table.settle(unsure.number, guess=event.text)
        elif not unsure.asked and not unsure.answered:
            unsure.answered = True
            await self._table.settle(unsure.number, outcome="answered")
