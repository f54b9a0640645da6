"""The day, as people say it: `tomorrow`, `next friday`, `the third of december`, `a week from monday`.

What a calendar is needed for (months, so many weeks from now) is read by dateparser, once numbers are digits; what
it does not know, or takes for another day (`next friday`, `the fifth`), is counted here.
"""

import calendar
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import lru_cache, partial

import dateparser
from dateutil.easter import easter
from text_to_num import text2num

from assistant.services.numbers import take_number

_WEEKDAYS = {name.lower(): number for number, name in enumerate(calendar.day_name)}
_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_UNITS = frozenset(
    ["day", "days", "week", "weeks", "month", "months", "year", "years", "fortnight", "fortnights"]
)
_MOST = 1_000
_TEENS = frozenset({"twenty", "thirty"})
_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
    "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14,
    "fifteenth": 15, "sixteenth": 16, "seventeenth": 17, "eighteenth": 18, "nineteenth": 19,
    "twentieth": 20, "thirtieth": 30,
}  # fmt: skip
_SUFFIXES = frozenset({"st", "nd", "rd", "th"})
_FEASTS = {
    ("christmas", "eve"): (12, 24), ("christmas", "day"): (12, 25), ("christmas",): (12, 25),
    ("boxing", "day"): (12, 26), ("new", "year's", "eve"): (12, 31), ("new", "years", "eve"): (12, 31),
    ("new", "year's", "day"): (1, 1), ("new", "years", "day"): (1, 1), ("new", "year"): (1, 1),
    ("valentine's", "day"): (2, 14), ("valentines", "day"): (2, 14), ("halloween",): (10, 31),
}  # fmt: skip
_RELATIVE = (
    (("the", "day", "after", "tomorrow"), 2), (("day", "after", "tomorrow"), 2), (("tomorrow",), 1),
    (("today",), 0), (("tonight",), 0), (("the", "day", "before", "yesterday"), -2),
    (("day", "before", "yesterday"), -2), (("yesterday",), -1),
)  # fmt: skip

Found = tuple[date, int]
"""A day, and the place after its words."""


def take_day(tokens: list[str], at: int, today: date) -> Found | None:
    """The day that starts at a token. None where there is none. A day without a year or a month is the next one
    that comes, today included."""
    for take in (_relative, _from_now, _weekday, _shifted, _feast, _month_day, _day_of_month, _next):
        if (found := take(tokens, at, today)) is not None:
            return found
    return None


def weekday(word: str) -> int | None:
    """0 for `monday` and `mondays`, to 6 for `sunday`. None for any other word."""
    return _WEEKDAYS.get(word, _WEEKDAYS.get(word.removesuffix("s")))


def _relative(tokens: list[str], at: int, today: date) -> Found | None:
    for words, days in _RELATIVE:
        if tuple(tokens[at : at + len(words)]) == words:
            after = at + (0 if words == ("tonight",) else len(words))
            # "tonight" is a part of the day, too, which is read next.
            return None if after == at else (today + timedelta(days=days), after)
    return None


def _from_now(tokens: list[str], at: int, today: date) -> Found | None:
    """`in three weeks`, `in a fortnight`, `two days from now`, `a year from today`."""
    leads = tokens[at : at + 1] == ["in"]
    start = at + 1 if leads else at
    if tokens[start : start + 1] in (["a"], ["an"], ["one"]):
        count, after = 1, start + 1
        if tokens[after : after + 2] == ["couple", "of"]:
            count, after = 2, after + 2
    elif (found := _count(tokens, start)) is not None:
        count, after = found
    else:
        return None
    if after >= len(tokens) or tokens[after] not in _UNITS:
        return None
    unit = tokens[after]
    after += 1
    if tokens[after : after + 2] in (["from", "now"], ["from", "today"]):
        after += 2
    elif tokens[after : after + 1] == ["time"] and leads:
        after += 1
    elif not leads:
        return None
    if unit.startswith("fortnight"):
        count, unit = 2 * count, "weeks"
    day = _parsed(f"in {count} {unit}", today)
    return (day, after) if day is not None else None


