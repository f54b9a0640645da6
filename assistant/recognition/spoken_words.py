"""Training sentences as a person says them: lower case words, numbers spelled out, nothing else."""

import re

from num2words import num2words

_DIGITS = re.compile(r"\d+(?:[.,]\d+)?")
_SIGNS = {"%": " percent ", "°": " degrees ", "&": " and ", "+": " plus ", "’": "'"}
_NOT_A_WORD = re.compile(r"[^\w' ]|_")

ONES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
TEENS = [
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
NUMBER_WORDS = frozenset([*ONES, *TEENS, *TENS, "hundred"])


def number_in_words(number: int) -> str:
    """0 to 999 as it is said: 25 → "twenty five", 100 → "one hundred"."""
    if number >= 100:
        rest = number % 100
        return f"{ONES[number // 100]} hundred" + (f" and {number_in_words(rest)}" if rest else "")
    if number >= 20:
        one = number % 10
        return TENS[number // 10 - 2] + (f" {ONES[one]}" if one else "")
    return [*ONES, *TEENS][number]


def spoken_words(text: str) -> tuple[str, ...]:
    """The words of a written sentence: "Set it to 25 %!" → set, it, to, twenty, five, percent."""
    for sign, word in _SIGNS.items():
        text = text.replace(sign, word)
    text = _DIGITS.sub(lambda match: f" {_digits(match[0])} ", text)
    words = _NOT_A_WORD.sub(" ", text.lower()).split()
    return tuple(stripped for word in words if (stripped := _apostrophes(word)))


def _digits(digits: str) -> str:
    if digits.isdigit() and int(digits) < 1000:
        return number_in_words(int(digits))
    return str(num2words(float(digits.replace(",", ".")))).replace("-", " ").replace(",", " ")


def _apostrophes(word: str) -> str:
    """Quotation marks go, the apostrophe of "i'm" and of "the kids'" stays inside a word only."""
    return word.strip("'")


def as_said(text: str) -> str:
    """What Whisper writes as the understanding knows it: "Set it to 25 %!" → "set it to twenty five percent".

    Its examples are what people say; capitals, signs and digits cost it names, and a percentage its meaning."""
    return " ".join(spoken_words(text)) or text
