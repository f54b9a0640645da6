"""Spans of time as people say them: `friday afternoon`, `next week`, `tomorrow from two to four`, `after six`.

Days and clock times are read by `days` and `moments`; here they become a beginning and an end.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from assistant.services.clock import spoken_time
from assistant.services.clock_words import ClockTime, take_clock
from assistant.services.days import take_day, weekday
from assistant.services.moments import settled, spoken_moment, spoken_month_day, try_moment
from assistant.services.numbers import tokens_of
from assistant.services.period_words import PARTS, Bounds, Unit, take_length, take_unit
from assistant.services.service import ServiceError

_FILLERS = frozenset(
    {
        "on",
        "in",
        "at",
        "for",
        "of",
        "by",
        "about",
        "around",
        "during",
        "the",
        "please",
        "and",
        ",",
        ".",
        "some",
    }
)
_ALL_DAY = re.compile(r"\b(?:all|(?:the )?whole|(?:the )?entire) day\b")
"""Says of a day that no time is to be asked for."""
_WAKING = 7  # hours: "at three" without more is no time for an appointment before this


@dataclass(frozen=True, slots=True)
class Period:
    """[start, end), in the zone it was read in. `has_time`: a clock time was said, so that something can begin at
    `start`; `has_end`: where it ends was said, too; `has_day`: on which day (else it is the next time that comes).
    `spoken`: `tomorrow`, `on Friday afternoon`, `next week`."""

    start: datetime
    end: datetime
    spoken: str
    has_time: bool = False
    has_end: bool = False
    has_day: bool = True

    @property
    def is_day(self) -> bool:
        """One whole day, which begins at midnight."""
        return (
            not self.has_time and self.start.time() == time() and (self.end - self.start) == timedelta(days=1)
        )


def read_period(words: str, now: datetime, zone: tzinfo) -> Period:
    """Raises `ServiceError` (`bad_period`) where none is understood. `now` is aware. A moment without an end
    (`friday at three`) has one hour."""
    here = now.astimezone(zone)
    tokens = tokens_of(_ALL_DAY.sub(" ", words.lower()))
    tokens = [token for token in tokens if token not in ("please", "okay", "then")]
    found = _range(tokens, here, zone) or _open(tokens, here, zone) or _span(tokens, here, zone)
    if found is None and (found := _moment(tokens, here, zone)) is None:
        shown = " ".join(words.split())[:60] or "that"
        raise ServiceError("bad_period", f"I did not understand when {shown} is.")
    return found


def day_period(day: date, here: datetime, zone: tzinfo) -> Period:
    """The whole of one day."""
    return Period(
        _midnight(day, zone), _midnight(day + timedelta(days=1), zone), spoken_day(day, here.date())
    )


def spoken_day(day: date, today: date) -> str:
    """`today`, `tomorrow`, `on Friday`, `on Thursday, December third`."""
    days = (day - today).days
    if days in (-1, 0, 1):
        return ("today", "tomorrow", "yesterday")[days]
    return f"on {day:%A}" if 0 < days < 7 else f"on {day:%A}, {spoken_month_day(day, today)}"


def _moment(tokens: list[str], here: datetime, zone: tzinfo) -> Period | None:
    """A clock time, with or without a day."""
    moment = try_moment(tokens, here, zone)
    if moment is None or not moment.has_time:
        return None
    at = moment.at
    said_half = {"am", "morning", "night", "m", "midnight"} & set(tokens)
    if not moment.has_day and at.hour < _WAKING and not said_half:
        at = settled(datetime.combine(at.date(), time((at.hour + 12) % 24, at.minute)), zone)
    return Period(
        at, at + timedelta(hours=1), f"at {spoken_moment(at, here)}", has_time=True, has_day=moment.has_day
    )


def _range(tokens: list[str], here: datetime, zone: tzinfo) -> Period | None:
    """`tomorrow from two to four`, `between nine and half past ten on friday`, `from monday to wednesday`."""
    for at, token in enumerate(tokens):
        if token not in ("from", "between"):
            continue
        links = ("and", "to") if token == "between" else ("to", "until", "till")
        for link in range(at + 2, len(tokens)):
            if tokens[link] not in links:
                continue
            first, second, rest = tokens[at + 1 : link], tokens[link + 1 :], tokens[:at]
            found = _clock_range(first, second, rest, here, zone) or _day_range(
                first, second, rest, here, zone
            )
            if found is not None:
                return found
    return None


def _clock_range(
    first: list[str], second: list[str], rest: list[str], here: datetime, zone: tzinfo
) -> Period | None:
    ends = take_clock(second, 0)
    if ends is None:
        return None
    tail = second[ends[1] :]
    begins = _moment([*rest, *tail, "at", *first], here, zone)
    if begins is None:
        return None
    end = _next_clock(ends[0], begins.start, zone)
    day = spoken_day(begins.start.date(), here.date())
    spoken = f"{day} from {spoken_time(begins.start)} to {spoken_time(end)}"
    return Period(begins.start, end, spoken, has_time=True, has_end=True, has_day=begins.has_day)


def _day_range(
    first: list[str], second: list[str], rest: list[str], here: datetime, zone: tzinfo
) -> Period | None:
    begins, ends = _day_alone(first, here.date()), _day_alone(second, here.date())
    if begins is None or ends is None or any(token not in _FILLERS for token in rest):
        return None
    if ends < begins:
        ends += timedelta(weeks=1)  # "from friday to monday"
    start, end = _midnight(begins, zone), _midnight(ends + timedelta(days=1), zone)
    return Period(start, end, f"from {_bare(begins, here)} to {_bare(ends, here)}", has_end=True)


def _open(tokens: list[str], here: datetime, zone: tzinfo) -> Period | None:
    """`after three tomorrow`, `before noon`, `until five`: to the end, or from the beginning, of that day."""
    for at, token in enumerate(tokens):
        if token not in ("after", "before", "until", "till", "since"):
            continue
        moment = _moment([*tokens[:at], *tokens[at + 1 :]], here, zone)
        if moment is None:
            continue
        day = moment.start.date()
        if token in ("after", "since"):
            end = _midnight(day + timedelta(days=1), zone)
            return Period(moment.start, end, f"after {spoken_moment(moment.start, here)}", has_end=True)
        start = max(_midnight(day, zone), here) if day == here.date() else _midnight(day, zone)
        return Period(start, moment.start, f"before {spoken_moment(moment.start, here)}", has_end=True)
    return None


def _span(tokens: list[str], here: datetime, zone: tzinfo) -> Period | None:
    """Days, parts of days, weeks, months, so many of them; None where anything else is said."""
    day: date | None = None
    unit: Unit | None = None
    part = ""
    length: timedelta | None = None
    at = 0
    while at < len(tokens):
        if (found_length := take_length(tokens, at)) is not None:
            length, at = found_length
        elif unit is None and (found_unit := take_unit(tokens, at, here.date())) is not None:
            unit, at = found_unit
        elif not part and (found_part := _take_part(tokens, at)) is not None:
            part, at = found_part
        elif day is None and (found_day := take_day(tokens, at, here.date())) is not None:
            day, at = found_day
        elif tokens[at] in _FILLERS:
            at += 1
        else:
            return None
    if length is not None:
        return Period(here, here + length, "from now on", has_end=True) if not (day or unit or part) else None
    if unit is not None and day is None and not part:
        return _whole(unit, here, zone)
    if part and unit is None:
        over = day == here.date() and here.hour >= PARTS[part.removeprefix("this ")][1]
        if day is not None and over and any(weekday(token) is not None for token in tokens):
            day += timedelta(weeks=1)  # "friday afternoon", said on Friday evening
        return _part(day, part, here, zone)
    return day_period(day, here, zone) if day is not None and unit is None else None


def _whole(unit: Unit, here: datetime, zone: tzinfo) -> Period:
    start, end = _midnight(unit.first, zone), _midnight(unit.after, zone)
    if unit.bounds is Bounds.REST:
        start = max(start, here)
    return Period(start, end, unit.spoken)


def _take_part(tokens: list[str], at: int) -> tuple[str, int] | None:
    """`this afternoon`, `in the evening`, `tonight`."""
    after = at + 1 if tokens[at] == "this" else at
    if after < len(tokens) and tokens[after] in PARTS:
        return ("this " if tokens[at] == "this" else "") + tokens[after], after + 1
    return None


def _part(day: date | None, part: str, here: datetime, zone: tzinfo) -> Period:
    name = part.removeprefix("this ")
    begins, ends = PARTS[name]
    chosen = day or here.date()
    if day is None and not part.startswith("this ") and name != "tonight" and here.hour >= ends:
        chosen += timedelta(days=1)  # "in the morning", said in the evening
    start = settled(datetime.combine(chosen, time(begins)), zone)
    end = (
        _midnight(chosen + timedelta(days=1), zone)
        if ends == 24
        else settled(datetime.combine(chosen, time(ends)), zone)
    )
    noun = "night" if name == "tonight" else name
    days = (chosen - here.date()).days
    if days == 0:
        spoken = "tonight" if noun == "night" else f"this {noun}"
    else:
        spoken = f"{spoken_day(chosen, here.date())}{' in the' if days >= 7 else ''} {noun}"
    return Period(start, end, spoken)


def _next_clock(clock: ClockTime, start: datetime, zone: tzinfo) -> datetime:
    """The first time after `start` at which clocks show it."""
    hours = [clock.hour % 24] if clock.exact else [clock.hour % 12, clock.hour % 12 + 12]
    days = (start.date(), start.date() + timedelta(days=1))
    candidates = [settled(datetime.combine(d, time(h, clock.minute)), zone) for d in days for h in hours]
    return next(each for each in candidates if each > start)


def _day_alone(tokens: list[str], today: date) -> date | None:
    words = [token for token in tokens if token not in ("on", "including")]
    found = take_day(words, 0, today)
    return found[0] if found is not None and found[1] == len(words) else None


def _bare(day: date, here: datetime) -> str:
    return spoken_day(day, here.date()).removeprefix("on ")


def _midnight(day: date, zone: tzinfo) -> datetime:
    return settled(datetime.combine(day, time()), zone)
