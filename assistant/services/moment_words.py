"""The words of a moment, put in order: a day, a time on the clock, a part of the day."""

from dataclasses import dataclass
from datetime import date, time

from assistant.services.clock_words import ClockTime, take_clock
from assistant.services.days import take_day, weekday

PARTS = {
    "morning": time(8), "afternoon": time(15), "evening": time(19), "night": time(21), "tonight": time(20),
}  # fmt: skip
_FILLERS = frozenset(
    {"at", "on", "by", "for", "about", "around", "exactly", "sharp", "the", "in", "of", "please", "and", ",", "."}
)  # fmt: skip


@dataclass(slots=True)
class Said:
    """What the words say: a day, a time, a part of the day; `today`: it is of this day."""

    day: date | None = None
    clock: ClockTime | None = None
    part: str = ""
    weekly: bool = False  # the day was told by its weekday alone, so that the next such day will do
    shifted: bool = False  # the day was told by its distance: without a time, it is the present one


def said_in(tokens: list[str], today: date, strict: bool) -> Said | None:
    """None where something is said twice, or is no part of a moment."""
    read, at, prepared = Said(), 0, not strict
    while at < len(tokens):
        token = tokens[at]
        if (day := take_day(tokens, at, today)) is not None:
            if read.day is not None:
                return None
            said = tokens[at : day[1]]
            read.weekly = weekday(said[-1]) is not None and said[0] in (said[-1], "this", "coming")
            read.shifted = said[0] == "in" or said[-1] == "now"
            read.day, at, prepared = day[0], day[1], True
        elif (clock := take_clock(tokens, at)) is not None:
            if read.clock is not None or not (prepared or clock[0].clear or _part_follows(tokens, clock[1])):
                return None
            read.clock, at = clock
        elif token in PARTS or (token == "this" and tokens[at + 1 : at + 2] and tokens[at + 1] in PARTS):
            this = token == "this"
            part = tokens[at + 1] if this else token
            if read.part:
                return None
            if (this or part == "tonight") and read.day is None:
                read.day = today
            read.part, at = part, at + (2 if this else 1)
        elif token in _FILLERS:
            prepared = prepared or token in ("at", "by", "around")
            at += 1
        else:
            return None
    return read


def _part_follows(tokens: list[str], at: int) -> bool:
    """`in the evening`, `at night`."""
    words = tokens[at : at + 3]
    return (words[:2] == ["in", "the"] and words[2:] != [] and words[2] in PARTS) or words[:2] == [
        "at",
        "night",
    ]
