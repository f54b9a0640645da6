"""States of devices in words: `on at thirty percent`, `open`, `nineteen degrees`."""

from typing import Any

from assistant.config.model import Device
from assistant.services.home.backend import State
from assistant.services.numbers import words

UNKNOWN = "in a state that I don't know"

_YES_NO: dict[str, tuple[str, str]] = {
    "window": ("open", "closed"),
    "door": ("open", "closed"),
    "garage_door": ("open", "closed"),
    "opening": ("open", "closed"),
    "lock": ("unlocked", "locked"),
    "motion": ("seeing movement", "quiet"),
    "moving": ("moving", "still"),
    "occupancy": ("occupied", "empty"),
    "presence": ("at home", "away"),
    "smoke": ("reporting smoke", "clear"),
    "gas": ("reporting gas", "clear"),
    "carbon_monoxide": ("reporting carbon monoxide", "clear"),
    "moisture": ("wet", "dry"),
    "battery": ("low", "fine"),
    "battery_charging": ("charging", "not charging"),
    "cold": ("cold", "not cold"),
    "heat": ("hot", "not hot"),
    "connectivity": ("connected", "not connected"),
    "plug": ("plugged in", "unplugged"),
    "problem": ("reporting a problem", "fine"),
    "running": ("running", "not running"),
    "vibration": ("vibrating", "still"),
    "sound": ("hearing something", "quiet"),
    "light": ("in the light", "in the dark"),
}
"""Device class of a sensor that tells yes or no → what it is then."""

_UNITS = {
    "%": "percent",
    "lx": "lux",
    "W": "watts",
    "kW": "kilowatts",
    "Wh": "watt hours",
    "kWh": "kilowatt hours",
    "V": "volts",
    "A": "amperes",
    "ppm": "parts per million",
    "µg/m³": "micrograms per cubic metre",
    "hPa": "hectopascals",
    "mbar": "millibars",
    "m/s": "metres a second",
    "km/h": "kilometres an hour",
    "mm": "millimetres",
    "L": "litres",
    "m³": "cubic metres",
    "s": "seconds",
    "min": "minutes",
    "h": "hours",
    "d": "days",
}

ACTIVE = frozenset(("on", "open", "unlocked"))
STATE_WORDS: dict[str, tuple[str, ...]] = {
    "light": ("on", "off"),
    "switch": ("on", "off"),
    "media": ("on", "off"),
    "fan": ("on", "off"),
    "climate": ("on", "off"),
    "cover": ("open", "closed"),
    "lock": ("unlocked", "locked"),
    "scene": (),
}
"""Kind → the words for its states, the active one first."""


def words_of(device: Device) -> tuple[str, ...]:
    """What a device can be: `open` or `closed`. A sensor that does not tell yes or no has none."""
    if device.kind == "sensor":
        return _YES_NO.get(
            device.device_class, ("on", "off") if not (device.device_class or device.unit) else ()
        )
    return STATE_WORDS[device.kind]


def word_for(device: Device, state: State) -> str:
    """One of `words_of`, or the value of a sensor; `unknown` where that is not known."""
    value = _told_by(state)
    if value is None:
        return "unknown"
    if device.kind == "sensor":
        yes, no = _YES_NO.get(device.device_class, ("on", "off"))
        return (yes if value else no) if isinstance(value, bool) else str(value)
    if device.kind == "scene":
        return ""
    active, idle = STATE_WORDS[device.kind]
    return active if value else idle


def _told_by(state: State) -> Any:
    """What tells the state: whether it is active, but for sensors. A lock is active when it is not locked."""
    if "locked" in state:
        return None if state["locked"] is None else not state["locked"]
    for name in ("on", "position", "value"):
        if name in state:
            return state[name]
    return ""


def described(device: Device, state: State, imperial: bool) -> str:
    """`on at thirty percent`, `open`, `set to twenty-one degrees`."""
    if _told_by(state) is None:
        return UNKNOWN
    match device.kind:
        case "light" | "fan":
            level = state["brightness" if device.kind == "light" else "speed"]
            if not state["on"]:
                return "off"
            color = f" and {state['color']}" if state.get("color", "white") != "white" else ""
            return f"on{f' at {words(level)} percent' if level < 100 else ''}{color}"
        case "cover":
            named: dict[Any, str] = {0: "closed", 100: "open"}
            return named.get(state["position"]) or f"{words(state['position'])} percent open"
        case "climate":
            return _climate(state, imperial)
        case "sensor":
            return measured(device, state, imperial)
    return word_for(device, state)


def _climate(state: State, imperial: bool) -> str:
    if not state["on"]:
        return "off"
    target, current = state["temperature"], state["current"]
    told = [f"set to {degrees(target, imperial)} degrees"] if target is not None else []
    told += [f"it is {degrees(current, imperial)} now"] if current is not None else []
    return ", and ".join(told) or "on"


def measured(device: Device, state: State, imperial: bool) -> str:
    """`fifty-four percent`, `nineteen degrees`, `open`."""
    value = state["value"]
    if isinstance(value, bool) or not isinstance(value, int | float):
        return word_for(device, state)
    if device.device_class == "temperature" or device.unit == "°C":
        return f"{degrees(value, imperial)} degrees"
    unit = _UNITS.get(device.unit, device.unit)
    return f"{words(round(value, 1))} {unit}".strip()


def degrees(celsius: float, imperial: bool) -> str:
    """In words, in the owner's unit."""
    return words(round(celsius * 9 / 5 + 32) if imperial else round(celsius, 1))


def is_or_are(device: Device) -> str:
    """Whether a device's name is many: `the blinds are`."""
    return "are" if device.name.endswith("s") and not device.name.endswith("ss") else "is"


def sentence(text: str) -> str:
    """With a capital and a full stop."""
    return f"{text[:1].upper()}{text[1:]}."
