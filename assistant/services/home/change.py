"""What a wish means for one device: `turn it on`, `30 percent`, `two degrees warmer`, `halfway`."""

from dataclasses import dataclass
from typing import Literal

from assistant.config.model import Device
from assistant.services.home.backend import State
from assistant.services.home.colors import COLORS
from assistant.services.numbers import words
from assistant.services.service import ServiceError

SwitchedTo = Literal["on", "off", "open", "closed", "locked", "unlocked"]

STATES: dict[str, frozenset[str]] = {
    "light": frozenset(("on", "off")),
    "switch": frozenset(("on", "off")),
    "cover": frozenset(("open", "closed")),
    "climate": frozenset(("on", "off")),
    "fan": frozenset(("on", "off")),
    "lock": frozenset(("locked", "unlocked", "open")),
    "sensor": frozenset(),
    "media": frozenset(("on", "off")),
    "scene": frozenset(("on",)),
}
_LOWEST_C, _HIGHEST_C = 5.0, 30.0
_USUAL_C = 20.0  # of a thermostat that does not tell what it is set to


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to become of a device; None: left as it is. Levels in percent, temperatures in Celsius."""

    state: SwitchedTo | None = None
    brightness: float | None = None
    brightness_step: float | None = None
    color: str | None = None
    temperature: float | None = None
    temperature_step: float | None = None
    position: float | None = None

    @property
    def is_step(self) -> bool:
        """A little more or less, rather than a state: no harm where it reaches more than was meant."""
        return self.brightness_step is not None or self.temperature_step is not None

    def properties(self) -> list[str]:
        """Names of what is to change, but for `state`."""
        return [name for name in self.__slots__ if name != "state" and getattr(self, name) is not None]


_PROPERTIES = {
    "light": frozenset(("brightness", "brightness_step", "color")),
    "climate": frozenset(("temperature", "temperature_step")),
    "cover": frozenset(("position", "brightness")),  # "the blinds to 50 percent"
    "fan": frozenset(("brightness", "brightness_step")),  # "the fan to 50 percent"
}


def able(device: Device, wish: Wish) -> bool:
    """Whether this kind of device can do that."""
    known = _PROPERTIES.get(device.kind, frozenset())
    return (wish.state is None or wish.state in STATES[device.kind]) and set(wish.properties()) <= known


def is_unlocking(device: Device, wish: Wish) -> bool:
    return device.kind == "lock" and wish.state in ("unlocked", "open")


def change(device: Device, wish: Wish, now: State) -> State:
    """The properties that change. Raises `ServiceError` for values that no device has."""
    match device.kind:
        case "light":
            return _light(wish, now)
        case "fan":
            return _level(wish, now, "speed")
        case "cover":
            position = wish.brightness if wish.position is None else wish.position
            if position is None:
                position = {"open": 100.0, "closed": 0.0}.get(wish.state or "")
            return {"position": round(_percent(position, "position"))} if position is not None else {}
        case "climate":
            return _climate(wish, now)
        case "lock":
            return {"locked": wish.state == "locked"} if wish.state else {}
    return {"on": wish.state == "on"} if wish.state else {}


def _light(wish: Wish, now: State) -> State:
    changed = _level(wish, now, "brightness")
    if wish.color is not None:
        color = " ".join(wish.color.casefold().split())
        if color not in COLORS:
            raise ServiceError("unknown_color", f"I don't know the colour {color[:40]}.")
        changed = {"on": True} | changed | {"color": color}
    return changed


def _level(wish: Wish, now: State, name: str) -> State:
    level: float | None = None
    if wish.brightness is not None:
        level = _percent(wish.brightness, name)
    elif wish.brightness_step is not None:
        if not now["on"] and wish.state == "on":
            return {"on": True}  # "it's too dark": the lamp as it was, rather than a quarter of it
        if not now["on"] and wish.brightness_step < 0:
            return {}  # what is off is not turned on to be dimmed
        level = min(100.0, max(1.0, (now[name] if now["on"] else 0) + wish.brightness_step))
    changed: State = {}
    if level is not None:
        changed = {"on": True, name: round(level)} if level >= 1 else {"on": False}
    return changed | ({"on": wish.state == "on"} if wish.state else {})


def _climate(wish: Wish, now: State) -> State:
    changed: State = {"on": wish.state == "on"} if wish.state else {}
    target: float | None = wish.temperature
    if wish.temperature_step is not None:
        target = min(_HIGHEST_C, max(_LOWEST_C, (now["temperature"] or _USUAL_C) + wish.temperature_step))
    if target is None:
        return changed
    if not _LOWEST_C <= target <= _HIGHEST_C:
        raise ServiceError(
            "out_of_range",
            f"The temperature has to be between {words(_LOWEST_C)} and {words(_HIGHEST_C)} degrees Celsius.",
        )
    return {"on": True, "temperature": round(target, 1)} | changed


def _percent(value: float, name: str) -> float:
    if not 0 <= value <= 100:
        raise ServiceError("out_of_range", f"The {name} has to be between zero and one hundred percent.")
    return value
