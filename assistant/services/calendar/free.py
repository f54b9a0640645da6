"""The time between appointments. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from assistant.services.calendar.occurrence import Occurrence, later


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` to `end`, which is not part of it."""

    start: datetime
    end: datetime


def clashes(found: Iterable[Occurrence], start: datetime, end: datetime) -> list[Occurrence]:
    """What takes time of [start, end). Whole days (a birthday, a journey) are told but take no hours: they clash only
    where they say that they do and the span is of whole days itself."""
    whole = end - start >= timedelta(hours=23)
    return [
        one
        for one in found
        if one.busy and one.start < end and one.end > start and (whole or not one.all_day)
    ]


def busy(found: Iterable[Occurrence]) -> list[Span]:
    """When there is no time, as spans that do not touch, in order."""
    merged: list[Span] = []
    for one in sorted(found, key=lambda one: one.start):
        if not one.busy or one.all_day or one.end <= one.start:
            continue
        if merged and one.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, one.end))
        else:
            merged.append(Span(one.start, one.end))
    return merged


def gaps(taken: Sequence[Span], within: Span, at_least: timedelta) -> list[Span]:
    """Free spans of `at_least` inside `within`, in order; `taken` as `busy` gives it."""
    free, at = [], within.start
    for span in (*taken, Span(within.end, within.end)):
        until = min(span.start, within.end)
        if until > at and later(at, at_least) <= until:
            free.append(Span(at, until))
        at = max(at, span.end)
    return free


def days(within: Span, begins: time, ends: time) -> list[Span]:
    """The part of each day of `within` in which people make appointments."""
    spans, day = [], within.start.date()
    while day <= within.end.date():
        zone = within.start.tzinfo
        start = max(within.start, datetime.combine(day, begins, zone))
        end = min(within.end, datetime.combine(day, ends, zone))
        if start < end:
            spans.append(Span(start, end))
        day += timedelta(days=1)
    return spans
