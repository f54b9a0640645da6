"""The home by voice, with the real Rasa, its real actions and the virtual home behind them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from assistant.api.server import ApiServer
from assistant.config.model import Config
from assistant.dialogue.client import Message, RasaClient
from assistant.dialogue.supervisor import ServiceAccess, Supervisor
from assistant.services.build import Services, create_services
from assistant.services.service import Origin
from assistant.services.time import SystemClock
from tests.dialogue.conftest import START_S, Trained

pytestmark = [pytest.mark.rasa, pytest.mark.asyncio(loop_scope="module")]


@dataclass
class Home:
    client: RasaClient
    services: Services
    turn: int = 0

    async def say(self, place: str, *texts: str) -> str:
        """The answer to the last."""
        answer = ""
        for text in texts:
            self.turn += 1
            parse = await self.client.parse(text)
            turn = self.client.turn(place, text, self.turn, parse)
            answer = " ".join([part.text async for part in turn if isinstance(part, Message)])
        return answer

    async def state(self, device: str) -> dict[str, Any]:
        outcome = await self.services.registry.call(
            "home.query", {"target": {"device": device}}, Origin("test")
        )
        return dict(outcome.result["devices"][0])

    async def lit(self) -> set[str]:
        asked = {"target": {"kind": "light", "all": True}, "state": "on"}
        outcome = await self.services.registry.call("home.find", asked, Origin("test"))
        return {device["name"] for device in outcome.result["matching"]}

    async def lights(self, *names: str) -> None:
        """Those on, the others off."""
        call = self.services.registry.call
        await call("home.set", {"target": {"kind": "light", "all": True}, "state": "off"}, Origin("test"))
        for name in names:
            await call(
                "home.set", {"target": {"device": name}, "state": "on", "brightness": 50}, Origin("test")
            )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def home(trained: Trained, state_folder: Path) -> AsyncIterator[Home]:
    async def silent(*news: Any) -> None:
        """No timer rings here."""

    config = Config()
    path = state_folder / "home.db"
    services = await create_services(config, SystemClock(), silent, lambda event: None, database_path=path)
    api = ApiServer(services.registry)
    api.whereabouts = {"living": ("living room", "")}.get
    await api.start()
    access = ServiceAccess(api.url, api.dialogue_token)
    supervisor = Supervisor(trained.project, trained.model, config.dialogue, access, lambda state: None)
    client = RasaClient(lambda: supervisor.endpoint, config.dialogue.turn_timeout_s)
    try:
        await supervisor.start()
        assert await supervisor.wait_ready(START_S), supervisor.state.reason
        yield Home(client, services)
    finally:
        await client.close()
        await supervisor.close()
        await api.close()
        await services.close()


ALL = {"kitchen light", "ceiling light", "floor lamp", "bedroom light", "bedside lamp", "hallway light"}


@pytest.mark.parametrize(
    ("text", "lit"),
    [
        ("turn off all the lights except the kitchen", {"kitchen light"}),
        ("turn off all the lights but the floor lamp", {"floor lamp"}),
        ("turn off all the lights upstairs", ALL - {"bedroom light", "bedside lamp"}),
        ("turn off everything downstairs", {"bedroom light", "bedside lamp"}),
        ("turn off the lights in the living room", ALL - {"ceiling light", "floor lamp"}),
    ],
)
async def test_rooms_floors_and_exceptions(home: Home, text: str, lit: set[str]) -> None:
    await home.lights(*ALL)
    await home.say("exceptions", text)
    assert await home.lit() == lit


async def test_here_is_the_room_of_the_conversation(home: Home) -> None:
    await home.lights()
    await home.say("living", "turn on the lights in here")
    assert await home.lit() == {"ceiling light", "floor lamp"}
    await home.say("living", "turn off the lights")
    assert await home.lit() == set()
    await home.say("living", "it's too dark in here")
    assert await home.lit() == {"ceiling light", "floor lamp"}


async def test_where_nobody_knows_the_room_it_is_asked_for(home: Home) -> None:
    await home.lights()
    assert await home.say("nowhere", "turn on the lights in here") == "Which room do you mean?"
    await home.say("nowhere", "the kitchen")
    assert await home.lit() == {"kitchen light"}


@pytest.mark.parametrize(
    ("answer", "lit"),
    [
        ("the floor one", {"floor lamp"}),
        ("the second one", {"bedside lamp"}),
        ("both", {"floor lamp", "bedside lamp"}),
        ("the one in the bedroom", {"bedside lamp"}),
        ("the bedside lamp", {"bedside lamp"}),
    ],
)
async def test_which_one_and_the_answer(home: Home, answer: str, lit: set[str]) -> None:
    await home.lights()
    question = await home.say("which", "turn on the lamp")
    assert question.startswith("Which one do you mean: the floor lamp")
    await home.say("which", answer)
    assert await home.lit() == lit


async def test_more_and_less(home: Home) -> None:
    await home.lights("floor lamp")
    await home.say("more", "dim the floor lamp by twenty percent")
    assert (await home.state("floor lamp"))["brightness"] == 30
    await home.say("more", "make it a bit brighter")
    assert (await home.state("floor lamp"))["brightness"] == 40
    await home.say("more", "set the temperature to twenty degrees", "make it two degrees warmer")
    assert (await home.state("thermostat"))["temperature"] == 22.0
    await home.say("more", "i'm hot")
    assert (await home.state("thermostat"))["temperature"] == 21.0


async def test_fans_and_blinds(home: Home) -> None:
    await home.say("fan", "set the fan to thirty percent")
    assert ((await home.state("fan"))["on"], (await home.state("fan"))["speed"]) == (True, 30)
    assert "faster" in await home.say("fan", "turn the fan up")
    assert (await home.state("fan"))["speed"] == 55
    await home.say("fan", "set the living room blinds to forty percent")
    assert (await home.state("blinds"))["position"] == 40
    await home.say("fan", "open the bedroom curtains halfway")
    assert (await home.state("curtains"))["position"] == 50


async def test_a_scene_is_started_and_taken_back(home: Home) -> None:
    await home.lights("ceiling light")
    assert "movie night" in (await home.say("scene", "activate movie night")).lower()
    assert await home.lit() == {"floor lamp"}
    await home.say("scene", "undo that")
    assert await home.lit() == {"ceiling light"}


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("which lights are on", "Only the kitchen light is on."),
        ("are all the lights off", "No, the kitchen light is on at fifty percent."),
        ("how many lights are on upstairs", "None of the lights upstairs are on."),
        ("is any window open", "No, no windows are open."),
        ("are all the windows closed", "Yes, all the windows are closed."),
        ("is the kitchen window open", "The kitchen window is closed."),
        ("what's the humidity in the bedroom", "The bedroom humidity is forty-five percent."),
        ("what's the temperature in the bedroom", "The bedroom temperature is nineteen degrees."),
        ("is the front door locked", "The front door is locked."),
    ],
)
async def test_asking(home: Home, text: str, answer: str) -> None:
    await home.lights("kitchen light")
    assert await home.say("asking", text) == answer
