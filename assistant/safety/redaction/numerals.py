"""Digits as they are said: one by one, in pairs, doubled, with letters between them."""

import itertools
import re

from num2words import num2words


def words(text: str) -> frozenset[str]:
    """A set of them."""
    return frozenset(text.split())


_UNITS = {
    "zero": "0", "oh": "0", "o": "0", "nought": "0", "naught": "0", "nil": "0", "one": "1", "two": "2", "three": "3",
    "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
}  # fmt: skip
_TEENS = {str(num2words(number)): str(number) for number in range(10, 20)}
_TENS = {str(num2words(10 * digit)): str(digit) for digit in range(2, 10)}
_TIMES = {"double": 2, "triple": 3, "treble": 3, "quadruple": 4}
_MISHEARD = {"for": "4", "to": "2", "too": "2", "won": "1", "ate": "8", "tree": "3"}
"""Words that a recogniser writes for a digit; they count only between digits."""

_WORDS = "|".join((*_UNITS, *_TEENS, *_TENS, "fourty"))
NUMBER = rf"(?:{_WORDS}|hundred)"
"""A word of a number, such as of a house."""

_TOKEN = rf"(?:{_WORDS}|{'|'.join(_TIMES)}|hundred|plus|dash|\d{{1,4}}|[a-z])"
_BETWEEN = rf"(?:(?:{'|'.join(_MISHEARD)})[\s,-]+(?={_TOKEN}\b))"
RUN = rf"\b(?:{_TOKEN})(?:[\s,-]+{_BETWEEN}*(?:{_TOKEN})\b)+"
"""Two or more of them, perhaps with letters between; whether it is one is for `digits_in` to say."""

DIGIT_RUN = re.compile(RUN, re.IGNORECASE)


def digits_in(run: str) -> str:
    """The digits that are said in it; none where it is written in figures alone, for a log is full of these."""
    words = re.split(r"[\s,-]+", run.lower().strip())
    if not any(word in _UNITS or word in _TEENS or word in _TENS for word in words if word != "o"):
        return ""
    strict = any(word in _MISHEARD for word in words)
    digits, times = "", 1
    for place, word in enumerate(words):
        said = _one(
            word, words[place - 1] if place else "", words[place + 1] if place + 1 < len(words) else ""
        )
        if strict and (word in _TEENS or word in _TENS):
            return ""  # "from ten to twenty": no homophone
        if word in _TIMES:
            times = _TIMES[word]
            continue
        digits += said * times
        times = 1
    return digits


def _one(word: str, former: str, following: str) -> str:
    if word.isdecimal():
        return word
    if word == "hundred":
        return "00" if former in _UNITS or former in _TEENS else ""
    if word in _TENS or word == "fourty":
        tens = _TENS.get(word, "4")
        return tens if following in _UNITS and following not in ("zero", "oh", "o") else f"{tens}0"
    return _UNITS.get(word) or _TEENS.get(word) or _MISHEARD.get(word, "")


def trimmed(run: str) -> tuple[str, str, str]:
    """Without a single "a" or "i" at either end, which belongs to the sentence around it."""
    start = re.match(r"(?i)(?:[ai][\s,-]+)(?![a-z]\b)", run)
    before = start[0] if start else ""
    end = re.search(r"(?i)(?<!\b[a-z])[\s,-]+[ai]$", run[len(before) :])
    after = end[0] if end else ""
    return before, run[len(before) : len(run) - len(after)], after


def counts_up(run: str) -> bool:
    """One, two, three, and so on: somebody counts."""
    words = [word for word in re.split(r"[\s,-]+", run.lower().strip()) if word]
    numbers = [_UNITS.get(word) or _TEENS.get(word) or "" for word in words]
    if not all(numbers):
        return False
    values = [int(each) for each in numbers]
    if values[0] > 1:
        values = values[1:]  # "count to ten, one, two, …"
    return values[0] <= 1 and all(b == a + 1 for a, b in itertools.pairwise(values))
