"""The server over real loopback HTTP, with the real services behind it."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from assistant.api.server import ApiServer, Generated
from assistant.config.model import Config
from assistant.errors import UserError
from assistant.services.build import Services, create_services
from assistant.services.service import Origin
from assistant.services.time import SystemClock


async def _silent(*said: object) -> None:
    pass


@pytest.fixture
async def services(tmp_path: Path) -> AsyncIterator[Services]:
    made = await create_services(
        Config(), SystemClock(), _silent, lambda event: None, database_path=tmp_path / "a.db"
    )
    yield made
    await made.close()


@pytest.fixture
async def server(services: Services) -> AsyncIterator[ApiServer]:
    asked: list[tuple[str, str, str]] = []

    async def generate(origin: Origin, text: str) -> Generated:
        asked.append((origin.session, str(origin.turn), text))
        if text == "break":
            raise RuntimeError("broken")
        return Generated(f"You said {text}.", "generated", spoken=True)

    made = ApiServer(services.registry, generate=generate)
    await made.start()
    yield made
    await made.close()


@pytest.fixture
async def client(server: ApiServer) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(
        server.url, headers={"Authorization": f"Bearer {server.token}"}
    ) as session:
        yield session


async def test_a_service_is_called(client: aiohttp.ClientSession) -> None:
    body = {"arguments": {"items": ["milk"]}, "session": "kitchen", "turn": 1}
    async with client.post("/api/services/lists/add", json=body) as response:
        assert response.status == 200
        answer = await response.json()
    assert answer["ok"]
    assert answer["record"] > 0  # which `undo.last` can be told to take back
    assert answer["result"] == {"list": "shopping", "added": ["milk"], "already": []}


@pytest.mark.parametrize(
    ("path", "arguments", "code", "status"),
    [
        ("lists/add", {}, "bad_arguments", 422),
        ("lists/add", [], "bad_arguments", 422),
        ("lists/burn", {}, "unknown_service", 404),
        ("timers/cancel", {}, "no_timers", 422),
        ("home/set", {"target": {"device": "front door"}, "state": "unlocked"}, "needs_confirmation", 409),
    ],
)
async def test_a_refusal_is_an_answer_that_can_be_spoken(
    client: aiohttp.ClientSession, path: str, arguments: object, code: str, status: int
) -> None:
    async with client.post(f"/api/services/{path}", json={"arguments": arguments, "turn": None}) as response:
        assert response.status == status
        answer = await response.json()
    assert answer["ok"] is False
    assert answer["error"]["code"] == code
    assert answer["error"]["message"].endswith((".", "?"))


UNLOCK = {"arguments": {"target": {"device": "front door"}, "state": "unlocked"}}


async def test_only_the_registrys_own_question_can_be_answered(client: aiohttp.ClientSession) -> None:
    async def post(path: str, **more: object) -> tuple[int, dict[str, Any]]:
        async with client.post(path, json=UNLOCK | more) as response:
            return response.status, await response.json()

    status, answer = await post("/api/services/home/set", confirmed=True)  # a caller's own word is none
    assert (status, answer["error"]["code"]) == (409, "needs_confirmation")
    status, answer = await post("/api/services/home/set", confirmation="guessed")
    assert (status, answer["error"]["code"]) == (409, "not_confirmed")
    status, answer = await post("/api/confirmations/home/set")
    assert (status, answer["error"]["message"]) == (409, "Shall I really unlock the front door?")
    nonce = answer["error"]["confirmation"]
    elsewhere = await post("/api/services/home/set", confirmation=nonce, session="kitchen")
    assert elsewhere[1]["error"]["code"] == "not_confirmed"
    assert (await post("/api/services/home/set", confirmation=nonce))[0] == 200
    assert (await post("/api/services/home/set", confirmation=nonce))[0] == 409


async def test_what_is_asked_with_one_token_is_not_confirmed_with_the_other(
    server: ApiServer, client: aiohttp.ClientSession
) -> None:
    dialogue = {"Authorization": f"Bearer {server.dialogue_token}"}
    body = UNLOCK | {"session": "sound", "turn": 1}
    async with client.post("/api/services/home/set", json=body, headers=dialogue) as response:
        nonce = (await response.json())["error"]["confirmation"]
    yes = body | {"turn": 2, "confirmation": nonce}
    async with client.post("/api/services/home/set", json=yes) as response:
        assert (await response.json())["error"]["code"] == "not_confirmed"
    async with client.post("/api/services/home/set", json=yes, headers=dialogue) as response:
        assert response.status == 200


@pytest.mark.parametrize("path", ["/api/health", "/api/services", "/api/elsewhere"])
@pytest.mark.parametrize(
    "header", [None, "Bearer", "Bearer wrong", "Basic {token}", "Bearer {token}x", "Bearer ünï"]
)
async def test_without_the_token_there_is_nothing(server: ApiServer, path: str, header: str | None) -> None:
    headers = {"Authorization": header.replace("{token}", server.token)} if header else {}
    async with aiohttp.ClientSession() as client, client.get(server.url + path, headers=headers) as response:
        assert response.status == 401
    async with (
        aiohttp.ClientSession() as client,
        client.get(f"{server.url}{path}?token={server.token}") as response,
    ):
        assert response.status == 401


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "127.0.0.1", "127.0.0.1.evil.example:{port}"]
)
async def test_a_request_for_another_host_is_refused(
    server: ApiServer, client: aiohttp.ClientSession, host: str
) -> None:
    headers = {"Host": host.replace("{port}", str(server.port))}
    async with client.get("/api/health", headers=headers) as response:
        assert response.status == 403
    async with client.get("/api/health", headers={"Host": f"localhost:{server.port}"}) as response:
        assert response.status == 200


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"\xff\xfe", b"[" * 50_000, b'{"session": 5}'])
async def test_a_body_that_is_no_object_is_refused(client: aiohttp.ClientSession, body: bytes) -> None:
    async with client.post("/api/services/clock/time", data=body) as response:
        assert response.status == 400
        assert (await response.json())["ok"] is False


async def test_a_large_body_is_refused(client: aiohttp.ClientSession) -> None:
    async with client.post("/api/services/clock/time", data=b"x" * 100_000) as response:
        assert response.status == 413
    async with client.get("/api/health") as response:
        assert await response.json() == {"ok": True}


async def test_services_are_listed_with_their_schemas(client: aiohttp.ClientSession) -> None:
    async with client.get("/api/services") as response:
        services = {service["name"]: service for service in (await response.json())["services"]}
    assert services["lists.clear"]["risk"] == "risky"
    assert "duration" in services["timers.start"]["schema"]["properties"]
    async with client.get("/api/nothing") as response:
        assert response.status == 404


async def test_generation(client: aiohttp.ClientSession) -> None:
    body = {"session": "kitchen", "turn": 2, "text": "hello"}
    async with client.post("/api/generate", json=body) as response:
        assert await response.json() == {"text": "You said hello.", "source": "generated", "spoken": True}
    async with client.post("/api/generate", json=body | {"text": "break"}) as response:
        assert response.status == 200
        assert await response.json() == {
            "text": "I could not think of an answer.",
            "source": "none",
            "spoken": False,
        }


async def test_a_port_in_use_is_one_sentence(server: ApiServer, services: Services) -> None:
    second = ApiServer(services.registry, port=server.port)
    with pytest.raises(UserError, match=rf"Port {server.port} on 127\.0\.0\.1 is in use.*server\.port"):
        await second.start()
    await second.close()


async def test_it_closes_soon_even_with_a_request_under_way(services: Services) -> None:
    async def generate(origin: Origin, text: str) -> Generated:
        await asyncio.sleep(60)
        return Generated("")

    server = ApiServer(services.registry, generate=generate)
    await server.start()
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {server.token}"}) as client:
        request = asyncio.create_task(client.post(f"{server.url}/api/generate", json={"text": "hello"}))
        await asyncio.sleep(0.2)
        async with asyncio.timeout(6):
            await server.close()
            await server.close()
        with pytest.raises(aiohttp.ClientError):
            await request


async def test_the_token_is_in_no_log(
    server: ApiServer, client: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for path in ("/api/health", "/api/nothing"):
        async with client.get(path):
            pass
    async with client.post("/api/generate", json={"text": "break"}):
        pass
    assert "generation failed" in caplog.text
    assert server.token not in caplog.text
