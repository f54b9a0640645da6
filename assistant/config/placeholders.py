"""`{name}` in a text of the owner's stands for a value. `{{` and `}}` are braces."""

import re
from collections.abc import Mapping

_PART = re.compile(r"\{\{|\}\}|\{([a-z][a-z0-9_]*)\}")


def placeholders(text: str) -> tuple[str, ...]:
    """The names, in their order, without repeats."""
    return tuple(dict.fromkeys(found[1] for found in _PART.finditer(text) if found[1]))


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with the values in place of their names, in one pass: what looks like a placeholder within a value
    stays as it is. Raises KeyError for a name without a value."""
    return _PART.sub(lambda found: values[found[1]] if found[1] else found[0][0], text)


def split(text: str) -> list[tuple[str, str]]:
    """(words, name) in turn: the words before each placeholder with its name, then those behind the last with an
    empty one."""
    parts, end = [], 0
    for found in _PART.finditer(text):
        if found[1]:
            parts.append((text[end : found.start()], found[1]))
            end = found.end()
    return [*parts, (text[end:], "")]
