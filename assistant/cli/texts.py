"""Text that a person typed: made fit for a turn, or refused in a sentence."""

import asyncio
import codecs
import os
import threading
import unicodedata
from collections.abc import AsyncIterator
from concurrent.futures import CancelledError

from assistant.errors import UserError

LONGEST_TURN = 2_000  # characters; four minutes of speech, far more than anybody asks at once
_AHEAD = 4  # chunks read from standard input before they are wanted
_CHUNK_BYTES = 1 << 16


def turn_text(text: str, what: str = "TEXT") -> str:
    """`text` as one line without control characters. Raises `UserError` (status 2) if that is no turn.

    Slashes before it are dropped: to Rasa they would make it a command.
    """
    text = plain(plain(text, what).lstrip("/ "), what)
    if len(text) > LONGEST_TURN:
        raise UserError(f"{what} is longer than a turn can be ({LONGEST_TURN} characters).", exit_status=2)
    return text


def plain(text: str, what: str = "TEXT") -> str:
    """`text` of any length as one line without control characters. Raises `UserError` where nothing is left."""
    try:
        text.encode()
    except UnicodeEncodeError:  # what was typed could not be decoded
        raise UserError(f"{what} is not UTF-8.", exit_status=2) from None
    seen = (" " if unicodedata.category(character) == "Cc" else character for character in text)
    text = " ".join("".join(seen).split())
    if not text:
        raise UserError(f"{what} is empty.", exit_status=2)
    return text


async def lines(descriptor: int = 0) -> AsyncIterator[str]:
    """The lines of a file, pipe or terminal, each when it comes; blank ones too.

    Read by a daemon thread, past Python's buffered reader: one that waits for a line cannot hold up the end
    of the program. A line without an end is cut where it is longer than any turn.
    """
    loop = asyncio.get_running_loop()
    chunks: asyncio.Queue[bytes] = asyncio.Queue(_AHEAD)

    def read() -> None:
        chunk = b"-"
        while chunk:
            try:
                chunk = os.read(descriptor, _CHUNK_BYTES)
            except OSError:  # a terminal that went away
                chunk = b""
            put = chunks.put(chunk)
            try:
                asyncio.run_coroutine_threadsafe(put, loop).result()
            except (RuntimeError, CancelledError):  # the loop has ended, and nobody wants to know any more
                put.close()
                return

    threading.Thread(target=read, name="standard-input", daemon=True).start()
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    rest = ""
    while chunk := await chunks.get():
        *whole, rest = (rest + decoder.decode(chunk)).split("\n")
        for line in whole:
            yield line
        if len(rest) > LONGEST_TURN:
            rest = rest[: LONGEST_TURN + 1]
    if rest := rest + decoder.decode(b"", final=True):
        yield rest
