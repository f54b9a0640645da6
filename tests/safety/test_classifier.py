"""A judging model behind a real HTTP server that answers as such servers do, or not at all."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from assistant.config.safety import Safety
from assistant.safety.classifier import ClassifierFailed, read_verdict
from assistant.safety.create import open_gate

FINE = "The weather is nice today."


def verdict(content: object) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def answer(request: web.Request) -> web.StreamResponse:
        return web.json_response({"choices": [{"message": {"role": "assistant", "content": content}}]})

    return answer


@asynccontextmanager
async def judging(
    answer: Callable[[web.Request], Awaitable[web.StreamResponse]], timeout_s: float = 30.0
) -> AsyncIterator[Safety]:
    app = web.Application()
    app.router.add_post("/v1/chat/completions", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        yield Safety(
            classifier_url=f"http://127.0.0.1:{port}/v1",
            classifier_model="guard",
            classifier_api_key="key-of-the-guard",
            classifier_timeout_s=min(timeout_s, 10.0),
            gate_timeout_s=10.0,
        )
    finally:
        await runner.cleanup()


@pytest.mark.parametrize(
    ("content", "blocked"),
    [
        ("safe", ""),
        ("\n\nsafe", ""),
        ("unsafe\nS11", "self-harm"),
        ("unsafe\nS99", "unsafe"),
        ("Safety: Safe\nCategories: None", ""),
        ("Safety: Unsafe\nCategories: Violent", "violence"),
        ("Safety: Controversial\nCategories: None", "unsafe"),
        ("I think that this is safe", "gate"),
        ("", "gate"),
        (None, "gate"),
    ],
)
async def test_its_verdict_counts(content: object, blocked: str) -> None:
    async with judging(verdict(content)) as settings, open_gate(settings) as gate:
        assert (await gate.check(FINE)).blocked == blocked


async def test_it_is_asked_after_the_rules_and_with_what_was_said_before() -> None:
    asked: list[dict[str, object]] = []
    keys: list[str | None] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        asked.append(await request.json())
        keys.append(request.headers.get("Authorization"))
        return await verdict("safe")(request)

    async with judging(answer) as settings, open_gate(settings) as gate:
        assert (await gate.check("You should kill yourself.")).blocked == "self-harm"
        assert asked == []
        await gate.check(FINE, "Good morning.")
    (body,) = asked
    assert body["model"] == "guard"
    assert "Good morning. " + FINE in json.dumps(body["messages"])
    assert keys == ["Bearer key-of-the-guard"]
    assert "key-of-the-guard" not in json.dumps(asked)


@pytest.mark.parametrize("status", [302, 401, 429, 500])
async def test_a_server_that_refuses_is_a_no(status: int) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, text="safe")

    async with judging(answer) as settings, open_gate(settings) as gate:
        assert (await gate.check(FINE)).blocked == "gate"


async def test_a_server_that_stalls_or_is_not_there_is_a_no() -> None:
    release = asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        await release.wait()
        return web.Response()

    async with judging(answer, timeout_s=0.2) as settings:
        async with open_gate(settings) as gate:
            assert (await gate.check(FINE)).blocked == "gate"
        release.set()
    async with open_gate(settings) as gate:
        assert (await gate.check(FINE)).blocked == "gate"


async def test_json_that_is_none_is_a_no() -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        return web.Response(text="<html>safe</html>", content_type="application/json")

    async with judging(answer) as settings, open_gate(settings) as gate:
        assert (await gate.check(FINE)).blocked == "gate"


def test_what_is_no_verdict_is_told_apart() -> None:
    with pytest.raises(ClassifierFailed):
        read_verdict("unsafely said")
