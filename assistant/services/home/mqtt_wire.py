"""What goes to and comes from one device on MQTT, as text. Pure.

The forms are those of Zigbee2MQTT (one JSON object) and of Home Assistant's MQTT integration (JSON, or a topic for each
property): see their documentation of lights, switches, covers, locks and sensors.
"""

import json
from typing import Any

from assistant.config.mqtt import MqttDevice
from assistant.services.home.backend import State
from assistant.services.home.colors import KELVIN, RGB, called, white_called
from assistant.services.service import ServiceError

_ON = {"cover": "OPEN", "lock": "LOCK"}
_OFF = {"cover": "CLOSE", "lock": "UNLOCK"}
_MEANS_ON = frozenset(("on", "open", "lock", "locked", "true", "1"))
_MEANS_OFF = frozenset(("off", "close", "closed", "unlock", "unlocked", "false", "0"))
_LEVELS = {"light": "brightness", "cover": "position"}
_NEEDED = {"light": "on", "switch": "on", "cover": "position", "lock": "locked", "sensor": "value"}
_ASSUMED: dict[str, State] = {
    "light": {"on": False},
    "switch": {"on": False},
    "cover": {"position": 100},
}
_DEFAULTS: dict[str, State] = {"light": {"brightness": 100, "color": "white"}}


def first_state(device: MqttDevice) -> State:
    """What is known before it has told anything: of one that never tells, what is assumed."""
    return {} if device.state_topic else dict(_ASSUMED.get(device.kind, {}))


def whole(device: MqttDevice, known: State) -> State | None:
    """The state as a home has it; None while too little is known."""
    if _NEEDED[device.kind] not in known:
        return None
    return _DEFAULTS.get(device.kind, {}) | known


# ── what it is told ───────────────────────────────────────────────────────────────────────────────────────


def commands(device: MqttDevice, change: State) -> list[tuple[str, str]]:
    """Topics and payloads that make the change. Raises `ServiceError` for what the device cannot do."""
    word = _word(device, change)
    level = _level_to(device, change)
    if (
        device.kind == "cover"
        and word is None
        and not (device.format == "json" or device.level_command_topic)
    ):
        raise ServiceError("unsupported", f"The {device.name} can only be opened and closed.")
    if device.format == "json":
        return [(device.command_topic, json.dumps(_object(device, change, word, level)))]
    made = [(device.command_topic, word)] if word is not None else []
    if level is not None and device.level_command_topic and not (device.kind == "cover" and word is not None):
        made.append((device.level_command_topic, str(level)))
    if "color" in change:
        if not device.color_command_topic:
            raise ServiceError("unsupported", f"The {device.name} has no colours.")
        made.append((device.color_command_topic, ",".join(map(str, RGB[change["color"]]))))
    return made


def _object(device: MqttDevice, change: State, word: str | None, level: int | None) -> dict[str, Any]:
    made: dict[str, Any] = {} if word is None else {"state": word}
    if level is not None and not (device.kind == "cover" and word is not None):
        made[_LEVELS[device.kind]] = level
    if (color := change.get("color")) in KELVIN:
        made["color_temp"] = round(1_000_000 / KELVIN[color])  # mired
    elif color is not None:
        red, green, blue = RGB[color]
        made["color"] = {"r": red, "g": green, "b": blue}
    return made


def _word(device: MqttDevice, change: State) -> str | None:
    """The command for on and off, open and closed, locked and unlocked; None where the change is none of these."""
    wanted = change.get("on", change.get("locked"))
    if device.kind == "cover":
        wanted = {100: True, 0: False}.get(change.get("position", -1))
    if wanted is None:
        return None
    return (
        (device.on or _ON.get(device.kind, "ON")) if wanted else (device.off or _OFF.get(device.kind, "OFF"))
    )


def _level_to(device: MqttDevice, change: State) -> int | None:
    percent = change.get(_LEVELS.get(device.kind, ""))
    return None if percent is None else round(percent * _level_max(device) / 100)


# ── what it tells ─────────────────────────────────────────────────────────────────────────────────────────


