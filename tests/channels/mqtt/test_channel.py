"""The assistant on a real broker, with its real services and a scripted dialogue."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import aiomqtt
import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from assistant import events
from assistant.app import Assistant
from assistant.channels.conversations import Conversations
from assistant.channels.mqtt import channel as module
from assistant.channels.mqtt.channel import MqttChannel
from assistant.config.model import Config
from assistant.dialogue.engine import Dialogue
from assistant.mqtt import connection as connection_module
from assistant.services.announce import AnnounceServices
from assistant.services.build import create_services
from assistant.services.time import SystemClock
from tests.conversation.talk import Script
from tests.mosquitto import WAIT_S, Broker, broker

UNLOCK = {"target": {"device": "front door"}, "state": "unlocked"}


async def _silent(*said: object) -> None:
    pass


@dataclass
class Other:
    """Somebody else on the broker, who hears everything that we say."""

    client: aiomqtt.Client
    came: list[tuple[str, Any]] = field(default_factory=list)

    async def send(self, topic: str, payload: object, **options: Any) -> None:
        text = payload if isinstance(payload, str) else json.dumps(payload)
        await self.client.publish(topic, text, **options)

    async def next(self, topic: str) -> Any:
        """The next message on a topic that was not taken yet; JSON where it is such."""
        message = await self.message(topic)
        assert isinstance(message.payload, bytes)
        try:
            return json.loads(message.payload)
        except ValueError:
            return message.payload.decode()

    async def message(self, topic: str) -> aiomqtt.Message:
        async with asyncio.timeout(WAIT_S):
            async for message in self.client.messages:
                if str(message.topic) == topic:
                    return message
        raise AssertionError


@dataclass
class Here:
    assistant: Assistant
    channel: MqttChannel
    script: Script
    other: Other


@contextlib.asynccontextmanager
async def here(
    made: Broker, folder: Path, script: Script | None = None, **config: Any
) -> AsyncIterator[Here]:
    mqtt = {"host": "127.0.0.1", "port": made.port, **config.pop("mqtt", {})}
    settings = Config.model_validate({"mqtt": mqtt, **config})
    assistant, script = Assistant(settings), script or Script({})
    assistant.dialogue = cast(Dialogue, script)
    assistant.services = await create_services(
        settings, SystemClock(), _silent, assistant.bus.publish, database_path=folder / "a.db"
    )
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(assistant.services.close)
        conversations = await stack.enter_async_context(Conversations(assistant))
        client = await stack.enter_async_context(made.client())
        other = Other(client)
        for topic in (
            "assistant/status",
            "assistant/reply/#",
            "assistant/event/#",
            "assistant/state/#",
            "their/#",
        ):
            await client.subscribe(topic)
        channel = await stack.enter_async_context(MqttChannel(assistant, conversations))
        assert await other.next("assistant/status") == "online"
        async with asyncio.timeout(WAIT_S):
            while not channel.connection.up:  # noqa: ASYNC110 - a moment after it has told so
                await asyncio.sleep(0.01)
        yield Here(assistant, channel, script, other)


@pytest.fixture
async def mosquitto(tmp_path: Path) -> AsyncIterator[Broker]:
    async with broker(tmp_path) as made:
        yield made


async def test_services_are_called_from_the_place_of_the_topic(mosquitto: Broker, tmp_path: Path) -> None:
    async with here(mosquitto, tmp_path) as us:
        await us.other.send("assistant/call/lists/add", {"arguments": {"items": ["milk"]}, "id": 1})
        answer = await us.other.next("assistant/reply")
        assert (answer["id"], answer["ok"]) == (1, True)
        assert answer["result"] == {"list": "shopping", "added": ["milk"], "already": []}
        await us.other.send("assistant/call/home/set/hall", {"arguments": UNLOCK, "id": "x"})
        refused = await us.other.next("assistant/reply/hall")
        assert (refused["id"], refused["error"]["code"]) == ("x", "forbidden"), "a guest"
        await us.other.send("assistant/call/home/set", "unlock it")
        assert (await us.other.next("assistant/reply"))["error"]["code"] == "bad_request"
        await us.other.send("assistant/call/no/service", "")
        assert (await us.other.next("assistant/reply"))["error"]["code"] == "unknown_service"


async def test_the_policy_gives_a_place_more_and_a_yes_is_needed_all_the_same(
    mosquitto: Broker, tmp_path: Path
) -> None:
    policy = {"places": [{"name": "mqtt:office", "role": "owner"}]}
    async with here(mosquitto, tmp_path, policy=policy) as us:
        await us.other.send("assistant/call/home/set/office", {"arguments": UNLOCK})
        question = (await us.other.next("assistant/reply/office"))["error"]
        assert question["code"] == "needs_confirmation"
        yes = {"arguments": UNLOCK, "confirmation": question["confirmation"]}
        await us.other.send("assistant/call/home/set/hall", yes)
        assert (await us.other.next("assistant/reply/hall"))["error"]["code"] == "forbidden"
        await us.other.send("assistant/call/home/set/office", yes)
        assert (await us.other.next("assistant/reply/office"))["ok"] is True


async def test_a_rule_by_room(mosquitto: Broker, tmp_path: Path) -> None:
    policy = {"rules": [{"services": ["lists.*"], "places": ["nursery"], "decision": "deny"}]}
    async with here(mosquitto, tmp_path, policy=policy) as us:
        for room, ok in (("kitchen", True), ("Nursery", False)):
            body = {"arguments": {"items": [room]}, "room": room}
            await us.other.send("assistant/call/lists/add", body)
            assert (await us.other.next("assistant/reply"))["ok"] is ok


async def test_the_answer_goes_where_mqtt_5_says(mosquitto: Broker, tmp_path: Path) -> None:
    async with here(mosquitto, tmp_path) as us:
        for wanted, goes_to in (("their/answers", "their/answers"), ("assistant/ask", "assistant/reply")):
            properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
            properties.ResponseTopic = wanted
            properties.CorrelationData = b"\x00\x07"
            await us.other.send("assistant/call/clock/time", "", properties=properties)
            message = await us.other.message(goes_to)
            assert message.properties is not None
            assert message.properties.json()["CorrelationData"] == "0007"  # type: ignore[no-untyped-call]
            assert isinstance(message.payload, bytes)
            assert json.loads(message.payload)["ok"] is True


async def test_a_question_is_a_turn_of_the_conversation_at_its_place(
    mosquitto: Broker, tmp_path: Path
) -> None:
    script = Script({"hello": ["Good morning."], "slow": [0.3, "At last."]})
    async with here(mosquitto, tmp_path, script) as us:
        await us.other.send("assistant/ask", "hello")
        answer = await us.other.next("assistant/reply")
        assert (answer["ok"], answer["text"], answer["outcome"]) == (True, "Good morning.", "answered")
        await us.other.send("assistant/ask/hall", {"text": "slow", "room": "hall", "id": 5})
        answer = await us.other.next("assistant/reply/hall")
        assert (answer["id"], answer["text"]) == (5, "At last.")
    assert [sender for sender, _, _ in script.asked] == ["mqtt:default", "mqtt:hall"]


async def test_what_is_retained_is_not_done_again(mosquitto: Broker, tmp_path: Path) -> None:
    async with mosquitto.client() as before:
        await before.publish("assistant/call/lists/add", '{"arguments": {"items": ["milk"]}}', retain=True)
    async with here(mosquitto, tmp_path) as us:
        await us.other.send("assistant/call/lists/read", {"arguments": {}})
        assert "milk" not in json.dumps(await us.other.next("assistant/reply"))


async def test_something_is_said_aloud_in_a_room(mosquitto: Broker, tmp_path: Path) -> None:
    async with here(mosquitto, tmp_path) as us:
        aloud = AnnounceServices()
        us.assistant.services.registry.add(aloud)
        await us.other.send("assistant/say", "dinner is ready")
        assert (await us.other.next("assistant/reply"))["error"]["code"] == "no_loudspeaker"
        aloud.attach(us.assistant._say_aloud)
        kitchen = us.assistant.session("sound", open_mic=False, room="Kitchen")
        said: list[str] = []
        us.assistant.bus.observe(
            lambda event: said.append(event.text) if isinstance(event, events.Replied) else None
        )
        running = asyncio.create_task(kitchen.run())
        await us.other.send("assistant/say", {"text": "dinner is ready", "room": "kitchen"})
        assert (await us.other.next("assistant/reply"))["result"] == {"places": 1}
        await us.other.send("assistant/say", {"text": "good night", "room": "attic"})
        refused = (await us.other.next("assistant/reply"))["error"]
        assert refused["message"] == "There is no loudspeaker of mine in the attic."
        running.cancel()
        await asyncio.wait({running})
        assert said == ["dinner is ready"]


async def test_what_happens_is_told(mosquitto: Broker, tmp_path: Path) -> None:
    async with here(mosquitto, tmp_path, Script({"hello": ["Good morning."]})) as us:
        await us.other.send("assistant/ask", "hello")
        assert (await us.other.next("assistant/event/understood"))["session"] == "mqtt:default"
        assert "text" not in await us.other.next("assistant/event/said")
        assert (await us.other.next("assistant/event/ended"))["outcome"] == "answered"
        sound: dict[str, Any] = {"at_s": 0.0, "session": "sound", "turn": 1}
        us.assistant.bus.publish(events.WakeWordJudged(**sound, word="x", probability=0.9, accepted=True))
        us.assistant.bus.publish(events.StateChanged(**sound, state="user speaking"))
        assert (await us.other.next("assistant/event/wake"))["word"] == "x"
        assert await us.other.next("assistant/state/sound") == "listening"
        async with mosquitto.client() as late:
            await late.subscribe("assistant/#")
            kept = [await anext(aiter(late.messages)) for _ in range(2)]
        assert {(str(m.topic), m.payload) for m in kept} == {
            ("assistant/status", b"online"),
            ("assistant/state/sound", b"listening"),
        }


async def test_a_broker_that_dies_disturbs_nobody_and_hears_the_state_again(
    mosquitto: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_module, "BACKOFF_S", (0.05,))
    async with here(mosquitto, tmp_path, Script({"hello": ["Good morning."]})) as us:
        us.assistant.bus.publish(events.StateChanged(at_s=0.0, session="sound", turn=1, state="speaking"))
        assert await us.other.next("assistant/state/sound") == "speaking"
        await mosquitto.kill()
        turn = await us.channel._conversations.turn("mqtt:x", "hello")
        assert turn.record.outcome == "answered"
        await mosquitto.start()
        async with mosquitto.client() as again:
            await again.subscribe("assistant/state/#")
            async with asyncio.timeout(WAIT_S):
                message = await anext(aiter(again.messages))
            assert message.payload == b"speaking"


async def test_a_flood_of_requests_is_answered_and_bounded(
    mosquitto: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_AT_ONCE", 2)
    async with here(mosquitto, tmp_path, Script({"slow": [1.0, "At last."]})) as us:
        for number in range(4):
            await us.other.send(f"assistant/ask/{number}", "slow")
        codes = [await us.other.next(f"assistant/reply/{number}") for number in (2, 3)]
        assert [answer["error"]["code"] for answer in codes] == ["too_many"] * 2
        assert len(us.channel._requests) == 2
