"""What a program printed, as something to be said."""

import re

from assistant.config.placeholders import filled

SENTENCES = 2
LONGEST = 300  # characters
_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|.)")
_END = re.compile(r"(?<=[.!?])\s+")
_UNPRINTABLE = re.compile(r"[^\S\n ]|[\x00-\x09\x0b-\x1f\x7f-\x9f]")


def beginning(output: str) -> str:
    """The first sentences, a line without a full stop being one; without colours and control characters."""
    text = _UNPRINTABLE.sub(" ", _ESCAPE.sub("", output))
    lines = [" ".join(line.split()) for line in text.splitlines()]
    sentences = [part for line in lines if line for part in _END.split(line)][:SENTENCES]
    said = " ".join(part if part[-1] in ".!?:," else f"{part}." for part in sentences)
    return said if len(said) <= LONGEST else f"{said[:LONGEST].rsplit(' ', 1)[0]} …"


def answer(template: str, output: str, values: dict[str, str]) -> str:
    """What is said when it went well."""
    said = filled(template, {**values, "output": beginning(output)}).strip()
    return said or "Done."
