"""The client against a real server on loopback that streams as OpenAI's does, or fails to."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web
from pydantic import SecretStr

from assistant.generation.base import GenerationUnavailable, Message, Request, Text, Tool, ToolCall
from assistant.generation.endpoint import Endpoint, Key, Limits
from assistant.generation.openai import OpenAIClient
from tests.generation.model_server import (
    ASKED,
    DONE,
    ModelServer,
    answers,
    begin,
    call_chunk,
    chunk,
    event,
    model_server,
    refuses,
    stalls,
    streams,
    text_of,
)

KEY = "sk-canary-7391"
PATIENT = Limits(connect_s=60, first_token_s=60, idle_s=60, total_s=600)
LAMP = Tool("home__set", "Switch a device.", {"type": "object", "properties": {"state": {"type": "string"}}})


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    async with model_server() as model:
        yield model


class Asker:
    """A client, and the pauses that it made instead of sleeping."""

    def __init__(
        self, server: ModelServer, limits: Limits = PATIENT, model: str = "tiny", key: Key | None = None
    ) -> None:
        self.pauses: list[float] = []
        endpoint = Endpoint(server.url, model, key or Key(SecretStr(KEY)))
        self.client = OpenAIClient(endpoint, limits, sleep=self._sleep)
        self.pieces: list[str] = []

    async def _sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)

    async def collect(self, request: Request = ASKED) -> list[str]:
        try:
            async for piece in self.client.answer(request):
                self.pieces.append(text_of(piece))
        finally:
            await self.client.close()
        return self.pieces

    async def fails(self, match: str) -> GenerationUnavailable:
        with pytest.raises(GenerationUnavailable, match=match) as caught:
            await self.collect()
        return caught.value


async def test_pieces_arrive_while_the_model_still_writes(server: ModelServer) -> None:
    go_on = asyncio.Event()

    async def handler(request: web.Request) -> web.StreamResponse:
        response = await begin(request)
        await response.write(b": keep-alive\n\nevent: message\n" + chunk(None) + chunk("It "))
        await go_on.wait()
        await response.write(chunk("scatters - ") + chunk("light.") + event({"choices": []}) + DONE)
        return response

    server.handlers = [handler]
    history = [Message("user", "hello"), Message("assistant", "Hi.")]
    request = Request([Message("system", "Be short."), *history, Message("user", "why?")])
    client = Asker(server).client
    async with aclosing(client.answer(request)) as pieces:
        assert await anext(pieces) == Text("It ")
        go_on.set()
        assert [piece async for piece in pieces] == [Text("scatters - "), Text("light.")]
    await client.close()
    asked = server.requests[0]
    assert (asked["stream"], asked["model"], asked["max_tokens"]) == (True, "tiny", 200)
    assert [message["role"] for message in asked["messages"]] == [  # type: ignore[attr-defined]
        "system", "user", "assistant", "user",
    ]  # fmt: skip
    assert "tools" not in asked
    assert server.headers[0]["Authorization"] == f"Bearer {KEY}"


async def test_an_event_cut_anywhere_between_packets_is_put_together(server: ModelServer) -> None:
    whole = chunk("grün") + chunk("er Tee") + DONE
    server.handlers = [streams(*(whole[n : n + 1] for n in range(len(whole))))]
    assert await Asker(server).collect() == ["grün", "er Tee"]


async def test_tools_go_along_and_calls_come_back_whole(server: ModelServer) -> None:
    server.handlers = [
        streams(
            chunk("I'll see. "),
            call_chunk(0, name="home__set", arguments=""),
            call_chunk(0, arguments='{"state"'),
            call_chunk(1, name="clock__time", arguments="{}"),
            call_chunk(0, arguments=': "on"}'),
            event({"choices": [{"delta": {}, "finish_reason": "tool_calls"}]}),
            DONE,
        )
    ]
    earlier = ToolCall("a", "home__set", '{"state": "off"}')
    messages = [
        *ASKED.messages,
        Message("assistant", "", (earlier,)),
        Message("tool", '{"ok": true}', tool_call_id="a"),
    ]
    client = Asker(server).client
    pieces = [piece async for piece in client.answer(Request(messages, [LAMP], max_tokens=7))]
    await client.close()
    assert pieces == [
        Text("I'll see. "),
        ToolCall("id-0", "home__set", '{"state": "on"}'),
        ToolCall("id-1", "clock__time", "{}"),
    ]
    asked = server.requests[0]
    assert asked["max_tokens"] == 7
    function = {"name": LAMP.name, "description": LAMP.description, "parameters": LAMP.parameters}
    assert asked["tools"] == [{"type": "function", "function": function}]
    assert asked["messages"][2:] == [  # type: ignore[index]
        {
            "role": "assistant",
            "content": "",
            "tool_calls": [
                {
                    "id": "a",
                    "type": "function",
                    "function": {"name": "home__set", "arguments": '{"state": "off"}'},
                }
            ],
        },
        {"role": "tool", "content": '{"ok": true}', "tool_call_id": "a"},
    ]


@pytest.mark.parametrize(
    "parts",
    [
        [call_chunk(0, name="a", arguments="x" * 40_000), call_chunk(0, arguments="x" * 40_000)],
        [call_chunk(number, name="a", arguments="{}") for number in range(40)],
    ],
    ids=["long", "many"],
)
async def test_calls_without_end_are_none(server: ModelServer, parts: list[bytes]) -> None:
    server.handlers = [streams(*parts, DONE)]
    assert "without end" in (await Asker(server).fails("broke off")).detail


async def test_calls_of_an_answer_that_broke_off_are_none(server: ModelServer) -> None:
    server.handlers = [streams(call_chunk(0, name="home__set", arguments='{"state": "on"}'))]
    await Asker(server).fails("broke off")


async def test_a_server_that_does_not_stream_is_understood(server: ModelServer) -> None:
    call = {"id": "a", "type": "function", "function": {"name": "home__set", "arguments": "{}"}}

    async def handler(request: web.Request) -> web.StreamResponse:
        message = {"role": "assistant", "content": "Well.", "tool_calls": [call]}
        return web.json_response({"choices": [{"message": message, "finish_reason": "stop"}]})

    server.handlers = [handler]
    client = Asker(server).client
    assert [piece async for piece in client.answer(ASKED)] == [
        Text("Well."),
        ToolCall("a", "home__set", "{}"),
    ]
    await client.close()


async def test_an_end_without_done_is_one_where_a_reason_was_given(server: ModelServer) -> None:
    server.handlers = [streams(chunk("Well."), event({"choices": [{"delta": {}, "finish_reason": "stop"}]}))]
    assert await Asker(server).collect() == ["Well."]


async def test_what_a_model_thinks_is_not_said(server: ModelServer) -> None:
    text = "\n<think>\nHe asks about the sky <b>. Rayleigh.\n</think>\n\nIt scatters <think> light."
    for size in (1, 3, 200):
        server.handlers = [streams(*(chunk(text[at : at + size]) for at in range(0, len(text), size)), DONE)]
        assert "".join(await Asker(server).collect()) == "It scatters <think> light."
    server.handlers = [streams(chunk("<thi"), DONE)]
    assert await Asker(server).collect() == ["<thi"]


@pytest.mark.parametrize(
    ("status", "sentence", "tries", "of_request"),
    [
        (400, "problem", 1, True), (401, "key", 1, False), (403, "key", 1, False), (404, "doesn't know", 1, False),
        (302, "problem", 1, False), (429, "busy", 2, False), (500, "problem", 2, False), (503, "busy", 2, False),
    ],
)  # fmt: skip
async def test_an_error_of_the_server_is_a_sentence_without_the_key(
    server: ModelServer,
    status: int,
    sentence: str,
    tries: int,
    of_request: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    server.handlers = [refuses(status, f"nope: {KEY} said {ASKED.messages[1].text}", Location="/elsewhere")]
    caplog.set_level(logging.DEBUG)
    asker = Asker(server)
    fault = await asker.fails(sentence)
    assert (fault.detail, fault.of_request, fault.begun) == (f"HTTP {status}", of_request, False)
    assert len(server.requests) == tries
    shown = f"{fault!r} {fault.detail} {asker.client.endpoint!r} {caplog.text}"
    assert KEY not in shown
    assert "sky" not in shown


@pytest.mark.parametrize(
    ("wants", "tries", "pauses"),
    [
        ("", 2, [0.2]),
        ("1", 2, [1.0]),
        ("0", 2, [0.2]),
        ("30", 1, []),
        ("Wed, 21 Oct 2037 07:28:00 GMT", 1, []),
        ("-1", 1, []),
    ],
)
async def test_a_busy_server_is_asked_once_more_if_that_is_soon(
    server: ModelServer, wants: str, tries: int, pauses: list[float]
) -> None:
    server.handlers = [refuses(429, **({"Retry_After": wants} if wants else {})), answers("Well.")]
    asker = Asker(server)
    if tries == 1:
        await asker.fails("busy")
    else:
        assert await asker.collect() == ["Well."]
    assert (len(server.requests), asker.pauses) == (tries, pauses)


async def test_a_connection_that_is_dropped_before_the_answer_is_tried_once_more(server: ModelServer) -> None:
    async def drops(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    server.handlers = [drops, answers("Well.")]
    assert await Asker(server).collect() == ["Well."]
    server.handlers = [drops]
    await Asker(server).fails("can't reach")
    assert len(server.requests) == 4


@pytest.mark.parametrize(
    "tail",
    [
        b"",
        b"data: {not json\n\n",
        b"data: [1]\n\n",
        b'data: {"error": {"type": "overloaded", "message": "the sky"}}\n\n',
        b'error: {"code": 500, "message": "the sky"}\n\n',
        b"data: " + b"[" * 5_000 + b"\n\n",
        b"data: " + b"x" * 1_000_000,
    ],
    ids=["cut", "garbage", "no object", "error", "llama.cpp's error", "deep", "long line"],
)
async def test_a_broken_stream_gives_what_it_had_and_then_a_sentence(
    server: ModelServer, tail: bytes
) -> None:
    server.handlers = [streams(chunk("Well, "), tail)]
    asker = Asker(server)
    fault = await asker.fails(r"broke off|has a problem")
    assert asker.pieces == ["Well, "]
    assert fault.begun
    assert len(server.requests) == 1  # once something was said, nothing is said again
    assert "sky" not in fault.detail


@pytest.mark.parametrize(
    ("kind", "text", "sentence"),
    [
        ("text/html", "<html>login</html>", "no language model"),
        ("application/json", "[1, 2]", "broke off"),
        ("application/json", '{"hello": "world"}', "no language model"),
        ("application/json", "{" * 2_000_000, "broke off"),
        ("application/json", '{"error": {"message": "x"}}', "has a problem"),
        ("text/event-stream", "hello", "broke off"),
    ],
)
async def test_what_is_no_model_server_is_told(
    server: ModelServer, kind: str, text: str, sentence: str
) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        return web.Response(text=text, content_type=kind)

    server.handlers = [handler]
    await Asker(server).fails(sentence)


async def test_a_connection_cut_in_the_middle_is_a_sentence(server: ModelServer) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = await begin(request)
        await response.write(chunk("Well, "))
        assert request.transport is not None
        request.transport.abort()
        return response

    server.handlers = [handler]
    assert (await Asker(server).fails("broke off")).begun


@pytest.mark.parametrize(
    "before", [[], [b": hm\n\n"], [chunk(None, role="assistant")]], ids=["nothing", "comment", "role"]
)
async def test_a_server_that_says_nothing_is_given_up(server: ModelServer, before: list[bytes]) -> None:
    server.handlers = [stalls(server, *before)]
    fault = await Asker(server, replace(PATIENT, first_token_s=0.3)).fails("too long")
    assert not fault.begun
    await asyncio.wait_for(server.gone.wait(), 30)


@pytest.mark.parametrize(
    "limits", [replace(PATIENT, idle_s=0.3), replace(PATIENT, total_s=0.3)], ids=["idle", "total"]
)
async def test_a_server_that_goes_quiet_is_given_up(server: ModelServer, limits: Limits) -> None:
    server.handlers = [stalls(server, chunk("Well, "))]
    asker = Asker(server, limits)
    assert (await asker.fails("too long")).begun
    assert asker.pieces == ["Well, "]
    await asyncio.wait_for(server.gone.wait(), 30)


async def test_a_slow_drip_does_not_last(server: ModelServer) -> None:
    """Each piece in time, and no end of it."""

    async def handler(request: web.Request) -> web.StreamResponse:
        response = await begin(request)
        while True:
            await response.write(chunk("a"))
            await asyncio.sleep(0.05)

    server.handlers = [handler]
    asker = Asker(server, replace(PATIENT, total_s=0.5))
    assert (await asker.fails("too long")).begun
    assert asker.pieces


async def test_a_slow_listener_is_no_slow_server(server: ModelServer) -> None:
    server.handlers = [streams(chunk("a"), chunk("b"), DONE)]
    client = Asker(server, replace(PATIENT, idle_s=1.0, total_s=1.0)).client
    pieces = []
    async for piece in client.answer(ASKED):
        await asyncio.sleep(1.2)  # longer than both limits
        pieces.append(text_of(piece))
    await client.close()
    assert pieces == ["a", "b"]


@pytest.mark.parametrize("how", ["cancelled before the first piece", "cancelled after it", "closed"])
async def test_who_stops_listening_closes_the_connection(server: ModelServer, how: str) -> None:
    server.handlers = [stalls(server, *([] if "before" in how else [chunk("Well, ")]))]
    client = Asker(server).client
    got = asyncio.Event()

    async def consume() -> None:
        async with aclosing(client.answer(ASKED)) as pieces:
            async for _ in pieces:
                got.set()
                if how == "closed":
                    return

    task = asyncio.create_task(consume())
    await asyncio.wait_for((server.asked if "before" in how else got).wait(), 30)
    if how != "closed":
        task.cancel()
    await asyncio.wait({task}, timeout=30)
    assert task.cancelled() == (how != "closed")
    await asyncio.wait_for(server.gone.wait(), 30)
    await client.close()


async def test_a_server_that_never_stops_is_stopped(server: ModelServer) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = await begin(request)
        try:
            while True:
                await response.write(chunk("bla " * 100))
        finally:
            server.gone.set()

    server.handlers = [handler]
    pieces = await Asker(server, replace(PATIENT, max_tokens=10)).collect()
    assert len("".join(pieces)) <= 10 * 40 + 400
    await asyncio.wait_for(server.gone.wait(), 30)


async def test_nobody_there_is_a_sentence_after_two_tries(server: ModelServer) -> None:
    server.url = "http://127.0.0.1:9/v1"
    asker = Asker(server)
    await asker.fails("can't reach")
    assert asker.pauses == [0.2]


async def test_without_a_name_the_first_model_that_writes_is_asked(server: ModelServer) -> None:
    server.models = {"data": [{"id": "nomic-embed-text"}, {"id": "qwen"}, {"id": "llama"}]}
    server.handlers = [answers("Well.")]
    client = Asker(server, model="").client
    for _ in range(2):
        assert [piece async for piece in client.answer(ASKED)] == [Text("Well.")]
    await client.close()
    assert [each["model"] for each in server.requests] == ["qwen", "qwen"]
    assert server.listed == 1
    assert client.name == "qwen"


async def test_the_key_comes_from_a_file_anew_each_time(server: ModelServer, tmp_path: Path) -> None:
    file = tmp_path / "key"
    server.handlers = [answers("Well.")]
    for key in ("first", "second"):
        file.write_text(f"{key}\n")
        await Asker(server, key=Key(file=file)).collect()
    assert [each["Authorization"] for each in server.headers] == ["Bearer first", "Bearer second"]
    file.write_text("")
    assert "empty" in (await Asker(server, key=Key(file=file)).fails("no key")).detail
    assert "cannot be read" in (await Asker(server, key=Key(file=tmp_path / "none")).fails("no key")).detail


async def test_the_key_comes_from_a_variable(server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.handlers = [answers("Well.")]
    monkeypatch.setenv("SOME_KEY", KEY)
    await Asker(server, key=Key(variable="SOME_KEY")).collect()
    assert server.headers[0]["Authorization"] == f"Bearer {KEY}"
    monkeypatch.setenv("SOME_KEY", f"{KEY}\r\nX-Other: 1")
    fault = await Asker(server, key=Key(variable="SOME_KEY")).fails("no key")
    assert KEY not in fault.detail


async def test_a_server_that_redirects_is_not_followed(server: ModelServer) -> None:
    async with model_server() as other:
        other.handlers = [answers("stolen")]
        server.handlers = [refuses(307, Location=f"{other.url}/chat/completions")]
        await Asker(server).fails("problem")
        assert other.requests == []
