"""Appointments in an iCalendar file, by default one in the state folder. Other programs may read and write it, too."""

import asyncio
import hashlib
import os
import tempfile
import threading
from datetime import datetime
from pathlib import Path

from icalendar import Calendar, Timezone

from assistant.services.calendar.edit import PRODUCT
from assistant.services.calendar.occurrence import resources_of
from assistant.services.calendar.store import CalendarUnavailable, Conflict, Resource

MAX_BYTES = 32 * 1024 * 1024


class FileStore:
    """One file; it is made with the first appointment. Readable by its owner only. Each change reads it anew and
    replaces it as a whole, so that a crash leaves the old or the new one, and other contents stay in it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._one = threading.Lock()  # in the threads: one that was given up on may still be writing
        self._stamp: tuple[int, int] | None = None
        self._known: list[Resource] = []

    @property
    def name(self) -> str:
        return "the calendar file"

    async def between(self, start: datetime, end: datetime) -> list[Resource]:
        return await asyncio.to_thread(self._resources)

    async def find(self, uid: str) -> Resource | None:
        return next((one for one in await asyncio.to_thread(self._resources) if one.uid == uid), None)

    async def put(self, resource: Resource) -> str:
        return await asyncio.to_thread(self._replace, resource, resource.calendar)

    async def delete(self, resource: Resource) -> None:
        await asyncio.to_thread(self._replace, resource, None)

    async def close(self) -> None:
        """Nothing is open."""

    def _resources(self) -> list[Resource]:
        with self._one:
            return self._latest()

    def _latest(self) -> list[Resource]:
        stamp = stamp_of(self._path)
        if stamp != self._stamp:
            calendar = read_calendar(self._path) if stamp else Calendar()
            self._known = split(calendar)
            self._stamp = stamp
        return self._known

    def _replace(self, resource: Resource, put: Calendar | None) -> str:
        with self._one:
            self._write(resource, put)
            return next((one.etag for one in self._latest() if one.uid == resource.uid), "")

    def _write(self, resource: Resource, put: Calendar | None) -> None:
        there = next((one.etag for one in self._latest() if one.uid == resource.uid), "")
        if there != resource.etag:
            raise Conflict
        calendar = read_calendar(self._path) if self._stamp else _empty()
        for part in calendar.walk("VEVENT"):
            if str(part.get("UID", "")) == resource.uid:
                calendar.subcomponents.remove(part)
        if put is not None:
            known = {str(zone.get("TZID")) for zone in calendar.walk("VTIMEZONE")}
            for part in put.subcomponents:
                if not isinstance(part, Timezone) or str(part.get("TZID")) not in known:
                    calendar.add_component(part)
        _save(self._path, calendar.to_ical())


def split(calendar: Calendar) -> list[Resource]:
    """The objects of a calendar, each with a digest of what it holds as its etag."""
    return [
        Resource(str(part.walk("VEVENT")[0].get("UID", "")), part, _digest(part))
        for part in resources_of(calendar)
    ]


def read_calendar(path: Path) -> Calendar:
    """Blocking. Raises `CalendarUnavailable`."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise CalendarUnavailable(f"The calendar file {path} is too big.")
        return parse_calendar(path.read_bytes(), f"The calendar file {path}")
    except OSError as error:
        raise CalendarUnavailable(f"I cannot read the calendar file {path}: {error.strerror}.") from error


def parse_calendar(content: bytes, what: str) -> Calendar:
    """Several calendars in one text are joined. `what` begins the sentence of the `CalendarUnavailable` that is raised
    where it is none."""
    try:
        found = [each for each in Calendar.from_ical(content, multiple=True) if isinstance(each, Calendar)]
    except Exception as error:  # of the many kinds that a text by others can bring about
        raise CalendarUnavailable(f"{what} is not an iCalendar file, or it is damaged.") from error
    if not found:
        raise CalendarUnavailable(f"{what} is not an iCalendar file, or it is damaged.")
    for other in found[1:]:
        for part in other.subcomponents:
            found[0].add_component(part)
    return found[0]


def stamp_of(path: Path) -> tuple[int, int] | None:
    """Changes whenever the file does; None: there is none."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CalendarUnavailable(f"I cannot read the calendar file {path}: {error.strerror}.") from error
    return status.st_mtime_ns, status.st_size


def _digest(calendar: Calendar) -> str:
    events = b"".join(part.to_ical() for part in calendar.walk("VEVENT"))
    return hashlib.sha256(events).hexdigest()


def _empty() -> Calendar:
    calendar = Calendar()
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", PRODUCT)
    return calendar


def _save(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        target = path.resolve()  # a link to a file elsewhere stays one
        descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise CalendarUnavailable(
            f"I cannot write the calendar file {path} ({error.strerror}), so that was not saved."
        ) from error
