"""The owner's calendar and those that they only read, as one."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from assistant.services.calendar.occurrence import Occurrence, occurrences
from assistant.services.calendar.store import CalendarStore, CalendarUnavailable, WritableStore


@dataclass(frozen=True, slots=True)
class Found:
    """Appointments by their start; `missing`: names of the calendars that could not be asked."""

    appointments: tuple[Occurrence, ...]
    missing: tuple[str, ...] = ()


class Calendars:
    """`own` is written to, the others are only read. All are asked at the same time, each within its own limit."""

    def __init__(self, own: WritableStore, others: Sequence[CalendarStore], zone: tzinfo) -> None:
        self.own = own
        self.zone = zone
        self._others = tuple(others)

    async def between(self, start: datetime, end: datetime) -> Found:
        """What touches [start, end). Raises `CalendarUnavailable` where the owner's own calendar cannot be asked: an
        answer without it would be wrong."""
        async with asyncio.TaskGroup() as group:
            own = group.create_task(self._of(self.own, start, end, writable=True))
            others = [
                group.create_task(self._of(store, start, end, writable=False)) for store in self._others
            ]
        mine = own.result()
        if isinstance(mine, CalendarUnavailable):
            raise mine
        found, missing = list(mine), []
        for store, task in zip(self._others, others, strict=True):
            result = task.result()
            if isinstance(result, CalendarUnavailable):
                missing.append(store.name)
            else:
                found += result
        found.sort(key=lambda one: (one.start, not one.all_day))
        return Found(tuple(found), tuple(dict.fromkeys(missing)))

    async def close(self) -> None:
        for store in (self.own, *self._others):
            await store.close()

    async def _of(
        self, store: CalendarStore, start: datetime, end: datetime, *, writable: bool
    ) -> list[Occurrence] | CalendarUnavailable:
        try:
            resources = await store.between(start, end)
        except CalendarUnavailable as error:
            return error
        return await asyncio.to_thread(occurrences, resources, start, end, self.zone, writable=writable)
