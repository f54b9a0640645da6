"""Several models in order, each at a real server on loopback; time is the test's."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing

import pytest

from assistant.generation.base import GenerationUnavailable, TextGenerator
from assistant.generation.chain import FIRST_REST_S, LONGEST_REST_S, Chain
from assistant.generation.endpoint import Endpoint, Limits
from assistant.generation.openai import OpenAIClient
from tests.generation.model_server import (
    ASKED,
    ModelServer,
    answers,
    chunk,
    model_server,
    refuses,
    stalls,
    streams,
    text_of,
)

LIMITS = Limits(connect_s=60, first_token_s=60, idle_s=60, total_s=600)


async def _at_once(seconds: float) -> None:
    """Instead of the pause before a second try."""


class Row:
    """Two servers, the clients of both, and the chain over them."""

    def __init__(self, first: ModelServer, second: ModelServer) -> None:
        self.now_s = 1000.0
        self.servers = (first, second)
        self.models: list[TextGenerator] = [
            OpenAIClient(Endpoint(server.url, name), LIMITS, sleep=_at_once)
            for server, name in ((first, "one"), (second, "two"))
        ]
        self.chain = Chain(lambda: self.models, clock=lambda: self.now_s)
        first.handlers, second.handlers = [answers("first")], [answers("second")]

    async def ask(self) -> str:
        async with aclosing(self.chain.answer(ASKED)) as pieces:
            return "".join([text_of(piece) async for piece in pieces])

    async def fails(self) -> GenerationUnavailable:
        with pytest.raises(GenerationUnavailable) as caught:
            await self.ask()
        return caught.value

    @property
    def asked(self) -> tuple[int, int]:
        """How often each server was asked."""
        return (len(self.servers[0].requests), len(self.servers[1].requests))


@pytest.fixture
async def row() -> AsyncIterator[Row]:
    async with AsyncExitStack() as stack:
        row = Row(
            await stack.enter_async_context(model_server()), await stack.enter_async_context(model_server())
        )
        yield row
        for model in row.models:
            await model.close()


async def test_the_first_is_asked_while_it_answers(row: Row) -> None:
    assert (row.chain.name, row.chain.source) == ("one", "generated")
    assert [await row.ask(), await row.ask()] == ["first", "first"]
    assert row.asked == (2, 0)


async def test_the_next_one_answers_and_the_dead_one_is_left_alone(row: Row) -> None:
    row.servers[0].handlers = [refuses(500)]
    assert await row.ask() == "second"
    assert row.chain.name == "two"
    assert [await row.ask() for _ in range(3)] == ["second"] * 3
    assert row.asked == (2, 4)  # twice the first time, and then it rested


async def test_one_that_rested_is_tried_again_later_each_time(row: Row) -> None:
    row.servers[0].handlers = [refuses(401)]
    await row.ask()
    rests: list[float] = []
    while len(rests) < 7:
        before, began = row.asked[0], row.now_s
        while row.asked[0] == before:
            row.now_s += 5
            await row.ask()
        rests.append(row.now_s - began)
    assert rests == [FIRST_REST_S * 2**n for n in range(5)] + [LONGEST_REST_S] * 2
    row.servers[0].handlers = [answers("first")]
    row.now_s += LONGEST_REST_S
    assert await row.ask() == "first"
    row.servers[0].handlers = [refuses(401)]
    await row.ask()
    row.now_s += FIRST_REST_S
    row.servers[0].handlers = [answers("first")]
    assert await row.ask() == "first"  # what is over is forgotten


async def test_one_request_tries_the_rested_one_and_others_go_past(row: Row) -> None:
    row.servers[0].handlers = [refuses(401)]
    await row.ask()
    row.now_s += FIRST_REST_S
    row.servers[0].handlers = [stalls(row.servers[0])]
    row.servers[0].asked.clear()
    trial = asyncio.create_task(row.ask())
    await asyncio.wait_for(row.servers[0].asked.wait(), 30)
    assert await row.ask() == "second"
    trial.cancel()
    await asyncio.wait({trial}, timeout=30)
    assert trial.cancelled()
    await asyncio.wait_for(row.servers[0].gone.wait(), 30)


async def test_where_all_rest_it_fails_at_once(row: Row) -> None:
    for server in row.servers:
        server.handlers = [refuses(503)]
    fault = await row.fails()
    assert "busy" in str(fault)
    assert fault.detail == "HTTP 503; HTTP 503"
    asked = row.asked
    fault = await row.fails()
    assert "can't reach" in str(fault)
    assert row.asked == asked


async def test_what_was_begun_is_not_begun_again(row: Row) -> None:
    row.servers[0].handlers = [streams(chunk("Well, "))]
    async with aclosing(row.chain.answer(ASKED)) as pieces:
        assert text_of(await anext(pieces)) == "Well, "
        with pytest.raises(GenerationUnavailable, match="broke off"):
            await anext(pieces)
    assert row.asked == (1, 0)
    assert await row.ask() == "second"  # and whoever breaks off rests


async def test_a_request_that_is_refused_is_not_held_against_the_server(row: Row) -> None:
    row.servers[0].handlers = [refuses(400)]
    assert await row.ask() == "second"
    row.servers[0].handlers = [answers("first")]
    assert await row.ask() == "first"
    for server in row.servers:
        server.handlers = [refuses(400)]
    assert (await row.fails()).of_request


async def test_an_interrupted_answer_is_no_failure(row: Row) -> None:
    row.servers[0].handlers = [refuses(401)]
    await row.ask()
    row.now_s += FIRST_REST_S
    row.servers[0].handlers = [stalls(row.servers[0], chunk("Well, ")), answers("first")]
    async with aclosing(row.chain.answer(ASKED)) as pieces:
        assert text_of(await anext(pieces)) == "Well, "
    await asyncio.wait_for(row.servers[0].gone.wait(), 30)
    assert await row.ask() == "first"


async def test_a_model_that_is_gone_is_forgotten(row: Row) -> None:
    row.servers[0].handlers = [refuses(401)]
    await row.ask()
    gone = row.models.pop(0)
    assert row.chain.name == "two"
    await row.ask()
    row.models.insert(0, gone)
    row.servers[0].handlers = [answers("first")]
    assert await row.ask() == "first"


async def test_without_any_model_the_answer_is_honest(row: Row) -> None:
    models, row.models[:] = list(row.models), []
    assert (row.chain.name, row.chain.source) == ("none", "none")
    said = [await row.ask() for _ in range(4)]
    assert all("language model" in sentence for sentence in said)
    assert said[0] != said[1]
    row.models[:] = models
