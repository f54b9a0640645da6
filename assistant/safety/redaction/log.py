"""The log, with what must not be in it left out: the last thing that happens to a line before it is written."""

import logging

from assistant.safety.redaction import redact


class RedactingFormatter(logging.Formatter):
    """As its base; the whole line goes through `redact`, with its traceback, whoever has formatted that before."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))
