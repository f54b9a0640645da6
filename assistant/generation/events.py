"""The JSON of a stream of server-sent events, as far as OpenAI's chat completions use them.

https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
"""

import json
from collections.abc import AsyncGenerator
from typing import Any

import aiohttp

from assistant.generation.faults import BROKEN, FAILED, unavailable


async def events(stream: aiohttp.StreamReader) -> AsyncGenerator[dict[str, Any], None]:
    """The object of each event, up to `[DONE]` or the end of the stream.

    Raises `GenerationUnavailable` where an event is no object or tells of an error; `ValueError` where a line is
    longer than the reader's bound.
    """
    while line := await stream.readline():
        name, _, value = line.decode("utf-8", "replace").rstrip("\r\n").partition(":")
        if name not in ("data", "error"):
            continue  # comments keep the connection alive; other fields carry nothing for us
        value = value.removeprefix(" ")
        if value == "[DONE]":
            yield {"done": True}
            return
        yield checked(value, broken=name == "error")


def checked(text: str | bytes, *, broken: bool = False) -> dict[str, Any]:
    """`text` as an object that tells of no error; `broken`: it is an error, whatever stands in it."""
    try:
        event = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise unavailable(BROKEN, f"an event is no JSON ({type(error).__name__})") from None
    if not isinstance(event, dict):
        raise unavailable(BROKEN, "an event is no object")
    if broken or event.get("error"):
        raise unavailable(FAILED, f"the server reports an error: {_kind(event.get('error', event))}")
    return event


def _kind(error: object) -> str:
    """What sort of error: its message may repeat what was said, so it stays out of the log."""
    if isinstance(error, dict):
        return str(error.get("type") or error.get("code") or "of no kind")[:80]
    return "of no kind"
