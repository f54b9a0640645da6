"""Appointments at moments: what calendar objects hold in a period, repeated ones unfolded."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

import recurring_ical_events
from icalendar import Calendar, Event, Timezone

from assistant.services.calendar.store import Resource

_log = logging.getLogger(__name__)
_MOST = 2_000
"""Occurrences of one object in one answer; nobody listens to so many."""
_TOO_OFTEN = ("SECONDLY", "MINUTELY")
"""No appointment; unfolding it would take all the time there is."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One appointment at one moment. `start` and `end` (not part of it) are in the owner's time zone; of a whole
    day they are its midnights. `slot`: the moment that the series gives it (RECURRENCE-ID), as it is written there.
    `busy`: it takes the time (TRANSP)."""

    title: str
    start: datetime
    end: datetime
    all_day: bool
    location: str
    repeats: bool
    busy: bool
    slot: date | datetime
    resource: Resource
    writable: bool = False

    @property
    def uid(self) -> str:
        return self.resource.uid


def resources_of(calendar: Calendar) -> list[Calendar]:
    """A calendar of many objects as one for each UID, in their order, each with the time zones."""
    zones = [part for part in calendar.subcomponents if isinstance(part, Timezone)]
    by_uid: dict[str, Calendar] = {}
    for event in calendar.walk("VEVENT"):
        uid = str(event.get("UID", ""))
        if uid not in by_uid:
            one = Calendar()
            for name in ("VERSION", "PRODID", "CALSCALE", "X-WR-TIMEZONE"):
                if name in calendar:
                    one[name] = calendar[name]
            for zone in zones:
                one.add_component(zone)
            by_uid[uid] = one
        by_uid[uid].add_component(event)
    return list(by_uid.values())


def occurrences(
    resources: Iterable[Resource], start: datetime, end: datetime, zone: tzinfo, *, writable: bool
) -> list[Occurrence]:
    """All that touches [start, end), by start. What is cancelled is left out, and so is an object that makes no
    sense, with a line in the log. Blocking: milliseconds an object; runs in a thread."""
    found: list[Occurrence] = []
    for resource in resources:
        try:
            found += _unfolded(resource, start, end, zone, writable)
        except Exception as error:  # whatever a file of others can hold
            _log.warning("the calendar object %s makes no sense: %s", resource.uid, error)
    # A day of others can reach into the period only in their own time zone.
    inside = [one for one in found if one.start < end and (one.end > start or one.start >= start)]
    return sorted(inside, key=lambda one: (one.start, not one.all_day, one.title))


def _unfolded(
    resource: Resource, start: datetime, end: datetime, zone: tzinfo, writable: bool
) -> list[Occurrence]:
    for part in resource.calendar.events:
        if any(rule.get("FREQ", [""])[0] in _TOO_OFTEN for rule in part.rrules):
            raise ValueError("it is repeated every minute or second")
    events = recurring_ical_events.of(resource.calendar).between(start, end)[:_MOST]
    return [
        _occurrence(event, resource, zone, writable)
        for event in events
        if str(event.get("STATUS", "")).upper() != "CANCELLED"
    ]


def _occurrence(event: Event, resource: Resource, zone: tzinfo, writable: bool) -> Occurrence:
    first, last = event.start, event.end
    all_day = not isinstance(first, datetime)
    start, end = moment(first, zone), moment(last, zone)
    slot = event.get("RECURRENCE-ID")
    return Occurrence(
        title=" ".join(str(event.get("SUMMARY", "")).split()) or "something without a name",
        start=start,
        end=max(end, start),
        all_day=all_day,
        location=" ".join(str(event.get("LOCATION", "")).split()),
        repeats=any("RRULE" in part or "RDATE" in part for part in resource.calendar.walk("VEVENT")),
        busy=str(event.get("TRANSP", "OPAQUE")).upper() != "TRANSPARENT",
        slot=slot.dt if slot is not None else first,
        resource=resource,
        writable=writable,
    )


def moment(value: date | datetime, zone: tzinfo) -> datetime:
    """In the owner's time zone. A day is its midnight; a time without a zone (RFC 5545: floating) is local."""
    if not isinstance(value, datetime):
        return datetime.combine(value, time(), zone)
    return value.replace(tzinfo=zone) if value.tzinfo is None else value.astimezone(zone)


def later(start: datetime, by: timedelta) -> datetime:
    """So much real time later: over the change of the clocks, too, where plain addition counts clock hours."""
    return (start.astimezone(UTC) + by).astimezone(start.tzinfo)


def length(one: Occurrence) -> timedelta:
    """Real time from start to end."""
    return one.end.astimezone(UTC) - one.start.astimezone(UTC)


def key(value: Any) -> str:
    """A slot as text that compares equal for the same moment, whatever the zone that it is written in."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat() if value.tzinfo else value.isoformat()
    return str(value)
