"""Days that have a name, and how far away they are: `what day is the twenty fourth of december`, `how many days until
christmas`, `when is easter`, `what date is next friday`."""

import calendar
import re
from collections.abc import Callable
from datetime import date, timedelta

from dateutil.easter import easter
from dateutil.relativedelta import MO, SU, TH, TU, relativedelta, weekday

from assistant.services.days import take_day
from assistant.services.numbers import joined, ordinal, take_number, tokens_of, words

_Feast = Callable[[int], date]


def _fixed(month: int, day: int) -> _Feast:
    return lambda year: date(year, month, day)


def _nth(month: int, day: weekday) -> _Feast:
    return lambda year: date(year, month, 1) + relativedelta(weekday=day)


def _from_easter(days: int) -> _Feast:
    return lambda year: easter(year) + timedelta(days=days)


_FEASTS: dict[str, _Feast] = {
    "new year's eve": _fixed(12, 31), "new year's day": _fixed(1, 1), "new year": _fixed(1, 1),
    "new year's": _fixed(1, 1), "epiphany": _fixed(1, 6), "valentine's day": _fixed(2, 14),
    "valentine's": _fixed(2, 14), "saint patrick's day": _fixed(3, 17), "st patrick's day": _fixed(3, 17),
    "halloween": _fixed(10, 31), "all saints": _fixed(11, 1), "bonfire night": _fixed(11, 5),
    "christmas eve": _fixed(12, 24), "christmas day": _fixed(12, 25), "christmas": _fixed(12, 25),
    "boxing day": _fixed(12, 26), "midsummer": _fixed(6, 24), "independence day": _fixed(7, 4),
    "april fools": _fixed(4, 1), "april fools day": _fixed(4, 1),
    "shrove tuesday": _from_easter(-47), "pancake day": _from_easter(-47), "ash wednesday": _from_easter(-46),
    "palm sunday": _from_easter(-7), "good friday": _from_easter(-2), "easter sunday": _from_easter(0),
    "easter monday": _from_easter(1), "easter": _from_easter(0), "ascension day": _from_easter(39),
    "pentecost": _from_easter(49), "whit monday": _from_easter(50),
    "thanksgiving": _nth(11, TH(4)), "labor day": _nth(9, MO(1)), "election day": _nth(11, TU(1)),
    "father's day": _nth(6, SU(3)), "mother's day": _nth(5, SU(2)),
    "memorial day": lambda year: date(year, 5, 31) + relativedelta(weekday=MO(-1)),
    "black friday": lambda year: date(year, 11, 1) + relativedelta(weekday=TH(4)) + timedelta(days=1),
    "martin luther king day": _nth(1, MO(3)), "advent": lambda year: date(year, 12, 24) + relativedelta(weekday=SU(-4)),
}  # fmt: skip
_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_WEEKDAYS = {name.lower(): number for number, name in enumerate(calendar.day_name)}
_ORDINALS = {ordinal(number): number for number in (*range(1, 21), 30)}
_UNITS = {"day": "days", "week": "weeks", "fortnight": "fortnights", "month": "months", "year": "years"}
_FURTHEST_YEARS = 1_000
_YEARS = {"this": 0, "next": 1, "last": -1}


class NoSuchDay(ValueError):
    """No day is named that is known, or one that the calendar does not have; `str()` can be spoken."""


def days_named(question: str, today: date, *, past: bool = False) -> list[tuple[date, str]]:
    """The days that the words name, in their order, and what each is called (empty: by its date only). A day without
    a year is the next that comes, today included, or, with `past`, the last there was. Raises `NoSuchDay` for one
    that there is not."""
    text = re.sub(r"\b(\d+)(?:st|nd|rd|th)\b", r"\1", question.lower().replace("’", "'"))
    text = re.sub(r"\b(new years|valentines|mothers|fathers|patricks)\b", lambda m: f"{m[1][:-1]}'s", text)
    tokens = tokens_of(text)
    if hint := re.search(r"\b(this|next|last) year\b", text):  # wherever it stands
        text = f"{text[: hint.start()]} {text[hint.end() :]}"
        year = today.year + _YEARS[hint[1]]
        return [(_in_year(day, name, year), name) for day, name in days_named(text, today, past=past)]
    found, at = [], 0
    while at < len(tokens):
        taken = _take_day(tokens, at, today, past)
        if taken is None:
            at += 1
            continue
        found.append((taken[0], taken[1]))
        at = taken[2]
    return found


