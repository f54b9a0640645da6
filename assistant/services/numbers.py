"""Numbers as people say them, in and out. Speech recognisers write both `30 %` and `thirty percent`."""

import math
import re

from num2words import num2words
from text_to_num import text2num

from assistant.services.service import ServiceError

_SMALL = ("zero", "oh", *(num2words(n) for n in range(1, 20)))
_TENS = tuple(num2words(n) for n in range(20, 100, 10))
_POWERS = ("hundred", "thousand", "million", "billion")
_WORDS = frozenset((*_SMALL, *_TENS, *_POWERS))
_DIGITS = frozenset(_SMALL[:11])
_FRACTIONS = {"half": 0.5, "quarter": 0.25, "quarters": 0.25, "third": 1 / 3, "thirds": 1 / 3}
_NUMERAL = re.compile(r"\d+(?:\.\d+)?")
_TOKEN = re.compile(r"\d+(?:\.\d+)?|[a-z']+|[^\s\w]")
_NOISE = frozenset(
    {"percent", "per", "cent", "%", "degrees", "degree", "°", "celsius", "fahrenheit", "c", "f"}
)
_WHOLE = {
    "full": 100.0, "maximum": 100.0, "max": 100.0, "minimum": 1.0, "min": 1.0, "half": 50.0,
    "a half": 50.0, "halfway": 50.0, "half way": 50.0, "a quarter": 25.0, "three quarters": 75.0,
    "a third": 33.0, "two thirds": 67.0,
}  # fmt: skip


def tokens_of(text: str) -> list[str]:
    """Lower-case words, numerals and signs; `twenty-five` is two words, `90s` a numeral and a word."""
    return _TOKEN.findall(re.sub(r"(?<=[a-z])-(?=[a-z])", " ", text.lower()))


def take_number(tokens: list[str], at: int) -> tuple[float, int] | None:
    """The number that starts at a token, and the place after it: `a hundred and twenty`, `two and a half`,
    `one point five`, `7.5`. None where there is none."""
    found = _take_whole(tokens, at)
    if found is None:
        return None
    value, at = found
    if tokens[at : at + 1] == ["point"]:
        digits, end = "", at + 1
        while end < len(tokens) and (digit := _take_digit(tokens[end])):
            digits += digit
            end += 1
        return (value + float(f"0.{digits}"), end) if digits else (value, at)
    fraction = take_fraction(tokens, at + 1) if tokens[at : at + 1] == ["and"] else None
    return (value + fraction[0], fraction[1]) if fraction else (value, at)


def take_fraction(tokens: list[str], at: int) -> tuple[float, int] | None:
    """`half`, `a quarter`, `three quarters`; the place after it."""
    count, after = 1.0, at
    if tokens[at : at + 1] in (["a"], ["an"]):
        after = at + 1
    elif (found := _take_whole(tokens, at)) and found[0] <= 3:
        count, after = found
    if after < len(tokens) and tokens[after] in _FRACTIONS:
        return count * _FRACTIONS[tokens[after]], after + 1
    return None


def _take_whole(tokens: list[str], at: int) -> tuple[float, int] | None:
    if at < len(tokens) and _NUMERAL.fullmatch(tokens[at]):
        return float(tokens[at]), at + 1
    end = (
        at + 1 if tokens[at : at + 1] == ["a"] and at + 1 < len(tokens) and tokens[at + 1] in _POWERS else at
    )
    words = ["one"] if end > at else []
    while end < len(tokens):
        follows = tokens[end + 1 : end + 2]
        if tokens[end] in _WORDS:
            words.append("zero" if tokens[end] == "oh" else tokens[end])
        elif not (
            tokens[end] == "and" and words and words[-1] in _POWERS and follows and follows[0] in _WORDS
        ):
            break
        end += 1
    if not words:
        return None
    try:
        return float(text2num(" ".join(words), "en")), end
    except ValueError:
        return None


def _take_digit(token: str) -> str:
    if token.isdecimal():
        return token
    try:
        return str(text2num("zero" if token == "oh" else token, "en")) if token in _DIGITS else ""
    except ValueError:
        return ""


def number(value: float | str, what: str) -> float:
    """A number that may have been spoken: `30`, `thirty percent`, `half`. Raises `ServiceError`."""
    if not isinstance(value, str):
        if not math.isfinite(value):
            raise ServiceError("bad_number", f"I did not understand the {what}.")
        return float(value)
    tokens = [token for token in tokens_of(value) if token not in _NOISE]
    if (whole := _WHOLE.get(" ".join(tokens))) is not None:
        return whole
    sign = -1.0 if tokens[:1] in (["minus"], ["-"], ["negative"]) else 1.0
    tokens = tokens[1:] if tokens[:1] in (["minus"], ["-"], ["negative"], ["+"], ["plus"]) else tokens
    found = take_number(tokens, 0)
    if found is None or found[1] != len(tokens):
        raise ServiceError("bad_number", f"I did not understand {value!r} as a {what}.".replace("'", ""))
    return sign * found[0]


def words(value: float) -> str:
    """`twenty-five`, `twenty-one point five`; at most one decimal."""
    rounded = round(value, 1)
    return str(num2words(int(rounded) if rounded == int(rounded) else rounded))


def ordinal(value: int) -> str:
    """`twenty-second`."""
    return str(num2words(value, to="ordinal"))


def joined(parts: list[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    return f" {last} ".join(filter(None, (", ".join(parts[:-1]), parts[-1]))) if parts else ""
