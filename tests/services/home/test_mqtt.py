"""Devices on a real broker. The lamps and locks are clients of it that talk as Zigbee2MQTT's do."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

from assistant.config.mqtt import Mqtt
from assistant.mqtt import connection as connection_module
from assistant.services.home.mqtt import MqttHome
from assistant.services.service import ServiceError
from tests.mosquitto import WAIT_S, Broker, broker

LAMP = {
    "name": "desk lamp",
    "kind": "light",
    "area": "study",
    "state_topic": "zigbee/lamp",
    "command_topic": "zigbee/lamp/set",
    "request_topic": "zigbee/lamp/get",
    "availability_topic": "zigbee/lamp/availability",
}
LOCK = {"name": "shed", "kind": "lock", "state_topic": "zigbee/lock", "command_topic": "zigbee/lock/set"}
PLUG = {"name": "heater", "kind": "switch", "command_topic": "plug/set", "format": "plain"}
BLIND = {
    "name": "blind",
    "kind": "cover",
    "format": "plain",
    "state_topic": "blind",
    "command_topic": "blind/set",
    "level_state_topic": "blind/position",
    "level_command_topic": "blind/position/set",
}
ON, OFF = "light.study.desk_lamp", "switch.heater"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_module, "BACKOFF_S", (0.05,))


@pytest.fixture
async def mosquitto(tmp_path: Path) -> AsyncIterator[Broker]:
    async with broker(tmp_path) as made:
        yield made


class Devices:
    """What is on the other side of the broker. `deaf`: topics whose commands are not carried out."""

    def __init__(self) -> None:
        self.lamp: dict[str, Any] = {"state": "OFF", "brightness": 200}
        self.lock = "LOCK"
        self.deaf: set[str] = set()
        self.commands: list[tuple[str, str]] = []
        self.subscribed = asyncio.Event()

    async def run(self, made: Broker) -> None:
        async with made.client() as client:
            for topic in ("zigbee/+/set", "zigbee/+/get", "plug/set", "blind/#"):
                await client.subscribe(topic)
            self.subscribed.set()
            async for message in client.messages:
                assert isinstance(message.payload, bytes)
                await self._answer(client, str(message.topic), message.payload.decode())

    async def _answer(self, client: aiomqtt.Client, topic: str, payload: str) -> None:
        if not topic.endswith("/get") and topic not in ("blind", "blind/position"):
            self.commands.append((topic, payload))
        if topic in self.deaf:
            return
        match topic:
            case "zigbee/lamp/set" | "zigbee/lamp/get":
                if topic.endswith("set"):
                    self.lamp |= json.loads(payload)
                await client.publish("zigbee/lamp", json.dumps(self.lamp))
            case "zigbee/lock/set":
                self.lock = json.loads(payload)["state"]
                await client.publish("zigbee/lock", json.dumps({"state": self.lock}), retain=True)
            case "blind/set":
                await client.publish("blind", "closing")


@contextlib.asynccontextmanager
async def devices(made: Broker) -> AsyncIterator[Devices]:
    there = Devices()
    task = asyncio.create_task(there.run(made))
    async with asyncio.timeout(WAIT_S):
        await there.subscribed.wait()
    try:
        yield there
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@contextlib.asynccontextmanager
async def home(settings: Mqtt) -> AsyncIterator[MqttHome]:
    made = MqttHome(settings)
    made.start()
    try:
        yield made
    finally:
        await made.close()


async def until(made: MqttHome, so: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The states, once they are so."""
    async with asyncio.timeout(WAIT_S):
        while True:
            with contextlib.suppress(ServiceError):
                if so(states := dict(await made.states())):
                    return states
            await asyncio.sleep(0.02)


async def test_states_are_asked_for_and_followed(mosquitto: Broker) -> None:
    async with devices(mosquitto), home(mosquitto.settings(devices=[LAMP])) as made:
        states = await until(made, lambda states: ON in states)
        assert states[ON] == {"on": False, "brightness": 79, "color": "white"}
        async with mosquitto.client() as switch_on_the_wall:
            await switch_on_the_wall.publish(
                "zigbee/lamp", '{"state": "ON", "color": {"r": 255, "g": 0, "b": 0}}'
            )
        assert (await until(made, lambda states: states[ON]["on"]))[ON]["color"] == "red"
        assert [device.name for device in made.home().devices] == ["desk lamp"]
        assert made.home().devices[0].area == "study"


