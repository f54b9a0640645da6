"""Commands on the real registry, with what they tell later."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from assistant.config.commands import Command
from assistant.config.policy import Policy
from assistant.services.commands.service import CommandServices
from assistant.services.registry import Outcome, Registry
from assistant.services.service import Origin
from assistant.services.time import SystemClock
from assistant.storage.audit import Record


@dataclass
class Desk:
    registry: Registry
    commands: CommandServices
    told: list[tuple[str, str]] = field(default_factory=list)
    came: asyncio.Event = field(default_factory=asyncio.Event)
    turn: int = 0

    async def call(self, name: str, /, session: str = "desk", **arguments: Any) -> Outcome:
        self.turn += 1
        origin = Origin(session, self.turn, "console")
        return await self.registry.call(f"commands.{name}", arguments, origin)

    async def says(self, name: str, /, **arguments: Any) -> str:
        """What is said: the answer, or why it failed."""
        outcome = await self.call(name, **arguments)
        return str(outcome.result["spoken"]) if outcome.ok else outcome.error_message

    async def yes(self, name: str, question: Outcome, /, **arguments: Any) -> Outcome:
        assert question.error_code == "needs_confirmation", question
        self.turn += 1
        origin = Origin("desk", self.turn, "console", question.confirmation)
        return await self.registry.call(f"commands.{name}", arguments, origin)

    async def tells(self) -> tuple[str, str]:
        """The next thing that is told later."""
        async with asyncio.timeout(10):
            await self.came.wait()
        self.came.clear()
        return self.told[-1]


class Notebook:
    """Nothing of this is looked at."""

    async def append(self, record: Record) -> None:
        pass


Sit = Callable[..., Awaitable[Desk]]


@pytest.fixture
async def sit() -> AsyncIterator[Sit]:
    """A desk with commands, given as in the settings; `patience_s` of real time until something is late."""
    desks: list[Desk] = []

    async def made(*commands: dict[str, Any], patience_s: float = 5.0, policy: Policy | None = None) -> Desk:
        told: list[tuple[str, str]] = []
        came = asyncio.Event()

        def tell(session: str, text: str) -> None:
            told.append((session, text))
            came.set()

        declared = [Command.model_validate_json(json.dumps({"risk": "read", **each})) for each in commands]
        registry = Registry(SystemClock(), Notebook(), lambda event: None, policy)
        services = CommandServices(declared, registry, tell)
        services.background.patience_s = patience_s
        registry.add(services)
        desks.append(Desk(registry, services, told, came))
        return desks[-1]

    yield made
    for desk in desks:
        await desk.registry.close()
        await desk.commands.close()
