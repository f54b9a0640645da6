"""Answers about days."""

import calendar
import re
from datetime import date
from typing import Any

from num2words import num2words

from assistant.services.clock import spoken_date
from assistant.services.knowledge.days import NoSuchDay, days_named, spoken_span
from assistant.services.numbers import take_number, tokens_of, words

_BETWEEN = re.compile(r"\bbetween\b|\bfrom\b.*\b(?:to|until|till)\b")
_SPAN = re.compile(r"\bhow (?:many|long|far|much)\b|\bdays? (?:until|till|to|before|since)\b|\bcount ?down\b")
_SINCE = re.compile(r"\b(?:since|ago|was|were|did|been|last)\b")
_TODAY = re.compile(r"\b(?:is it|do we have|are we)\b")
_WEEKDAY = re.compile(rf"(?:(?:next|last) )?(?:{'|'.join(calendar.day_name)})")
_WEEKS = re.compile(r"\bhow many weeks\b")
_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}


def answer(question: str, today: date) -> dict[str, Any]:
    """`{"spoken", "date"}`, with "days" where it is about a span. Raises `NoSuchDay`."""
    text = question.lower()
    for special in (_leap_year, _week, _left_of_year, _length_of_month):
        if (found := special(text, today)) is not None:
            return found
    past = bool(_SINCE.search(text))
    named = days_named(text, today, past=past)
    if not named and _TODAY.search(text):
        named = [(today, "today")]
    if not named:
        raise NoSuchDay("I did not understand which day you mean.")
    if len(named) > 1 and _BETWEEN.search(text):
        first, second = named[0][0], named[1][0]
        days = abs((second - first).days)
        earlier, later = (_told(day, today) for day in sorted((first, second)))
        told = f"From {earlier} to {later} it's {spoken_span(days)}."
        return {"spoken": told, "days": days, "date": second.isoformat()}
    day, name = named[0]
    if _SPAN.search(text):
        return _span(day, name, today, weeks=bool(_WEEKS.search(text)))
    return _which(day, name, today)


def _span(day: date, name: str, today: date, *, weeks: bool) -> dict[str, Any]:
    days = (day - today).days
    called = name or _told(day, today)
    result = {"date": day.isoformat(), "days": days}
    if days == 0:
        return result | {"spoken": f"{_upper(called)} is today."}
    count = abs(days)
    span = spoken_span(count)
    if weeks and count >= 7:
        whole, rest = divmod(count, 7)
        span = f"{words(whole)} week{'' if whole == 1 else 's'}"
        span += f" and {words(rest)} day{'' if rest == 1 else 's'}" if rest else ""
    if days > 0:
        return result | {"spoken": f"It's {span} until {called}."}
    return result | {"spoken": f"{_upper(called)} was {span} ago."}


def _which(day: date, name: str, today: date) -> dict[str, Any]:
    """Its weekday where its date was said, its date too where only its name was."""
    days = (day - today).days
    verb = "is" if days >= 0 else "was"
    if re.fullmatch(_WEEKDAY, name):
        told = f"{_upper(name)} {verb} {_told(day, today)}"
    elif name:
        on = "" if abs(days) <= 1 else "on "
        told = f"{_upper(name)} {verb} {on}{spoken_date(day)}{_year(day, today)}"
    else:
        told = f"{_told(day, today)} {verb} a {day:%A}"
    ahead = f", in {spoken_span(days)}" if name and 1 < days <= 31 else ""
    return {"spoken": f"{told}{ahead}.", "date": day.isoformat(), "days": days}


def _told(day: date, today: date) -> str:
    """`December twenty-fourth`, with the year where it is not this one's or the next day of that name."""
    return f"{spoken_date(day).partition(', ')[2]}{_year(day, today)}"


def _year(day: date, today: date) -> str:
    return "" if day.year == today.year else f" {num2words(day.year, to='year')}"


def _leap_year(text: str, today: date) -> dict[str, Any] | None:
    if "leap year" not in text:
        return None
    year = _some_year(text, today)
    if year is None:  # "when is the next leap year"
        year = next(year for year in range(today.year + 1, today.year + 10) if calendar.isleap(year))
        return {"spoken": f"The next leap year is {num2words(year, to='year')}.", "date": f"{year}-02-29"}
    is_one = calendar.isleap(year)
    told = "is" if is_one else "is not"
    return {"spoken": f"{_upper(num2words(year, to='year'))} {told} a leap year.", "date": f"{year}-01-01"}


def _some_year(text: str, today: date) -> int | None:
    if re.search(r"\bthis (?:a )?(?:leap )?year\b|\bis it\b", text):
        return today.year
    tokens = tokens_of(text)
    for at in range(len(tokens)):
        for end in range(len(tokens), at, -1):
            found = take_number(tokens[:end], at)
            if found and 1600 <= found[0] <= 2600:
                return int(found[0])
            high, low = take_number(tokens[: at + 1], at), take_number(tokens[:end], at + 1)
            if high and low and 16 <= high[0] <= 25 and 10 <= low[0] <= 99:
                return int(high[0]) * 100 + int(low[0])
    return None


def _week(text: str, today: date) -> dict[str, Any] | None:
    if not re.search(r"\b(?:what|which|calendar) week\b|\bweek number\b|\bweek of the year\b", text):
        return None
    week = today.isocalendar().week
    return {"spoken": f"It's week {words(week)}.", "date": today.isoformat(), "week": week}


def _left_of_year(text: str, today: date) -> dict[str, Any] | None:
    if not re.search(r"\b(?:left|remain\w*|until the end)\b.*\byear\b|\bend of the year\b", text):
        return None
    days = (date(today.year, 12, 31) - today).days
    return {"spoken": f"There are {spoken_span(days)} left of this year.", "days": days}


def _length_of_month(text: str, today: date) -> dict[str, Any] | None:
    """`how many days are in february`, `how many days does april have`; not `how many days until april`."""
    found = re.search(rf"\bhow many days\b.*?\b({'|'.join(_MONTHS)})\b", text)
    if not found or re.search(r"\b(?:until|till|to|before|since|between|ago|of)\b", text):
        return None
    year = _some_year(text, today)
    days = calendar.monthrange(year or today.year, _MONTHS[found[1]])[1]
    extra = ", and twenty-nine in a leap year" if found[1] == "february" and days == 28 and not year else ""
    return {"spoken": f"{found[1].capitalize()} has {words(days)} days{extra}.", "days": days}


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
