"""The words for spans of the calendar: weeks, weekends, months, parts of a day, so many days."""

import calendar
import enum
from dataclasses import dataclass
from datetime import date, timedelta

from assistant.services.numbers import take_number

PARTS = {
    "morning": (6, 12), "afternoon": (12, 18), "evening": (18, 23), "night": (19, 24), "tonight": (18, 24),
}  # fmt: skip
"""Hours in which each begins and ends, as people make appointments: nobody means four o'clock by "in the morning"."""

_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_LENGTHS = {
    "hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1), "fortnight": timedelta(weeks=2),
}  # fmt: skip


class Bounds(enum.Enum):
    WHOLE = enum.auto()
    REST = enum.auto()  # what is left of it


@dataclass(frozen=True, slots=True)
class Unit:
    """[first, after), in days."""

    first: date
    after: date
    spoken: str
    bounds: Bounds = Bounds.WHOLE


def take_unit(tokens: list[str], at: int, today: date) -> tuple[Unit, int] | None:
    """`this week`, `next weekend`, `the week after next`, `the rest of the day`, `next month`, `in december`. Weeks
    begin on Monday."""
    start = at + 1 if tokens[at : at + 1] == ["the"] else at
    if tokens[start : start + 3] in (["rest", "of", "the"], ["rest", "of", "this"]):
        found = _named(tokens[start + 3 :], today, 0)
        if found is not None:
            unit = Unit(found.first, found.after, f"for the rest of {found.spoken}", Bounds.REST)
            return unit, start + 4
    if tokens[start : start + 3] == ["week", "after", "next"]:
        return _week(today, 2, "in the week after next"), start + 3
    word = tokens[start] if start < len(tokens) else ""
    if word in ("this", "next", "coming") or start > at:
        which = 1 if word == "next" else 0
        after = start + (word in ("this", "next", "coming"))
        found = _named(tokens[after:], today, which)
        if found is not None and not (start > at and found.spoken == "today"):
            return found, after + 1
    return _month(tokens, at, today)


def take_length(tokens: list[str], at: int) -> tuple[timedelta, int] | None:
    """`the next three days`, `next two hours`, `the coming hour`. "next week" is a week of the calendar."""
    start = at + 1 if tokens[at : at + 1] == ["the"] else at
    if start >= len(tokens) or tokens[start] not in ("next", "coming"):
        return None
    found = take_number(tokens, start + 1)
    count, after = (int(found[0]), found[1]) if found is not None else (1, start + 1)
    if tokens[after : after + 2] == ["few", "days"]:
        return timedelta(days=3), after + 2
    if tokens[after : after + 3] == ["couple", "of", "days"]:
        return timedelta(days=2), after + 3
    unit = tokens[after] if after < len(tokens) else ""
    length = _LENGTHS.get(unit.removesuffix("s"))
    if length is None or (found is None and unit != "hour") or not 0 < count <= 366:
        return None
    return length * count, after + 1


def _named(tokens: list[str], today: date, which: int) -> Unit | None:
    word = tokens[0] if tokens else ""
    if word in ("week", "week's"):
        return _week(today, which, "next week" if which else "this week")
    if word == "weekend":
        return _weekend(today, which)
    if word == "month":
        first = _first_of_month(today, which)
        return Unit(first, _first_of_month(first, 1), "next month" if which else "this month")
    if word == "day" and not which:
        return Unit(today, today + timedelta(days=1), "today")
    return None


def _week(today: date, weeks: int, spoken: str) -> Unit:
    """Of this week what is over is left out: nobody asks for it."""
    monday = today - timedelta(days=today.weekday()) + timedelta(weeks=weeks)
    return Unit(max(monday, today), monday + timedelta(weeks=1), spoken)


def _weekend(today: date, which: int) -> Unit:
    """Saturday and Sunday; "next weekend" is the one after that which is coming, or is on."""
    saturday = today + timedelta(days=5 - today.weekday()) + timedelta(weeks=which)
    return Unit(
        max(saturday, today), saturday + timedelta(days=2), "next weekend" if which else "this weekend"
    )


def _month(tokens: list[str], at: int, today: date) -> tuple[Unit, int] | None:
    """A month's name alone; with a day beside it, it is a date."""
    start = at + 1 if tokens[at : at + 1] == ["in"] else at
    number = _MONTHS.get(tokens[start]) if start < len(tokens) else None
    if number is None or start + 1 < len(tokens) or (start == at and at > 0 and tokens[at - 1] != "in"):
        return None
    year = today.year + (number < today.month)
    first = max(date(year, number, 1), today)
    name = calendar.month_name[number]
    return Unit(first, _first_of_month(date(year, number, 1), 1), f"in {name}"), start + 1


def _first_of_month(day: date, later: int) -> date:
    months = day.year * 12 + day.month - 1 + later
    return date(months // 12, months % 12 + 1, 1)
