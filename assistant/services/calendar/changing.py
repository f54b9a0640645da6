"""Appointments made, moved and deleted, and that taken back."""

import re
import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

from icalendar import Calendar
from pydantic import ConfigDict, Field

from assistant.services.calendar import edit, spoken
from assistant.services.calendar.calendars import Calendars
from assistant.services.calendar.choose import alike, single
from assistant.services.calendar.free import clashes
from assistant.services.calendar.occurrence import Occurrence, later, length
from assistant.services.calendar.reading import AHEAD, TIMEOUT_S, described
from assistant.services.calendar.store import Conflict, Resource
from assistant.services.calendar.times import new_time
from assistant.services.durations import seconds_of
from assistant.services.periods import Period, read_period
from assistant.services.service import Assessment, Call, Done, Input, Origin, Risk, ServiceError, service
from assistant.services.time import Clock

_LONGEST = timedelta(days=60)
_ARTICLE = re.compile(r"^(?:(?:the|a|an|my|our)\s+)+(?=\S)", re.IGNORECASE)
_CHANGED = "Somebody else has changed that appointment meanwhile, so I left it; please ask again."


class AddInput(Input):
    title: str = Field(description="What it is.", max_length=200)
    when: str = Field(
        description="When, as people say it: `friday at noon`, `tomorrow from two to four`, `monday`."
    )
    duration: float | str = Field("", description="How long, as seconds or words.")
    location: str = Field("", description="Where.", max_length=200)


class WhichInput(Input):
    title: str = Field("", description="What it is called; empty: whatever is in `when`.")
    when: str = Field("", description="A day or a time that it is in; empty: any from now on.")


class MoveInput(WhichInput):
    to: str = Field(
        description="When instead: `thursday at three`, `four`, `thursday`, `half an hour later`."
    )


class BackInput(Input):
    """An object as it was, and the version that it may replace."""

    model_config = ConfigDict(str_max_length=200_000)

    uid: str
    etag: str = ""
    text: str = Field("", description="iCalendar; empty: it was not there.")


