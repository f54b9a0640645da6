"""Numbers as they are spoken."""

import re

from text_to_num import alpha2digit

_FRACTIONS = {
    **dict.fromkeys(("half", "a half", "halfway", "half way", "medium", "mid"), 50.0),
    **{
        "a quarter": 25.0,
        "three quarters": 75.0,
        "a third": 33.0,
        "two thirds": 67.0,
        "low": 33.0,
        "high": 100.0,
    },
}
_ENDS = {
    **dict.fromkeys(("full", "full power", "full speed", "maximum", "max", "highest", "fully"), 100.0),
    **dict.fromkeys(("minimum", "min", "lowest"), 1.0),
}
_COMPARED = re.compile(
    r"\s*(?:brighter|dimmer|darker|warmer|hotter|cooler|colder|more|less|faster|slower|higher|lower|up|down)\b"
)
_LITTLE = re.compile(r"\b(bit|little|slightly|touch)\b")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def number(words: str) -> float | None:
    """ "twenty one and a half degrees" is 21.5; None where there is no number."""
    digits = _NUMBER.search(alpha2digit(words.lower(), "en", 0))
    if digits is None:
        return None
    return float(digits[0]) + (0.5 if "and a half" in words else 0.0)


def percent(words: str) -> float | None:
    """ "thirty percent", "half", "full": 0 to 100, or None."""
    named = _FRACTIONS.get(words.lower()) or _ENDS.get(words.lower())
    value = named if named is not None else number(words)
    return None if value is None else min(100.0, value)


def a_little(text: str) -> bool:
    return bool(_LITTLE.search(text))


def is_step(text: str, words: str) -> bool:
    """Whether a value is a difference: "by ten percent", "two degrees warmer", not "to ten percent"."""
    before, _, after = text.partition(words)
    return before.rstrip().endswith(" by") or bool(_COMPARED.match(after))
