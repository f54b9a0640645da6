"""The client against a real server on loopback that streams as OpenAI's does, or fails to."""

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing

import pytest
from aiohttp import web
from pydantic import SecretStr

from assistant.config.generation import Generation
from assistant.generation import (
    GenerationUnavailable,
    Message,
    NoGenerator,
    OpenAIClient,
    Piece,
    Request,
    Text,
    create_generator,
)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
KEY = "sk-canary-7391"


class ModelServer:
    def __init__(self) -> None:
        self.handler: Handler | None = None
        self.requests: list[dict[str, object]] = []
        self.authorization: list[str] = []
        self.gone = asyncio.Event()
        self.url = ""

    async def serve(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(await request.json())
        self.authorization.append(request.headers.get("Authorization", ""))
        assert self.handler is not None
        return await self.handler(request)


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    model = ModelServer()
    app = web.Application()
    app.router.add_post("/v1/chat/completions", model.serve)
    runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    model.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    yield model
    await runner.cleanup()


def _client(server: ModelServer, **changes: object) -> OpenAIClient:
    values = {"url": server.url, "model": "tiny", "api_key": SecretStr(KEY), "first_token_timeout_s": 2.0}
    return OpenAIClient(Generation.model_validate(values | changes), idle_timeout_s=0.3)


def _chunk(content: object) -> bytes:
    return b"data: " + json.dumps({"choices": [{"delta": {"content": content}}]}).encode() + b"\n\n"


async def _begin(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    return response


def _streams(*parts: bytes) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = await _begin(request)
        for part in parts:
            await response.write(part)
        return response

    return handler


ASKED = Request([Message("system", "Be short."), Message("user", "why is the sky blue")])


def _text(piece: Piece) -> str:
    assert isinstance(piece, Text)
    return piece.text


async def _collect(client: OpenAIClient) -> list[str]:
    try:
        return [_text(piece) async for piece in client.answer(ASKED)]
    finally:
        await client.close()


async def test_pieces_arrive_while_the_model_still_writes(server: ModelServer) -> None:
    go_on = asyncio.Event()

    async def handler(request: web.Request) -> web.StreamResponse:
        response = await _begin(request)
        await response.write(b": keep-alive\n\nevent: message\n" + _chunk(None) + _chunk("It "))
        await go_on.wait()
        await response.write(_chunk("scatters - ") + _chunk("light.") + b'data: {"choices": []}\n\n')
        await response.write(b"data: [DONE]\n\n")
        return response

    server.handler = handler
    client = _client(server)
    history = [Message("user", "hello"), Message("assistant", "Hi.")]
    request = Request([Message("system", "Be short."), *history, Message("user", "why?")])
    async with aclosing(client.answer(request)) as pieces:
        assert await anext(pieces) == Text("It ")
        go_on.set()
        assert [piece async for piece in pieces] == [Text("scatters - "), Text("light.")]
    await client.close()
    asked = server.requests[0]
    assert asked["stream"] is True
    assert asked["model"] == "tiny"
    assert [message["role"] for message in asked["messages"]] == [  # type: ignore[attr-defined]
        "system", "user", "assistant", "user",
    ]  # fmt: skip
    assert server.authorization == [f"Bearer {KEY}"]


async def test_an_event_cut_anywhere_between_packets_is_put_together(server: ModelServer) -> None:
    whole = _chunk("grün") + _chunk("er Tee") + b"data: [DONE]\n\n"
    server.handler = _streams(*(whole[n : n + 1] for n in range(len(whole))))
    assert await _collect(_client(server)) == ["grün", "er Tee"]


@pytest.mark.parametrize(
    ("status", "sentence"),
    [(401, "key"), (403, "key"), (404, "doesn't know"), (429, "busy"), (500, "problem"), (302, "problem")],
)
async def test_an_error_of_the_server_is_a_sentence_without_the_key(
    server: ModelServer, status: int, sentence: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, text="nope", headers={"Location": "/elsewhere"})

    server.handler = handler
    caplog.set_level(logging.DEBUG)
    with pytest.raises(GenerationUnavailable, match=sentence) as caught:
        await _collect(_client(server))
    assert str(status) in caught.value.detail
    assert KEY not in f"{caught.value} {caught.value.detail} {caplog.text}"
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "tail",
    [b"", b"data: {not json\n\n", b"data: [1]\n\n", b'data: {"error": {"message": "overloaded"}}\n\n'],
    ids=["cut", "garbage", "no object", "error"],
)
async def test_a_broken_stream_gives_what_it_had_and_then_a_sentence(
    server: ModelServer, tail: bytes
) -> None:
    server.handler = _streams(_chunk("Well, "), tail)
    pieces: list[str] = []
    client = _client(server)

    async def consume() -> None:
        async for piece in client.answer(ASKED):
            pieces.append(_text(piece))

    with pytest.raises(GenerationUnavailable, match=r"broke off|has a problem"):
        await consume()
    await client.close()
    assert pieces == ["Well, "]


async def test_a_connection_cut_in_the_middle_is_a_sentence(server: ModelServer) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = await _begin(request)
        await response.write(_chunk("Well, "))
        assert request.transport is not None
        request.transport.abort()
        return response

    server.handler = handler
    with pytest.raises(GenerationUnavailable, match="broke off"):
        await _collect(_client(server))


@pytest.mark.parametrize(("before", "limit_s"), [(b"", 0.4), (b": hm\n\n", 0.4), (_chunk("Well, "), 0.3)])
async def test_a_server_that_goes_quiet_is_given_up(
    server: ModelServer, before: bytes, limit_s: float
) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = await _begin(request)
        await response.write(before)
        await asyncio.sleep(60)
        return response

    server.handler = handler
    began = time.monotonic()
    with pytest.raises(GenerationUnavailable, match="too long"):
        await _collect(_client(server, first_token_timeout_s=0.4))
    assert limit_s - 0.05 < time.monotonic() - began < limit_s + 2


async def test_a_slow_listener_is_no_slow_server(server: ModelServer) -> None:
    server.handler = _streams(_chunk("a"), _chunk("b"), b"data: [DONE]\n\n")
    client = _client(server)
    pieces = []
    async for piece in client.answer(ASKED):
        await asyncio.sleep(0.5)  # longer than the idle limit
        pieces.append(_text(piece))
    await client.close()
    assert pieces == ["a", "b"]


@pytest.mark.parametrize("when", ["before the first piece", "after it"])
async def test_cancelling_closes_the_connection(server: ModelServer, when: str) -> None:
    begun = asyncio.Event()

    async def handler(request: web.Request) -> web.StreamResponse:
        response = await _begin(request)
        try:
            if when == "after it":
                await response.write(_chunk("Well, "))
            begun.set()
            await asyncio.sleep(60)
        finally:
            server.gone.set()
        return response

    server.handler = handler
    client = _client(server)
    got = asyncio.Event()

    async def consume() -> None:
        async for _ in client.answer(ASKED):
            got.set()

    task = asyncio.create_task(consume())
    await asyncio.wait_for((begun if when == "before the first piece" else got).wait(), 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.wait_for(server.gone.wait(), 5)
    await client.close()


async def test_a_server_that_never_stops_is_stopped(server: ModelServer) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = await _begin(request)
        while True:
            await response.write(_chunk("bla " * 100))

    server.handler = handler
    pieces = await _collect(_client(server, max_tokens=10))
    assert len("".join(pieces)) <= 10 * 40 + 400


async def test_nobody_there_is_a_sentence() -> None:
    config = Generation(url="http://127.0.0.1:9/v1", model="tiny")
    with pytest.raises(GenerationUnavailable, match="can't reach"):
        await _collect(OpenAIClient(config))


async def test_without_a_model_the_answer_is_honest() -> None:
    generator = create_generator(Generation())
    assert isinstance(generator, NoGenerator)
    assert generator.source == "none"
    answers = ["".join([_text(piece) async for piece in generator.answer(ASKED)]) for _ in range(4)]
    assert all("language model" in answer for answer in answers)
    assert answers[0] != answers[1]
