"""Passages by meaning, over HTTP: from a server that knows which words mean the same, and from ones that are no use."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from pydantic import SecretStr

from assistant.config.documents import Documents
from assistant.documents.embeddings import Embeddings
from assistant.documents.fusion import fused
from assistant.documents.library import Library

MEANINGS = (("furnace", "boiler"), ("cosy", "warm"), ("bread", "loaf"), ("gauge",), ("guarantee",))
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Server:
    """Counts what it is asked for; texts with words of the same meaning get the same vector."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.keys: set[str] = set()

    async def embeddings(self, request: web.Request) -> web.StreamResponse:
        texts = (await request.json())["input"]
        self.texts += texts
        self.keys.add(request.headers.get("Authorization", ""))
        data = [
            {
                "index": place,
                "embedding": [0.01 + sum(word in text.lower() for word in meaning) for meaning in MEANINGS],
            }
            for place, text in enumerate(texts)
        ]
        return web.json_response({"data": data[::-1]})


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/v1/embeddings", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    finally:
        await runner.cleanup()


def settings(url: str, timeout_s: float = 20.0) -> Documents:
    return Documents(
        embeddings_url=url,
        embeddings_model="small",
        embeddings_api_key=SecretStr("canary-key"),
        embeddings_timeout_s=timeout_s,
    )


async def test_what_only_means_the_same_is_found_and_each_passage_is_sent_once(
    tmp_path: Path, papers: Path
) -> None:
    (papers / "bread.md").write_text("# Bread\n\nThe loaf is done at 97 degrees.\n")
    server = Server()
    async with serving(server.embeddings) as url, Library(settings(url), tmp_path / "state") as library:
        await library.add(papers)
        await library.catch_up()
        sent = list(server.texts)
        assert len(sent) == 3
        await library.catch_up()
        found = await library.search("furnace", limit=2)
        assert {each.source for each in found} == {"boiler manual"}
        await library.search("furnace")
        assert server.texts == [*sent, "furnace"]  # the question too only once
        assert server.keys == {"Bearer canary-key"}
        answer = await library.answer("what should the gauge of the boiler show when cold")
        assert answer is not None
        assert "1.5 bar" in answer.text
    async with Library(Documents(), tmp_path / "state") as library:
        assert await library.search("furnace") == []


async def test_vectors_of_removed_documents_are_gone(tmp_path: Path, papers: Path) -> None:
    server = Server()
    async with serving(server.embeddings) as url, Library(settings(url), tmp_path / "state") as library:
        await library.add(papers)
        await library.catch_up()
        assert len(await library.table.vectors("small")) == 2
        await library.remove(str(papers))
        assert await library.table.vectors("small") == []
        assert await library.search("furnace") == []


async def stalls(request: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    raise AssertionError


async def fails(request: web.Request) -> web.StreamResponse:
    return web.Response(status=500)


async def redirects(request: web.Request) -> web.StreamResponse:
    return web.Response(status=307, headers={"Location": "http://127.0.0.1:1/elsewhere"})


async def nonsense(request: web.Request) -> web.StreamResponse:
    return web.Response(body=b"<html>")


async def another_number(request: web.Request) -> web.StreamResponse:
    return web.json_response({"data": [{"index": 0, "embedding": [1.0]}] * 40})


async def no_numbers(request: web.Request) -> web.StreamResponse:
    count = len((await request.json())["input"])
    data = [{"index": place, "embedding": [float("nan")]} for place in range(count)]
    return web.Response(body=json.dumps({"data": data}).encode())


async def endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b" " * 1_000_000)


@pytest.mark.parametrize("handler", [fails, redirects, nonsense, another_number, no_numbers, endless, None])
async def test_a_server_that_is_no_use_costs_nothing_but_a_line_in_the_log(
    tmp_path: Path, papers: Path, handler: Handler | None, caplog: pytest.LogCaptureFixture
) -> None:
    async def answered(url: str) -> None:
        async with Library(settings(url), tmp_path / "state") as library:
            await library.add(papers)
            await library.catch_up()
            assert await library.answer("what pressure should the boiler have when it is cold") is not None

    with caplog.at_level(logging.WARNING):
        if handler is None:
            await answered("http://127.0.0.1:9/v1")
        else:
            async with serving(handler) as url:
                await answered(url)
    lines = [each.message for each in caplog.records if "embeddings server failed" in each.message]
    assert len(lines) == 1
    assert "canary" not in caplog.text


async def test_a_server_that_stalls_is_waited_for_no_longer_than_configured_and_then_rests(
    tmp_path: Path, papers: Path
) -> None:
    server = Server()
    async with serving(server.embeddings) as url, Library(settings(url), tmp_path / "state") as library:
        await library.add(papers)
        await library.catch_up()
    now = 1_000.0
    asked = asyncio.Event()

    async def stalled(request: web.Request) -> web.StreamResponse:
        asked.set()
        return await stalls(request)

    async with serving(stalled) as url, Library(settings(url, 0.2), tmp_path / "state") as library:
        embeddings = Embeddings(settings(url, 0.2), library.table, lambda: now)
        assert await embeddings.nearest("furnace") == []
        assert asked.is_set()
        asked.clear()
        assert await embeddings.nearest("furnace") == []
        assert not asked.is_set()
        now += 61.0
        assert await embeddings.nearest("furnace") == []
        assert asked.is_set()
        await embeddings.close()


def test_rankings_are_fused_by_their_ranks() -> None:
    assert fused([["a", "b", "c"], ["c", "b"]]) == ["c", "b", "a"]
    assert fused([["a", "b"], []]) == ["a", "b"]
    assert fused([]) == []
