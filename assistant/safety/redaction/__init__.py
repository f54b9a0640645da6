"""What must not be written down is left out before it reaches a log: addresses of mail, numbers of telephones, cards
and accounts, passwords, keys, where somebody lives; as they are written and as they are said.

Rules of our own: libraries for this (Presidio, phonenumbers) know written forms only, and of those a log is full of
numbers that only look like one. How well it does is measured by `script/bench redaction`.
"""

from assistant.safety.redaction.spoken import redact_spoken
from assistant.safety.redaction.written import redact_written

LONGEST = 20_000
"""Characters of a text that are looked at; what is longer is cut there, for a log is no archive."""


def redact(text: str) -> str:
    """The text with each such piece replaced by its kind in brackets, such as `[email]`. Any thread; never raises."""
    if len(text) > LONGEST:
        text = f"{text[:LONGEST]} [cut]"
    return redact_spoken(redact_written(text))


__all__ = ["redact"]
