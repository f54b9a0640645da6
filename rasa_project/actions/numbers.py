"""Numbers as they are spoken."""

import re

from text_to_num import alpha2digit

_FRACTIONS = {"half": 50.0, "a half": 50.0, "a quarter": 25.0, "three quarters": 75.0}
_ENDS = {"full": 100.0, "maximum": 100.0, "max": 100.0, "minimum": 1.0, "lowest": 1.0, "highest": 100.0}
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
    """Whether a value is a difference: "by ten percent", not "to ten percent"."""
    return text.split(words, 1)[0].rstrip().endswith(" by")
