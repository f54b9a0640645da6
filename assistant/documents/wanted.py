"""The words of a question as they may stand in the documents: weighed by how rare they are, misheard ones
healed."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rapidfuzz import fuzz, process

from assistant.documents.question import Question
from assistant.documents.terms import Term

LEAST_PASSAGES = 60
"""Rarity means nothing in a handful of passages; so many there are taken to be at least."""
SIMILAR = 84.0
"""Percent of letters that a word shares with the one it may have been, as rapidfuzz's `ratio` has it."""
_LEAST_LETTERS = 4  # shorter words resemble too many others
_HEALED = 0.8


class Vocabulary:
    """All forms of the index."""

    def __init__(self, forms: Sequence[str] = ()) -> None:
        self._forms = list(forms)
        self._known = frozenset(forms)

    def __contains__(self, form: str) -> bool:
        return form in self._known

    def like(self, form: str) -> list[str]:
        """At most two that differ in a letter or so, not in the first."""
        found = process.extract(form, self._forms, scorer=fuzz.ratio, score_cutoff=SIMILAR, limit=2)
        return [each for each, _, _ in found if each[0] == form[0] and each.isalpha()]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One thing that an answer has to be about. `forms`: what may stand for it, each with how sure that is (0
    to 1). `weight`: its inverse document frequency (Robertson and Spärck Jones), in nats. `known`: whether any
    document has it."""

    forms: Mapping[str, float]
    weight: float
    known: bool


def wanted(
    question: Question, frequencies: Mapping[str, int], vocabulary: Vocabulary, passages: int
) -> list[Wanted]:
    """`frequencies`: in how many passages the forms of `candidates(question)` stand; `vocabulary`: all forms of
    the index, for words that are not among them. Blocking: a millisecond for ten thousand words."""
    found: list[Wanted] = []
    terms = _distinct(question.terms)
    place = 0
    while place < len(terms):
        term = terms[place]
        after = terms[place + 1] if place + 1 < len(terms) else None
        joined = after and _joined(term, after)
        forms = _forms(term, frequencies, vocabulary)
        if joined and (joined in frequencies or _is_code(term, after)):
            forms = {joined: 1.0} if joined in frequencies else {}
            place += 1
        place += 1
        count = max((frequencies.get(form, 1) for form in forms), default=0)
        found.append(Wanted(forms or {term.form: 1.0}, rarity(count, passages), bool(forms)))
    return found


def candidates(question: Question) -> list[str]:
    """Forms whose frequencies are needed."""
    terms = _distinct(question.terms)
    joined = [both for pair in pairwise(terms) if (both := _joined(*pair))]
    return [each.form for each in (*terms, *question.weak)] + joined


def rarity(count: int, passages: int) -> float:
    every = max(passages, LEAST_PASSAGES)
    return math.log(1.0 + (every - count + 0.5) / (count + 0.5))


def _forms(term: Term, frequencies: Mapping[str, int], vocabulary: Vocabulary) -> dict[str, float]:
    """Empty where the word, and all that it may have been, is nowhere."""
    if term.form in frequencies:
        return {term.form: 1.0}
    if len(term.form) < _LEAST_LETTERS or not term.form.isalpha():
        return {}
    for cut in range(3, len(term.word) - 2):  # written as one in the question, as two in the document
        if term.word[:cut] in vocabulary and term.word[cut:] in vocabulary:
            return {term.word[:cut]: 0.5, term.word[cut:]: 0.5}
    return dict.fromkeys(vocabulary.like(term.form), _HEALED)


def _joined(first: Term, second: Term) -> str:
    """As one word: “dish washer”, “f 28”."""
    if second.place != first.place + 1:
        return ""
    return first.word + second.form


def _is_code(first: Term, second: Term | None) -> bool:
    """“F 28”: another code is not half of it."""
    return second is not None and len(first.word) == 1 and first.word.isalpha() and second.form.isdigit()


def _distinct(terms: Iterable[Term]) -> list[Term]:
    return list({each.form: each for each in reversed(list(terms))}.values())[::-1]
