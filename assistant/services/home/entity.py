"""One entity of Home Assistant: what state it is in, and which of its services changes it as asked.

States and attributes are those of developers.home-assistant.io/docs/core/entity; features are the bits of each
domain's `supported_features`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from assistant.services.home.backend import State
from assistant.services.home.colors import COLORS, KELVIN, RGB, called, white_called
from assistant.services.service import ServiceError

KINDS: dict[str, str] = {
    "light": "light",
    "switch": "switch",
    "input_boolean": "switch",
    "humidifier": "switch",
    "siren": "switch",
    "vacuum": "switch",
    "cover": "cover",
    "valve": "cover",
    "climate": "climate",
    "fan": "fan",
    "lock": "lock",
    "media_player": "media",
    "sensor": "sensor",
    "binary_sensor": "sensor",
    "scene": "scene",
    "script": "scene",
}
"""Domain of an entity → kind of device."""

UNAVAILABLE = "unavailable"
_SET_SPEED, _SET_POSITION = 1, 4
_TARGET_RANGE, _TURN_OFF, _TURN_ON = 2, 128, 256  # of climate
_STOP, _RETURN, _START = 8, 16, 8192  # of vacuum
_PLAYER_ON, _PLAYER_OFF = 128, 256  # of media_player
_COLOR_MODES = frozenset(("hs", "rgb", "rgbw", "rgbww", "xy"))


@dataclass(slots=True)
class Entity:
    """As Home Assistant told last. Temperatures are in its own unit."""

    id: str
    state: str = UNAVAILABLE
    attributes: dict[str, Any] = field(default_factory=dict)

    @property
    def domain(self) -> str:
        return self.id.partition(".")[0]

    def has(self, feature: int) -> bool:
        return bool(int(self.attributes.get("supported_features") or 0) & feature)


@dataclass(frozen=True, slots=True)
class ServiceCall:
    """Of `domain.service`, for one entity."""

    domain: str
    service: str
    data: dict[str, Any] = field(default_factory=dict)


# ── what it is like ───────────────────────────────────────────────────────────────────────────────────────


def state_of(entity: Entity, fahrenheit: bool) -> State | None:
    """None while the entity is not available. `fahrenheit`: the unit of its temperatures."""
    if entity.state == UNAVAILABLE or entity.domain not in KINDS:
        return None
    return _STATES[KINDS[entity.domain]](entity, fahrenheit)


def _light(entity: Entity, fahrenheit: bool) -> State:
    level = entity.attributes.get("brightness")
    percent = 100 if level is None else max(1, round(level / 255 * 100))
    return {"on": entity.state == "on", "brightness": percent, "color": _color(entity.attributes)}


def _color(attributes: dict[str, Any]) -> str:
    if attributes.get("color_mode") == "color_temp" and (kelvin := attributes.get("color_temp_kelvin")):
        return white_called(kelvin)
    rgb = attributes.get("rgb_color")
    if attributes.get("color_mode") in _COLOR_MODES and rgb and len(rgb) == 3:
        return called((int(rgb[0]), int(rgb[1]), int(rgb[2])))
    return "white"


def _switch(entity: Entity, fahrenheit: bool) -> State:
    if entity.domain == "vacuum":
        return {"on": entity.state in ("cleaning", "on")}
    return {"on": entity.state == "on"}


def _media(entity: Entity, fahrenheit: bool) -> State:
    return {"on": entity.state not in ("off", "standby", "unknown")}


def _fan(entity: Entity, fahrenheit: bool) -> State:
    speed = entity.attributes.get("percentage")
    return {"on": entity.state == "on", "speed": round(speed) if speed else 100}


def _cover(entity: Entity, fahrenheit: bool) -> State:
    position = entity.attributes.get("current_position")
    if position is None:
        position = {"open": 100, "opening": 100, "closed": 0, "closing": 0}.get(entity.state)
    return {"position": position}


def _climate(entity: Entity, fahrenheit: bool) -> State:
    target = entity.attributes.get("temperature")
    low, high = entity.attributes.get("target_temp_low"), entity.attributes.get("target_temp_high")
    if target is None and low is not None and high is not None:
        target = (low + high) / 2
    current = entity.attributes.get("current_temperature")
    return {
        "on": entity.state not in ("off", "unknown"),
        "temperature": _celsius(target, fahrenheit),
        "current": _celsius(current, fahrenheit),
    }


def _lock(entity: Entity, fahrenheit: bool) -> State:
    known = {
        "locked": True,
        "locking": True,
        "unlocked": False,
        "unlocking": False,
        "open": False,
        "opening": False,
    }
    return {"locked": known.get(entity.state)}


def _sensor(entity: Entity, fahrenheit: bool) -> State:
    if entity.domain == "binary_sensor":
        return {"value": {"on": True, "off": False}.get(entity.state)}
    if entity.state == "unknown":
        return {"value": None}
    try:
        number = float(entity.state)
    except ValueError:
        return {"value": entity.state}
    if entity.attributes.get("unit_of_measurement") == "°F":
        return {"value": _celsius(number, fahrenheit=True)}
    return {"value": int(number) if number.is_integer() else number}


def _scene(entity: Entity, fahrenheit: bool) -> State:
    return {"devices": list(entity.attributes.get("entity_id") or ()) if entity.domain == "scene" else []}


_STATES: dict[str, Callable[[Entity, bool], State]] = {
    "light": _light,
    "switch": _switch,
    "media": _media,
    "fan": _fan,
    "cover": _cover,
    "climate": _climate,
    "lock": _lock,
    "sensor": _sensor,
    "scene": _scene,
}


# ── how it is changed ─────────────────────────────────────────────────────────────────────────────────────


def calls_for(entity: Entity, change: State, fahrenheit: bool) -> list[ServiceCall]:
    """The calls, to be made one after the other. Raises `ServiceError` for what the entity cannot do."""
    kind = KINDS[entity.domain]
    if kind == "climate":
        return _climate_calls(entity, change, fahrenheit)
    if kind == "cover":
        return _cover_calls(entity, change)
    if kind == "lock":
        return [ServiceCall("lock", "lock" if change["locked"] else "unlock")] if "locked" in change else []
    if kind == "sensor":
        raise ServiceError("unsupported", f"{_name(entity)} can only be asked.")
    if entity.domain == "vacuum":
        return [_vacuum_call(entity, bool(change.get("on")))]
    if kind == "media" and not entity.has(_PLAYER_ON if change.get("on") else _PLAYER_OFF):
        raise ServiceError(
            "unsupported", f"{_name(entity)} can't be turned {'on' if change.get('on') else 'off'}."
        )
    if change.get("on") is False:
        return [ServiceCall(entity.domain, "turn_off")]
    if kind == "light":
        return [ServiceCall("light", "turn_on", _light_data(entity, change))]
    if kind == "fan" and "speed" in change:
        if not entity.has(_SET_SPEED):
            raise ServiceError("unsupported", f"The speed of {_name(entity)} can't be changed.")
        return [ServiceCall("fan", "turn_on", {"percentage": change["speed"]})]
    return [ServiceCall(entity.domain, "turn_on")]


def _vacuum_call(entity: Entity, on: bool) -> ServiceCall:
    for service, feature in (("start", _START),) if on else (("return_to_base", _RETURN), ("stop", _STOP)):
        if entity.has(feature):
            return ServiceCall("vacuum", service)
    raise ServiceError("unsupported", f"{_name(entity)} can't be {'started' if on else 'stopped'}.")


def _light_data(entity: Entity, change: State) -> dict[str, Any]:
    modes = frozenset(entity.attributes.get("supported_color_modes") or ())
    data: dict[str, Any] = {}
    if "brightness" in change:
        if modes and modes <= {"onoff", "unknown"}:
            raise ServiceError("unsupported", f"{_name(entity)} can't be dimmed.")
        data["brightness_pct"] = change["brightness"]
    color = change.get("color")
    if color in COLORS:
        if color in KELVIN and "color_temp" in modes:
            data["color_temp_kelvin"] = _within(KELVIN[color], entity)
        elif modes & _COLOR_MODES:
            data["rgb_color"] = list(RGB[color])
        elif color != "white":
            raise ServiceError("unsupported", f"{_name(entity)} can't be {color}.")
    return data


def _within(kelvin: int, entity: Entity) -> int:
    lowest = entity.attributes.get("min_color_temp_kelvin") or kelvin
    highest = entity.attributes.get("max_color_temp_kelvin") or kelvin
    return int(min(max(kelvin, lowest), highest))


def _cover_calls(entity: Entity, change: State) -> list[ServiceCall]:
    if "position" not in change:
        return []
    position, noun = change["position"], entity.domain
    if position in (0, 100):
        return [ServiceCall(noun, f"{'open' if position else 'close'}_{noun}")]
    if not entity.has(_SET_POSITION):
        raise ServiceError("unsupported", f"{_name(entity)} can only be opened and closed.")
    return [ServiceCall(noun, f"set_{noun}_position", {"position": position})]


def _climate_calls(entity: Entity, change: State, fahrenheit: bool) -> list[ServiceCall]:
    calls = []
    if change.get("on") is False:
        return [_switched(entity, "off")]
    if change.get("on") and entity.state == "off":
        calls.append(_switched(entity, "on"))
    if (celsius := change.get("temperature")) is not None:
        wanted = _own_unit(celsius, fahrenheit)
        low, high = entity.attributes.get("target_temp_low"), entity.attributes.get("target_temp_high")
        data: dict[str, Any] = {"temperature": wanted}
        if entity.attributes.get("temperature") is None and low is not None and high is not None:
            half = (high - low) / 2  # a range moves as a whole
            data = {"target_temp_low": wanted - half, "target_temp_high": wanted + half}
        calls.append(ServiceCall("climate", "set_temperature", data))
    return calls


def _switched(entity: Entity, how: str) -> ServiceCall:
    if entity.has(_TURN_ON if how == "on" else _TURN_OFF):
        return ServiceCall("climate", f"turn_{how}")
    modes = [mode for mode in entity.attributes.get("hvac_modes") or () if (mode == "off") == (how == "off")]
    if not modes:
        raise ServiceError("unsupported", f"{_name(entity)} can't be turned {how}.")
    best = next((mode for mode in ("auto", "heat_cool", "heat") if mode in modes), modes[0])
    return ServiceCall("climate", "set_hvac_mode", {"hvac_mode": best})


def is_so(state: State, change: State) -> bool:
    """Whether a change has come about, as near as devices keep to it. A cover is on its way for a while, and a lamp's
    colour has more than one name: those are not waited for."""
    unsure = ("color", "devices", "position")
    return all(_near(state.get(name), value) for name, value in change.items() if name not in unsure)


def _near(now: Any, wanted: Any) -> bool:
    if isinstance(now, bool) or isinstance(wanted, bool) or now is None or wanted is None:
        return bool(now == wanted)
    return abs(now - wanted) <= 2 if isinstance(now, int | float) else bool(now == wanted)


def _name(entity: Entity) -> str:
    return f"the {entity.attributes.get('friendly_name') or entity.id}"


def _celsius(value: float | None, fahrenheit: bool) -> float | None:
    return round((value - 32) * 5 / 9, 1) if fahrenheit and value is not None else value


def _own_unit(celsius: float, fahrenheit: bool) -> float:
    return round(celsius * 9 / 5 + 32, 1) if fahrenheit else celsius