def news(device: MqttDevice, topic: str, payload: str) -> State:
    """Properties that a message tells; none for one that is not understood."""
    if device.format == "json" and topic == device.state_topic:
        try:
            told = json.loads(payload)
        except (ValueError, RecursionError):
            told = payload
        if isinstance(told, dict):
            return _from_object(device, told)
        return _sensed(device, told) if device.kind == "sensor" else _from_word(device, str(told))
    known: State = {}
    if topic == device.state_topic:
        known = _sensed(device, _number(payload)) if device.kind == "sensor" else _from_word(device, payload)
    if topic == device.level_state_topic and isinstance(level := _number(payload), float | int):
        known |= _from_level(device, level)
    if topic == device.color_state_topic:
        known |= _from_color(payload.split(","))
    return known


def available(payload: str) -> bool:
    """`online` and `offline`, or `{"state": "online"}`."""
    try:
        told = json.loads(payload)
    except (ValueError, RecursionError):
        told = payload
    word = told.get("state") if isinstance(told, dict) else told
    return str(word).strip().casefold() != "offline"


def _from_object(device: MqttDevice, told: dict[str, Any]) -> State:
    if device.kind == "sensor":
        return _sensed(device, told.get(device.value)) if device.value in told else {}
    known = _from_word(device, str(told["state"])) if isinstance(told.get("state"), str | bool) else {}
    level = told.get(_LEVELS.get(device.kind, ""))
    if isinstance(level, int | float) and not isinstance(level, bool):
        known |= _from_level(device, level)
    color, mired = told.get("color"), told.get("color_temp")
    by_temperature = told.get("color_mode") == "color_temp" or not isinstance(color, dict)
    if by_temperature and isinstance(mired, int | float) and mired > 0:
        known |= {"color": white_called(1_000_000 / mired)}
    elif isinstance(color, dict):
        known |= _from_xy(color) if "x" in color else _from_color([color.get(part) for part in "rgb"])
    return known


def _from_word(device: MqttDevice, payload: str) -> State:
    word = payload.strip().casefold()
    is_on = word == device.on.casefold() if device.on else word in _MEANS_ON
    is_off = word == device.off.casefold() if device.off else word in _MEANS_OFF
    if device.kind == "cover":  # a cover tells open and closed, whatever it is told
        is_on, is_off = is_on or word == "open", is_off or word == "closed"
    if device.kind == "lock":
        is_on, is_off = is_on or word == "locked", is_off or word == "unlocked"
    if is_on == is_off:
        return {}  # opening, jammed, unknown: neither
    match device.kind:
        case "cover":
            return {"position": 100 if is_on else 0}
        case "lock":
            return {"locked": is_on}
    return {"on": is_on}


def _from_level(device: MqttDevice, level: float) -> State:
    percent = min(100, max(0, round(level * 100 / _level_max(device))))
    if device.kind == "light":
        return {"brightness": max(1, percent)}
    return {"position": percent} if device.kind == "cover" else {}


def _from_color(parts: list[Any]) -> State:
    try:
        red, green, blue = (min(255, max(0, int(float(part)))) for part in parts)
    except (TypeError, ValueError):
        return {}
    return {"color": called((red, green, blue))}


def _from_xy(color: dict[str, Any]) -> State:
    """CIE 1931 chromaticity, as Zigbee lamps tell it, to sRGB of full brightness (IEC 61966-2-1, without its gamma,
    which changes no name)."""
    x, y = color.get("x"), color.get("y")
    if not (isinstance(x, int | float) and isinstance(y, int | float) and y > 0):
        return {}
    across, depth = x / y, (1 - x - y) / y  # X and Z at Y = 1
    linear = (
        3.2406 * across - 1.5372 - 0.4986 * depth,
        -0.9689 * across + 1.8758 + 0.0415 * depth,
        0.0557 * across - 0.2040 + 1.0570 * depth,
    )
    most = max(linear)
    red, green, blue = (round(255 * max(0.0, part / most)) for part in linear)
    return {"color": called((red, green, blue))}


def _sensed(device: MqttDevice, value: Any) -> State:
    if isinstance(value, bool) and device.value == "contact":
        value = not value  # Zigbee2MQTT's contact is true where it is closed
    return {"value": value if isinstance(value, bool | int | float | str) else None}


def _number(payload: str) -> int | float | str:
    text = payload.strip()
    try:
        number = float(text)
    except ValueError:
        return text
    return int(number) if number.is_integer() else number


def _level_max(device: MqttDevice) -> int:
    return device.level_max or (254 if device.kind == "light" else 100)
