"""The API for other machines, over real HTTP and HTTPS, with the real services behind it."""

import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import text

from assistant.api.conversation import Answered, Spoken
from assistant.api.outward import OutwardServer, is_loopback
from assistant.api.tokens import Tokens
from assistant.config.api import Api
from assistant.config.model import Config
from assistant.dialogue.process import free_port
from assistant.errors import UserError
from assistant.services.build import Services, create_services
from assistant.services.time import SystemClock

UNLOCK = {"arguments": {"target": {"device": "front door"}, "state": "unlocked"}}


async def _silent(*said: object) -> None:
    pass


@asynccontextmanager
async def services(folder: Path, **config: Any) -> AsyncIterator[Services]:
    settings = Config.model_validate(config)
    made = await create_services(
        settings, SystemClock(), _silent, lambda event: None, database_path=folder / "a.db"
    )
    yield made
    await made.close()


@asynccontextmanager
async def server(made: Services, tokens: Tokens, **settings: Any) -> AsyncIterator[OutwardServer]:
    outward = OutwardServer(made.registry, Api(port=free_port(), **settings), tokens)
    await outward.start()
    yield outward
    await outward.close()


@pytest.fixture
def tokens(tmp_path: Path) -> Tokens:
    return Tokens(tmp_path / "tokens")


async def call(
    outward: OutwardServer, token: str, path: str, body: object, **options: Any
) -> tuple[int, dict[str, Any]]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    url = f"{outward.url.replace('0.0.0.0', '127.0.0.1')}{path}"
    async with (
        aiohttp.ClientSession(headers=headers) as http,
        http.request("GET" if body is None else "POST", url, json=body, **options) as response,
    ):
        return response.status, await response.json()


async def test_who_has_a_token_is_a_guest_at_a_place_of_its_own(tmp_path: Path, tokens: Tokens) -> None:
    token = tokens.add("tablet")
    async with services(tmp_path) as made, server(made, tokens, host="0.0.0.0") as outward:
        items = {"arguments": {"items": ["milk"]}, "session": "sound"}
        assert (await call(outward, token, "/api/services/lists/add", items))[0] == 200
        status, refused = await call(outward, token, "/api/services/home/set", UNLOCK | {"session": "sound"})
        assert (status, refused["error"]["code"]) == (403, "forbidden")
        async with made.database.begin() as connection:
            rows = await connection.execute(
                text("SELECT session, channel, decision FROM audit WHERE stage = 'done' ORDER BY id")
            )
            assert [tuple(row) for row in rows] == [
                ("api:tablet:sound", "network", "allowed"),
                ("api:tablet:sound", "network", "refused"),
            ]


async def test_the_policy_makes_it_the_owners(tmp_path: Path, tokens: Tokens) -> None:
    token, other = tokens.add("home-assistant"), tokens.add("other")
    places = [{"name": "api:home-assistant:*", "role": "owner"}]
    async with services(tmp_path, policy={"places": places}) as made, server(made, tokens) as outward:
        path = "/api/services/home/set"
        status, question = await call(outward, token, path, UNLOCK | {"turn": 1})
        assert (status, question["error"]["code"]) == (409, "needs_confirmation")
        confirmed = UNLOCK | {"turn": 2, "confirmation": question["error"]["confirmation"]}
        claims = confirmed | {"session": "home-assistant:default"}
        assert (await call(outward, other, path, claims))[0] == 403, "a session's name gives no rights"
        assert (await call(outward, token, path, confirmed))[0] == 200


async def test_conversations_of_two_tokens_are_apart(tmp_path: Path, tokens: Tokens) -> None:
    asked: list[str] = []

    async def converse(spoken: Spoken) -> Answered:
        asked.append(spoken.session)
        return Answered((("Hello.", "template"),))

    mine, yours = tokens.add("mine"), tokens.add("yours")
    async with services(tmp_path) as made, server(made, tokens) as outward:
        outward.conversation.converse = converse
        for token in (mine, yours):
            body = {"text": "hello", "conversation_id": "7"}
            status, answer = await call(outward, token, "/api/conversation/process", body)
            assert (status, answer["response"]["speech"]["plain"]["speech"]) == (200, "Hello.")
    assert asked == ["api:mine:7", "api:yours:7"]


@pytest.mark.parametrize(
    "path", ["/api/", "/api/health", "/api/services", "/api/services/lists/add", "/api/conversation/process"]
)
async def test_nobody_gets_in_without(tmp_path: Path, tokens: Tokens, path: str) -> None:
    tokens.add("tablet")
    async with services(tmp_path) as made, server(made, tokens) as outward:
        for token in ("", "guessed", "x" * 43):
            assert (await call(outward, token, path, None if path.endswith(("/", "h", "s")) else {}))[
                0
            ] == 401


async def test_what_is_the_owners_alone_is_not_there(tmp_path: Path, tokens: Tokens) -> None:
    token = tokens.add("tablet")
    async with services(tmp_path) as made, server(made, tokens) as outward:
        assert await call(outward, token, "/api/", None) == (200, {"message": "API running."})
        for path in ("/api/ask", "/api/generate", "/api/listen"):
            assert (await call(outward, token, path, {"texts": ["hello"]}))[0] == 404


async def test_a_token_that_is_taken_back_lets_nobody_in_at_once(tmp_path: Path, tokens: Tokens) -> None:
    token = tokens.add("tablet")
    tokens.add("other")
    async with services(tmp_path) as made, server(made, Tokens(tokens.path)) as outward:
        assert (await call(outward, token, "/api/health", None))[0] == 200
        tokens.remove("tablet")
        assert (await call(outward, token, "/api/health", None))[0] == 401


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "127.0.0.1"])
async def test_without_a_token_it_does_not_listen(tmp_path: Path, tokens: Tokens, host: str) -> None:
    async with services(tmp_path) as made:
        with pytest.raises(UserError, match="assistant tokens add NAME"):
            await OutwardServer(made.registry, Api(host=host, port=free_port()), tokens).start()


async def test_addresses_that_cannot_be_had(tmp_path: Path, tokens: Tokens) -> None:
    tokens.add("tablet")
    async with services(tmp_path) as made, server(made, tokens) as first:
        for host, port in (
            ("127.0.0.1", first.port),
            ("192.0.2.1", free_port()),
            ("no.such.host.invalid", 4711),
        ):
            with pytest.raises(UserError, match=r"cannot listen on .* choose another `api\.host`"):
                await OutwardServer(made.registry, Api(host=host, port=port), tokens).start()


async def test_over_https(tmp_path: Path, tokens: Tokens) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    made_certificate(key, certificate)
    token = tokens.add("tablet")
    with pytest.raises(UserError, match="cannot be used"):
        async with services(tmp_path) as made, server(made, tokens, certificate=tmp_path / "none.pem"):
            pass
    async with (
        services(tmp_path) as made,
        server(made, tokens, certificate=certificate, private_key=key) as outward,
    ):
        assert outward.url.startswith("https://127.0.0.1:")
        trusting = ssl.create_default_context(cafile=certificate)
        assert await call(outward, token, "/api/health", None, ssl=trusting) == (200, {"ok": True})


def made_certificate(key: Path, certificate: Path) -> None:
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost "
        f"-addext subjectAltName=IP:127.0.0.1 -keyout {key} -out {certificate}"
    )
    subprocess.run(command.split(), check=True, capture_output=True, timeout=20)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("localhost", True), ("0.0.0.0", False),
     ("::", False), ("10.0.0.1", False), ("example.org", False)],
)  # fmt: skip
def test_what_only_this_machine_reaches(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback
