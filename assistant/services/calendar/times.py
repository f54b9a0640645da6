"""Where an appointment goes that is moved."""

import re
from datetime import datetime, time, timedelta, tzinfo

from assistant.services.calendar.occurrence import Occurrence, later
from assistant.services.durations import seconds_of
from assistant.services.moments import settled
from assistant.services.periods import read_period
from assistant.services.service import ServiceError

_SHIFT = re.compile(
    r"(?:by )?(?P<length>.+?) (?P<way>later|earlier|back|forward|sooner)"
    r"|(?P<way2>back|forward) (?:by )?(?P<length2>.+)"
)
_EARLIER = ("earlier", "sooner", "forward")
"""To bring an appointment forward is to have it sooner."""


def new_time(words: str, one: Occurrence, now: datetime, zone: tzinfo) -> tuple[datetime, bool]:
    """The new start, and whether it is of whole days: `thursday at three`; `four`, on the day that it has; `thursday`,
    at the time that it has; `half an hour later`. Raises `ServiceError`."""
    if (shifted := _shifted(words, one)) is not None:
        return shifted, False
    period = read_period(words, now, zone)
    if period.has_time and not period.has_day:
        # Of the day it is on: "nine" is in the morning there, whatever the time is now.
        before = settled(datetime.combine(one.start.date(), time()), zone) - timedelta(minutes=1)
        return read_period(words, before, zone).start, False
    if period.has_time:
        return period.start, False
    if not period.is_day:
        raise ServiceError("needs_time", f"At what time {period.spoken}?")
    if one.all_day:
        return period.start, True
    return settled(datetime.combine(period.start.date(), one.start.time()), zone), False


def _shifted(words: str, one: Occurrence) -> datetime | None:
    found = _SHIFT.fullmatch(" ".join(words.casefold().split()))
    if found is None or one.all_day:
        return None
    way = found["way"] or found["way2"]
    try:
        by = timedelta(seconds=seconds_of(found["length"] or found["length2"]))
    except ServiceError:
        return None
    return later(one.start, -by if way in _EARLIER else by)
