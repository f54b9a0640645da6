"""Sentences of running text."""

import re
from collections.abc import Iterator

_END = re.compile(r"(?<![.!?…])[.!?…]+[\"'”’)\]]*\s+(?=[\"'“‘(\[]?[A-Z0-9])")
_SHORTENED = (
    "mr mrs ms dr prof st no nos vol fig approx ca max min incl excl tel ext e.g i.e etc vs art sec para jan feb mar "
    "apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun a.m p.m inc ltd co"
)
_ABBREVIATIONS = frozenset(_SHORTENED.split())


def sentences(text: str) -> Iterator[str]:
    """In their order; joined with spaces they are the text. An end is a mark, white space and a capital or a digit,
    unless an abbreviation or the number of a section stands before it."""
    begin = 0
    for match in _END.finditer(text):
        words = text[begin : match.start()].rsplit(None, 1)
        last = words[-1].lower().lstrip("(\"'“‘[") if words else ""
        if last in _ABBREVIATIONS or len(last) == 1 or (last.replace(".", "").isdigit() and len(words) == 1):
            continue
        yield text[begin : match.end()].strip()
        begin = match.end()
    if rest := text[begin:].strip():
        yield rest
