"""Words of documents and of questions in one form, so that they can be compared: lower case, without accents,
stems, numbers as digits, and one word for those that mean the same in everyday questions."""

import re
import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from snowballstemmer.english_stemmer import EnglishStemmer

from assistant.documents.synonyms import SYNONYMS

_WORD = re.compile(
    r"[^\W\d_]{1,3}\d+\b"  # codes and types: F28, H7
    r"|\d+(?:[.,:]\d+)*"
    r"|[^\W\d_]+(?:['’][^\W\d_]+)*"
)
_APOSTROPHE = re.compile(r"['’](?:s|re|ve|ll|d|m)?")
_BELOW_TWENTY = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_UNITS = {word: number for number, word in enumerate(_BELOW_TWENTY.split())}
_TENS_WORDS = "twenty thirty forty fifty sixty seventy eighty ninety"
_TENS = {word: 10 * number for number, word in enumerate(_TENS_WORDS.split(), 2)}

_SAY_NOTHING = """
a about above actually after again all also am an and another any anybody anyone anything are as at be because
been before being below between both but by bye can cant could couldnt did didnt do does doesnt doing dont
down during each either else ever every find for from further get gets getting give go goes going got had has
hasnt have havent having he hello her here hers hey hi him his how i if im in into is isnt it its itself ive
just know let like long look lot many may maybe me might mine more most much must my need needed needs no nor
not now of off often ok okay on once one only or other ought our ours out over own please quite really remind
said same say says shall she should shouldnt so some somebody someone something soon still such suppose
supposed sure tell than thank thanks that the their theirs them then there these they thing things this those
through to too under until up us use used very want was we well were what whats when where wheres which while
who whom whos whose why will with within without wont would yes yet you your yours yourself day days time mean
means happen happens way ways kind sort thats theres hows whens exactly able far come comes take takes make
makes put uh um
"""
STOP_WORDS = frozenset(_SAY_NOTHING.split())
"""Words that say nothing of what a question is about. What “how long” and the like ask for: see `question.py`."""
_DOCUMENTS = """
manual manuals handbook document documents paper papers paperwork file note notes instruction instructions
guide leaflet rule rules statute statutes contract policy recipe
"""
WEAK_WORDS = frozenset(_DOCUMENTS.split())
"""Words that may name the document that is meant: where nothing fits them, nothing is missing."""


@dataclass(frozen=True, slots=True)
class Term:
    """`form`: as it is compared. `word`: as it stands in the text, in lower case. `place`: its number in the
    text."""

    form: str
    word: str
    place: int


def terms(text: str) -> list[Term]:
    """Of all words but `STOP_WORDS`, in their order."""
    return [
        Term(form_of(word), word, place)
        for place, word in enumerate(_with_numbers(list(_words(text))))
        if word not in STOP_WORDS
    ]


def indexed(text: str) -> str:
    """What is put into the index of words for a text."""
    return " ".join(each.form for each in terms(text))


@cache
def _stemmer() -> EnglishStemmer:
    return EnglishStemmer()


_stemming = threading.Lock()
_forms: dict[str, str] = {}
_MOST_FORMS = 100_000


def form_of(word: str) -> str:
    """Of one word in lower case. Any thread."""
    known = _forms.get(word)
    if known is not None:
        return known
    with _stemming:  # a stemmer keeps its word in itself
        stem = _stemmer().stemWord(word) if word.isalpha() else word
        form = SYNONYMS.get(word) or SYNONYMS.get(stem) or stem
        if len(_forms) > _MOST_FORMS:
            _forms.clear()
        _forms[word] = form
    return form


def _words(text: str) -> Iterator[str]:
    plain = unicodedata.normalize("NFKD", text.lower())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    for match in _WORD.finditer(plain):
        yield _APOSTROPHE.sub("", match[0]) if not match[0][0].isdigit() else match[0].replace(",", ".")


def _with_numbers(words: list[str]) -> Iterator[str]:
    """Number words as digits: “twenty one” as 21. “One” stays a word: it is more often a pronoun."""
    place = 0
    while place < len(words):
        word = words[place]
        after = words[place + 1] if place + 1 < len(words) else ""
        if word in _TENS:
            unit = _UNITS.get(after, 0)
            if 1 <= unit <= 9:
                place += 1
                yield str(_TENS[word] + unit)
            else:
                yield str(_TENS[word])
        elif word in _UNITS and word != "one":
            yield str(_UNITS[word])
        else:
            yield word
        place += 1
