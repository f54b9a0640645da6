"""What of an event may be kept without the words that were said."""

import re
from dataclasses import fields
from typing import Any

from assistant.events import Event
from assistant.safety.redaction import redact

_QUOTED = re.compile(r"“[^”]*”?|\"[^\"]*\"?|‘[^’]*’?")
_ENVELOPE = ("at_s", "session", "turn")


def without_quotes(reason: str) -> str:
    """A reason quotes what was said or heard; the quotations are left out."""
    return _QUOTED.sub("“…”", reason)


def numbers_of(event: Event, *, keep_words: bool) -> dict[str, Any]:
    """The fields of any event, without texts unless `keep_words`. Of a text its length is left."""
    found: dict[str, Any] = {}
    for name in (each.name for each in fields(event) if each.name not in _ENVELOPE):
        value = getattr(event, name)
        if value is None or isinstance(value, bool | int | float):
            found[name] = value
        elif isinstance(value, str):
            found[name if keep_words else f"{name}_characters"] = redact(value) if keep_words else len(value)
    return found


def redacted(value: Any) -> Any:
    """The same lists, tables and numbers, with their texts as they may be written down."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return {key: redacted(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [redacted(each) for each in value]
    return value