def _in_year(day: date, name: str, year: int) -> date:
    feast = _FEASTS.get(name.lower())
    return feast(year) if feast else _date(year, day.month, day.day)


def _take_day(tokens: list[str], at: int, today: date, past: bool) -> tuple[date, str, int] | None:
    for take in (_take_feast, _take_date, _take_relative, _take_weekday):
        if (found := take(tokens, at, today, past)) is not None:
            return found
    return None


def _take_feast(tokens: list[str], at: int, today: date, past: bool) -> tuple[date, str, int] | None:
    for length in range(4, 0, -1):
        name = " ".join(tokens[at : at + length])
        if name in _FEASTS and len(tokens) >= at + length:
            year, end = _take_year(tokens, at + length)
            called = " ".join(word.capitalize() for word in name.split())
            if year is not None:
                return _FEASTS[name](year), called, end
            return _nearest(_FEASTS[name], today, past), called, at + length
    return None


def _nearest(made: _Feast, today: date, past: bool) -> date:
    if past:
        return next(day for year in (today.year, today.year - 1) if (day := made(year)) <= today)
    return next(day for year in (today.year, today.year + 1) if (day := made(year)) >= today)


def _take_date(tokens: list[str], at: int, today: date, past: bool) -> tuple[date, str, int] | None:
    """`(the) twenty fourth of december`, `december (the) twenty fourth`, with a year perhaps."""
    if tokens[at] in _MONTHS:
        month, after = _MONTHS[tokens[at]], at + 1
        if tokens[after : after + 1] == ["the"]:
            after += 1
        day = _take_ordinal(tokens, after)
    else:
        day = _take_ordinal(tokens, at)
        after = day[1] + (tokens[day[1] : day[1] + 1] == ["of"]) if day else at
        if day is None or after >= len(tokens) or tokens[after] not in _MONTHS:
            return None
        month, day = _MONTHS[tokens[after]], (day[0], after + 1)
    if day is None:
        return None
    year, end = _take_year(tokens, day[1])
    number = day[0]
    if year is not None:
        return _date(year, month, number), "", end
    leap = 2000 if month == 2 else 2001
    _date(leap, month, number)  # is there such a day at all?

    def made(year: int) -> date:
        while month == 2 and number == 29 and not calendar.isleap(year):
            year += -1 if past else 1
        return date(year, month, number)

    return _nearest(made, today, past), "", day[1]


def _date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        length = calendar.monthrange(year, month)[1]
        raise NoSuchDay(f"{calendar.month_name[month]} has only {words(length)} days.") from None


def _take_ordinal(tokens: list[str], at: int) -> tuple[int, int] | None:
    """`fourth`, `twenty fourth`, `24`, `twenty four`: 1 to 31."""
    here, then = tokens[at : at + 1], tokens[at + 1 : at + 2]
    if here in (["twenty"], ["thirty"]) and then and _ORDINALS.get(then[0], 10) < 10:
        return {"twenty": 20, "thirty": 30}[here[0]] + _ORDINALS[then[0]], at + 2
    if here and here[0] in _ORDINALS:
        return _ORDINALS[here[0]], at + 1
    for end in (at + 2, at + 1):
        found = take_number(tokens[:end], at)
        if found and 1 <= found[0] <= 31 and found[0] == int(found[0]):
            return int(found[0]), found[1]
    return None


