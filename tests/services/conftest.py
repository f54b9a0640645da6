from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from assistant.config.model import Config
from assistant.events import Event
from assistant.services.build import Services, create_services
from assistant.services.registry import Outcome
from assistant.services.service import Origin
from assistant.storage.due import Kind
from tests.services.fakes import FakeClock


@dataclass
class House:
    """Services on a real database with a clock that the test moves."""

    services: Services
    clock: FakeClock
    events: list[Event]
    turn: int = 0
    said: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)  # of what was said

    async def call(
        self, name: str, /, *, confirmed: bool = False, session: str = "kitchen", **arguments: Any
    ) -> Outcome:
        """`confirmed`: the question that comes is answered with yes, in the next turn."""
        self.turn += 1
        origin = Origin(session, self.turn, "console")
        outcome = await self.services.registry.call(name, arguments, origin)
        if not confirmed:
            return outcome
        return await self.answer(name, outcome, session=session, **arguments)

    async def answer(
        self, name: str, question: Outcome, /, *, session: str = "kitchen", **arguments: Any
    ) -> Outcome:
        """Yes to the question that a call came back with, in the next turn."""
        assert question.error_code == "needs_confirmation", question
        self.turn += 1
        yes = Origin(session, self.turn, "console", question.confirmation)
        return await self.services.registry.call(name, arguments, yes)

    async def did(self, name: str, /, *, confirmed: bool = False, **arguments: Any) -> dict[str, Any]:
        """The result of a call that has to succeed."""
        outcome = await self.call(name, confirmed=confirmed, **arguments)
        assert outcome.ok, outcome
        return outcome.result

    async def refused(self, name: str, /, **arguments: Any) -> tuple[str, str]:
        """Code and sentence of a call that has to be refused."""
        outcome = await self.call(name, **arguments)
        assert not outcome.ok, outcome
        return outcome.error_code, outcome.error_message


Open = Callable[..., Awaitable[House]]


@pytest.fixture
async def open_house(tmp_path: Path) -> AsyncIterator[Open]:
    """Opens houses on one and the same database; the test may close and open again."""
    opened: list[House] = []

    async def open_one(config: Config | None = None, clock: FakeClock | None = None) -> House:
        clock = clock or FakeClock()
        events: list[Event] = []
        said: list[str] = []
        kinds: list[str] = []

        async def announce(text: str, kind: Kind) -> None:
            said.append(text)
            kinds.append(kind.value)

        services = await create_services(
            config or Config(timezone="Europe/Berlin"),
            clock,
            announce,
            events.append,
            database_path=tmp_path / "assistant.db",
        )
        opened.append(House(services, clock, events, said=said, kinds=kinds))
        return opened[-1]

    yield open_one
    for house in opened:
        await house.services.close()


@pytest.fixture
async def house(open_house: Open) -> House:
    return await open_house()
