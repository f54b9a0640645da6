"""A model of what recognisers get wrong, for text: homophones, words that sound nearly alike, function words that go
missing. Seeded, so that the same sentence is spoiled in the same way each time.

Each word is wrong with probability `rate` (0.15: a recogniser in a noisy room). A function word is then dropped half
of the time, since it is short and unstressed. Otherwise the word becomes another one: a homophone where there is one
(half of the time), else a word whose pronunciation differs in one phone, else one that differs in two. Which of several
is decided as a recogniser's language model would: by how frequent they are. Pronunciations are the CMU dictionary's and
frequencies those of the general US-English language model; both come in PocketSphinx's wheel. Of the dictionary, words
that are rarer than one in ten million are left out, for no language model would prefer them.
"""

import math
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

from pocketsphinx import Config, LogMath, NGramModel, get_model_path

from assistant.dialogue.annotations import Segment
from assistant.dialogue.training_data import Example

_FUNCTION_WORDS = frozenset(
    ("a", "an", "and", "are", "at", "be", "by", "can", "could", "do", "does", "for", "from", "has", "have", "i",
     "i'm", "in", "is", "it", "it's", "me", "my", "of", "on", "or", "please", "some", "that", "the", "there", "this",
     "to", "up", "will", "with", "would", "you", "your")
)  # fmt: skip
_RAREST = 1e-7
_DROPPED = _HOMOPHONE = 0.5
Phones = tuple[str, ...]


class Confusions:
    """What each word may be taken for."""

    def __init__(self) -> None:
        self._phones: dict[str, list[Phones]] = defaultdict(list)
        self._words: dict[Phones, list[str]] = defaultdict(list)
        self._patterns: dict[tuple[str | None, ...], set[Phones]] = defaultdict(set)
        self._weights: dict[str, float] = {}
        folder = Path(get_model_path()) / "en-us"
        logmath = LogMath()
        model = NGramModel(Config(), logmath, str(folder / "en-us.lm.bin"))
        for line in (folder / "cmudict-en-us.dict").read_text(encoding="utf-8").splitlines():
            name, *phones = line.split()
            word = re.sub(r"\(\d+\)$", "", name)
            weight = math.exp(logmath.log_to_ln(model.prob([word])))
            if weight >= _RAREST and (len(word) > 1 or word in ("a", "i")):
                self._add(word, tuple(phones), weight)

    def _add(self, word: str, phones: Phones, weight: float) -> None:
        self._weights[word] = weight
        self._phones[word].append(phones)
        self._words[phones].append(word)
        for pattern in _patterns(phones):
            self._patterns[pattern].add(phones)

    def homophones(self, word: str) -> list[str]:
        return sorted(
            {other for phones in self._phones.get(word, ()) for other in self._words[phones]} - {word}
        )

    def neighbours(self, word: str, *, far: bool = False) -> list[str]:
        """Words that differ in one phone, or in one more of those that do."""
        near = self._near(self._phones.get(word, ()))
        if far:
            near = self._near(near)
        found = {other for phones in near for other in self._words[phones]}
        return sorted(found - {word} - set(self.homophones(word)))

    def _near(self, starts: Iterable[Phones]) -> set[Phones]:
        return {
            phones for start in starts for pattern in _patterns(start) for phones in self._patterns[pattern]
        }

    def pick(self, words: Sequence[str], rng: random.Random) -> str:
        return rng.choices(words, [self._weights[word] for word in words])[0]


def _patterns(phones: Phones) -> Iterator[tuple[str | None, ...]]:
    """Two pronunciations share one of these when they differ in one phone: another, one more or one less."""
    for at in range(len(phones)):
        yield (*phones[:at], None, *phones[at + 1 :])
    for at in range(len(phones) + 1):
        yield (*phones[:at], None, *phones[at:])


@cache
def confusions() -> Confusions:
    """Read once; two seconds."""
    return Confusions()


def noisy(example: Example, seed: int, rate: float = 0.15) -> Example:
    """The sentence as a recogniser might have heard it, its entities marked where they are then."""
    rng = random.Random(f"{seed} {example.text}")
    segments = [_noisy_segment(segment, rng, rate) for segment in example.segments]
    return Example(example.intent, _tidy(segments)) if any(s.text.strip() for s in segments) else example


def _noisy_segment(segment: Segment, rng: random.Random, rate: float) -> Segment:
    heard = []
    for part in re.findall(r"\s+|\S+", segment.text):
        heard.append(part if part.isspace() or rng.random() >= rate else _misheard(part, rng))
    return Segment(re.sub(r"\s+", " ", "".join(heard)), segment.entity)


def _misheard(word: str, rng: random.Random) -> str:
    table = confusions()
    if word in _FUNCTION_WORDS and rng.random() < _DROPPED:
        return ""
    same = table.homophones(word)
    if same and rng.random() < _HOMOPHONE:
        return table.pick(same, rng)
    others = table.neighbours(word) or table.neighbours(word, far=True)
    return table.pick(others, rng) if others else word


def _tidy(segments: list[Segment]) -> tuple[Segment, ...]:
    """Single blanks and none at the ends; entities without words are gone, and blanks are in no entity."""
    tidy: list[Segment] = []
    for segment in segments:
        words = segment.text.strip()
        blank_before = segment.text[:1].isspace() or (bool(tidy) and tidy[-1].text.endswith(" "))
        if words:
            if tidy and blank_before and not tidy[-1].text.endswith(" "):
                tidy.append(Segment(" "))
            tidy.append(Segment(words, segment.entity))
        if tidy and segment.text[-1:].isspace() and not tidy[-1].text.endswith(" "):
            tidy.append(Segment(" "))
    while tidy and not tidy[-1].text.strip():
        tidy.pop()
    return tuple(tidy)