def _weekday(tokens: list[str], at: int, today: date) -> Found | None:
    """`friday`, `this friday`, `next friday`, `friday next week`, `friday week`, `friday the fourth`. The weekend
    begins on Saturday."""
    word = tokens[at] if at < len(tokens) else ""
    start = at + 1 if word in ("this", "next", "coming") else at
    start += word != "next" and tokens[start : start + 1] == ["coming"]
    if tokens[start : start + 1] == ["weekend"]:
        saturday = _in_week(today, word == "next", 5)
        return max(saturday, today), start + 1
    if start >= len(tokens) or tokens[start] not in _WEEKDAYS:
        return None
    number = _WEEKDAYS[tokens[start]]
    after = start + 1
    dated_at = after + (tokens[after : after + 1] == [","])
    coming = today + timedelta(days=(number - today.weekday()) % 7)
    if (dated := _month_day(tokens, dated_at, today) or _day_of_month(tokens, dated_at, today)) is not None:
        return dated
    if word == "next":
        return _in_week(today, 1, number), after
    if tokens[after : after + 2] == ["next", "week"]:
        return _in_week(today, 1, number), after + 2
    if tokens[after : after + 2] == ["this", "week"]:
        return _in_week(today, 0, number), after + 2
    if tokens[after : after + 1] == ["week"]:
        return coming + timedelta(weeks=1), after + 1
    return coming, after


def _shifted(tokens: list[str], at: int, today: date) -> Found | None:
    """`a week from friday`, `two weeks from tomorrow`, `a week on monday`, `next week monday`."""
    if tokens[at : at + 2] == ["next", "week"] and at + 2 < len(tokens) and tokens[at + 2] in _WEEKDAYS:
        return _in_week(today, 1, _WEEKDAYS[tokens[at + 2]]), at + 3
    if tokens[at : at + 1] in (["a"], ["one"]):
        count, after = 1, at + 1
    elif (found := _count(tokens, at)) is not None:
        count, after = found
    else:
        return None
    if tokens[after : after + 1] not in (["week"], ["weeks"]):
        return None
    if tokens[after + 1 : after + 2] not in (["from"], ["on"], ["after"]):
        return None
    base = _relative(tokens, after + 2, today) or _weekday(tokens, after + 2, today)
    return (base[0] + timedelta(weeks=count), base[1]) if base is not None else None


def _feast(tokens: list[str], at: int, today: date) -> Found | None:
    if tokens[at : at + 2] == ["easter", "monday"]:
        return _coming(lambda year: easter(year) + timedelta(days=1), today), at + 2
    if tokens[at : at + 1] == ["easter"]:
        return _coming(easter, today), at + 1 + (tokens[at + 1 : at + 2] == ["sunday"])
    for words, (month, day) in _FEASTS.items():
        if tuple(tokens[at : at + len(words)]) == words:
            return _coming(partial(date, month=month, day=day), today), at + len(words)
    return None


def _month_day(tokens: list[str], at: int, today: date) -> Found | None:
    """`december third`, `the third of december`, `24 december 2027`, `may the fifth twenty twenty seven`."""
    start = at + 1 if tokens[at : at + 1] == ["the"] else at
    if start < len(tokens) and tokens[start] in _MONTHS:
        month, after = tokens[start], start + 1
        after += tokens[after : after + 1] == ["the"]
        numbered = _ordinal(tokens, after) or _cardinal(tokens, after)
        if numbered is None:
            return None
        day, after = numbered
    else:
        numbered = _ordinal(tokens, start) or _cardinal(tokens, start)
        if numbered is None:
            return None
        day, after = numbered
        after += tokens[after : after + 1] == ["of"]
        if after >= len(tokens) or tokens[after] not in _MONTHS:
            return None
        month, after = tokens[after], after + 1
    year = _year(tokens, after + (tokens[after : after + 1] == [","]))
    said = f"{day} {month}" if year is None else f"{day} {month} {year[0]}"
    # Seen from the last minute of yesterday, today is still to come.
    found = _parsed(said, today - timedelta(days=1), time(23, 59))
    return (found, after if year is None else year[1]) if found is not None else None


