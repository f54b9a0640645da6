"""Moments as people say them: `half past six`, `quarter to nine tomorrow morning`, `next friday at noon`, `in an
hour and a half`.

A moment is read in the owner's time zone and told back in words that say which one was meant. A clock that jumps
follows RFC 5545, section 3.3.5: a time that the jump leaves out is as far from the hour before as it would be without
(half past two becomes half past three), and of a time that comes twice the first is meant.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from assistant.services.clock import spoken_time
from assistant.services.clock_words import ClockTime
from assistant.services.durations import duration_of
from assistant.services.moment_words import PARTS, Said, said_in
from assistant.services.numbers import ordinal, tokens_of
from assistant.services.service import ServiceError

_UNITS = frozenset(
    {"s", "sec", "secs", "second", "seconds", "m", "min", "mins", "minute", "minutes", "h", "hr", "hrs", "hour",
     "hours"}
)  # fmt: skip
_SUPPOSED = time(9)  # where a day is named and no time
# "tomorrow at three" is in the afternoon, "tomorrow at eight" in the morning
_AMBIGUOUS_AFTERNOON = range(1, 7)


@dataclass(frozen=True, slots=True)
class Moment:
    """`at` in the zone it was read in. `has_day`, `has_time`: whether that was said; without a time `at` is at the
    hour that stands for the part of the day, or at nine. `sure`: morning or evening was said, too. `elapsed`: it was
    told by the time until then."""

    at: datetime
    has_day: bool
    has_time: bool
    sure: bool = True
    elapsed: bool = False


def moment_of(words: str, now: datetime, zone: tzinfo, *, waking: bool = False) -> datetime:
    """The moment that is meant. Raises `ServiceError` (`bad_moment`) where none is understood.

    What is ambiguous, such as `seven`, is the next one that comes; on a day that was named, from seven on in the
    morning and before in the afternoon. `waking`: one gets up in the morning.
    """
    return read_moment(words, now, zone, waking=waking).at


def read_moment(words: str, now: datetime, zone: tzinfo, *, waking: bool = False) -> Moment:
    """As `moment_of`, with what was said and what is only supposed. `now` is aware."""
    found = try_moment(tokens_of(words), now, zone, waking=waking)
    if found is None:
        shown = " ".join(words.split())[:60] or "that"
        raise ServiceError("bad_moment", f"I did not understand when {shown} is.")
    return found


def try_moment(
    tokens: list[str], now: datetime, zone: tzinfo, *, waking: bool = False, strict: bool = False
) -> Moment | None:
    """The moment that these tokens are, all of them; None where they are none. `strict`: a bare number is a time only
    after `at`, `by` or a day, or before a part of the day, for text in which numbers may be anything."""
    here = now.astimezone(zone)
    if (elapsed := _elapsed(tokens)) is not None:
        return Moment(
            (now.astimezone(UTC) + timedelta(seconds=elapsed)).astimezone(zone), True, True, elapsed=True
        )
    read = said_in(tokens, here.date(), strict)
    if read is None:
        return None
    if read.clock is None and not read.part:
        if read.day is None:
            return None
        supposed = here.time() if read.shifted else _SUPPOSED
        return Moment(settled(datetime.combine(read.day, supposed), zone), True, False)
    sure = bool(read.part) or read.clock is None or read.clock.exact
    return Moment(_placed(read, here, zone, waking), read.day is not None, read.clock is not None, sure)


def settled(wall: datetime, zone: tzinfo) -> datetime:
    """The moment at which the clocks of a zone show `wall` (naive); see the module on clocks that jump."""
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC).astimezone(zone)


def spoken_moment(at: datetime, now: datetime) -> str:
    """`half past six this evening`, `seven o'clock tomorrow morning`, `noon on Friday`, `nine o'clock in the morning
    on Thursday, December third`: to be said after `at` or on its own. Both aware; the zone is that of `at`."""
    here = now.astimezone(at.tzinfo)
    midnight = at.hour == at.minute == 0
    day = (at - timedelta(minutes=1)).date() if midnight else at.date()  # midnight ends the day
    clock = spoken_time(at)
    named = midnight or (at.hour == 12 and at.minute == 0)
    days = (day - here.date()).days
    part = "" if named else _part_of(at)
    if days == 0:
        if midnight:
            return f"{clock} tonight"
        return clock if named else f"{clock} {'tonight' if part == 'night' else f'this {part}'}"
    if days == 1:
        return f"{clock} tomorrow {part}".rstrip()
    clock = spoken_time_of_day(at)
    if 0 < days < 7:
        return f"{clock} on {day:%A}"
    return f"{clock} on {day:%A}, {spoken_month_day(day, here.date())}"


def spoken_time_of_day(at: datetime) -> str:
    """`noon`, `seven o'clock in the evening`, `ten past eleven at night`."""
    if at.minute == 0 and at.hour in (0, 12):
        return spoken_time(at)
    part = _part_of(at)
    return f"{spoken_time(at)} {'at night' if part == 'night' else f'in the {part}'}"


def spoken_month_day(day: date, today: date) -> str:
    """`December third`, with the year where it is not the next such day that comes."""
    far = abs((day - today).days) > 300
    return f"{day:%B} {ordinal(day.day)}" + (f", {day.year}" if far else "")


def _part_of(at: datetime) -> str:
    if at.hour < 12:
        return "morning"
    return "afternoon" if at.hour < 18 else "evening" if at.hour < 21 else "night"


def _elapsed(tokens: list[str]) -> float | None:
    """Seconds in `in an hour and a half`, `ten minutes from now`. Whole days are left to the calendar."""
    words = [token.rstrip("'") for token in tokens if token not in ("please", "about", "around", "exactly")]
    if words[:1] == ["in"] or words[:1] == ["after"]:
        words = words[1:-1] if words[-1:] == ["time"] else words[1:]
    elif words[-2:] == ["from", "now"]:
        words = words[:-2]
    elif words[-1:] == ["later"]:
        words = words[:-1]
    else:
        return None
    if not words or {"day", "days", "week", "weeks"} & set(words) or not _UNITS & set(words):
        return None
    seconds = duration_of(words)
    return seconds if seconds is not None and seconds > 0 else None


_UNIT_WORDS = frozenset(
    [
        "second",
        "seconds",
        "sec",
        "secs",
        "minute",
        "minutes",
        "min",
        "mins",
        "hour",
        "hours",
        "hr",
        "hrs",
        "h",
        "m",
        "s",
    ]
)


def _placed(read: Said, here: datetime, zone: tzinfo, waking: bool) -> datetime:
    """The moment, in the zone of the owner."""
    if read.clock is None:
        return _next_of([PARTS[read.part]], read, here, zone)
    clock = read.clock
    if clock.hour == 24:
        day = read.day or here.date()
        return settled(datetime.combine(day + timedelta(days=1), time()), zone)
    if clock.exact:
        return _next_of([time(clock.hour, clock.minute)], read, here, zone)
    morning, later = time(clock.hour % 12, clock.minute), time(clock.hour % 12 + 12, clock.minute)
    match read.part:
        case "morning":
            return _next_of([morning], read, here, zone)
        case "afternoon":
            return _next_of([later], read, here, zone)
        case "evening" | "night" | "tonight":
            return _at_night(clock, read, here, zone)
    if read.day is None:
        return _next_of([morning, later], read, here, zone)
    if read.day == here.date() and not read.weekly:
        return _next_of([morning, later], read, here, zone)
    afternoon = clock.hour == 12 or (clock.hour in _AMBIGUOUS_AFTERNOON and not waking)
    return _next_of([later if afternoon else morning], read, here, zone)


def _at_night(clock: ClockTime, read: Said, here: datetime, zone: tzinfo) -> datetime:
    """`nine at night` is 21:00; `two at night` belongs to the night that the day ends with."""
    small = clock.hour % 12
    if small >= 5:
        return _next_of([time(small + 12, clock.minute)], read, here, zone)
    if read.part == "evening" and small >= 3:
        return _next_of([time(small + 12, clock.minute)], read, here, zone)
    night = time(small, clock.minute)
    if read.day is None:
        return _next_of([night], read, here, zone)
    return settled(datetime.combine(read.day + timedelta(days=1), night), zone)


def _next_of(times: list[time], read: Said, here: datetime, zone: tzinfo) -> datetime:
    """The first of these times, in their order, that is still to come on the day that was said. Without a day it is
    tomorrow's when today's are over; of a weekday, that of the week after."""
    days = [read.day or here.date()]
    if read.day is None:
        days.append(days[0] + timedelta(days=1))
    elif read.weekly:
        days.append(days[0] + timedelta(weeks=1))
    candidates = [settled(datetime.combine(day, each), zone) for day in days for each in times]
    return next((each for each in candidates if each > here), candidates[-1])
