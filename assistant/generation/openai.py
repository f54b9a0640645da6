"""A client for any server with OpenAI's `/chat/completions`, streamed.

The stream is server-sent events, each a JSON chunk, ended by `data: [DONE]`. Sources:
https://platform.openai.com/docs/api-reference/chat-streaming,
https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any, Literal

import aiohttp

from assistant.config.generation import Generation
from assistant.generation.base import GenerationUnavailable, Message, Piece, Request, Text

_CONNECT_TIMEOUT_S = 5.0
_IDLE_TIMEOUT_S = 15.0  # a model that has begun and then says nothing for so long has died
_MAX_LINE = 256 * 1024  # bytes of one event: far more than a chunk of text
_MAX_CHARACTERS = 40  # per token; a server that goes on past that ignores `max_tokens`
_MAX_ERROR = 2_000  # bytes of an error's body that are read

_UNREACHABLE = "I can't reach the language model right now."
_SLOW = "The language model takes too long to answer."
_BROKEN = "The language model broke off."
_REFUSED = "The language model refuses my key; please check generation.api_key."
_UNKNOWN = (
    "The language model's server doesn't know that model; please check generation.url and generation.model."
)
_BUSY = "The language model is too busy right now; please try again later."
_FAILED = "The language model has a problem right now."


class OpenAIClient:
    """Streams answers of the configured model. The key goes into a header and nowhere else, and is not sent
    along when the server redirects."""

    def __init__(self, config: Generation, *, idle_timeout_s: float = _IDLE_TIMEOUT_S) -> None:
        self._config = config
        self._idle_timeout_s = idle_timeout_s
        self._session: aiohttp.ClientSession | None = None

    @property
    def name(self) -> str:
        return self._config.model or "language model"

    @property
    def source(self) -> Literal["generated", "none"]:
        return "generated"

    async def answer(self, request: Request) -> AsyncGenerator[Piece, None]:
        """See `TextGenerator.answer`. The first piece has `first_token_timeout_s`, each other the idle limit;
        time that the consumer takes between them does not count."""
        deadline = asyncio.get_running_loop().time() + self._config.first_token_timeout_s
        left = self._config.max_tokens * _MAX_CHARACTERS
        try:
            async with contextlib.AsyncExitStack() as stack:
                async with asyncio.timeout_at(deadline):
                    response = await stack.enter_async_context(self._request(request))
                    await _check(response)
                events = await stack.enter_async_context(contextlib.aclosing(_events(response.content)))
                while left > 0:
                    # Not around the yield: a time limit belongs to the task that it was begun in.
                    async with asyncio.timeout_at(deadline):
                        piece = await _next_piece(events)
                    if piece is None:
                        return
                    left -= len(piece)
                    yield Text(piece)
                    deadline = asyncio.get_running_loop().time() + self._idle_timeout_s
        except TimeoutError as error:
            raise GenerationUnavailable(_SLOW, "timeout") from error
        except (aiohttp.ClientConnectorError, aiohttp.InvalidURL) as error:
            raise GenerationUnavailable(_UNREACHABLE, type(error).__name__) from error
        except (aiohttp.ClientError, ValueError) as error:
            raise GenerationUnavailable(_BROKEN, type(error).__name__) from error

    async def close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _request(self, request: Request) -> Any:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=None, connect=_CONNECT_TIMEOUT_S), read_bufsize=_MAX_LINE
            )
        key = self._config.api_key.get_secret_value()
        return self._session.post(
            f"{self._config.url.rstrip('/')}/chat/completions",
            json=self._body(request),
            headers={"Accept": "text/event-stream"} | ({"Authorization": f"Bearer {key}"} if key else {}),
            allow_redirects=False,
        )

    def _body(self, request: Request) -> dict[str, Any]:
        body = {
            "messages": [_message(each) for each in request.messages],
            "stream": True,
            "max_tokens": request.max_tokens or self._config.max_tokens,
        }
        return body | ({"model": self._config.model} if self._config.model else {})


def _message(message: Message) -> dict[str, Any]:
    return {"role": message.role, "content": message.text}


async def _check(response: aiohttp.ClientResponse) -> None:
    status = response.status
    if status == 200:
        return
    detail = f"HTTP {status}: {(await response.content.read(_MAX_ERROR)).decode(errors='replace')}"
    sentence = {401: _REFUSED, 403: _REFUSED, 404: _UNKNOWN, 429: _BUSY, 503: _BUSY}.get(status, _FAILED)
    raise GenerationUnavailable(sentence, detail)


async def _events(stream: aiohttp.StreamReader) -> AsyncGenerator[dict[str, Any], None]:
    """The JSON of each event up to `[DONE]`. Raises `GenerationUnavailable` where the stream ends before."""
    while line := await stream.readline():
        name, _, value = line.decode("utf-8", "replace").rstrip("\r\n").partition(":")
        if name != "data":
            continue  # comments keep the connection alive; other fields carry nothing for us
        value = value.removeprefix(" ")
        if value == "[DONE]":
            return
        event = json.loads(value)
        if not isinstance(event, dict):
            raise GenerationUnavailable(_BROKEN, "an event is no object")
        if "error" in event:
            raise GenerationUnavailable(_FAILED, str(event["error"])[:_MAX_ERROR])
        yield event
    raise GenerationUnavailable(_BROKEN, "the stream ended without [DONE]")


async def _next_piece(events: AsyncIterator[dict[str, Any]]) -> str | None:
    """The next chunk that has text; None at the end."""
    async for event in events:
        if piece := _piece(event):
            return piece
    return None


def _piece(event: dict[str, Any]) -> str:
    """The text in a chunk; empty for those that carry a role, a reason to stop, or usage."""
    choices = event.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        return ""
    delta = choices[0].get("delta")
    content = delta.get("content") if isinstance(delta, dict) else None
    return content if isinstance(content, str) else ""
