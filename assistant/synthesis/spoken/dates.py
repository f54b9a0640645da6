# ruff: noqa: SIM905 -- typographic signs are what this is about; words read better than lists of words
"""Dates and times of day."""

import re

from assistant.synthesis.spoken.numbers import cardinal, ordinal, year

MONTHS = "January February March April May June July August September October November December".split()
_SHORT = {name[:3].lower(): name for name in MONTHS} | {"sept": "September"}
_DAYS = {"mon": "Monday", "tue": "Tuesday", "tues": "Tuesday", "wed": "Wednesday", "thu": "Thursday"}
_DAYS |= {"thur": "Thursday", "thurs": "Thursday", "fri": "Friday", "sat": "Saturday", "sun": "Sunday"}

_MONTH = r"(January|February|March|April|May|June|July|August|September|October|November|December|" + (
    r"(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec)\b\.?)"
)
_DAY = r"(\d{1,2})(?:st|nd|rd|th)?(?![\d:.,]\d|\d|\s?[ap]\.?m\b|%|°)"
_YEAR_AFTER = r"(?:,?\s+((?:1\d|20|21)\d\d)(?![\d:]|[.,]\d))?"

_ISO = re.compile(
    r"(?<![\w-])(\d{4})-(\d{2})-(\d{2})"
    r"(?:[T ](\d{1,2}:\d{2}(?::\d{2})?)(?:\.\d+)?(Z|[+-]\d\d:?\d\d)?)?(?![\w-])"
)
_SLASHED = re.compile(
    r"(?<![\w/.-])(?<!\bversion )(?<!\bVersion )(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?![\w/-]|\.\d)"
)
_MONTH_DAY = re.compile(rf"\b{_MONTH}\s+{_DAY}(?:\s?[-–]\s?{_DAY})?{_YEAR_AFTER}")
_DAY_MONTH = re.compile(
    rf"(?<![\w.,:/-])(the\s+)?{_DAY}(?:\s+of)?\s+{_MONTH}(?![a-z]){_YEAR_AFTER}", re.IGNORECASE
)
_DAYS_MONTH = re.compile(rf"(?<![\w.,:/-])(\d{{1,2}})\s?[-–]\s?(?=(\d{{1,2}})\s+{_MONTH}(?![a-z]))")
_MONTH_YEAR = re.compile(rf"\b{_MONTH},?\s+((?:1\d|20|21)\d\d)(?![\d:]|[.,]\d)")
_WEEKDAY = re.compile(
    r"\b(Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun)\b(\.(?=,|\s+[a-z\d(]|\s+[A-Z][a-z]+\.?\s+\d)|(?=,\s|\s?[-–]\s?[A-Z]|\s+(?:at\s+)?\d|$))"
)
_WEEKDAY_SPAN = re.compile(r"\b(\w+day)\s?[-–]\s?(\w+day|Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun)\b")
_ALONE = re.compile(  # Jan and April may be persons: a stop, or a word of time before it, tells
    r"\b((?i:in|since|until|till|by|of|last|next|this|from|to|mid|early|late)\s+)?"
    r"(Jan|Feb|Apr|Aug|Sept|Oct|Nov|Dec)\b(\.(?=\s+[a-z\d]|,))?(?=\W|$)"
)

_HALF = r"([ap])\.?\s?m\b(\.(?!\s+(?-i:[A-Z])|\s*$))?"
_CLOCK = re.compile(
    rf"(?<![\w:.,/])([01]?\d|2[0-4]):([0-5]\d)(?::([0-5]\d))?(?:\s?{_HALF}|\s(noon|midnight)\b)?(?![\w:])(?!\.\d)",
    re.I,
)
_HOUR = re.compile(
    rf"(?<![\w:.,/$€£-])(?:(1[0-2]|0?[1-9])\s?[-–]\s?)?(1[0-2]|0?[1-9])\s?{_HALF}", re.IGNORECASE
)
_CLOCK_SPAN = re.compile(
    r"(\d:\d\d(?:\s?[ap]\.?m\b\.?)?|\d\s?[ap]\.?m\b\.?)\s?[-–]\s?(?=[012]?\d(?::\d\d|\s?[ap]\.?m\b))",
    re.IGNORECASE,
)
_DOTTED_CLOCK = re.compile(r"(?<![\w.,:$€£])(1[0-2]|0?[1-9])\.([0-5]\d)(?=\s?[ap]\.?m\b)", re.IGNORECASE)
_DOTTED_HALF = re.compile(r"\b([ap])\.\s?m\.(?=\s+(?-i:[A-Z])|\s*$)|\b([ap])\.\s?m\b\.?", re.IGNORECASE)


