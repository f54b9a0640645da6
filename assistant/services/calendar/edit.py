"""Changes of calendar objects. Each gives a new one; the one that it came from stays as it was.

Of a repeated appointment one occurrence is changed, by an exception (RFC 5545, 3.8.4.4 and 3.8.5.1); the series goes
on. All blocking for milliseconds.
"""

from datetime import UTC, date, datetime, timedelta, tzinfo

from icalendar import Calendar, Component, Event

from assistant.services.calendar.occurrence import Occurrence, key

PRODUCT = "-//assistant//calendar//EN"
_DROPPED = ("RRULE", "RDATE", "EXDATE", "EXRULE", "DURATION", "DTEND", "DTSTART", "RECURRENCE-ID")


def new_event(
    uid: str, title: str, start: date | datetime, end: date | datetime, now: datetime, location: str = ""
) -> Calendar:
    """An appointment; of whole days where `start` and `end` (the day after the last) are dates."""
    event = Event()
    event.add("UID", uid)
    event.add("DTSTAMP", now.astimezone(UTC))
    event.add("CREATED", now.astimezone(UTC))
    event.add("SUMMARY", title)
    event.add("DTSTART", start)
    event.add("DTEND", end)
    if location:
        event.add("LOCATION", location)
    calendar = Calendar()
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", PRODUCT)
    calendar.add_component(event)
    return _with_zones(calendar, start)


def moved(one: Occurrence, start: date | datetime, end: date | datetime, now: datetime) -> Calendar:
    """The same at another time."""
    calendar = copy(one.resource.calendar)
    event = _exception(calendar, one) if one.repeats else _only(calendar)
    for name in ("DTSTART", "DTEND", "DURATION"):
        event.pop(name, None)
    event.add("DTSTART", start)
    event.add("DTEND", end)
    _touched(event, now)
    return _with_zones(calendar, start)


def without(one: Occurrence, now: datetime) -> Calendar | None:
    """Without this occurrence; None where nothing is left."""
    if not one.repeats:
        return None
    calendar = copy(one.resource.calendar)
    master = _master(calendar)
    for part in list(calendar.walk("VEVENT")):
        slot = part.get("RECURRENCE-ID")
        if slot is not None and key(slot.dt) == key(one.slot):
            calendar.subcomponents.remove(part)
    master.add("EXDATE", [one.slot])
    _touched(master, now)
    return calendar


def copy(calendar: Calendar) -> Calendar:
    copied = Calendar.from_ical(calendar.to_ical())
    assert isinstance(copied, Calendar)
    return copied


def _master(calendar: Calendar) -> Component:
    return next(part for part in calendar.walk("VEVENT") if "RECURRENCE-ID" not in part)


def _only(calendar: Calendar) -> Component:
    return calendar.walk("VEVENT")[0]


def _exception(calendar: Calendar, one: Occurrence) -> Component:
    """The component of this occurrence alone; made from the series where there is none yet."""
    for part in calendar.walk("VEVENT"):
        slot = part.get("RECURRENCE-ID")
        if slot is not None and key(slot.dt) == key(one.slot):
            return part
    event = Event()
    for name, value in _master(calendar).items():
        if name not in _DROPPED:
            event[name] = value
    for alarm in _master(calendar).subcomponents:
        event.add_component(alarm)
    event.add("RECURRENCE-ID", one.slot)
    calendar.add_component(event)
    return event


def _touched(event: Component, now: datetime) -> None:
    """A change that others can tell from what they have (RFC 5545, 3.8.7)."""
    sequence = int(event.get("SEQUENCE", 0)) + 1
    for name in ("SEQUENCE", "LAST-MODIFIED", "DTSTAMP"):
        event.pop(name, None)
    event.add("SEQUENCE", sequence)
    event.add("LAST-MODIFIED", now.astimezone(UTC))
    event.add("DTSTAMP", now.astimezone(UTC))


def _with_zones(calendar: Calendar, start: date | datetime) -> Calendar:
    """A named zone needs its definition beside it (RFC 5545, 3.2.19); one of a few years, which is short."""
    if isinstance(start, datetime) and isinstance(start.tzinfo, tzinfo):
        calendar.add_missing_timezones(
            first_date=start.date() - timedelta(days=366), last_date=start.date() + timedelta(days=3 * 366)
        )
    return calendar
