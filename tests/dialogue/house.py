"""A whole dialogue: the real Rasa, its real actions, and the real services behind them, on a database of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.api.server import ApiServer
from assistant.config.model import Config
from assistant.dialogue.client import Message, Parse, RasaClient, TurnDone
from assistant.dialogue.project import RasaProject
from assistant.dialogue.supervisor import ServiceAccess, Supervisor
from assistant.services.build import Services, create_services
from assistant.services.service import Origin
from assistant.services.time import SystemClock

START_S = 240.0  # beside whatever else the machine does
ASKED = frozenset(["needs_confirmation"])


@dataclass(frozen=True)
class Said:
    """What came of one thing that was said. `did`: service and arguments of each call that went well, in order."""

    messages: list[Message]
    done: TurnDone
    did: list[tuple[str, dict[str, Any]]]

    @property
    def text(self) -> str:
        return " ".join(message.text for message in self.messages)

    @property
    def sources(self) -> list[str]:
        return [message.source for message in self.messages]

    @property
    def services(self) -> list[str]:
        return [service for service, _ in self.did]


@dataclass
class House:
    """One household; each `place` is a conversation of its own."""

    client: RasaClient
    services: Services
    supervisor: Supervisor
    api: ApiServer
    turns: dict[str, int] = field(default_factory=dict)

    async def say(self, place: str, text: str, parse: Parse | None = None) -> Said:
        """`parse`: as it is to be understood, instead of what Rasa makes of it."""
        turn = self.turns[place] = self.turns.get(place, 0) + 1
        before = len(await self._records(place))
        parse = parse or await self.client.parse(text)
        messages: list[Message] = []
        async for part in self.client.turn(place, text, turn, parse):
            if isinstance(part, TurnDone):
                did = (await self._records(place))[before:]
                return Said(messages, part, did)
            messages.append(part)
        raise AssertionError("a turn without an end")

    async def call(self, service: str, **arguments: Any) -> dict[str, Any]:
        outcome = await self.services.registry.call(service, arguments, Origin("test", channel="console"))
        assert outcome.ok, outcome
        return outcome.result

    async def is_on(self, **target: Any) -> bool:
        return bool((await self.call("home.query", target=target))["devices"][0]["on"])

    async def _records(self, place: str) -> list[tuple[str, dict[str, Any]]]:
        records = await self.services.audit.records(place, limit=10_000)
        return [(record.service, record.arguments) for record in reversed(records) if record.ok]


@asynccontextmanager
async def household(project: RasaProject, model: Path, folder: Path) -> AsyncIterator[House]:
    async def silent(text: str, *more: Any, **others: Any) -> None:
        """Nothing rings here."""

    config = Config()
    services = await create_services(
        config, SystemClock(), silent, lambda event: None, database_path=folder / "house.db"
    )
    api = ApiServer(services.registry)
    await api.start()
    access = ServiceAccess(api.url, api.dialogue_token)
    supervisor = Supervisor(project, model, config.dialogue, access, lambda state: None)
    client = RasaClient(lambda: supervisor.endpoint, config.dialogue.turn_timeout_s)
    try:
        await supervisor.start()
        assert await supervisor.wait_ready(START_S), supervisor.state.reason
        yield House(client, services, supervisor, api)
    finally:
        await client.close()
        await supervisor.close()
        await api.close()
        await services.close()
