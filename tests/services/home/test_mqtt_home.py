"""Devices on a real broker as people name them: through the home's services."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from assistant.config.model import Config
from assistant.errors import UserError
from assistant.events import Event, NamesKnown
from assistant.services.build import Services, create_services
from assistant.services.service import Origin
from assistant.services.time import SystemClock
from tests.mosquitto import WAIT_S, Broker, broker

HERE = Origin("sound", 1, "console")
LAMP = {
    "name": "desk lamp",
    "kind": "light",
    "area": "study",
    "aliases": ["work light"],
    "state_topic": "lamp",
    "command_topic": "lamp/set",
}
METER = {"name": "outside", "kind": "sensor", "area": "garden", "device_class": "temperature",
         "state_topic": "meter", "value": "temperature"}  # fmt: skip


async def _silent(*said: object) -> None:
    pass


@contextlib.asynccontextmanager
async def services(made: Broker, folder: Path, events: list[Event], **config: Any) -> AsyncIterator[Services]:
    mqtt = {"host": "127.0.0.1", "port": made.port, "devices": [LAMP, METER], "answer_timeout_s": 0.5}
    settings = Config.model_validate({"mqtt": mqtt, **config})
    there = await create_services(
        settings, SystemClock(), _silent, events.append, database_path=folder / "a.db"
    )
    try:
        yield there
    finally:
        await there.close()


async def lamp(made: Broker, ready: asyncio.Event) -> None:
    state: dict[str, Any] = {"state": "OFF"}
    async with made.client() as client:
        await client.subscribe("lamp/set")
        await client.publish("lamp", json.dumps(state), retain=True)
        await client.publish("meter", '{"temperature": 7.5}', retain=True)
        ready.set()
        async for message in client.messages:
            assert isinstance(message.payload, bytes)
            state |= json.loads(message.payload)
            await client.publish("lamp", json.dumps(state), retain=True)


async def test_they_are_named_asked_for_changed_and_taken_back(tmp_path: Path) -> None:
    events: list[Event] = []
    async with broker(tmp_path) as made:
        ready = asyncio.Event()
        there = asyncio.create_task(lamp(made, ready))
        async with asyncio.timeout(WAIT_S):
            await ready.wait()
        async with services(made, tmp_path, events) as home:
            known = [event for event in events if isinstance(event, NamesKnown)]
            assert "desk lamp" in known[0].names["devices"]
            assert "study" in known[0].names["areas"]
            call = home.registry.call
            on = await call("home.set", {"target": {"device": "work light"}, "state": "on"}, HERE)
            assert on.ok, on
            assert on.result["changed"][0]["name"] == "desk lamp"
            asked = await call("home.query", {"target": {"kind": "light"}}, HERE)
            assert [(d["name"], d["on"]) for d in asked.result["devices"]] == [("desk lamp", True)]
            warm = await call("home.query", {"target": {"device": "outside"}}, HERE)
            assert warm.result["devices"][0]["value"] == 7.5
            undone = await call("undo.last", {}, Origin("sound", 2, "console"))
            assert undone.ok, undone
            asked = await call("home.query", {"target": {"device": "desk lamp"}}, HERE)
            assert asked.result["devices"][0]["on"] is False
            there.cancel()
            await asyncio.gather(there, return_exceptions=True)
            silent = await call("home.set", {"target": {"area": "study"}, "state": "on"}, HERE)
            assert (silent.ok, silent.error_message) == (False, "The desk lamp doesn't answer.")
            await made.kill()
            async with asyncio.timeout(WAIT_S):
                while (gone := await call("home.query", {"target": {"kind": "light"}}, HERE)).ok:  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
            assert "MQTT" in gone.error_message


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"devices": [{"name": "lamp", "kind": "light"}]}, r"mqtt\.devices: the lamp needs a command_topic"),
        ({"password_file": "/nowhere/secret"}, "The MQTT password in /nowhere/secret cannot be read"),
    ],
)
async def test_what_could_never_work_is_found_at_the_start(
    tmp_path: Path, wrong: dict[str, Any], complaint: str
) -> None:
    settings = Config.model_validate({"mqtt": {"host": "127.0.0.1", "port": 9, **wrong}})
    with pytest.raises(UserError, match=complaint):
        await create_services(
            settings, SystemClock(), _silent, lambda event: None, database_path=tmp_path / "a.db"
        )
    assert not (tmp_path / "a.db").exists(), "before anything is opened"