class CalendarChanging:
    def __init__(self, calendars: Calendars, clock: Clock, usual: timedelta) -> None:
        self._calendars = calendars
        self._clock = clock
        self._usual = usual

    @service(
        "calendar.add",
        "Put an appointment in the calendar.",
        Risk.REVERSIBLE,
        least="member",
        timeout_s=TIMEOUT_S,
    )
    async def add(self, asked: AddInput, origin: Origin) -> Done:
        now = self._now()
        title = _ARTICLE.sub("", " ".join(asked.title.split()).strip(" .,"))
        if not title:
            raise ServiceError("no_title", "What is the appointment?")
        period = read_period(asked.when, now, self._calendars.zone)
        start, end = self._times(period, asked.duration)
        first, last = (start.date(), end.date()) if period.has_time is False else (start, end)
        if end <= now:
            raise ServiceError("past", f"{period.spoken[:1].upper()}{period.spoken[1:]} is over already.")
        found = await self._calendars.between(start, end)
        if any(one.title.casefold() == title.casefold() and one.start == start for one in found.appointments):
            raise ServiceError("already_there", f"{title} is in your calendar already, {period.spoken}.")
        uid = f"{secrets.token_hex(12)}@assistant"
        made = edit.new_event(uid, f"{title[:1].upper()}{title[1:]}", first, last, now, asked.location)
        etag = await self._put(Resource(uid, made))
        result = {"title": title, "when": period.spoken, "start": first.isoformat(), "end": last.isoformat()}
        result |= self._clash(found.appointments, start, end, "")
        return Done(result, (Call("calendar.put_back", {"uid": uid, "etag": etag}),))

    @service(
        "calendar.move",
        "Move an appointment to another time.",
        Risk.REVERSIBLE,
        least="member",
        timeout_s=TIMEOUT_S,
    )
    async def move(self, asked: MoveInput, origin: Origin) -> Done:
        now = self._now()

        async def attempt() -> Done:
            one = await self._which(asked, now)
            start, whole = new_time(asked.to, one, now, self._calendars.zone)
            end = later(start, length(one)) if not whole else start + (one.end - one.start)
            if end <= now:
                raise ServiceError("past", "That would be in the past.")
            first, last = (start.date(), end.date()) if whole else (start, end)
            found = await self._calendars.between(start, end)
            before = one.resource.calendar.to_ical().decode()
            changed = edit.moved(one, first, last, now)
            etag = await self._put(Resource(one.uid, changed, one.resource.etag, one.resource.href))
            moved = Occurrence(
                one.title, start, end, whole, one.location, one.repeats, one.busy, one.slot, one.resource
            )
            result = described(moved, now) | {"repeats": one.repeats, "from": spoken.when(one, now)}
            result |= self._clash(found.appointments, start, end, one.uid)
            return Done(result, (Call("calendar.put_back", {"uid": one.uid, "etag": etag, "text": before}),))

        return await _once_more(attempt)

    @service(
        "calendar.delete",
        "Delete an appointment.",
        Risk.RISKY,
        assess="_assess_delete",
        least="member",
        timeout_s=TIMEOUT_S,
    )
    async def delete(self, asked: WhichInput, origin: Origin) -> Done:
        now = self._now()

        async def attempt() -> Done:
            one = await self._which(asked, now)
            before = one.resource.calendar.to_ical().decode()
            left = edit.without(one, now)
            etag = ""
            if left is None:
                await self._calendars.own.delete(one.resource)
            else:
                etag = await self._put(Resource(one.uid, left, one.resource.etag, one.resource.href))
            back = Call("calendar.put_back", {"uid": one.uid, "etag": etag, "text": before})
            told = f"I've deleted {spoken.title_when(one, now)}{_only(one)}."
            return Done(described(one, now) | {"repeats": one.repeats, "spoken": told}, (back,))

        return await _once_more(attempt)

    @service(
        "calendar.put_back",
        "Put an appointment back as it was.",
        Risk.REVERSIBLE,
        least="member",
        timeout_s=TIMEOUT_S,
    )
    async def put_back(self, asked: BackInput, origin: Origin) -> dict[str, Any]:
        """Only in place of what the assistant itself has left there."""
        there = await self._calendars.own.find(asked.uid)
        if (there.etag if there else "") != asked.etag and (asked.etag or there):
            raise ServiceError("changed", "That appointment was changed since, so I leave it as it is.")
        try:
            if asked.text:
                calendar = Calendar.from_ical(asked.text)
                assert isinstance(calendar, Calendar)
                old = Resource(asked.uid, calendar, there.etag if there else "", there.href if there else "")
                await self._calendars.own.put(old)
            elif there is not None:
                await self._calendars.own.delete(there)
        except Conflict as error:
            raise ServiceError("changed", _CHANGED) from error
        return {"uid": asked.uid}

    async def _assess_delete(self, asked: WhichInput, origin: Origin) -> Assessment:
        now = self._now()
        one = await self._which(asked, now)
        return Assessment(Risk.RISKY, f"Shall I really delete {spoken.title_when(one, now)}{_only(one)}?")

    async def _which(self, asked: WhichInput, now: datetime) -> Occurrence:
        start, end = now, now + AHEAD
        if asked.when:
            period = read_period(asked.when, now, self._calendars.zone)
            start, end = period.start, period.end
        found = await self._calendars.between(start, end)
        if not asked.title and not asked.when:
            raise ServiceError("which_appointment", "Which appointment do you mean?")
        chosen = alike(asked.title, found.appointments) if asked.title else list(found.appointments)
        one = single(asked.title, chosen, now)
        if not one.writable:
            raise ServiceError("read_only", f"{one.title} is in a calendar of others, which I can only read.")
        return one

    def _times(self, period: Period, duration: float | str) -> tuple[datetime, datetime]:
        """Start and end; midnights where it is of whole days."""
        if not period.has_time:
            midnights = period.start.time() == period.end.time() == time()
            if not midnights or not (period.is_day or period.has_end):
                raise ServiceError("needs_time", f"At what time {period.spoken}?")
            return period.start, period.end
        if duration:
            wanted = timedelta(seconds=seconds_of(duration))
            if wanted > _LONGEST:
                raise ServiceError("too_long", "That is too long for one appointment.")
            return period.start, later(period.start, wanted)
        return period.start, period.end if period.has_end else later(period.start, self._usual)

    def _clash(
        self, found: tuple[Occurrence, ...], start: datetime, end: datetime, uid: str
    ) -> dict[str, Any]:
        others = [one for one in clashes(found, start, end) if one.uid != uid and not one.all_day]
        return {"clash": spoken.clash(others)}

    async def _put(self, resource: Resource) -> str:
        etag = await self._calendars.own.put(resource)
        if not etag:  # a server may keep it to itself (RFC 4791, 5.3.4)
            there = await self._calendars.own.find(resource.uid)
            etag = there.etag if there else ""
        return etag

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock.now(), UTC).astimezone(self._calendars.zone)


def _only(one: Occurrence) -> str:
    return ", only that once" if one.repeats else ""


async def _once_more(attempt: Callable[[], Awaitable[Done]]) -> Done:
    """A change that met somebody else's is made once more, on what is there then."""
    try:
        return await attempt()
    except Conflict:
        pass
    try:
        return await attempt()
    except Conflict as error:
        raise ServiceError("changed", _CHANGED) from error
