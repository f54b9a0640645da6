"""Written English as a person would say it.

`spoken_form` takes any text and returns words and punctuation: no digits, no markup, no symbols. It is
idempotent and never raises. The order of the steps matters and is explained in `_once`: each takes what it
is sure of and leaves the rest, and what nobody claimed is read number by number.

num2words says the numbers. A library for all of it, nemo-text-processing, was weighed: its grammars need pynini,
and together they install 0.9 GB, more than the rest of the assistant, for a reading of sentences that a table of
350 keeps right here.
"""

import re
import unicodedata

from assistant.synthesis.spoken.addresses import say_addresses
from assistant.synthesis.spoken.dates import say_dates, say_times
from assistant.synthesis.spoken.markup import strip_markup
from assistant.synthesis.spoken.money import say_money
from assistant.synthesis.spoken.numbers import digits, say_decades, say_fractions, say_numbers, say_years
from assistant.synthesis.spoken.units import say_units, tidy_units
from assistant.synthesis.spoken.words import say_abbreviations, say_leftovers, say_roman, say_symbols

_PASSES = 5
_KEPT = frozenset(".,;:!?'’\"()-")
_CONTINENTAL = re.compile(r"(?<![\w.,])\d{1,3}(?:\.\d{3})+,\d{1,2}(?![\w]|[.,]\d)")  # 1.234,56
_SWAPPED = str.maketrans(".,", ",.")
_FRACTIONS = re.compile(r"(\d)?([¼½¾⅐-⅞])")


def spoken_form(text: str, *, day_first: bool = False) -> str:
    """`day_first`: 03/04/2026 is the third of April (most of the world), not March the fourth (United
    States)."""
    for _ in range(_PASSES):
        # What one pass leaves could look like something to the next ("I_V", with its underscore gone), so the
        # result is a fixed point, and saying it again changes nothing.
        spoken = _once(text, day_first)
        if spoken == text:
            return spoken
        text = spoken
    # Never seen with real text; letters and spaces alone have nothing left to be taken for anything.
    return re.sub(r"[^a-z ]+", " ", text.lower()).strip()


def _once(text: str, day_first: bool) -> str:
    text = strip_markup(_plain_characters(text))
    text = _CONTINENTAL.sub(lambda m: m[0].translate(_SWAPPED), text)
    text = say_addresses(text)  # before anything splits them at their dots
    text = say_dates(text, day_first=day_first)  # before slashes and dashes are fractions and ranges
    text = say_times(text)
    text = say_abbreviations(text)
    text = say_decades(text)  # before 1990s is a number of seconds
    text = say_money(text)
    text = say_units(text)
    text = say_fractions(text)
    text = say_years(text)
    text = say_symbols(text)
    text = say_numbers(text)
    text = say_roman(text)
    return _tidy(say_leftovers(text))


def _plain_characters(text: str) -> str:
    """One spelling for each sign; emoji, control and private characters away."""
    text = tidy_units(text)
    text = _FRACTIONS.sub(_vulgar, text)
    kept = []
    for character in text:
        if character in "²³" or character == "\n":
            kept.append(character)
            continue
        if "\ufe00" <= character <= "\ufe0f":  # says only how the sign before it is drawn
            continue
        for plain in unicodedata.normalize("NFKC", character):
            category = unicodedata.category(plain)
            if plain in _SIGNS:
                kept.append(_SIGNS[plain])
            elif category in ("So", "Sk", "Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me") and plain not in "°©^`\t":
                kept.append(" " if category in ("So", "Cc") else plain if category == "Mn" else "")
            elif plain.isdigit() and not plain.isascii():
                kept.append(str(unicodedata.digit(plain)))
            else:
                kept.append(plain)
    return unicodedata.normalize("NFC", "".join(kept))


_SIGNS = {"−": "-", "‐": "-", "‑": "-", "‒": "–", "′": "'", "″": '"', "“": '"', "”": '"', "„": '"', "«": '"'}
_SIGNS |= {
    "»": '"',
    "‘": "'",
    "’": "'",
    "‚": ",",
    "\u2028": "\n",
    "\u2029": "\n",
    "⁄": "/",
    "∕": "/",
    "✕": "×",
}


def _vulgar(match: re.Match[str]) -> str:
    plain = unicodedata.normalize("NFKC", match[2]).replace("⁄", "/")
    return f"{match[1]} {plain}" if match[1] else plain


def _tidy(text: str) -> str:
    """Only what a voice can say, with sensible punctuation and single spaces."""
    text = re.sub(r"[²³]", " ", text)
    text = re.sub(r"\.{2,}(?=\s+[a-z])", ",", text)
    text = re.sub(r"\s+[-–—]+\s+|\s?—\s?|–", ", ", text)
    text = re.sub(r"[|/\\\t]", " ", text)
    kept = (
        c if c.isalpha() or unicodedata.category(c) == "Mn" or c in _KEPT else " " for c in _no_digits(text)
    )
    text = "".join(kept)
    text = re.sub(r"(?<!\w)-+|-+(?!\w)", " ", text)
    text = re.sub(r"(?<=\w),(?=\w)", ", ", text)
    text = re.sub(r"\(\s*\)|\"\s*\"", " ", text)
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"\s+([.,;:!?])", r"\1", text)
    text = re.sub(r"\(\s+", "(", re.sub(r"\s+\)", ")", text))
    text = re.sub(r"([.!?])\1+", r"\1", text)
    text = re.sub(r"[,;:]+([.!?])", r"\1", text)
    text = re.sub(r"([.!?,;:])[,;:]+", r"\1", text)
    return re.sub(r"^[\s.,;:]+", "", text).strip()


def _no_digits(text: str) -> str:
    return "".join(f" {digits(c)} " if c.isdigit() else c for c in text)
