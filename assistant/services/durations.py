"""Lengths of time as people say them: `an hour and a half`, `1 minute 30`, `half an hour`, `90s`."""

import math

from assistant.services.numbers import joined, take_fraction, take_number, tokens_of, words
from assistant.services.service import ServiceError

_SPELLINGS = {
    1.0: "s sec secs second seconds",
    60.0: "m min mins minute minutes",
    3_600.0: "h hr hrs hour hours",
    86_400.0: "d day days",
    604_800.0: "week weeks",
}
_UNITS = {word: seconds for seconds, spellings in _SPELLINGS.items() for word in spellings.split()}
_NAMES = {seconds: spellings.split()[-2] for seconds, spellings in _SPELLINGS.items()}
_SMALLER = {3_600.0: 60.0, 60.0: 1.0, 86_400.0: 3_600.0, 604_800.0: 86_400.0}
_SKIPPED = frozenset({"and", ",", ".", "for", "about", "exactly", "another", "around", "please"})


def seconds_of(spoken: float | str) -> float:
    """Seconds in a duration. A number is seconds; a bare number in a text is minutes, as in
    "set a timer for five". Raises `ServiceError` where it is not understood or not positive."""
    seconds = float(spoken) if isinstance(spoken, int | float) else duration_of(tokens_of(spoken))
    if seconds is None or not math.isfinite(seconds) or seconds <= 0:
        shown = " ".join(str(spoken).split())[:60]
        raise ServiceError("bad_duration", f"I did not understand how long {shown} is.")
    return seconds


def duration_of(tokens: list[str]) -> float | None:
    """Seconds in the tokens of `numbers.tokens_of`, as `seconds_of` reads them; None where they are no duration."""
    total, last_unit, at = 0.0, 0.0, 0
    while at < len(tokens):
        if tokens[at] in _SKIPPED:
            at += 1
            continue
        if (clock := _take_colon(tokens, at)) is not None:
            total, at, last_unit = total + clock[0], clock[1], 1.0
            continue
        found = _take_quantity(tokens, at)
        if found is None:
            return None
        value, after, is_fraction = found
        if after < len(tokens) and tokens[after] in _UNITS:
            last_unit = _UNITS[tokens[after]]
            total += value * last_unit
            after += 1
        elif is_fraction and last_unit:
            total += value * last_unit  # "an hour and a half"
        elif last_unit in _SMALLER:
            last_unit = _SMALLER[last_unit]  # "1 minute 30", "an hour twenty"
            total += value * last_unit
        elif not last_unit and after == len(tokens):
            total += value * 60.0
        else:
            return None
        at = after
    return total


def _take_quantity(tokens: list[str], at: int) -> tuple[float, int, bool] | None:
    """A value, the place after it, and whether it is a fraction that may be of the unit said before."""
    if (fraction := take_fraction(tokens, at)) is not None:
        after = fraction[1]
        while tokens[after : after + 1] in (["of"], ["a"], ["an"]):
            after += 1
        return fraction[0], after, True
    if (found := take_number(tokens, at)) is not None:
        return found[0], found[1], False
    if tokens[at] in ("a", "an"):
        if tokens[at + 1 : at + 2] == ["couple"]:
            return 2.0, at + (3 if tokens[at + 2 : at + 3] == ["of"] else 2), False
        return (1.0, at + 1, False) if at + 1 < len(tokens) else None
    return None


def _take_colon(tokens: list[str], at: int) -> tuple[float, int] | None:
    """`1:30` is minutes and seconds, `1:30:00` hours too."""
    parts: list[float] = []
    while at < len(tokens) and tokens[at].isdecimal():
        parts.append(float(tokens[at]))
        if tokens[at + 1 : at + 2] != [":"]:
            at += 1
            break
        at += 2
    if not 2 <= len(parts) <= 3 or any(part >= 60 for part in parts[1:]):
        return None
    return sum(part * 60.0**power for power, part in enumerate(reversed(parts))), at


def spoken_duration(seconds: float, units: int = 3) -> str:
    """`one hour and thirty minutes`; whole seconds, the largest `units` units that are not zero."""
    parts = _parts(seconds)[:units]
    return joined([f"{words(count)} {name}{'' if count == 1 else 's'}" for count, name in parts])


def spoken_adjective(seconds: float) -> str:
    """The same before a noun: `five minute` (timer), `one hour thirty minute` (timer)."""
    return " ".join(f"{words(count)} {name}" for count, name in _parts(seconds))


def _parts(seconds: float) -> list[tuple[int, str]]:
    left = max(1, round(seconds))
    parts = []
    for size in (86_400, 3_600, 60, 1):
        count, left = divmod(left, size)
        if count:
            parts.append((count, _NAMES[float(size)]))
    return parts
