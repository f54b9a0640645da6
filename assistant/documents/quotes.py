"""What of a passage can be quoted as an answer: a sentence, with the one before where it points back to it, or
a list with the words that introduce it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant.documents.chunks import ARROW
from assistant.documents.sentences import sentences
from assistant.documents.terms import terms
from assistant.storage.documents import StoredPassage

MOST_CHARACTERS = 400
"""Of what is quoted: half a minute of speech."""
HEADING, NAME, INTRODUCED, BESIDE, ELSEWHERE = 0.9, 0.8, 0.9, 0.7, 0.4
"""What a word counts that stands not in the quote but above it, in the document's name, in the line that
introduces it, in the sentences beside it, or anywhere else in the passage."""
_POINTS_BACK = re.compile(
    r"(?:it|its|this|these|those|they|their|he|she|his|her|such|there|then|that)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Quote:
    """`forms`: its words, as they are compared. `places`: where those of the sentence that answers stand in it.
    `around`: what other words of the passage, its headings and its document count for it, 0 to 1. `listed`:
    whether it is a list."""

    text: str
    forms: frozenset[str]
    places: Mapping[str, int]
    around: Mapping[str, float]
    listed: bool


@dataclass(frozen=True, slots=True)
class _Sentence:
    text: str
    line: int
    forms: Mapping[str, int]

    @property
    def introduces(self) -> bool:
        return self.text.endswith(":")


def quotes(passage: StoredPassage) -> Sequence[Quote]:
    """Any thread."""
    return _quotes(passage.name, passage.heading, passage.text)


def forget_texts() -> None:
    """What was kept in memory to be quicker."""
    _quotes.cache_clear()


@lru_cache(maxsize=256)
def _quotes(name: str, heading: str, text: str) -> Sequence[Quote]:
    parts = [
        _Sentence(sentence, number, _forms(sentence))
        for number, line in enumerate(text.split("\n"))
        for sentence in sentences(line)
    ]
    title, _, below = heading.partition(ARROW)
    above = {**dict.fromkeys(_forms(f"{name} {title}"), NAME), **dict.fromkeys(_forms(below), HEADING)}
    found = []
    for first, last, listed in _spans(parts):
        words = " ".join(each.text for each in parts[first:last])
        if listed:
            items = "; ".join(each.text.rstrip(".;,") for each in parts[first + 1 : last])
            words = f"{parts[first].text} {items}."
        if len(words) <= MOST_CHARACTERS:
            forms = _forms(words)
            places = forms if listed else parts[last - 1].forms
            found.append(
                Quote(words, frozenset(forms), places, {**_around(parts, first, last), **above}, listed)
            )
    return tuple(found)


def _spans(parts: Sequence[_Sentence]) -> Iterator[tuple[int, int, bool]]:
    """First and behind the last sentence of each quote."""
    for place, part in enumerate(parts):
        if part.introduces:
            end = place + 1
            size = len(part.text)
            while (
                end < len(parts)
                and not parts[end].introduces
                and size + len(parts[end].text) < MOST_CHARACTERS - 20
            ):
                size += len(parts[end].text) + 2
                end += 1
            if end > place + 1:
                yield place, end, True
            continue
        points_back = place > 0 and bool(_POINTS_BACK.match(part.text)) and not parts[place - 1].introduces
        yield place - points_back, place + 1, False


def _around(parts: Sequence[_Sentence], first: int, last: int) -> dict[str, float]:
    found: dict[str, float] = {}
    introduction = next((place for place in range(first - 1, -1, -1) if parts[place].introduces), None)
    for place, part in enumerate(parts):
        beside = place in (first - 1, last)
        weight = INTRODUCED if place == introduction else BESIDE if beside else ELSEWHERE
        for form in part.forms:
            found[form] = max(found.get(form, 0.0), weight)
    return found


def _forms(text: str) -> Mapping[str, int]:
    return {each.form: each.place for each in reversed(terms(text))}