def say_dates(text: str, *, day_first: bool) -> str:
    """`day_first`: 03/04/2026 is the third of April, and ISO dates are read that way round too."""
    text = _ISO.sub(lambda m: _iso(m, day_first), text)
    text = _SLASHED.sub(lambda m: _slashed(m, day_first), text)
    text = _WEEKDAY.sub(lambda m: _DAYS[m[1].lower()], text)
    text = _WEEKDAY_SPAN.sub(lambda m: f"{m[1]} to {_DAYS.get(m[2].lower(), m[2])}", text)
    text = _DAYS_MONTH.sub(_days_month, text)
    text = _DAY_MONTH.sub(_day_month, text)
    text = _MONTH_DAY.sub(_month_day, text)
    text = _MONTH_YEAR.sub(lambda m: f"{_month(m[1])} {year(int(m[2]))}", text)
    return _ALONE.sub(lambda m: f"{m[1] or ''}{_month(m[2])}" if m[1] or m[3] else m[0], text)


def say_times(text: str) -> str:
    """7:05 → seven oh five; 7 pm → seven P M; 12:00 noon → twelve noon."""
    text = _DOTTED_CLOCK.sub(r"\1:\2", text)
    text = _CLOCK_SPAN.sub(r"\1 to ", text)
    text = _CLOCK.sub(_clock, text)
    text = _HOUR.sub(_hour, text)
    return _DOTTED_HALF.sub(lambda m: f"{(m[1] or m[2]).upper()} M{'.' if m[1] else ''}", text)


def clock(hour: int, minute: int, half: str = "") -> str:
    """The words for a time of day; `half` is "a", "p" or nothing."""
    if half:
        start = cardinal(hour)
        end = f" {half.upper()} M"
    else:
        if minute == 0 and hour in (0, 24):
            return "midnight"
        start, end = cardinal(hour), ""
    if minute == 0:
        if not half:
            return f"{start} o'clock" if 1 <= hour <= 12 else f"{start} hundred"
        return start + end
    return f"{start} {'oh ' if minute < 10 else ''}{cardinal(minute)}{end}"


def _clock(match: re.Match[str]) -> str:
    hour, minute, second = int(match[1]), int(match[2]), match[3]
    named = match[6]
    if named:
        words = cardinal(hour) if minute == 0 else clock(hour, minute)
        return f"{words} {named.lower()}"
    half = (match[4] or "").lower()
    if second and hour == 0 and not half:  # what is left on a timer, not a time of day
        return f"{_counted(minute, 'minute')} {_counted(int(second), 'second')}"
    words = clock(hour, minute, half)
    return f"{words} and {_counted(int(second), 'second')}" if second and int(second) else words


def _counted(value: int, name: str) -> str:
    return f"{cardinal(value)} {name}{'' if value == 1 else 's'}"


def _hour(match: re.Match[str]) -> str:
    first = f"{cardinal(int(match[1]))} to " if match[1] else ""
    return f"{first}{cardinal(int(match[2]))} {match[3].upper()} M"


def _month(text: str) -> str:
    return _SHORT.get(text.rstrip(".").lower()) or _SHORT[text[:3].lower()]


def _date(y: int | None, month: int, day: int, day_first: bool) -> str:
    name = MONTHS[month - 1]
    words = f"the {ordinal(day)} of {name}" if day_first else f"{name} {ordinal(day)}"
    return words if y is None else f"{words}{' ' if day_first else ', '}{year(y)}"


def _iso(match: re.Match[str], day_first: bool) -> str:
    month, day = int(match[2]), int(match[3])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return match[0]
    words = _date(int(match[1]), month, day, day_first)
    if not match[4]:
        return words
    return f"{words} at {match[4]}{' UTC' if match[5] == 'Z' else ''}"


def _slashed(match: re.Match[str], day_first: bool) -> str:
    first, second, text = int(match[1]), int(match[3]), match[4]
    if match[2] == "." and len(text) == 2 and not len(match[1]) == len(match[3]) == 2:
        return match[0]  # 3.6.21 is a version
    day_comes_first = day_first or match[2] == "."  # with dots it is the continental order
    day, month = (first, second) if (day_comes_first and second <= 12) or first > 12 else (second, first)
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return match[0]
    return _date(int(text) if len(text) == 4 else 2000 + int(text), month, day, day_first or first > 12)


def _month_day(match: re.Match[str]) -> str:
    day = int(match[2])
    if not 1 <= day <= 31:
        return match[0]
    words = f"{_month(match[1])} {ordinal(day)}"
    if match[3]:
        words += f" to {ordinal(int(match[3]))}"
    return f"{words}, {year(int(match[4]))}" if match[4] else words


def _stop(match: re.Match[str], month: str) -> str:
    """The stop of an abbreviated month, where it also ends the sentence."""
    rest = match.string[match.end() :]
    return "." if month.endswith(".") and re.match(r"\s*$|\s+[A-Z]", rest) else ""


def _days_month(match: re.Match[str]) -> str:
    first, last = int(match[1]), int(match[2])
    return f"the {ordinal(first)} to " if 1 <= first < last <= 31 else match[0]


def _day_month(match: re.Match[str]) -> str:
    day = int(match[2])
    if not 1 <= day <= 31 or not match[3][0].isupper():
        return match[0]
    words = f"{match[1] or 'the '}{ordinal(day)} of {_month(match[3])}"
    return f"{words} {year(int(match[4]))}" if match[4] else words + _stop(match, match[3])
