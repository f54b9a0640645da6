"""What is said to devices on MQTT, and what they say."""

import json
from typing import Any

import pytest

from assistant.config.mqtt import MqttDevice
from assistant.errors import UserError
from assistant.mqtt.devices import checked
from assistant.services.home.mqtt_wire import available, commands, first_state, news, whole
from assistant.services.service import ServiceError


def device(kind: str, **values: Any) -> MqttDevice:
    topics = {"command_topic": "it/set", "state_topic": "it"}
    return MqttDevice.model_validate({"name": "it", "kind": kind, **topics, **values})


PLAIN: dict[str, Any] = {
    "format": "plain",
    "level_command_topic": "it/level/set",
    "level_state_topic": "it/level",
    "color_command_topic": "it/rgb/set",
    "color_state_topic": "it/rgb",
}


@pytest.mark.parametrize(
    ("made", "change", "told"),
    [
        (device("light"), {"on": True}, [("it/set", {"state": "ON"})]),
        (device("light"), {"on": False}, [("it/set", {"state": "OFF"})]),
        (device("light"), {"on": True, "brightness": 50}, [("it/set", {"state": "ON", "brightness": 127})]),
        (device("light", level_max=255), {"brightness": 100}, [("it/set", {"brightness": 255})]),
        (device("light"), {"color": "blue"}, [("it/set", {"color": {"r": 0, "g": 0, "b": 255}})]),
        (device("light"), {"color": "warm white"}, [("it/set", {"color_temp": 370})]),
        (device("switch", on="1", off="0"), {"on": True}, [("it/set", {"state": "1"})]),
        (device("cover"), {"position": 100}, [("it/set", {"state": "OPEN"})]),
        (device("cover"), {"position": 0}, [("it/set", {"state": "CLOSE"})]),
        (device("cover"), {"position": 40}, [("it/set", {"position": 40})]),
        (device("lock"), {"locked": True}, [("it/set", {"state": "LOCK"})]),
        (device("lock"), {"locked": False}, [("it/set", {"state": "UNLOCK"})]),
        (device("light", **PLAIN), {"on": True, "brightness": 50, "color": "red"},
         [("it/set", "ON"), ("it/level/set", "127"), ("it/rgb/set", "255,0,0")]),
        (device("cover", **PLAIN), {"position": 0}, [("it/set", "CLOSE")]),
        (device("cover", **PLAIN), {"position": 40}, [("it/level/set", "40")]),
        (device("switch", format="plain"), {"on": False}, [("it/set", "OFF")]),
    ],
)  # fmt: skip
def test_commands(made: MqttDevice, change: dict[str, Any], told: list[tuple[str, Any]]) -> None:
    sent = [
        (topic, json.loads(text) if made.format == "json" else text) for topic, text in commands(made, change)
    ]
    assert sent == told


@pytest.mark.parametrize(
    ("made", "change"),
    [
        (device("cover", format="plain"), {"position": 40}),
        (device("light", format="plain"), {"color": "red"}),
    ],
)
def test_what_a_device_cannot_do_is_said(made: MqttDevice, change: dict[str, Any]) -> None:
    with pytest.raises(ServiceError, match="it "):
        commands(made, change)


@pytest.mark.parametrize(
    ("made", "topic", "payload", "state"),
    [
        (device("light"), "it", '{"state": "ON", "brightness": 127}', {"on": True, "brightness": 50}),
        (device("light"), "it", '{"state": "OFF", "brightness": 0}', {"on": False, "brightness": 1}),
        (device("light"), "it", '{"color": {"r": 0, "g": 0, "b": 250}}', {"color": "blue"}),
        (device("light"), "it", '{"color_mode": "xy", "color": {"x": 0.7006, "y": 0.2993}}', {"color": "red"}),
        (device("light"), "it", '{"color_mode": "xy", "color": {"x": 0.1355, "y": 0.0399}}', {"color": "blue"}),
        (device("light"), "it", '{"color": {"x": 0.3127, "y": 0.329}}', {"color": "white"}),
        (device("light"), "it", '{"color": {"x": 0.3, "y": 0}}', {}),
        (device("light"), "it", '{"color_mode": "color_temp", "color_temp": 370, "color": {"r": 1}}',
         {"color": "warm white"}),
        (device("light"), "it", '{"brightness": true, "color": {"r": null}}', {}),
        (device("switch"), "it", '{"state": "on", "power": 3}', {"on": True}),
        (device("switch"), "it", "OFF", {"on": False}),
        (device("switch", on="1", off="0"), "it", "1", {"on": True}),
        (device("switch"), "it", '{"power": 3}', {}),
        (device("switch"), "it", "", {}),
        (device("switch"), "elsewhere", "ON", {}),
        (device("cover"), "it", '{"state": "OPEN", "position": 60}', {"position": 60}),
        (device("cover"), "it", '{"state": "opening"}', {}),
        (device("cover", **PLAIN), "it", "closed", {"position": 0}),
        (device("cover", **PLAIN), "it/level", "35", {"position": 35}),
        (device("lock"), "it", '{"state": "UNLOCK"}', {"locked": False}),
        (device("lock"), "it", '{"state": "LOCKED"}', {"locked": True}),
        (device("lock"), "it", '{"state": "JAMMED"}', {}),
        (device("light", **PLAIN), "it/level", "254", {"brightness": 100}),
        (device("light", **PLAIN), "it/rgb", "0,0,255", {"color": "blue"}),
        (device("light", **PLAIN), "it/rgb", "blue", {}),
        (device("sensor", value="temperature"), "it", '{"temperature": 21.5}', {"value": 21.5}),
        (device("sensor", value="temperature"), "it", '{"humidity": 40}', {}),
        (device("sensor", value="contact"), "it", '{"contact": true}', {"value": False}),
        (device("sensor", value="x"), "it", '{"x": {"y": 1}}', {"value": None}),
        (device("sensor", format="plain"), "it", " 19.0 ", {"value": 19}),
        (device("sensor", format="plain"), "it", "wet", {"value": "wet"}),
        (device("light"), "it", "[" * 100_000, {}),
    ],
)  # fmt: skip
def test_what_devices_tell(made: MqttDevice, topic: str, payload: str, state: dict[str, Any]) -> None:
    assert news(made, topic, payload) == state


def test_what_is_not_known_is_not_told() -> None:
    lamp = device("light")
    assert whole(lamp, first_state(lamp)) is None
    assert whole(lamp, {"on": True}) == {"on": True, "brightness": 100, "color": "white"}
    mute = device("light", state_topic="")
    assert whole(mute, first_state(mute)) == {"on": False, "brightness": 100, "color": "white"}
    assert whole(device("lock"), first_state(device("lock"))) is None


@pytest.mark.parametrize(
    ("payload", "there"),
    [
        ("online", True),
        ("offline", False),
        ('{"state": "offline"}', False),
        ('{"state":"online"}', True),
        ("", True),
    ],
)
def test_whether_a_device_is_there(payload: str, there: bool) -> None:
    assert available(payload) is there


@pytest.mark.parametrize(
    ("made", "complaint"),
    [
        (device("light", command_topic=""), "needs a command_topic"),
        (device("lock", state_topic=""), "needs a state_topic"),
        (device("sensor", state_topic=""), "needs a state_topic"),
        (device("light", state_topic="zigbee/#"), "is no topic"),
        (device("light", command_topic="$SYS/x"), "is no topic"),
    ],
)
def test_devices_that_could_never_do_anything(made: MqttDevice, complaint: str) -> None:
    with pytest.raises(UserError, match=complaint):
        checked([made])
