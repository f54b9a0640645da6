"""Appointments in words."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from assistant.services.calendar.free import Span
from assistant.services.calendar.occurrence import Occurrence
from assistant.services.clock import spoken_time
from assistant.services.moments import spoken_moment
from assistant.services.numbers import joined, words
from assistant.services.periods import spoken_day

_MOST = 8
"""Appointments that are read out; more nobody remembers."""


def when(one: Occurrence, now: datetime) -> str:
    """`at three o'clock in the afternoon on Friday`, `on Friday, all day`, `from today to Sunday`."""
    if not one.all_day:
        return f"at {spoken_moment(one.start, now)}"
    last = (one.end - timedelta(hours=1)).date()
    today = now.date()
    if last <= one.start.date():
        return f"{spoken_day(one.start.date(), today)}, all day"
    return f"from {_bare(one.start.date(), today)} to {_bare(last, today)}"


def title_when(one: Occurrence, now: datetime) -> str:
    """`Dentist, at three o'clock in the afternoon on Friday`."""
    return f"{one.title}, {when(one, now)}"


def clash(found: Sequence[Occurrence]) -> str:
    """`Team meeting from nine o'clock to half past nine and Lunch, all day`."""
    return joined(
        [f"{one.title}, all day" if one.all_day else f"{one.title} {_hours(one)}" for one in found[:3]]
    )


def agenda(found: Sequence[Occurrence], start: datetime, end: datetime, now: datetime) -> str:
    """The appointments of a period, one after the other. Of one day only the times are said."""
    one_day = end - start <= timedelta(hours=25)
    parts: list[str] = []
    said: date | None = None
    for one in found[:_MOST]:
        day = max(one.start, start).date()
        lead = "" if one_day or day == said else f"{spoken_day(day, now.date())}, "
        said = day
        parts.append(lead + (_all_day(one) if one.all_day else f"at {_clock(one.start)}, {one.title}"))
    if len(found) > _MOST:
        parts.append(f"and {words(len(found) - _MOST)} more")
    return "; ".join(parts)


def spans(free: Sequence[Span], now: datetime) -> str:
    """`tomorrow from ten o'clock to noon or from two o'clock on`."""
    parts, said = [], None
    for span in free:
        day = span.start.date()
        lead = "" if day == said else f"{spoken_day(day, now.date())} "
        said = day
        parts.append(f"{lead}from {_clock(span.start)} to {_clock(span.end)}")
    return joined(parts, "or")


def _all_day(one: Occurrence) -> str:
    return f"all day, {one.title}"


def _hours(one: Occurrence) -> str:
    return f"from {_clock(one.start)} to {_clock(one.end)}"


def _clock(at: datetime) -> str:
    """With the part of the day where people would not guess it."""
    clock = spoken_time(at)
    if at.hour < 7 and (at.hour or at.minute):
        return f"{clock} in the morning"
    return f"{clock} in the evening" if at.hour >= 18 else clock


def _bare(day: date, today: date) -> str:
    return spoken_day(day, today).removeprefix("on ")
