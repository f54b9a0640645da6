"""Calendars of others in an iCalendar file or at an address: holidays, a club's fixtures. Only read."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from assistant.services.calendar.file import MAX_BYTES, parse_calendar, read_calendar, split, stamp_of
from assistant.services.calendar.store import CalendarUnavailable, Resource
from assistant.services.calendar.web import Web

_FRESH_S = 900.0
_RETRY_S = 60.0


class SubscribedFile:
    """Read again when it has changed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, int] | None = None
        self._known: list[Resource] = []

    @property
    def name(self) -> str:
        return f"the calendar {self._path.stem}"

    async def between(self, start: datetime, end: datetime) -> list[Resource]:
        return await asyncio.to_thread(self._read)

    async def close(self) -> None:
        """Nothing is open."""

    def _read(self) -> list[Resource]:
        stamp = stamp_of(self._path)
        if stamp is None:
            raise CalendarUnavailable(
                f"There is no calendar file {self._path}; check calendar.subscriptions."
            )
        if stamp != self._stamp:
            self._known, self._stamp = split(read_calendar(self._path)), stamp
        return self._known


class SubscribedUrl:
    """Fetched at most every 15 minutes; what was fetched last serves while the server does not answer, which is then
    tried again every minute. `monotonic` in seconds."""

    def __init__(self, url: str, monotonic: Callable[[], float], timeout_s: float = 4.0) -> None:
        self._url = url
        self._monotonic = monotonic
        self._one = asyncio.Lock()
        self._known: list[Resource] | None = None
        self._next_s = float("-inf")
        self._failed: CalendarUnavailable | None = None
        self._web = Web("a calendar that you subscribed to", timeout_s, MAX_BYTES)

    @property
    def name(self) -> str:
        return "a calendar that you subscribed to"

    async def between(self, start: datetime, end: datetime) -> list[Resource]:
        async with self._one:
            if self._monotonic() >= self._next_s:
                await self._fetch()
        if self._known is None:
            raise self._failed or CalendarUnavailable(f"I cannot reach {self.name} right now.")
        return self._known

    async def close(self) -> None:
        await self._web.close()

    async def _fetch(self) -> None:
        try:
            answer = await self._web.ask("GET", self._url, {"Accept": "text/calendar"})
            if answer.status != 200:
                raise CalendarUnavailable(f"I cannot get {self.name} (status {answer.status}).")
            calendar = await asyncio.to_thread(parse_calendar, answer.body, f"What is at {self._url}")
            self._known, self._failed = await asyncio.to_thread(split, calendar), None
            self._next_s = self._monotonic() + _FRESH_S
        except CalendarUnavailable as error:
            self._failed = error
            self._next_s = self._monotonic() + _RETRY_S
