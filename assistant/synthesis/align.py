"""Which characters of the written text a word of the spoken form stands for."""

import difflib
import re

from assistant.synthesis.base import Mark

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[^\w\s]")


def written_marks(written: str, spoken: str, marks: tuple[Mark, ...]) -> tuple[Mark, ...]:
    """Marks over `spoken` as marks over `written`.

    Words that are the same in both are matched one to one. Where they differ ("$3.50" and "three dollars and
    fifty cents") all words of the spoken stretch stand for the whole written stretch, as one mark at its
    first word. Words with no counterpart in the written text have no mark.
    """
    if written == spoken:
        return marks
    ours = [(m.start(), m.end()) for m in _WORD.finditer(written)]
    theirs = [(m.start(), m.end()) for m in _WORD.finditer(spoken)]
    matcher = difflib.SequenceMatcher(
        None,
        [written[a:b].casefold() for a, b in ours],
        [spoken[a:b].casefold() for a, b in theirs],
        autojunk=False,
    )
    spans: list[tuple[int, int] | None] = [None] * len(theirs)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal" or (tag == "replace" and i2 - i1 == j2 - j1 == 1):
            spans[j1:j2] = ours[i1:i2]
        elif tag == "replace":
            spans[j1:j2] = [(ours[i1][0], ours[i2 - 1][1])] * (j2 - j1)
    result: list[Mark] = []
    for mark in marks:
        span = next((s for (a, b), s in zip(theirs, spans, strict=True) if b > mark.start and s), None)
        if span and (not result or span[0] > result[-1].start):
            result.append(Mark(mark.sample, *span))
    return tuple(result)
