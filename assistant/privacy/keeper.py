"""Sees to it, while an assistant runs, that what is a person's can be told from the rest, and that nothing is kept for
longer than it may be."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from sqlalchemy import text

from assistant import events
from assistant.bus import Bus
from assistant.config.model import Config
from assistant.errors import UserError
from assistant.privacy.retention import DAY_S, retain
from assistant.storage.database import Database

_log = logging.getLogger(__name__)
_CLOSE_TIMEOUT_S = 2.0

Whereabouts = Callable[[str], tuple[str, str] | None]
"""Room and person of a session, as far as they are known."""


class PrivacyKeeper:
    """`async with PrivacyKeeper(…):` who speaks is noted, and old things are deleted, meanwhile. Loop thread. `now`
    gives seconds since the epoch, `clock` the conversations' time."""

    def __init__(
        self,
        config: Config,
        database: Database,
        bus: Bus,
        whereabouts: Whereabouts,
        *,
        now: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._config = config
        self._database = database
        self._bus = bus
        self._whereabouts = whereabouts
        self._now = now
        self._clock = clock
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        """Before Rasa is started, so that its file can be written anew."""
        await retain(self._config, self._database, self._now(), rasa_runs=False)
        self._events = self._bus.subscribe()
        self._tasks = [
            asyncio.create_task(self._note(), name="speakers"),
            asyncio.create_task(self._daily(), name="retention"),
        ]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """What was said so far is noted, within a moment."""
        self._events.close()
        speakers, retention = self._tasks
        retention.cancel()
        _, late = await asyncio.wait([speakers], timeout=_CLOSE_TIMEOUT_S)
        for task in late:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _note(self) -> None:
        speaking: dict[str, str] = {}  # by session: who, in the turn that is under way
        async for event in self._events:
            match event:
                case events.Understood():
                    known = self._whereabouts(event.session)
                    speaking[event.session] = known[1] if known is not None else ""
                case events.TurnEnded():
                    if person := speaking.pop(event.session, ""):
                        await self._spoke(event, person)

    async def _spoke(self, event: events.TurnEnded, person: str) -> None:
        now = self._now()
        values = {
            "session": event.session,
            "person": person,
            "began": now - (self._clock() - event.began_s),
            "ended": now,
        }
        try:
            async with self._database.begin() as connection:
                await connection.execute(
                    text("INSERT INTO speakers VALUES (:session, :person, :began, :ended)"), values
                )
        except UserError as error:
            _log.error("who spoke could not be noted: %s", error)

    async def _daily(self) -> None:
        while True:
            await asyncio.sleep(DAY_S)
            with contextlib.suppress(UserError):
                await retain(self._config, self._database, self._now(), rasa_runs=True)