def _take_year(tokens: list[str], at: int) -> tuple[int | None, int]:
    """`2028`, `in twenty twenty eight`, `nineteen ninety`."""
    start = at + (tokens[at : at + 1] in (["in"], ["of"], [","]))
    for end in range(min(len(tokens), start + 5), start, -1):
        found = take_number(tokens[:end], start)
        if found and 1600 <= found[0] <= 2600:
            return int(found[0]), found[1]
        high = take_number(tokens[: start + 1], start)
        low = take_number(tokens[:end], start + 1)
        if high and low and 16 <= high[0] <= 25 and 10 <= low[0] <= 99:
            return int(high[0]) * 100 + int(low[0]), low[1]
    return None, at


def _take_relative(tokens: list[str], at: int, today: date, past: bool) -> tuple[date, str, int] | None:
    """`tomorrow`, `in ten days`, `three weeks ago`, `two months from now`."""
    single = {"today": 0, "tomorrow": 1, "yesterday": -1}
    if tokens[at : at + 4] == ["the", "day", "after", "tomorrow"]:
        return today + timedelta(days=2), "", at + 4
    if tokens[at : at + 4] == ["the", "day", "before", "yesterday"]:
        return today - timedelta(days=2), "", at + 4
    if tokens[at] in single:
        return today + timedelta(days=single[tokens[at]]), tokens[at], at + 1
    start = at + (tokens[at] == "in")
    count = take_number(tokens, start)
    if count is None and tokens[start : start + 1] in (["a"], ["an"]):
        count = (1.0, start + 1)
    if count is None or count[1] >= len(tokens):
        return None
    unit = tokens[count[1]].removesuffix("s")
    if unit not in _UNITS or count[0] != int(count[0]):
        return None
    end = count[1] + 1
    back = tokens[end : end + 1] == ["ago"]
    ahead = (
        start > at or tokens[end : end + 2] == ["from", "now"] or tokens[end : end + 2] == ["from", "today"]
    )
    if not back and not ahead:
        return None
    return _moved(today, unit, int(count[0]) * (-1 if back else 1)), "", end + (1 if back else 0)


def _moved(today: date, unit: str, count: int) -> date:
    if abs(count) > _FURTHEST_YEARS * 366 or (unit == "year" and abs(count) > _FURTHEST_YEARS):
        raise NoSuchDay("That is too far away for my calendar.")
    try:
        if unit == "month":
            return today + relativedelta(months=count)
        if unit == "year":
            return today + relativedelta(years=count)
        return today + timedelta(days=count * {"day": 1, "week": 7, "fortnight": 14}[unit])
    except (ValueError, OverflowError):
        raise NoSuchDay("That is too far away for my calendar.") from None


def _take_weekday(tokens: list[str], at: int, today: date, past: bool) -> tuple[date, str, int] | None:
    """`friday`, `next friday` (of next week, as for alarms), `last friday`, and a bare one in the past."""
    which = tokens[at] if tokens[at] in ("next", "last", "this", "coming") else ""
    named = tokens[at + bool(which) : at + bool(which) + 1]
    if not named or named[0] not in _WEEKDAYS:
        return None
    if which == "last" or (past and not which):
        days = (today.weekday() - _WEEKDAYS[named[0]] - 1) % 7 + 1
        return today - timedelta(days=days), f"last {named[0].capitalize()}", at + bool(which) + 1
    found = take_day(tokens, at, today)
    if found is None:
        return None
    return found[0], f"{'next ' if which == 'next' else ''}{named[0].capitalize()}", found[1]


def spoken_span(days: int) -> str:
    """`one day`, `twenty-seven days`, `one hundred days, or fourteen weeks and two days`."""
    count = f"{words(days)} day{'' if days == 1 else 's'}"
    weeks, rest = divmod(days, 7)
    if days <= 31:
        return count
    parts = [f"{words(weeks)} weeks"] + ([f"{words(rest)} day{'' if rest == 1 else 's'}"] if rest else [])
    return f"{count}, or {joined(parts)}"
