"""The time on a clock, as people say it: `half past six`, `quarter to nine`, `seven oh five`, `fifteen hundred`.

Works on the tokens of `numbers.tokens_of`. What part of the day is meant is said by other words (`in the
evening`), which `moments.py` reads.
"""

import re
from dataclasses import dataclass

from assistant.services.numbers import take_number

_NAMED = {"noon": 12, "midday": 12, "lunchtime": 12, "midnight": 24}
_MINUTES = {"quarter": 15, "half": 30}
_NUMERAL = re.compile(r"([01]?\d|2[0-3])\.([0-5]\d)")  # "7.30"
_AFTER = frozenset({"past", "after"})
_BEFORE = frozenset({"to", "till", "before", "of"})


@dataclass(frozen=True, slots=True)
class ClockTime:
    """`hour` 0 to 24 (24: midnight at the end of the day), `minute` 0 to 59. `exact`: morning or evening is clear,
    as in `18:30` and `seven pm`. `clear`: it cannot be anything but a time, as a bare `seven` can."""

    hour: int
    minute: int = 0
    exact: bool = False
    clear: bool = True


def take_clock(tokens: list[str], at: int) -> tuple[ClockTime, int] | None:
    """The time that starts at a token, and the place after it. None where there is none."""
    found = take_named(tokens, at) or _around_the_hour(tokens, at) or _digits(tokens, at)
    if found is None:
        return None
    time, after = found
    half, after_half = _half_of_day(tokens, after)
    if half is None or time.hour > 12:
        return found
    hour = time.hour % 12 + (12 if half == "pm" else 0)
    return ClockTime(hour, time.minute, exact=True), after_half


def take_named(tokens: list[str], at: int) -> tuple[ClockTime, int] | None:
    """`noon`, `midnight` and the like."""
    if at >= len(tokens):
        return None
    if tokens[at] in _NAMED:
        return ClockTime(_NAMED[tokens[at]], exact=True), at + 1
    if tokens[at : at + 2] == ["lunch", "time"]:
        return ClockTime(12, exact=True), at + 2
    return None


def _around_the_hour(tokens: list[str], at: int) -> tuple[ClockTime, int] | None:
    """`quarter to nine`, `ten past seven`, `half six`."""
    start = at + 1 if tokens[at : at + 1] == ["a"] else at
    if start >= len(tokens):
        return None
    if (minutes := _MINUTES.get(tokens[start])) is not None:
        after = start + 1
    elif (found := _whole(tokens, start, 1, 59)) is not None:
        minutes, after = found
        after += tokens[after : after + 1] in (["minutes"], ["minute"])
    else:
        return None
    word = tokens[after] if after < len(tokens) else ""
    named = take_named(tokens, after + 1)
    if word in _AFTER | _BEFORE and named is not None:  # "half past midnight"
        whole = named[0].hour * 60 + (minutes if word in _AFTER else -minutes)
        return ClockTime(whole // 60 % 24, whole % 60, exact=True), named[1]
    if word in _AFTER | _BEFORE:
        hour = _hour(tokens, after + 1)
    elif tokens[start] == "half":
        word, hour = "past", _hour(tokens, after)
    else:
        return None
    if hour is None:
        return None
    value, after = hour
    after += tokens[after : after + 1] == ["o'clock"]
    if word in _AFTER:
        return ClockTime(value % 24, minutes, exact=_is_exact(value)), after
    before = (value - 1) % 24 if value != 1 else 12
    return ClockTime(before, 60 - minutes, exact=_is_exact(value)), after


def _digits(tokens: list[str], at: int) -> tuple[ClockTime, int] | None:
    """`6:30`, `seven thirty`, `seven oh five`, `fifteen hundred`, `eight o'clock`, `seven`."""
    if (numeral := _NUMERAL.fullmatch(tokens[at] if at < len(tokens) else "")) is not None:
        return ClockTime(int(numeral[1]) % 24, int(numeral[2]), exact=_is_exact(int(numeral[1]))), at + 1
    early = tokens[at : at + 1] in (["oh"], ["o"], ["zero"]) and at + 1 < len(tokens)  # "oh six thirty"
    found = _whole(tokens[: at + 2], at + 1, 1, 9) if early else None
    exact = found is not None
    if found is None and (found := _hour(tokens, at)) is None:
        return None
    hour, after = found
    exact = exact or _is_exact(hour)
    word = tokens[after] if after < len(tokens) else ""
    if word == "hundred":
        after += 1 + (tokens[after + 1 : after + 2] == ["hours"])
        return ClockTime(hour % 24, exact=True), after
    if word in ("o'clock", "oclock"):
        return ClockTime(hour % 24, exact=exact), after + 1
    if word in (":", ".") and (minutes := _whole(tokens, after + 1, 0, 59)) is not None:
        return ClockTime(hour % 24, minutes[0], exact=exact), minutes[1]
    if word in ("oh", "o") and (minutes := _whole(tokens, after + 1, 1, 9)) is not None:
        return ClockTime(hour % 24, minutes[0], exact=exact), minutes[1]
    if (minutes := _whole(tokens, after, 10, 59)) is not None:
        return ClockTime(hour % 24, minutes[0], exact=exact), minutes[1]
    half, _ = _half_of_day(tokens, after)
    return ClockTime(hour % 24, exact=exact, clear=half is not None), after


def _hour(tokens: list[str], at: int) -> tuple[int, int] | None:
    """0 to 24. `six forty` is hour six: the minutes are no part of it."""
    if at >= len(tokens):
        return None
    if tokens[at : at + 1] == ["twenty"] and (found := _whole(tokens, at, 21, 24)) is not None:
        return found
    return _whole(tokens[: at + 1], at, 0, 24)


def _whole(tokens: list[str], at: int, least: int, most: int) -> tuple[int, int] | None:
    """A whole number of at most two words: `twenty five` is one, of `twenty thirty` only the first is."""
    for end in (at + 2, at + 1):
        if end <= len(tokens) and (found := take_number(tokens[:end], at)) is not None and found[1] == end:
            value = found[0]
            if least <= value <= most and value == int(value) and "oh" not in tokens[at:end]:
                return int(value), end
    return None


def _half_of_day(tokens: list[str], at: int) -> tuple[str | None, int]:
    """`am`, `a m`, `p.m.`."""
    word = tokens[at] if at < len(tokens) else ""
    if word in ("am", "pm"):
        return word, at + 1
    if word in ("a", "p"):
        rest = [(place, each) for place, each in enumerate(tokens[at + 1 : at + 4], at + 1) if each != "."]
        if rest and rest[0][1] == "m":
            after = rest[0][0] + 1
            return f"{word}m", after + (tokens[after : after + 1] == ["."])
    return None, at


def _is_exact(hour: int) -> bool:
    return hour == 0 or hour > 12
