"""A client for any server with OpenAI's `/chat/completions`, streamed: Ollama, llama.cpp, vLLM, LM Studio, hosted ones.

https://platform.openai.com/docs/api-reference/chat-streaming
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any, Literal

import aiohttp
from aiohttp.http import HttpProcessingError  # what reading a line that is too long raises

from assistant.generation.base import GenerationUnavailable, Piece, Request, Text
from assistant.generation.chunks import Assembler, body
from assistant.generation.endpoint import Endpoint, Limits
from assistant.generation.events import checked, events
from assistant.generation.faults import (
    BROKEN,
    NO_SERVER,
    SLOW,
    UNREACHABLE,
    of_status,
    unavailable,
)
from assistant.generation.served import first_model
from assistant.generation.thinking import WithoutThinking

_MAX_LINE = 256 * 1024  # bytes of one event: far more than a chunk of text
_MAX_WHOLE = 1024 * 1024  # bytes of an answer that comes in one piece
_MAX_CHARACTERS = 40  # per token; a server that goes on past that ignores `max_tokens`
_RETRY_S = 0.2  # before a second try, where the server does not say when
_MOST_RETRY_S = 2.0  # somebody waits for the answer: a server that wants more time than that is busy

Sleep = Callable[[float], Awaitable[None]]


class OpenAIClient:
    """Streams answers of one model. A second try is made where a server is not reached, has no time (429) or fails
    (5xx) before anything of the answer came; afterwards never, since it would be said twice.

    The key goes into a header and nowhere else; redirects are not followed.
    """

    def __init__(self, endpoint: Endpoint, limits: Limits, *, sleep: Sleep = asyncio.sleep) -> None:
        self._endpoint = endpoint
        self._limits = limits
        self._sleep = sleep
        self._model = endpoint.model
        self._session: aiohttp.ClientSession | None = None

    @property
    def name(self) -> str:
        return self._model or "language model"

    @property
    def endpoint(self) -> Endpoint:
        return self._endpoint

    @property
    def source(self) -> Literal["generated", "none"]:
        return "generated"

    async def answer(self, request: Request) -> AsyncGenerator[Piece, None]:
        """See `TextGenerator.answer`."""
        begun = False
        try:
            async with contextlib.aclosing(self._pieces(request)) as pieces:
                async for piece in pieces:
                    begun = True
                    yield piece
        except GenerationUnavailable as error:
            error.begun = begun
            raise
        except TimeoutError as error:
            raise GenerationUnavailable(SLOW, "timeout", begun=begun) from error
        except (aiohttp.ClientError, HttpProcessingError, OSError, ValueError) as error:
            raise GenerationUnavailable(BROKEN, type(error).__name__, begun=begun) from error

    async def close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _pieces(self, request: Request) -> AsyncGenerator[Piece, None]:
        loop, limits = asyncio.get_running_loop(), self._limits
        left = (request.max_tokens or limits.max_tokens) * _MAX_CHARACTERS
        allowed, waited = limits.first_token_s, 0.0
        assembler, spoken = Assembler(), WithoutThinking()
        async with AsyncExitStack() as stack:
            began = loop.time()
            async with asyncio.timeout(allowed):
                response = await self._opened(stack, request)
            allowed -= loop.time() - began
            chunks = await stack.enter_async_context(contextlib.aclosing(_chunks(response)))
            while left > 0:
                # Not around the yield: a time limit belongs to the task that it was begun in.
                asked = loop.time()
                async with asyncio.timeout(max(0.0, allowed)):
                    text = await _next_text(chunks, assembler, spoken)
                waited += loop.time() - asked
                if text is None:
                    break
                left -= len(text)
                yield Text(text)
                allowed = min(limits.idle_s, limits.total_s - waited)
            else:
                return  # without end: what came of calls is not whole
        for call in assembler.calls():
            yield call

    async def _opened(self, stack: AsyncExitStack, request: Request) -> aiohttp.ClientResponse:
        """The answer's beginning, at the second try if need be."""
        try:
            return await self._tried(stack, request)
        except _Again as again:
            await self._sleep(again.pause_s)
        try:
            return await self._tried(stack, request)
        except _Again as again:
            raise again.fault from None

    async def _tried(self, stack: AsyncExitStack, request: Request) -> aiohttp.ClientResponse:
        session, headers = self._opened_session(), await self._headers()
        try:
            if not self._model:
                self._model = await first_model(session, self._endpoint.url, headers)
            response = await stack.enter_async_context(
                session.post(
                    f"{self._endpoint.url}/chat/completions",
                    json=body(request, self._model, self._limits.max_tokens),
                    headers=headers | {"Accept": "text/event-stream"},
                    allow_redirects=False,
                )
            )
        except aiohttp.InvalidURL as error:
            raise unavailable(UNREACHABLE, type(error).__name__) from None
        except (aiohttp.ClientConnectionError, ConnectionError) as error:
            # Also where a connection that was kept had been ended by the server meanwhile.
            raise _Again(unavailable(UNREACHABLE, type(error).__name__), _RETRY_S) from None
        if response.status == 200:
            return response
        fault, pause = of_status(response.status), _pause(response)
        response.close()
        if pause is None:
            raise fault
        raise _Again(fault, pause)

    async def _headers(self) -> dict[str, str]:
        key = self._endpoint.key
        text = await asyncio.to_thread(key.read) if key.file is not None else key.read()
        return {"Authorization": f"Bearer {text}"} if text else {}

    def _opened_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=None, connect=self._limits.connect_s),
                read_bufsize=_MAX_LINE,
                trust_env=not self._endpoint.on_this_machine,  # a proxy is for what is elsewhere
            )
        return self._session


class _Again(Exception):
    """Another try may help, after a pause; without one it is `fault`."""

    def __init__(self, fault: GenerationUnavailable, pause_s: float) -> None:
        super().__init__(str(fault))
        self.fault = fault
        self.pause_s = pause_s


def _pause(response: aiohttp.ClientResponse) -> float | None:
    """How long to wait before another try; None: it would be in vain, or too long for somebody who waits."""
    if response.status != 429 and response.status < 500:
        return None
    asked = response.headers.get("Retry-After", "").strip()
    if not asked:
        return _RETRY_S
    pause = float(asked) if asked.isascii() and asked.isdecimal() else _MOST_RETRY_S + 1  # a date is not near
    return max(pause, _RETRY_S) if pause <= _MOST_RETRY_S else None


async def _chunks(response: aiohttp.ClientResponse) -> AsyncGenerator[dict[str, Any], None]:
    """The objects of a stream; of a server that does not stream the one object that is its answer."""
    if response.content_type == "text/html":
        raise unavailable(NO_SERVER, "the answer is a web page")
    if response.content_type == "application/json":
        whole = await response.content.read(_MAX_WHOLE)
        while not response.content.at_eof() and len(whole) < _MAX_WHOLE:
            whole += await response.content.read(_MAX_WHOLE - len(whole))
        event = checked(whole)
        if not isinstance(event.get("choices"), list):
            raise unavailable(NO_SERVER, "the answer is another one's JSON")
        yield event
        yield {"done": True}
        return
    async with contextlib.aclosing(events(response.content)) as stream:
        async for event in stream:
            yield event


async def _next_text(
    chunks: AsyncIterator[dict[str, Any]], assembler: Assembler, spoken: WithoutThinking
) -> str | None:
    """The next text that is meant to be said; None at the end."""
    async for event in chunks:
        if text := spoken.push(assembler.text(event)):
            return text
    if not (assembler.done or assembler.finished):
        raise unavailable(BROKEN, "the stream ended without [DONE]")
    return spoken.finish() or None
