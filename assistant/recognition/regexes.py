"""What a regular expression of the Rasa data can match, where that is a short list: `(play|start) (jazz|the news)`."""

from itertools import product

MOST = 200
"""A pattern that matches more than this is not expanded."""

_TOO_DIFFICULT = frozenset("*+{}.^$\\")


class _NotFinite(Exception):
    """The pattern matches too much, or is of a kind that is not understood here."""


def expand(pattern: str) -> tuple[str, ...]:
    """All that `pattern` matches, without repeats. Empty where that is no short list: repetition, classes such as
    `\\d`, assertions other than `\\b`. Understood are words, groups, `|`, `?` and `[abc]`."""
    reader = _Reader(pattern.replace(r"\b", ""))
    try:
        found = reader.choice()
        reader.end()
    except _NotFinite:
        return ()
    return tuple(dict.fromkeys(found))


class _Reader:
    """Recursive descent; each method gives what its part of the pattern matches."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._place = 0

    def choice(self) -> list[str]:
        found = self._sequence()
        while self._next() == "|":
            self._place += 1
            found += self._sequence()
        return found

    def end(self) -> None:
        if self._next():
            raise _NotFinite

    def _sequence(self) -> list[str]:
        found = [""]
        while self._next() not in ("", "|", ")"):
            part = self._part()
            if len(found) * len(part) > MOST:
                raise _NotFinite
            found = [before + after for before, after in product(found, part)]
        return found

    def _part(self) -> list[str]:
        character = self._take()
        if character == "(":
            part = self._group()
        elif character == "[":
            part = self._class()
        elif character in _TOO_DIFFICULT or character == "?":
            raise _NotFinite
        else:
            part = [character]
        if self._next() == "?":
            self._place += 1
            part = [*part, ""]
        return part

    def _group(self) -> list[str]:
        if self._next() == "?":
            if not self._pattern.startswith("?:", self._place):
                raise _NotFinite
            self._place += 2
        found = self.choice()
        if self._take() != ")":
            raise _NotFinite
        return found

    def _class(self) -> list[str]:
        inside, closed, _ = self._pattern[self._place :].partition("]")
        if not closed or not inside or "-" in inside or inside[0] == "^" or "\\" in inside:
            raise _NotFinite
        self._place += len(inside) + 1
        return list(inside)

    def _next(self) -> str:
        return self._pattern[self._place : self._place + 1]

    def _take(self) -> str:
        character = self._next()
        self._place += 1
        return character
