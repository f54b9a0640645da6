"""Servers on this machine are found, by a real search of real ports; what is no model server is not taken."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from pydantic import SecretStr

from assistant.config.generation import Generation, LocalModel, ModelServer
from assistant.generation.base import Text
from assistant.generation.discover import Found, is_trusted, listeners, look
from assistant.generation.endpoint import Endpoint
from assistant.generation.models import Models
from tests.generation.model_server import ASKED, answers, model_server
from tests.generation.model_server import ModelServer as Server

PATIENT_S = 60.0
NO_FILE = LocalModel(model="none")


@pytest.fixture
async def servers() -> AsyncIterator[list[Server]]:
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(model_server()) for _ in range(3)]


def _ports(servers: list[Server]) -> list[tuple[str, int]]:
    return [(f"program {number}", server.port) for number, server in enumerate(servers)]


async def test_those_that_answer_are_found_in_order(servers: list[Server]) -> None:
    servers[0].models = {"data": [{"id": "bge-m3"}, {"id": "llama"}]}
    servers[2].models = {"object": "list", "data": [{"id": "qwen"}]}
    servers[1].models = {"data": []}
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        ports = [("nobody", unused.getsockname()[1]), *_ports(servers)]
        found = await look(ports, PATIENT_S)
    assert [(each.program, each.endpoint.model) for each in found] == [
        ("program 0", "llama"),
        ("program 2", "qwen"),
    ]
    assert str(found[0]) == f"llama at {servers[0].url} (program 0)"


@pytest.mark.parametrize(
    "models",
    [
        "<html>hello</html>",
        [],
        {"data": "x"},
        {"data": [{"name": "x"}]},
        {"models": []},
        {"data": ["a", "b"]},
        {"data": [{"id": "all-minilm-embed"}]},
    ],
)
async def test_what_is_no_model_server_is_not_taken(servers: list[Server], models: object) -> None:
    servers[0].models = models
    assert await look(_ports(servers[:1]), PATIENT_S) == []
    assert servers[0].listed == 1


async def test_one_that_only_listens_costs_the_time_limit_and_no_more() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        async with asyncio.timeout(30):
            assert await look([("silent", silent.getsockname()[1])], 0.2) == []


async def test_one_that_speaks_another_protocol_is_not_taken() -> None:
    async def greets(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail ready\r\n" * 100)
        writer.close()

    server = await asyncio.start_server(greets, "127.0.0.1", 0)
    async with server:
        assert await look([("mail", server.sockets[0].getsockname()[1])], PATIENT_S) == []


def test_who_listens_is_read_from_the_kernel() -> None:
    with socket.socket() as own:
        own.bind(("127.0.0.1", 0))
        own.listen()
        port = own.getsockname()[1]
        assert is_trusted(port)
        with open("/proc/net/tcp") as table:
            assert listeners(table, port) == {os.getuid()}
    row = (
        "   1: 0100007F:2C9A 00000000:0000 {} 00000000:00000000 00:00000000 00000000  {}        0 1 1 0 100 0"
    )
    table_of = [row.format("0A", 1234), row.format("01", 5678), "  sl  local_address"]
    assert listeners(table_of, 0x2C9A) == {1234}
    assert listeners(table_of, 0x2C9B) == set()


async def test_a_server_of_another_user_is_not_asked(
    servers: list[Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.generation.discover.is_trusted", lambda port: port != servers[0].port)
    found = await look(_ports(servers[:2]), PATIENT_S)
    assert [each.program for each in found] == ["program 1"]
    assert servers[0].listed == 0


class Street:
    """What `look` finds, as the test wants it."""

    def __init__(self, *found: Found) -> None:
        self.found = list(found)
        self.looks = 0

    async def __call__(self) -> list[Found]:
        self.looks += 1
        return self.found


def _found(server: Server) -> Found:
    return Found("Ollama", Endpoint(server.url, "llama"))


async def test_what_is_found_answers_and_what_is_gone_does_not(servers: list[Server]) -> None:
    server = servers[0]
    server.handlers = [answers("Well.")]
    street = Street()
    models = Models(Generation(local=NO_FILE), look=street)
    await models.look_around()
    assert (models.source, models.name) == ("none", "none")
    street.found = [_found(server)]
    await models.look_around()
    assert (models.source, models.name) == ("generated", "llama")
    assert [piece async for piece in models.answer(ASKED)] == [Text("Well.")]
    before = models.all()
    await models.look_around()
    assert models.all() == before  # still the same client, with what is known of it
    street.found = []
    await models.look_around()
    assert models.source == "none"
    await models.close()


async def test_what_is_named_is_asked_and_nothing_looked_for() -> None:
    street = Street()
    settings = Generation(
        url="http://127.0.0.1:9/v1/",
        model="one",
        api_key=SecretStr("k"),
        models=(ModelServer(url="https://models.example.org/v1", model="two"),),
        local=NO_FILE,
    )
    models = Models(settings, look=street)
    await models.look_around()
    assert [each.name for each in models.all()] == ["one", "two"]
    assert street.looks == 0
    quiet = Models(Generation(discover=False, local=NO_FILE), look=street)
    await quiet.look_around()
    assert street.looks == 0
    await models.close()
    await quiet.close()


async def test_looking_goes_on_in_the_background_until_closed(servers: list[Server]) -> None:
    seen = asyncio.Event()

    async def look_() -> list[Found]:
        seen.set()
        raise OSError("too many open files")

    models = Models(Generation(local=NO_FILE), look=look_)
    await models.start()
    await models.start()
    await asyncio.wait_for(seen.wait(), 30)
    tasks = [task for task in asyncio.all_tasks() if task.get_name() == "model servers"]
    assert len(tasks) == 1
    assert not tasks[0].done()
    await models.close()
    assert tasks[0].done()
