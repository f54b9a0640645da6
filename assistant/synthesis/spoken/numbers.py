"""Numbers as words: cardinals, ordinals, decimals, years, digit by digit, fractions, and the ranges they
make."""

import re
import unicodedata
from functools import lru_cache

from num2words import num2words

LONGEST_INTEGER = 15  # digits; longer ones are spelled out, as a person would

_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")

NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
"""1,234.56 or 3.5 or 7."""


@lru_cache(maxsize=4096)
def cardinal(value: int) -> str:
    """12 → twelve; -3 → minus three."""
    if value < 0:
        return f"minus {cardinal(-value)}"
    if len(str(value)) > LONGEST_INTEGER:
        return digits(str(value))
    return str(num2words(value)).replace(",", "")


@lru_cache(maxsize=1024)
def ordinal(value: int) -> str:
    """22 → twenty-second."""
    if len(str(value)) > LONGEST_INTEGER:
        return f"{digits(str(value))}th"
    return str(num2words(value, to="ordinal")).replace(",", "")


def digits(text: str) -> str:
    """Each digit as a word, everything else dropped."""
    return " ".join(_DIGITS[unicodedata.digit(c)] for c in text if c.isdigit())


def number(text: str) -> str:
    """What `NUMBER` matches, with a sign or without."""
    text = text.replace(",", "").strip()
    if text.startswith("-"):
        return f"minus {number(text[1:])}"
    whole, point, fraction = text.partition(".")
    if not point:
        return digits(whole) if len(whole) > 1 and whole.startswith("0") else cardinal(int(whole))
    start = cardinal(int(whole)) if whole else "zero"
    return f"{start} point {digits(fraction)}" if fraction else start


def is_one(text: str) -> bool:
    """Whether what is counted stands in the singular."""
    return text.lstrip("-") in ("1", "1.0", "1.00")


def year(value: int) -> str:
    """1905 → nineteen oh five; 2026 → twenty twenty-six; 2005 → two thousand and five."""
    century, rest = divmod(value, 100)
    if value < 1000 or value > 9999 or (century % 10 == 0 and rest < 10):
        return cardinal(value)
    if rest == 0:
        return f"{cardinal(century)} hundred"
    return f"{cardinal(century)} {'oh ' if rest < 10 else ''}{cardinal(rest)}"


def decade(value: int) -> str:
    """1990 → nineteen nineties; 90 → nineties."""
    if value % 100 == 0:
        return f"{year(value)}s"
    words = year(value)
    return f"{words[:-1]}ies" if words.endswith("y") else f"{words}s"


_NAMED_FRACTIONS = {2: ("half", "halves"), 4: ("quarter", "quarters")}


def fraction(numerator: int, denominator: int) -> str:
    """3/4 → three quarters; 5/8 → five eighths; 120/80 → one hundred and twenty over eighty."""
    if denominator < 2 or denominator > 100 or numerator >= denominator:
        return f"{cardinal(numerator)} over {cardinal(denominator)}"
    one, many = _NAMED_FRACTIONS.get(denominator) or (ordinal(denominator), f"{ordinal(denominator)}s")
    return f"{cardinal(numerator)} {one if numerator == 1 else many}"


_YEAR = r"(?:1[1-9]|20)\d\d"
_BEFORE_YEAR = (
    r"(?:in|since|by|until|till|of|during|year|before|after|circa|summer|winter|spring|autumn|early|late)"
)
_COUNTED = r"(?:people|men|women|children|euros|dollars|pounds|percent|degrees|million|thousand|[a-z]{3,}s)"


def _mixed(match: re.Match[str]) -> str:
    whole, top, bottom = match.group(1), int(match.group(2)), int(match.group(3))
    if not whole:
        return fraction(top, bottom)
    part = fraction(top, bottom)
    return f"{cardinal(int(whole))} and {'a ' + part[4:] if part.startswith('one ') else part}"


def _range(match: re.Match[str]) -> str:
    first, last = match.group(1), match.group(2)
    if re.fullmatch(_YEAR, first) and re.fullmatch(_YEAR, last):
        return f"{year(int(first))} to {year(int(last))}"
    return f"{number(first)} to {number(last)}"


def _between_years(match: re.Match[str]) -> str:
    return f"{match.group(1)}{year(int(match.group(2)))} {match.group(3)} {year(int(match.group(4)))}"


def _isbn(match: re.Match[str]) -> str:
    groups = re.split(r"[- ]", match.group(1))
    return "ISBN " + ", ".join(digits(g.rstrip("X")) + (" X" if g.endswith("X") else "") for g in groups)


def _version(match: re.Match[str]) -> str:
    given = match.group(1) or ""
    prefix = given if given.lower() == "version " else "version " if given else ""
    parts = match.group(2).split(".")
    if len(parts) == 4 and not prefix and all(int(part) < 256 for part in parts):  # an address on the network
        return " dot ".join(digits(part) for part in parts)
    return prefix + " point ".join(number(part) for part in parts)


def _era(match: re.Match[str]) -> str:
    value = int(match.group(1))
    return f"{year(value) if value > 1100 else cardinal(value)} {' '.join(match.group(2))}"


def _season(match: re.Match[str]) -> str:
    """2025-26, and not 2026-11, which is a month."""
    first, last = int(match.group(1)), int(match.group(2))
    return f"{year(first)} to {cardinal(last)}" if last > first % 100 and last > 12 else match.group()


def say_fractions(text: str) -> str:
    """Before dates' slashes are gone from the text this would be wrong: dates come first."""
    text = re.sub(r"(?<![\w/])24/7(?![\w/])", "twenty-four seven", text)
    text = re.sub(r"(?<![\w/])9/11(?![\w/])", "nine eleven", text)
    return re.sub(r"(?<![\w/.])(?:(\d{1,6})[ -])?(\d{1,6})/(\d{1,6})(?![\w/]|\.\d)", _mixed, text)


def say_decades(text: str) -> str:
    """1990s and the '90s. A bare 30s is thirty seconds, so decades come before units."""
    text = re.sub(
        r"(?<!\w)(?:['’]|(?<=\bthe )|(?<=\b(?:her|his) )|(?<=\b(?:mid|low) ))(\d0)['’]?s\b",
        lambda m: decade(int(m[1])),
        text,
    )
    return re.sub(r"(?<!\w)(\d{3}0)['’]?s\b", lambda m: decade(int(m[1])), text)


def say_years(text: str) -> str:
    """Spans of years, and four digits that are most likely a year."""
    text = re.sub(
        rf"\b((?:from|between|since|in)\s+)({_YEAR})\s+(to|and|until|or)\s+({_YEAR})\b(?![.,]\d)",
        _between_years,
        text,
        flags=re.IGNORECASE,
    )
    text = re.sub(
        rf"\b({_BEFORE_YEAR}\s+)({_YEAR})\b(?!\s+{_COUNTED}\b|[.,:/-]?\d)",
        lambda m: m[1] + year(int(m[2])),
        text,
        flags=re.IGNORECASE,
    )
    text = re.sub(r"\b(year\s+)(1[0-9]\d\d)\b(?![.,:/-]?\d)", lambda m: m[1] + year(int(m[2])), text)
    text = re.sub(r"(?<![\w.,])(\d{1,4})\s?(BCE|BC|CE|AD)\b", _era, text)
    text = re.sub(rf"(?<![\w.,$€£/:#+-])({_YEAR})[-–](\d\d)(?![\w/:-]|[.,]\d)", _season, text)
    bare = rf"(?<![\w.,$€£/:#+-])({_YEAR})(?!\s*[%°]|\s+{_COUNTED}\b|[\w/:]|[.,-]\d|\s*[-–]\s*\d)"
    return re.sub(bare, lambda m: year(int(m[1])) if m[1] >= "1900" else m[0], text)


def say_numbers(text: str) -> str:
    """Every number that nothing else has claimed."""
    text = re.sub(r"(?<![\w.])\b(v|ver\.|version )?(\d+(?:\.\d+){2,})(?![\w])", _version, text, flags=re.I)
    text = re.sub(r"\bv(\d+(?:\.\d+)*)\b", lambda m: f"version {number(m[1])}", text)
    text = re.sub(r"\bISBN[: ]+((?:\d[- ]?){9,12}[\dX])\b", _isbn, text)
    text = re.sub(r"(?<=\d)\s?x\s?(?=\d)", " by ", text)
    text = re.sub(r"(?<=\d)x\b", " times", text)
    text = re.sub(r"(?<=[A-Z])-(?=\d)", " ", text)  # COVID-19, B-52
    text = re.sub(r"(?<!\w)(\d[\d,]*)(?:st|nd|rd|th)\b", lambda m: ordinal(int(m[1].replace(",", ""))), text)
    span = rf"(?<![\w.,-])({NUMBER})\s*[-–:]\s*({NUMBER})(?![\w-]|[.,]\d)"
    text = re.sub(span, _range, text)
    text = re.sub(r"\b(call|dial|ring)( )(\d{2,4})\b", lambda m: m[1] + m[2] + digits(m[3]), text, flags=re.I)
    text = re.sub(rf"(?<![\w)])-({NUMBER})(?!\w)", lambda m: f"minus {number(m[1])}", text)
    text = re.sub(r"(?<![\w.])\.(\d+)", lambda m: f"zero point {digits(m[1])}", text)
    text = re.sub(rf"(?<!\d){NUMBER}", _plain, text)
    return re.sub(r"\d+", lambda m: f" {digits(m[0])} ", text)


def _plain(match: re.Match[str]) -> str:
    """With the spaces it needs between letters: B12, 3D, mp3."""
    text = match.string
    before = " " if match.start() and (text[match.start() - 1].isalpha()) else ""
    after = " " if match.end() < len(text) and text[match.end()].isalpha() else ""
    return before + number(match.group()) + after