def _day_of_month(tokens: list[str], at: int, today: date) -> Found | None:
    """`the fifth`, `the 5th`: of this month or, where that is over, of the next that has one."""
    start = at + 1 if tokens[at : at + 1] == ["the"] else at
    if (found := _ordinal(tokens, start)) is None:
        return None
    day, after = found
    year, month = today.year, today.month
    for _ in range(12):
        if day <= calendar.monthrange(year, month)[1] and date(year, month, day) >= today:
            return date(year, month, day), after
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return None


def _next(tokens: list[str], at: int, today: date) -> Found | None:
    """`next week` and the like: the same day of it."""
    if tokens[at : at + 1] != ["next"] or tokens[at + 1 : at + 2] not in (["week"], ["month"], ["year"]):
        return None
    day = _parsed(f"in 1 {tokens[at + 1]}", today)
    return (day, at + 2) if day is not None else None


def _ordinal(tokens: list[str], at: int) -> tuple[int, int] | None:
    """`twenty fourth`, `24 th`: a day of a month, and the place after it."""
    word = tokens[at] if at < len(tokens) else ""
    follows = tokens[at + 1] if at + 1 < len(tokens) else ""
    if word.isdecimal() and follows in _SUFFIXES and 1 <= int(word) <= 31:
        return int(word), at + 2
    if word in _TEENS and 1 <= _ORDINALS.get(follows, 10) <= 9:
        day = int(text2num(word, "en")) + _ORDINALS[follows]
        return (day, at + 2) if day <= 31 else None
    return (_ORDINALS[word], at + 1) if word in _ORDINALS else None


def _cardinal(tokens: list[str], at: int) -> tuple[int, int] | None:
    """A day told by a bare number, as in `december 24`."""
    for end in (at + 2, at + 1):
        found = take_number(tokens[:end], at) if end <= len(tokens) else None
        if found is not None and found[1] == end and found[0] in range(1, 32):
            return int(found[0]), end
    return None


def _count(tokens: list[str], at: int) -> tuple[int, int] | None:
    """How many days or weeks."""
    found = take_number(tokens, at)
    if found is None or not 0 < found[0] <= _MOST or found[0] != int(found[0]):
        return None
    return int(found[0]), found[1]


def _year(tokens: list[str], at: int) -> tuple[int, int] | None:
    """`2027`, `twenty twenty seven`."""
    word = tokens[at] if at < len(tokens) else ""
    if word.isdecimal() and 2000 <= int(word) < 2100:
        return int(word), at + 1
    if word == "twenty" and tokens[at + 1 : at + 2] != [] and tokens[at + 1] in ("twenty", "thirty"):
        found = take_number(tokens[: at + 3], at + 1)
        if found is not None and 20 <= found[0] < 40:
            return 2000 + int(found[0]), found[1]
    return None


def _in_week(today: date, weeks: int, number: int) -> date:
    monday = today - timedelta(days=today.weekday())
    return monday + timedelta(weeks=weeks, days=number)


def _coming(of_year: Callable[[int], date], today: date) -> date:
    day = of_year(today.year)
    return day if day >= today else of_year(today.year + 1)


@lru_cache(maxsize=64)
def _parsed(words: str, today: date, at: time = time(12)) -> date | None:
    settings = {"RELATIVE_BASE": datetime.combine(today, at), "PREFER_DATES_FROM": "future"}
    found = dateparser.parse(words, languages=["en"], settings=settings)
    return found.date() if found is not None else None
