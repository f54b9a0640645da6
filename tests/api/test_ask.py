"""Typed turns over HTTP."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from assistant.api.server import ApiServer
from assistant.services.registry import Registry
from assistant.services.time import SystemClock
from assistant.storage.audit import Record


class NoAudit:
    async def append(self, record: Record) -> None:
        """Nothing is called here."""


@pytest.fixture
async def api() -> AsyncIterator[ApiServer]:
    server = ApiServer(Registry(SystemClock(), NoAudit(), lambda event: None))
    await server.start()
    yield server
    await server.close()


async def post(api: ApiServer, body: object, token: str | None = None) -> tuple[int, dict[str, Any]]:
    headers = {"Authorization": f"Bearer {api.token if token is None else token}"}
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{api.url}/api/ask", json=body, headers=headers) as response,
    ):
        return response.status, await response.json()


async def test_each_text_is_a_turn(api: ApiServer) -> None:
    async def ask(texts: list[str], room: str, person: str) -> list[dict[str, Any]]:
        return [{"transcript": text, "where": [room, person]} for text in texts]

    api.ask = ask
    assert await post(api, {"texts": ["hello", "what time is it"]}) == (
        200,
        {"turns": [{"transcript": text, "where": ["", ""]} for text in ("hello", "what time is it")]},
    )
    body = {"texts": ["hello"], "room": "kitchen", "person": "Ann"}
    assert (await post(api, body))[1]["turns"][0]["where"] == ["kitchen", "Ann"]


async def test_where_nobody_answers(api: ApiServer) -> None:
    status, answer = await post(api, {"texts": ["hello"]})
    assert (status, answer["error"]["code"]) == (503, "not_here")

    async def over(texts: list[str], room: str, person: str) -> None:
        return None

    api.ask = over
    assert (await post(api, {"texts": ["hello"]}))[0] == 503


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"texts": []},
        {"texts": "hello"},
        {"texts": [""]},
        {"texts": [" \n"]},
        {"texts": [7]},
        {"texts": ["x" * 2001]},
        {"texts": ["hello"] * 17},
        {"texts": ["hello"], "room": 1},
    ],
)
async def test_what_is_no_question(api: ApiServer, body: object) -> None:
    async def ask(texts: list[str], room: str, person: str) -> list[dict[str, Any]]:
        raise AssertionError(texts)

    api.ask = ask
    assert (await post(api, body))[0] == 400


async def test_the_token_is_needed(api: ApiServer) -> None:
    assert (await post(api, {"texts": ["hello"]}, token="guessed"))[0] == 401
