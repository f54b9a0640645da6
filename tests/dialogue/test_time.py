"""Timers, alarms and reminders as they are spoken of: the real Rasa, its actions, and the services behind them."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

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
BERLIN = ZoneInfo("Europe/Berlin")
MORNING = datetime(2026, 11, 25, 10, 20, tzinfo=BERLIN).timestamp()  # a Wednesday


class ClockToWind(SystemClock):
    """The real one, on another day, and put forward at will."""

    ahead_s = 0.0

    def now(self) -> float:
        return super().now() + self.ahead_s

    def wind_to(self, moment: float) -> None:
        self.ahead_s = moment - time.time()


@dataclass
class Kitchen:
    client: RasaClient
    services: Services
    clock: ClockToWind
    rang: list[str] = field(default_factory=list)
    turn: int = 0
    place: str = ""

    async def say(self, text: str) -> str:
        self.turn += 1
        parse = await self.client.parse(text)
        turn = self.client.turn(self.place, text, self.turn, parse)
        return " ".join([part.text async for part in turn if isinstance(part, Message)])

    async def did(self, service: str, **arguments: Any) -> dict[str, Any]:
        outcome = await self.services.registry.call(service, arguments, Origin("test"))
        assert outcome.ok, outcome
        return outcome.result

    async def alarms(self) -> list[str]:
        return [alarm["at"][:16] for alarm in (await self.did("alarms.list"))["alarms"]]

    async def later(self, seconds: float) -> None:
        self.clock.ahead_s += seconds
        self.services.scheduler.changed()

    async def ends(self) -> None:
        """A person takes notice of what rings."""
        self.services.scheduler.ended(self.rang)
        await until(lambda: not self.services.scheduler._rings)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0.01)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(trained: Trained, state_folder: Path) -> AsyncIterator[Kitchen]:
    rang: list[str] = []

    async def announce(text: str, kind: Kind) -> None:
        rang.append(text)

    clock = ClockToWind()
    clock.wind_to(MORNING)
    path = state_folder / "time.db"
    config = Config(timezone="Europe/Berlin")
    services = await create_services(config, clock, announce, lambda event: None, database_path=path)
    api = ApiServer(services.registry)
    await api.start()
    access = ServiceAccess(api.url, api.dialogue_token)
    supervisor = Supervisor(trained.project, trained.model, config.dialogue, access, lambda state: None)
    client = RasaClient(lambda: supervisor.endpoint, config.dialogue.turn_timeout_s)
    try:
        await supervisor.start()
        assert await supervisor.wait_ready(START_S), supervisor.state.reason
        services.scheduler.start()
        yield Kitchen(client, services, clock, rang)
    finally:
        await client.close()
        await supervisor.close()
        await api.close()
        await services.close()


@pytest_asyncio.fixture(loop_scope="module")
async def kitchen(house: Kitchen, sender: str) -> Kitchen:
    """A new conversation on the same morning, with nothing set."""
    for kind in Kind:
        rows = await house.services.scheduler._table.all(kind)
        await house.services.scheduler._table.remove(row.id for row in rows)
    await house.services.scheduler._table.prune(1e12)
    house.clock.wind_to(MORNING)
    house.rang.clear()
    house.place = sender.replace(":", " ")  # a room of the owner's, not a visitor from elsewhere
    return house


async def test_alarms_from_morning_to_night(kitchen: Kitchen) -> None:
    assert "half past six this evening" in await kitchen.say("wake me at half past six")  # it says which
    assert "every weekday at seven o'clock in the morning" in await kitchen.say(
        "set an alarm for seven every weekday"
    )
    listed = await kitchen.say("which alarms are set")
    assert "half past six this evening" in listed
    assert "every weekday" in listed
    assert "Which one do you mean" in await kitchen.say("move my alarm to eight")
    assert "eight o'clock" in await kitchen.say("move my seven o'clock alarm to eight")
    assert await kitchen.alarms() == ["2026-11-25T18:30", "2026-11-26T08:00"]
    assert "eight o'clock tomorrow morning" in await kitchen.say("skip tomorrow's alarm")
    assert await kitchen.alarms() == ["2026-11-25T18:30", "2026-11-27T08:00"]
    assert "cancelled" in await kitchen.say("cancel the half past six alarm")
    assert await kitchen.alarms() == ["2026-11-27T08:00"]


async def test_what_is_missing_is_asked_for(kitchen: Kitchen) -> None:
    assert (await kitchen.say("set an alarm")).endswith("time?")
    assert "seven" in await kitchen.say("seven thirty")
    assert (await kitchen.say("set an alarm for tomorrow")).endswith("time?")
    await kitchen.say("what time is it")  # in between
    assert "tomorrow morning" in await kitchen.say("at seven")
    assert await kitchen.alarms() == ["2026-11-25T19:30", "2026-11-26T07:00"]
    assert (await kitchen.say("set an alarm")).endswith("time?")
    await kitchen.say("never mind")
    assert len(await kitchen.alarms()) == 2


async def test_all_alarms_only_after_a_yes(kitchen: Kitchen) -> None:
    await kitchen.say("set an alarm for six thirty")
    await kitchen.say("set an alarm for quarter to eight")
    assert await kitchen.say("cancel all my alarms") == "Shall I really cancel all two alarms?"
    await kitchen.say("no")
    assert len(await kitchen.alarms()) == 2
    await kitchen.say("cancel all alarms")
    assert await kitchen.say("yes") == "I've cancelled two alarms."
    assert await kitchen.alarms() == []


async def test_snoozing_and_turning_off(kitchen: Kitchen) -> None:
    await kitchen.say("set an alarm every day at noon")
    await kitchen.later(100 * 60)
    await until(lambda: kitchen.rang)
    await kitchen.ends()
    assert "ten minutes" in await kitchen.say("snooze for ten minutes")
    await kitchen.later(601)
    await until(lambda: len(kitchen.rang) == 2)
    await kitchen.ends()
    await kitchen.say("turn off the alarm")  # this one, and not those of the days to come
    assert await kitchen.alarms() == ["2026-11-26T12:00"]


async def test_reminders(kitchen: Kitchen) -> None:
    assert "six o'clock this evening: call mum" in await kitchen.say("remind me to call mum at six")
    assert "take the bread out" in await kitchen.say("remind me in twenty minutes to take the bread out")
    assert "When" in await kitchen.say("remind me to water the plants")
    assert "eight o'clock tomorrow morning" in await kitchen.say("tomorrow at eight in the morning")
    listed = await kitchen.say("what are my reminders")
    assert listed.index("take the bread out") < listed.index("call mum") < listed.index("water the plants")
    assert "call mum" in await kitchen.say("cancel the reminder to call mum")
    await kitchen.later(1_201)
    await until(lambda: kitchen.rang)
    assert kitchen.rang == ["A reminder: take the bread out."]
    await kitchen.ends()
    assert "five minutes" in await kitchen.say("remind me again in five minutes")


async def test_a_reminder_of_any_words(kitchen: Kitchen) -> None:
    assert (await kitchen.say("remind me of something tomorrow at nine")).endswith("?")
    await kitchen.say("the zebra crossing petition")
    [reminder] = (await kitchen.did("reminders.list"))["reminders"]
    assert (reminder["text"], reminder["at"][:16]) == ("the zebra crossing petition", "2026-11-26T09:00")


async def test_timers(kitchen: Kitchen) -> None:
    await kitchen.say("set a pasta timer for eight minutes")
    assert "ten minutes" in await kitchen.say("make that ten minutes")
    assert "fifteen minutes" in await kitchen.say("add five minutes to the pasta timer")
    assert "minutes" in await kitchen.say("take two minutes off")
    assert "paused" in await kitchen.say("pause the timer")
    await kitchen.later(3_600)
    assert kitchen.rang == []
    await kitchen.say("resume the timer")
    assert "twenty minutes" in await kitchen.say("change the timer to twenty minutes")
    await kitchen.later(1_201)
    await until(lambda: kitchen.rang)
    await kitchen.ends()
    assert "twenty minutes" in await kitchen.say("same timer again")
    await kitchen.say("cancel the pasta timer")
    assert (await kitchen.did("timers.list"))["timers"] == []
