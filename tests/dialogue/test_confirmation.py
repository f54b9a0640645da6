"""A spoken yes, with the real Rasa, its real actions and the real registry behind them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from assistant.api.server import ApiServer
from assistant.config.model import Config
from assistant.dialogue.client import Message, RasaClient
from assistant.dialogue.supervisor import ServiceAccess, Supervisor
from assistant.services.build import Services, create_services
from assistant.services.service import Origin
from assistant.services.time import SystemClock
from assistant.storage.due import Kind
from tests.dialogue.conftest import START_S, Trained

pytestmark = [pytest.mark.rasa, pytest.mark.asyncio(loop_scope="module")]


class ClockToWind(SystemClock):
    """The real one, and as much later as the test says."""

    ahead_s = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.ahead_s


@dataclass
class Home:
    client: RasaClient
    services: Services
    clock: ClockToWind
    turn: int = 0

    async def say(self, text: str, place: str = "kitchen") -> str:
        self.turn += 1
        parse = await self.client.parse(text)
        turn = self.client.turn(place, text, self.turn, parse)
        return " ".join([part.text async for part in turn if isinstance(part, Message)])

    async def locked(self) -> bool:
        asked = {"target": {"device": "front door"}}
        outcome = await self.services.registry.call("home.query", asked, Origin("test"))
        return bool(outcome.result["devices"][0]["locked"])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def home(trained: Trained, state_folder: Path) -> AsyncIterator[Home]:
    async def silent(text: str, kind: Kind) -> None:
        """No timer rings here."""

    clock = ClockToWind()
    path = state_folder / "confirmation.db"
    services = await create_services(Config(), clock, silent, lambda event: None, database_path=path)
    api = ApiServer(services.registry)
    await api.start()
    settings = Config().dialogue
    access = ServiceAccess(api.url, api.dialogue_token)
    supervisor = Supervisor(trained.project, trained.model, settings, access, lambda state: None)
    client = RasaClient(lambda: supervisor.endpoint, settings.turn_timeout_s)
    try:
        await supervisor.start()
        assert await supervisor.wait_ready(START_S), supervisor.state.reason
        yield Home(client, services, clock)
    finally:
        await client.close()
        await supervisor.close()
        await api.close()
        await services.close()


async def test_a_yes_opens_what_was_asked_about(home: Home) -> None:
    assert await home.say("unlock the front door") == "Shall I really unlock the front door?"
    assert await home.locked()
    assert "unlocked" in await home.say("yes")
    assert not await home.locked()
    assert "locked" in await home.say("lock the front door")
    assert await home.locked()


async def test_a_late_yes_opens_nothing(home: Home) -> None:
    await home.say("unlock the front door", "den")
    home.clock.ahead_s += 16
    assert "doesn't count any more" in await home.say("yes", "den")
    assert await home.locked()


async def test_after_something_else_it_is_asked_anew(home: Home) -> None:
    await home.say("unlock the front door", "hall")
    home.clock.ahead_s += 10
    assert "Shall I really unlock the front door?" in await home.say("what time is it", "hall")
    home.clock.ahead_s += 10
    assert "unlocked" in await home.say("yes please", "hall")
    assert not await home.locked()
    await home.say("lock the front door", "hall")


async def test_what_is_not_there_is_said_once_and_asks_nothing(home: Home) -> None:
    answer = await home.say("unlock the garage door", "cellar")
    assert "garage" in answer
    assert "?" not in answer
    assert "okay" not in answer.lower()
    await home.say("yes", "cellar")
    assert await home.locked()


async def test_a_guest_is_not_asked(home: Home) -> None:
    assert await home.say("unlock the front door", "browser:ab12") == "I am not allowed to do that."
    await home.say("yes", "browser:ab12")
    assert await home.locked()


async def test_a_list_is_cleared_after_a_yes(home: Home) -> None:
    await home.say("add milk to the shopping list", "attic")
    assert await home.say("clear my shopping list", "attic") == (
        "Shall I really take the one thing off the shopping list?"
    )
    await home.say("yes", "attic")
    read = await home.services.registry.call("lists.read", {"list": "shopping"}, Origin("test"))
    assert read.result["items"] == []
    await home.services.registry.call("lists.add", {"items": ["tea"]}, Origin("test"))
    await home.say("clear my shopping list", "attic")
    await home.say("no", "attic")
    read = await home.services.registry.call("lists.read", {"list": "shopping"}, Origin("test"))
    assert read.result["items"] == ["tea"]
