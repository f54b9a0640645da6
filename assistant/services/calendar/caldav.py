"""Appointments on a CalDAV server (RFC 4791): Nextcloud, Radicale, Baïkal, iCloud, Fastmail and others."""

import asyncio
import logging
from datetime import datetime
from urllib.parse import quote, urljoin

from assistant.services.calendar import dav
from assistant.services.calendar.file import MAX_BYTES, parse_calendar
from assistant.services.calendar.store import CalendarUnavailable, Conflict, Resource
from assistant.services.calendar.web import Answer, Web

_log = logging.getLogger(__name__)
_XML = {"Content-Type": "application/xml; charset=utf-8"}
_MOST_STEPS = 8
_ICALENDAR = {"Content-Type": "text/calendar; charset=utf-8"}


class CalDavStore:
    """The server is asked for each answer, so that what others changed is seen at once; only where the calendar is,
    is remembered. Changes name the version that they mean (If-Match, RFC 9110), so that nobody's are lost.

    `url`: a calendar, or a server on which `calendar` (its display name; empty: the first) is looked for. `timeout_s`
    is for one request."""

    def __init__(
        self, url: str, *, calendar: str = "", user: str = "", password: str = "", timeout_s: float = 4.0
    ) -> None:
        self._start = url
        self._wanted = calendar
        self._web = Web("the calendar server", timeout_s, MAX_BYTES, user=user, password=password)
        self._finding = asyncio.Lock()
        self._url = ""

    @property
    def name(self) -> str:
        return "the calendar server"

    async def between(self, start: datetime, end: datetime) -> list[Resource]:
        return await self._report(dav.between_query(start, end))

    async def find(self, uid: str) -> Resource | None:
        # Some servers take a part of the UID for it.
        found = await self._report(dav.uid_query(uid))
        return next((resource for resource in found if resource.uid == uid), None)

    async def put(self, resource: Resource) -> str:
        url = resource.href or urljoin(await self._calendar(), f"{quote(resource.uid, safe='')}.ics")
        condition = {"If-Match": resource.etag} if resource.etag else {"If-None-Match": "*"}
        answer = await self._web.ask("PUT", url, _ICALENDAR | condition, resource.calendar.to_ical())
        self._check(answer, changing=True)
        return answer.headers.get("ETag", "")

    async def delete(self, resource: Resource) -> None:
        answer = await self._web.ask("DELETE", resource.href, {"If-Match": resource.etag})
        self._check(answer, changing=True)

    async def close(self) -> None:
        await self._web.close()

    async def _report(self, query: str) -> list[Resource]:
        url = await self._calendar()
        answer = await self._web.ask("REPORT", url, _XML | {"Depth": "1"}, query.encode())
        if answer.status in (404, 410):
            self._url = ""  # it was moved or removed: it is looked for anew
        found = self._multistatus(answer)
        return await asyncio.to_thread(_resources, answer.url, found)

    async def _calendar(self) -> str:
        """The calendar's address, with a slash at its end."""
        async with self._finding:
            if not self._url:
                self._url = await self._find_calendar()
        return self._url

    async def _find_calendar(self) -> str:
        """From the address given to the person at it, their calendars, and the one that is meant (RFC 6764, 6)."""
        ahead, seen = [self._start], set[str]()
        while ahead and len(seen) < _MOST_STEPS:
            at = ahead.pop(0)
            if at in seen:
                continue
            seen.add(at)
            answer = await self._web.ask("PROPFIND", at, _XML | {"Depth": "1"}, dav.WHAT_IS_HERE.encode())
            if answer.status in (404, 405) and at == self._start:
                ahead.append(urljoin(at, "/.well-known/caldav"))
                continue
            found = self._multistatus(answer)
            here = [one for one in found if _folder(urljoin(answer.url, one.href)) == _folder(answer.url)]
            calendar = dav.chosen(here, self._wanted) or dav.chosen(found, self._wanted)
            if calendar is not None:
                return _folder(urljoin(answer.url, calendar.href))
            # What the address says of itself first; of its children a home may be meant for something else.
            onward = (
                [one.home for one in here] + [one.principal for one in found] + [one.home for one in found]
            )
            ahead += [urljoin(answer.url, href) for href in onward if href]
        wanted = f"named {self._wanted}" if self._wanted else "for appointments"
        raise CalendarUnavailable(
            f"There is no calendar {wanted} on the calendar server; check calendar.url and calendar.calendar.",
            "no_calendar",
        )

    def _multistatus(self, answer: Answer) -> list[dav.Found]:
        if answer.status != 207:
            self._check(answer)
        try:
            return dav.multistatus(answer.body)
        except dav.NotDav as error:
            _log.warning("no CalDAV server at %s: %s", answer.url, error)
            raise CalendarUnavailable(
                "What answers at the calendar's address is no CalDAV server; check calendar.url.",
                "no_calendar",
            ) from error

    def _check(self, answer: Answer, *, changing: bool = False) -> None:
        if answer.status in (409, 412):
            raise Conflict
        if answer.status == 403 and changing:
            raise CalendarUnavailable(
                "The calendar server does not let me change that calendar; check calendar.calendar.",
                "read_only",
            )
        if answer.status in (401, 403):
            raise CalendarUnavailable(
                "The calendar server refuses me; check calendar.user and the password.", "calendar_refused"
            )
        if answer.status in (404, 410):
            raise Conflict
        if answer.status >= 400:
            _log.warning("the calendar server answers %s to %s", answer.status, answer.url)
            raise CalendarUnavailable(f"The calendar server has a problem (status {answer.status}).")


def _resources(base: str, found: list[dav.Found]) -> list[Resource]:
    """Blocking. Objects that cannot be read are left out, with a line in the log."""
    resources = []
    for one in found:
        if not one.data:
            continue
        try:
            calendar = parse_calendar(one.data.encode(), f"The object {one.href}")
        except CalendarUnavailable as error:
            _log.warning("%s", error)
            continue
        events = calendar.walk("VEVENT")
        if events:
            uid = str(events[0].get("UID", ""))
            resources.append(Resource(uid, calendar, one.etag, urljoin(base, one.href)))
    return resources


def _folder(url: str) -> str:
    return url if url.endswith("/") else f"{url}/"
