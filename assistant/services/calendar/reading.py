"""What is asked of the calendar: what is in it, when something is, and when there is time."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from pydantic import Field

from assistant.services.calendar import spoken
from assistant.services.calendar.calendars import Calendars, Found
from assistant.services.calendar.choose import alike
from assistant.services.calendar.free import Span, busy, clashes, days, gaps
from assistant.services.calendar.occurrence import Occurrence
from assistant.services.durations import seconds_of, spoken_duration
from assistant.services.periods import Period, day_period, read_period
from assistant.services.service import Input, Origin, Risk, ServiceError, service
from assistant.services.time import Clock

TIMEOUT_S = 7.0
"""Of a service: a server is looked for and asked, each within `calendar.timeout_s`."""
AHEAD = timedelta(days=366)
"""How far ahead an appointment is looked for by its name."""
_SOON = timedelta(days=21)
_MOST_SLOTS = 4
_LEAST = timedelta(minutes=30)  # a gap that is worth telling


class WhenInput(Input):
    when: str = Field(
        "", description="A day or a time as people say it, such as `friday afternoon`; empty: today."
    )


class FindInput(Input):
    title: str = Field("", description="What it is called; empty: whatever comes next.")
    when: str = Field("", description="A day or a time that it is in; empty: any from now on.")


class SlotsInput(WhenInput):
    duration: float | str = Field("", description="How long, as seconds or words; empty: half an hour.")


class CalendarReading:
    """Appointments are personal: who is a guest does not hear them."""

    def __init__(self, calendars: Calendars, clock: Clock, begins: time, ends: time) -> None:
        self._calendars = calendars
        self._clock = clock
        self._begins, self._ends = begins, ends

    @service(
        "calendar.read",
        "Tell the appointments of a day or another time.",
        Risk.READ,
        least="member",
        timeout_s=TIMEOUT_S,
    )
    async def read(self, asked: WhenInput, origin: Origin) -> dict[str, Any]:
        now = self._now()
        period = self._period(asked.when, now)
        if period.has_time and not period.has_end:
            period = day_period(period.start.date(), now, self._calendars.zone)
        found = await self._calendars.between(period.start, period.end)
        left = [one for one in found.appointments if one.end > now or one.all_day or period.end <= now]
        return self._answer(found, left, now) | {
            "when": period.spoken,
            "count": len(left),
            "over": len(found.appointments) - len(left),
            "agenda": spoken.agenda(left, period.start, period.end, now),
        }

    @service(
        "calendar.find",
        "Tell when an appointment is, or the next one.",
        Risk.READ,
        least="member",
        timeout_s=TIMEOUT_S,
    )
    async def find(self, asked: FindInput, origin: Origin) -> dict[str, Any]:
        now = self._now()
        if asked.when:
            period = self._period(asked.when, now)
            spans = [(period.start, period.end)]
        else:
            spans = [(now, now + _SOON), (now + _SOON, now + AHEAD)]
        found = Found(())
        for start, end in spans:
            found = await self._calendars.between(start, end)
            chosen = self._chosen(asked, found, now)
            if chosen:
                when = spoken.when(chosen[0], now)
                return self._answer(found, chosen[:1], now) | {"title": chosen[0].title, "when": when}
        if asked.title:
            raise ServiceError("unknown_appointment", f"I find no {asked.title} in your calendar.")
        return self._answer(found, [], now) | {"title": "", "when": ""}

    @service("calendar.free", "Tell whether there is time.", Risk.READ, least="member", timeout_s=TIMEOUT_S)
    async def free(self, asked: SlotsInput, origin: Origin) -> dict[str, Any]:
        now = self._now()
        period = self._period(asked.when, now)
        end = period.end
        if asked.duration and period.has_time and not period.has_end:
            end = period.start + timedelta(seconds=seconds_of(asked.duration))
        found = await self._calendars.between(period.start, end)
        taken = clashes(found.appointments, max(period.start, min(now, end)), end)
        whole = [one for one in found.appointments if one.all_day]
        left = gaps(busy(found.appointments), Span(max(period.start, min(now, end)), end), _LEAST)
        return self._answer(found, taken, now) | {
            "when": period.spoken,
            "free": not taken,
            "partly": bool(left) and not period.has_time and not any(one.all_day for one in taken),
            "taken_by": spoken.clash(taken),
            "beside": spoken.clash([one for one in whole if one not in taken]),
        }

    @service(
        "calendar.slots",
        "Tell when there is time for something.",
        Risk.READ,
        least="member",
        timeout_s=TIMEOUT_S,
    )
    async def slots(self, asked: SlotsInput, origin: Origin) -> dict[str, Any]:
        now = self._now()
        period = self._period(asked.when, now)
        if period.has_time and not period.has_end:
            period = day_period(period.start.date(), now, self._calendars.zone)
        at_least = timedelta(seconds=seconds_of(asked.duration)) if asked.duration else _LEAST
        within = Span(max(period.start, _next_five_minutes(now)), period.end)
        found = await self._calendars.between(period.start, period.end)
        taken = busy(found.appointments)
        free = [gap for day in days(within, self._begins, self._ends) for gap in gaps(taken, day, at_least)]
        return self._answer(found, [], now) | {
            "when": period.spoken,
            "duration": spoken_duration(at_least.total_seconds()) if asked.duration else "",
            "slots": [{"start": gap.start.isoformat(), "end": gap.end.isoformat()} for gap in free],
            "spoken": spoken.spans(free[:_MOST_SLOTS], now),
        }

    @service("calendar.when", "Tell what is understood of words for a time.", Risk.READ)
    async def when(self, asked: WhenInput, origin: Origin) -> dict[str, Any]:
        period = self._period(asked.when, self._now())
        return {
            "start": period.start.isoformat(),
            "end": period.end.isoformat(),
            "has_time": period.has_time,
            "has_end": period.has_end,
            "is_day": period.is_day,
            "spoken": period.spoken,
        }

    def _chosen(self, asked: FindInput, found: Found, now: datetime) -> list[Occurrence]:
        if asked.title:
            return alike(asked.title, found.appointments)
        if asked.when:
            return list(found.appointments)
        timed = [one for one in found.appointments if one.start >= now]
        return sorted(timed, key=lambda one: (one.start.date(), one.all_day, one.start))

    def _answer(self, found: Found, told: list[Occurrence], now: datetime) -> dict[str, Any]:
        return {"appointments": [described(one, now) for one in told], "missing": list(found.missing)}

    def _period(self, words: str, now: datetime) -> Period:
        return read_period(words or "today", now, self._calendars.zone)

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock.now(), UTC).astimezone(self._calendars.zone)


def described(one: Occurrence, now: datetime) -> dict[str, Any]:
    """For programs and for what is said."""
    return {
        "title": one.title,
        "start": one.start.date().isoformat() if one.all_day else one.start.isoformat(),
        "end": one.end.date().isoformat() if one.all_day else one.end.isoformat(),
        "all_day": one.all_day,
        "location": one.location,
        "when": spoken.when(one, now),
    }


def _next_five_minutes(now: datetime) -> datetime:
    """Nobody makes an appointment for 15:33."""
    past = timedelta(minutes=now.minute % 5, seconds=now.second, microseconds=now.microsecond)
    return now if not past else now - past + timedelta(minutes=5)
