"""Where appointments are kept, as the calendar services see it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from icalendar import Calendar

from assistant.services.service import ServiceError


@dataclass(frozen=True, slots=True)
class Resource:
    """One calendar object (RFC 4791, 4.1): all components of one UID, with the time zones that they name.

    `calendar` is shared and never changed: whoever changes something works on a copy. `etag` names this very
    version at its store; empty: it is not there yet. `href`: where it is at a server."""

    uid: str
    calendar: Calendar
    etag: str = ""
    href: str = ""


class Conflict(Exception):
    """The object is not the one that was read: somebody else has changed, made or removed it meanwhile."""


class CalendarUnavailable(ServiceError):
    """The store cannot be reached or read now. `str()` is a sentence that says so and what to do."""

    def __init__(self, message: str, code: str = "calendar_unavailable") -> None:
        super().__init__(code, message)


class CalendarStore(Protocol):
    """All methods on the loop, each bounded by the store's own time limit. Raise `CalendarUnavailable`."""

    @property
    def name(self) -> str:
        """As it is spoken of, behind "I cannot reach": `the calendar server`."""
        ...

    async def between(self, start: datetime, end: datetime) -> list[Resource]:
        """Objects that may have something in [start, end); more than those do no harm."""
        ...

    async def close(self) -> None: ...


class WritableStore(CalendarStore, Protocol):
    async def find(self, uid: str) -> Resource | None: ...

    async def put(self, resource: Resource) -> str:
        """Write it in place of the version that its etag names, or as a new one; the etag of what is there now, empty
        where the store does not tell. Raises `Conflict`."""
        ...

    async def delete(self, resource: Resource) -> None:
        """Remove the version that its etag names. Raises `Conflict`."""
        ...
