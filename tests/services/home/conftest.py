import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from assistant.config.home_assistant import HomeAssistant
from assistant.config.model import Config
from assistant.events import Event, NamesKnown
from assistant.services.build import Services, create_services
from assistant.services.registry import Outcome
from assistant.services.service import Origin
from assistant.services.time import SystemClock
from tests.services.home.server import NoHomeAssistant, Server, python_with_home_assistant

WAIT_S = 60.0  # longer than it waits between two tries to connect


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One for all tests; each leaves the devices of others alone."""
    try:
        python_with_home_assistant()
    except NoHomeAssistant as error:
        pytest.skip(f"no Home Assistant: {error}")
    one = Server(tmp_path_factory.mktemp("home-assistant"))
    try:
        asyncio.run(one.start())
        yield one
    finally:
        one.kill()


class Connected:
    """The services of an assistant whose home is that server."""

    def __init__(self, services: Services, events: list[Event]) -> None:
        self.services = services
        self.events = events
        self.turn = 0

    async def call(
        self, name: str, /, *, confirmation: str = "", room: str = "", **arguments: Any
    ) -> Outcome:
        self.turn += 1
        origin = Origin("test", self.turn, "console", confirmation=confirmation, room=room)
        return await self.services.registry.call(name, arguments, origin)

    async def did(self, name: str, /, *, room: str = "", **arguments: Any) -> dict[str, Any]:
        """The result of a call that has to succeed, once the person has said yes if that is asked."""
        outcome = await self.call(name, room=room, **arguments)
        if outcome.error_code == "needs_confirmation":
            outcome = await self.call(name, confirmation=outcome.confirmation, room=room, **arguments)
        assert outcome.ok, outcome
        return outcome.result

    async def names(self, kind: str, name: str) -> None:
        """Until that name is known to whoever learns names."""
        await until(
            lambda: any(
                name in each.names.get(kind, ()) for each in self.events[-3:] if isinstance(each, NamesKnown)
            )
        )


async def until(so: Callable[[], bool | Awaitable[bool]]) -> None:
    """A server takes as long as it takes; bounded."""
    end = time.monotonic() + WAIT_S
    while True:
        found = so()
        if found if isinstance(found, bool) else await found:
            return
        assert time.monotonic() < end, "it did not come to be so"
        await asyncio.sleep(0.05)


Connect = Callable[..., Awaitable[Connected]]


@pytest.fixture
async def connect(tmp_path: Path) -> AsyncIterator[Connect]:
    opened: list[Connected] = []

    async def one(url: str, token: str = "", **settings: Any) -> Connected:
        events: list[Event] = []

        async def announce(text: str, *more: Any) -> None:
            raise AssertionError(text)

        own = HomeAssistant(url=url, token=SecretStr(token), **settings)
        services = await create_services(
            Config(home_assistant=own),
            SystemClock(),
            announce,
            events.append,
            database_path=tmp_path / f"{len(opened)}.db",
        )
        opened.append(Connected(services, events))
        return opened[-1]

    yield one
    for each in opened:
        await each.services.close()


@pytest.fixture
async def home(server: Server, connect: Connect) -> Connected:
    return await connect(server.url, server.token)
