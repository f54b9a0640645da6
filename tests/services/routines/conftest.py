"""What is planned, on a real database, with a clock that the test moves, and a process that ends in between."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import Field

from assistant.config.model import Config
from assistant.config.policy import Policy
from assistant.services.owned import Owned, check
from assistant.services.registry import Outcome, Registry
from assistant.services.service import Call, Done, Input, NoInput, Origin, Risk, ServiceError, service
from assistant.services.undo import UndoServices
from assistant.storage.audit import AuditTable
from assistant.storage.database import Database
from assistant.storage.due import DueTable
from tests.services.fakes import FakeClock

ZONE = ZoneInfo("Europe/Berlin")


class LevelInput(Input):
    level: int = Field(ge=0, le=100)


@dataclass
class Lamp:
    """Stands for all that can be told what to do: it remembers what it was told."""

    level: int = 0
    told: list[int] = field(default_factory=list)
    open: bool = False
    broken: bool = False

    @service("lamp.set", "Set the lamp.", Risk.REVERSIBLE)
    async def set(self, asked: LevelInput, origin: Origin) -> Done:
        if self.broken:
            raise ServiceError("broken", "The lamp does not answer.")
        before, self.level = self.level, asked.level
        self.told.append(asked.level)
        return Done({}, (Call("lamp.set", {"level": before}),))

    @service("lamp.open", "Open the lamp.", Risk.RISKY)
    async def unlock(self, asked: NoInput, origin: Origin) -> dict[str, Any]:
        self.open = True
        return {}

    @service("lamp.read", "Read the lamp.", Risk.READ)
    async def read(self, asked: NoInput, origin: Origin) -> dict[str, Any]:
        return {"spoken": f"The lamp is at {self.level}."}


@dataclass
class Room:
    database: Database
    registry: Registry
    owned: Owned
    clock: FakeClock
    lamp: Lamp
    timers: DueTable
    said: list[tuple[str, str]]
    turn: int = 0

    async def call(
        self, name: str, /, *, session: str = "kitchen", confirmation: str = "", **arguments: Any
    ) -> Outcome:
        self.turn += 1
        return await self.registry.call(name, arguments, Origin(session, self.turn, "console", confirmation))

    async def plan(
        self, said: str, /, service: str = "lamp.set", session: str = "kitchen", **arguments: Any
    ) -> Outcome:
        calls = [{"service": service, "arguments": arguments}]
        return await self.call("plans.add", session=session, said=said, calls=calls)

    async def started(self) -> None:
        """Until it has begun what it found."""
        self.owned.start()
        await self.settled()

    async def at(self, text: str) -> None:
        """Let time pass until the clocks show it, such as `2026-11-27 20:00`."""
        await self.until(at(text))

    async def later(self, seconds: float) -> None:
        await self.until(self.clock.now() + seconds)

    async def until(self, moment: float) -> None:
        """From one wake-up to the next, each with all that is done then: real work takes no time of this clock."""
        await self.settled()
        while (next_wake := self.clock.next_wake()) is not None and next_wake <= moment:
            await self.clock.advance(next_wake - self.clock.now())
            await self.settled()
        await self.clock.advance(moment - self.clock.now())

    async def settled(self) -> None:
        """Until all that is due is done."""
        await asyncio.wait_for(self.owned.runner.settled(), 10)


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp()


Open = Callable[..., Awaitable[Room]]


@pytest.fixture
async def open_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Open]:
    """Opens rooms on one and the same database, one after the other; `now` as the clocks show it."""
    monkeypatch.setattr("assistant.services.routines.runner.LONGEST_SLEEP_S", 86_400.0)  # days pass here
    opened: list[Room] = []

    async def made(now: str = "2026-11-27 15:00", lamp: Lamp | None = None, **settings: Any) -> Room:
        for room in opened:
            await close(room)
        opened.clear()
        clock = FakeClock(at(now))
        database = await Database.open(tmp_path / "assistant.db")
        audit = AuditTable(database)
        config = Config(timezone="Europe/Berlin", **settings)
        check(config)
        registry = Registry(clock, audit, lambda event: None, config.policy or Policy())
        said: list[tuple[str, str]] = []
        owned = Owned(config, database, clock, ZONE, registry, lambda where, text: said.append((where, text)))
        lamp = lamp or Lamp()
        registry.add(lamp)
        registry.add(UndoServices(clock, audit, registry))
        opened.append(Room(database, registry, owned, clock, lamp, DueTable(database), said))
        return opened[-1]

    yield made
    for room in opened:
        await close(room)


async def close(room: Room) -> None:
    await room.registry.close()
    await room.owned.close()
    await room.database.close()


@pytest.fixture
async def room(open_room: Open) -> Room:
    return await open_room()
