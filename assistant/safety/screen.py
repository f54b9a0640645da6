"""Orders in disguise: looked for in what people say, in documents and in results of tools, before a model reads them.

A text in which some are found is data still, but nobody's will: it is not handed to a model, and what is said instead
is fixed. What is not found has no authority either, for a model only proposes (`assistant.generation.tools`).
"""

import base64
import binascii
import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.safety.rules import rules

REFUSAL = "I don't take orders that way."
_MARKS = re.compile(
    r"<\|[a-z_]{2,20}\|>|\[/?INST\]|<</?SYS>>|^\s*#{2,4}\s*(?:system|instruction|new instructions?|assistant)\b"
    r"|</?(?:document|tool_result|tool_call|function_call|system|context|instructions?)>"
    r"|^\s*\[?(?:system|assistant)\]?\s*[:\]]\s*(?!.{0,40}\b(?:extension|telephone|manager)\b)"
    r"|-{3,}\s*(?:end|begin) of \w+\s*-{3,}|\"(?:role|tool_calls?)\"\s*:|!\[[^\]]*\]\(https?:[^)]*\?[^)]*\)",
    re.IGNORECASE | re.MULTILINE,
)
"""Marks of chat templates and of what quotes a document: nothing that a person says or writes by chance."""

_BASE64 = re.compile(r"\b[A-Za-z0-9+/]{24,}={0,2}")
_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")
_LONGEST = 20_000  # characters that are looked through


@dataclass(frozen=True, slots=True)
class Found:
    """`reason` holds none of the text's words."""

    reason: str


def screen(text: str) -> Found | None:
    """What in a text tries to give orders; None where nothing does. Milliseconds for a page; any thread."""
    text = text[:_LONGEST]
    if _MARKS.search(text):
        return Found("marks of a chat template")
    for part in (*_parts(text), *_decoded(text)):
        if (rule := rules("injection").find(part)) is not None:
            return Found(rule.reason)
    return None


def refusal(text: str) -> str:
    """What is said instead of an answer to a text that tries to give orders; empty for all others."""
    return REFUSAL if screen(text) is not None else ""


def _parts(text: str) -> Iterator[str]:
    """Its sentences, each with the one before it: a rule looks at a sentence, not at a page."""
    before = ""
    for sentence in _SENTENCE.split(text):
        if sentence.strip():
            yield sentence
            if before:
                yield f"{before} {sentence}"
            before = sentence


def _decoded(text: str) -> Iterator[str]:
    """What it says in codes that models read."""
    for found in _BASE64.finditer(text):
        try:
            yield base64.b64decode(found[0] + "=" * (-len(found[0]) % 4)).decode("ascii")
        except (binascii.Error, UnicodeDecodeError):
            continue
    yield codecs.decode(text, "rot13")
    yield text[::-1]