async def test_devices_do_what_they_are_told(mosquitto: Broker) -> None:
    settings = mosquitto.settings(devices=[LAMP, LOCK, PLUG, BLIND])
    async with devices(mosquitto) as there, home(settings) as made:
        await until(made, lambda states: ON in states)
        after = await made.apply(
            {
                ON: {"on": True, "brightness": 50, "color": "blue"},
                "lock.shed": {"locked": False},
                OFF: {"on": True},
                "cover.blind": {"position": 0},
            }
        )
        assert there.lamp == {"state": "ON", "brightness": 127, "color": {"r": 0, "g": 0, "b": 255}}
        assert there.lock == "UNLOCK"
        assert ("plug/set", "ON") in there.commands
        assert ("blind/set", "CLOSE") in there.commands
        assert after == {
            ON: {"on": True, "brightness": 50, "color": "blue"},
            "lock.shed": {"locked": False},
            OFF: {"on": True},
            "cover.blind": {"position": 0},
        }
        assert (await made.states())[OFF] == {"on": True}, "one that never tells is taken at its word"


async def test_who_does_not_answer_is_named_in_time_and_the_others_have_done_it(mosquitto: Broker) -> None:
    settings = mosquitto.settings(devices=[LAMP, LOCK], answer_timeout_s=0.3)
    async with devices(mosquitto) as there, home(settings) as made:
        await until(made, lambda states: ON in states)
        there.deaf.add("zigbee/lamp/set")
        began_s = time.monotonic()
        with pytest.raises(ServiceError, match=r"^The desk lamp doesn't answer\.$") as error:
            await made.apply({ON: {"on": True}, "lock.shed": {"locked": True}})
        assert 0.25 < time.monotonic() - began_s < 2.0
        assert error.value.code == "no_answer"
        assert there.lock == "LOCK"
        there.deaf.add("zigbee/lock/set")
        with pytest.raises(ServiceError, match=r"^The desk lamp and the shed don't answer\.$"):
            await made.apply({ON: {"on": True}, "lock.shed": {"locked": True}})


async def test_a_lock_that_jams_is_not_said_to_be_locked(mosquitto: Broker) -> None:
    async with (
        mosquitto.client() as other,
        home(mosquitto.settings(devices=[LOCK], answer_timeout_s=0.5)) as made,
    ):
        await other.publish("zigbee/lock", '{"state": "UNLOCK"}', retain=True)
        await until(made, lambda states: bool(states))
        await other.subscribe("zigbee/lock/set")

        async def jam() -> None:
            await anext(aiter(other.messages))
            await other.publish("zigbee/lock", '{"state": "JAMMED"}')

        jammed = asyncio.create_task(jam())
        with pytest.raises(ServiceError, match=r"^The shed did not do that\.$"):
            await made.apply({"lock.shed": {"locked": True}})
        await jammed
        assert (await made.states())["lock.shed"] == {"locked": False}


async def test_a_device_that_is_away_is_not_there(mosquitto: Broker) -> None:
    async with devices(mosquitto), home(mosquitto.settings(devices=[LAMP, PLUG])) as made:
        await until(made, lambda states: ON in states)
        async with mosquitto.client() as bridge:
            await bridge.publish("zigbee/lamp/availability", '{"state": "offline"}', retain=True)
            await until(made, lambda states: ON not in states and OFF in states)
            await bridge.publish("zigbee/lamp/availability", "online", retain=True)
            await until(made, lambda states: ON in states)


async def test_a_broker_that_is_down_is_said_at_once_and_found_again(mosquitto: Broker) -> None:
    async with home(mosquitto.settings(devices=[LAMP])) as made:
        async with mosquitto.client() as bridge:
            await bridge.publish("zigbee/lamp", '{"state": "OFF"}', retain=True)
            await until(made, lambda states: ON in states)
            await mosquitto.kill()
            async with asyncio.timeout(WAIT_S):
                while not made.trouble:  # noqa: ASYNC110 - it is not told, and need not be
                    await asyncio.sleep(0.02)
        began_s = time.monotonic()
        for call in (made.states(), made.apply({ON: {"on": True}})):
            with pytest.raises(ServiceError, match=r"^I can't reach the MQTT broker right now\.$"):
                await call
        assert time.monotonic() - began_s < 0.5
        await mosquitto.start()
        async with devices(mosquitto) as there, mosquitto.client() as bridge:
            await bridge.publish("zigbee/lamp", json.dumps(there.lamp), retain=True)
            await until(made, lambda states: ON in states)
            await made.apply({ON: {"on": True}})
            assert there.lamp["state"] == "ON"
            assert [topic for topic, _ in there.commands] == ["zigbee/lamp/set"], "nothing is done late"


async def test_a_broker_that_never_was_there(monkeypatch: pytest.MonkeyPatch) -> None:
    async with home(Mqtt.model_validate({"host": "127.0.0.1", "port": 9, "devices": [LAMP]})) as made:
        with pytest.raises(ServiceError, match="can't reach"):
            await made.states()
