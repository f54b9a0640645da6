"""Names that Whisper is told to expect, in the place where it looks for what was said before."""

from collections.abc import Callable, Sequence
from itertools import chain, zip_longest

from assistant.config.model import Whisper
from assistant.recognition.whisper_phrases import plain

MOST_TOKENS = 100
"""Whisper's prompt may hold 223. Every decoding reads them all, and a long list tempts it to go on with it."""

MOST_TOKENS_SMALL = 30
"""Of a model of one's own with a small vocabulary: it has learned from short prompts, if from any. The one that
the tests hear with ended its texts too early after 100."""
WHISPER_VOCABULARY = 50_000

_ECHO = 3
"""So many names in the list's order are an echo rather than an order of things."""


def names_to_expect(settings: Whisper, groups: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The owner's hotwords, then the names of each group in turn, so that none drowns the others: the list may
    have to end early."""
    own = [word.strip() for word in settings.hotwords.split(",")]
    turns = zip_longest(*groups, fillvalue="") if settings.expect_names else ()
    return tuple(dict.fromkeys(filter(None, [*own, *chain.from_iterable(turns)])))


class Hotwords:
    """As many of `names` as `most_tokens` hold; `count` tells how many tokens a text has."""

    def __init__(
        self, names: Sequence[str], count: Callable[[str], int], most_tokens: int = MOST_TOKENS
    ) -> None:
        kept: list[str] = []
        for name in names:
            if count(" " + ", ".join([*kept, name])) > most_tokens:
                break
            kept.append(name)
        joined = ", ".join(kept)
        # As a sentence that is over: a list that goes on tempts the model to go on with it, and to write what is
        # said again and again (3 of 11 sentences with tiny.en in a window of 5 s; so, none).
        self.text = f"{joined[0].upper()}{joined[1:]}." if joined else ""
        self._names = [plain(name) for name in kept]

    def echoed(self, text: str) -> bool:
        """Whether `text` is nothing but the list or a part of it, in its order: what a model does with a list
        when it hears nothing that it could write."""
        said = plain(text)
        if not said or not self._names:
            return False
        parts = [plain(part) for part in text.replace(".", ",").split(",") if plain(part)]
        if len(parts) >= _ECHO and set(parts) <= set(self._names):
            places = [self._names.index(part) for part in parts]
            return places == sorted(places) or len(set(parts)) == 1
        return len(said.split()) >= 2 * _ECHO and f" {said} " in f" {' '.join(self._names)} "
