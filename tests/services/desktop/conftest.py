"""One session for all tests of the desktop, and its services behind a registry of their own."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from assistant.config.desktop import Desktop
from assistant.config.policy import Policy
from assistant.events import Event
from assistant.services.desktop.services import desktop_services
from assistant.services.registry import Outcome, Registry
from assistant.services.service import Origin
from assistant.services.time import SystemClock
from assistant.services.undo import UndoServices
from assistant.storage.audit import AuditTable
from assistant.storage.database import Database
from tests.services.desktop.session import HERE, message_bus, screen
from tests.sound_card import SoundCard, sound_card


@dataclass
class Desk:
    """The services, called by the owner unless another `channel` and `session` are named."""

    registry: Registry
    audit: AuditTable
    events: list[Event]
    turn: int = field(default=0)

    async def call(
        self, name: str, /, *, channel: str = "console", session: str = "desk", **arguments: Any
    ) -> Outcome:
        self.turn += 1
        return await self.registry.call(name, arguments, Origin(session, self.turn, channel))

    async def did(self, name: str, /, **arguments: Any) -> dict[str, Any]:
        outcome = await self.call(name, **arguments)
        assert outcome.ok, outcome
        return outcome.result

    async def refused(self, name: str, /, **arguments: Any) -> tuple[str, str]:
        outcome = await self.call(name, **arguments)
        assert not outcome.ok, outcome
        return outcome.error_code, outcome.error_message


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No session is there unless a test asks for one, and no application but its own."""
    for name in HERE:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_DATA_DIRS", str(tmp_path / "system"))


@pytest.fixture
def settings() -> Desktop:
    """Tests with other settings have a fixture of their own of this name."""
    return Desktop()


@pytest.fixture
async def desk(settings: Desktop, tmp_path: Path) -> Any:
    database = await Database.open(tmp_path / "assistant.db")
    audit, clock, events = AuditTable(database), SystemClock(), list[Event]()
    registry = Registry(clock, audit, events.append, Policy(calls_per_minute=0))
    registry.add_all(desktop_services(settings, clock, events.append))
    registry.add(UndoServices(clock, audit, registry))
    yield Desk(registry, audit, events)
    await registry.close()
    await database.close()


@pytest.fixture(scope="package")
def short_folder() -> Iterator[Path]:
    """A socket's path is limited to 107 bytes."""
    folder = Path(tempfile.mkdtemp(prefix="desk-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="package")
def bus_of_all(short_folder: Path) -> Iterator[str]:
    with message_bus(short_folder) as address:
        yield address


@pytest.fixture(scope="package")
def screen_of_all() -> Iterator[str]:
    with screen() as display:
        yield display


@pytest.fixture(scope="package")
def card() -> Iterator[SoundCard]:
    with sound_card() as card:
        yield card


@pytest.fixture
def bus(bus_of_all: str, nowhere: None, monkeypatch: pytest.MonkeyPatch) -> str:
    """A session's D-Bus, in the environment of this test."""
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", bus_of_all)
    return bus_of_all


@pytest.fixture
def display(screen_of_all: str, nowhere: None, monkeypatch: pytest.MonkeyPatch) -> str:
    """An X server, in the environment of this test."""
    monkeypatch.setenv("DISPLAY", screen_of_all)
    monkeypatch.setenv("XAUTHORITY", os.devnull)
    return screen_of_all


@pytest.fixture
def sound(card: SoundCard, nowhere: None, monkeypatch: pytest.MonkeyPatch) -> SoundCard:
    """A sound card, in the environment of this test."""
    for name, value in card.env.items():
        monkeypatch.setenv(name, value)
    return card
