"""A key over HTTP."""

import aiohttp
import pytest

from assistant.api.server import ApiServer
from tests.api.test_ask import api

__all__ = ["api"]


async def post(api: ApiServer, body: object, token: str | None = None) -> int:
    headers = {"Authorization": f"Bearer {api.token if token is None else token}"}
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{api.url}/api/listen", json=body, headers=headers) as response,
    ):
        return response.status


async def test_each_key_reaches_who_listens(api: ApiServer) -> None:
    keys: list[str] = []

    def listen(key: str) -> bool:
        keys.append(key)
        return True

    api.listen = listen
    assert [await post(api, {"key": key}) for key in ("press", "hold", "release")] == [200] * 3
    assert keys == ["press", "hold", "release"]


async def test_where_nobody_listens(api: ApiServer) -> None:
    assert await post(api, {"key": "press"}) == 503
    api.listen = lambda key: False
    assert await post(api, {"key": "press"}) == 503


@pytest.mark.parametrize("body", [[], {}, {"key": ""}, {"key": "pres"}, {"key": 1}])
async def test_what_is_no_key(api: ApiServer, body: object) -> None:
    api.listen = lambda key: True
    assert await post(api, body) == 400


async def test_the_token_is_needed(api: ApiServer) -> None:
    keys: list[str] = []

    def listen(key: str) -> bool:
        keys.append(key)
        return True

    api.listen = listen
    assert await post(api, {"key": "press"}, token="guessed") == 401
    assert keys == []
