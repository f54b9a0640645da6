# ruff: noqa: SIM905 -- typographic signs are what this is about; words read better than lists of words
"""Text into clauses that can be spoken one at a time, also while the text is still being written.

What is cut depends on the text alone, never on how it arrived: pushing a text character by character gives
the same clauses as pushing it whole. Joined with the white space between them, the clauses are the text.
"""

import re

FIRST_MIN = 18  # characters: the first clause may end at a comma from here on, for an early first sound
TAIL_MIN = 12  # characters that must follow such a comma in its sentence, so that no word is left alone
LATER_MIN = 120  # the same for later clauses: only long sentences are cut inside
LONGEST = 240  # a clause without any punctuation is cut at a space

# Followed by a name or a number more often than by the end of a sentence.
_LEADING = frozenset(
    "dr mr mrs ms prof st mt ft rev hon gov sen rep gen col sgt capt lt maj cpl messrs mme mlle "
    "no nos vol fig figs pp p pg ch sec eq art ext op ed eds trans nr "
    "approx ca cf e.g i.e eg ie vs v al viz min max est dept tel incl excl resp "
    "jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun".split()
)
# May end a sentence: they do if a capital letter follows.
_TRAILING = frozenset(
    "a.m p.m am pm etc inc ltd co corp jr sr ave rd blvd u.s u.k u.s.a e.u d.c ph.d b.c a.d".split()
)

# Words of their own, too.
_ENDING_TOO = frozenset("sat sun mar min max est art sec ed al".split())

_CLOSERS = "\"'”’)]*_»"
_LAST_WORD = re.compile(r"[^\s(\[\"“‘]*$")
WAIT = -1  # instead of a position: more text is needed
_BLOCK = re.compile(r"\s*(?:```|~~~|\||#{1,6}\s|[-*+•]\s|\d{1,3}[.)]\s|>\s?)")
_LIST_NUMBER = re.compile(r"(?:^|\n)\s*\d{1,3}$")


def split(text: str) -> list[str]:
    """The clauses of a whole text."""
    splitter = ClauseSplitter()
    return [*splitter.push(text), *splitter.finish()]


class ClauseSplitter:
    """Feed it text as it arrives; each clause comes out as soon as it is certain where it ends.

    Code fences and tables come out as one clause each, for the spoken form to deal with as a whole. Holds at
    most one clause and the look-ahead of one word; a code fence that never ends is given out at the end.
    """

    def __init__(self) -> None:
        self._buffer = ""
        self._first = True

    def push(self, text: str) -> list[str]:
        """More text; the clauses that it completes."""
        self._buffer += text
        return self._take(final=False)

    def finish(self) -> list[str]:
        """The text is over: what is left. The splitter can then be used again."""
        clauses = self._take(final=True)
        self._buffer, self._first = "", True
        return clauses

    def _take(self, *, final: bool) -> list[str]:
        clauses: list[str] = []
        while True:
            self._buffer = self._buffer.lstrip()
            end = _end_of_clause(self._buffer, self._first, final)
            if end is None:
                return clauses
            clause, self._buffer = self._buffer[:end].rstrip(), self._buffer[end:]
            if clause:
                clauses.append(clause)
                self._first = False


def _end_of_clause(text: str, first: bool, final: bool) -> int | None:
    """Where the first clause of `text` ends; None: not known yet, or there is none."""
    if not text:
        return None
    if not final and len(text) < 3:
        return None  # it may become a code fence
    if text.startswith(("```", "~~~")):
        return _end_of_fence(text, final)
    if text.startswith("|"):
        return _end_of_table(text, final)
    minimum = FIRST_MIN if first else LATER_MIN
    for index, character in enumerate(text):
        if index >= LONGEST:
            return _space_before(text, index)
        end: int | None = None
        if character in ".!?…":
            end = _sentence_end(text, index, final)
        elif character == "\n":
            end = _line_end(text, index, final)
        elif character in ",;:—" and index >= minimum:
            end = _soft_end(text, index, final)
        if end == WAIT:
            return None
        if end is not None:
            return end
    return len(text) if final else None


def _sentence_end(text: str, index: int, final: bool) -> int | None:
    """After the stop at `index` and what closes with it, if the sentence ends there; WAIT: more text
    needed."""
    end = index + 1
    while end < len(text) and text[end] in ".!?…" + _CLOSERS:
        end += 1
    if end == len(text):
        return end if final else WAIT
    if not text[end].isspace():
        return None
    if (
        text[index] == "…" or ".." in text[max(index - 1, 0) : index + 2]
    ):  # a pause in thought goes on in lower case
        following = text[end:].lstrip()
        if not following:
            return end if final else WAIT
        return None if following[0].islower() else end
    if text[index] != "." or any(character in "!?…" for character in text[index:end]):
        return end
    return _full_stop(text, index, end, final)


def _full_stop(text: str, index: int, end: int, final: bool) -> int | None:
    """`end` if the "." at `index`, with a space behind it, ends a sentence."""
    word = _LAST_WORD.search(text[:index])
    last = word.group().lstrip("*_").lower() if word else ""
    following = text[end:].lstrip()
    if _LIST_NUMBER.search(text[:index]):
        return None
    known = last in _LEADING or last in _TRAILING or (len(last) == 1 and last.isalpha())
    if not known:
        return end
    if not following:
        return end if final else WAIT
    if last in _TRAILING or last in _ENDING_TOO or last == "no":
        return end if following[0].isupper() else None
    return None


def _line_end(text: str, index: int, final: bool) -> int | None:
    """A line break ends a clause, unless prose goes on behind it in lower case."""
    following = text[index + 1 :]
    stripped = following.lstrip(" \t")
    if not stripped:
        return index if final else WAIT
    if stripped[0].islower() and not _BLOCK.match(text):
        return None
    return index


def _soft_end(text: str, index: int, final: bool) -> int | None:
    """After the comma at `index` if enough of the sentence follows."""
    tail = text[index + 1 :]
    stop = re.search(r"[.!?\n]", tail)
    if stop and stop.start() < TAIL_MIN:
        return None
    if len(tail) < TAIL_MIN:
        return None if final else WAIT
    if not tail[0].isspace() or text[:index].count(" ") < 2 or tail.lstrip()[:1].isdigit():
        return None
    # Inside brackets or quotation marks a pause would be in the wrong place.
    if text.count("(", 0, index) > text.count(")", 0, index) or text.count('"', 0, index) % 2:
        return None
    return index + 1


def _space_before(text: str, index: int) -> int:
    space = max(text.rfind(" ", 0, index), text.rfind("\n", 0, index))
    return space if space > index // 2 else index


def _end_of_fence(text: str, final: bool) -> int | None:
    fence = text[:3]
    close = re.compile(rf"\n[ \t]*{re.escape(fence)}[ \t]*(?=\n)").search(text)
    if close:
        return close.end()
    return len(text) if final else None


def _end_of_table(text: str, final: bool) -> int | None:
    for line in re.finditer(r"\n[ \t]*(?=[^|\s]|\n)", text):
        return line.start()
    return len(text) if final else None
