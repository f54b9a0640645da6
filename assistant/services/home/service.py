"""Changing and asking about things in the home."""

from collections.abc import Callable, Mapping
from typing import Any, Literal, ParamSpec

from pydantic import Field

from assistant.config.model import Config, Device, Home
from assistant.services.home.backend import HomeBackend, State, device_id
from assistant.services.home.change import (
    SwitchedTo,
    Wish,
    able,
    change,
    degrees,
    described,
    is_unlocking,
    word_for,
)
from assistant.services.home.default import home_of, united
from assistant.services.home.names import HomeNames, Resolution
from assistant.services.numbers import joined, number, words
from assistant.services.service import Assessment, Call, Done, Input, Origin, Risk, ServiceError, service

P = ParamSpec("P")
Value = float | str | None
_TIMEOUT_S = 7.0  # a lock takes its time


class Target(Input):
    """What is meant, as it was said. Any one of these is enough."""

    device: str = Field("", description="`kitchen light`, `the lamp in the bedroom`, `all the lights`.")
    area: str = Field("", description="`kitchen`; alone: whatever there can do it.")
    kind: str = Field("", description="`light`, `blinds`, `thermostat`: everything of that kind.")
    all: bool = Field(False, description="Everything that can do it.")


class SetInput(Input):
    target: Target
    state: SwitchedTo | None = None
    brightness: Value = Field(None, description="Percent: 30, `thirty percent`, `half`.")
    brightness_step: Value = Field(None, description="Percent brighter, or darker when negative.")
    color: str | None = None
    temperature: Value = Field(None, description="Degrees in the owner's unit: 21, `twenty one degrees`.")
    temperature_step: Value = Field(None, description="Degrees warmer, or colder when negative.")
    position: Value = Field(None, description="Percent open.")


class RestoreInput(Input):
    states: dict[str, State] = Field(description="Properties to go back to, by device id.")


class QueryInput(Input):
    target: Target
    property: Literal["", "state", "brightness", "color", "temperature", "position"] = ""


class HomeServices:
    def __init__(self, config: Config, backend: HomeBackend) -> None:
        self._backend = backend
        self._imperial = config.units == "imperial"
        self._homes: dict[str, Home] = {}
        self.know("settings", home_of(config))

    def know(self, source: str, home: Home) -> None:
        """The home as one source of names has it, in place of what it told before, from the next call on; the backend
        has to have its devices already."""
        self._homes[source] = home
        home = united(self._homes.values())
        self._names = HomeNames(home)
        self._devices = {device_id(device): device for device in home.devices}

    @service(
        "home.set",
        "Change something in the home.",
        Risk.REVERSIBLE,
        assess="_assess_set",
        timeout_s=_TIMEOUT_S,
    )
    async def set(self, asked: SetInput, origin: Origin) -> Done:
        wish, found = self._wish(asked), await self._known(self._meant, asked)
        before = await self._backend.states()
        found = self._reached(found, before)
        if wish.brightness_step is not None and not found.named:
            found = _those_on(found, before)
        changes = {device_id(d): change(d, wish, before[device_id(d)]) for d in found.devices}
        after = await self._backend.apply(changes)
        undo = {
            device: {name: before[device][name] for name in changes[device]}
            for device in changes
            if after[device] != before[device]
        }
        return Done(
            {
                "changed": [self._result(device, after[device_id(device)]) for device in found.devices],
                "spoken_target": found.spoken,
            },
            (Call("home.restore", {"states": undo}),) if undo else (),
        )

    @service(
        "home.restore",
        "Set devices back to a state they had.",
        Risk.REVERSIBLE,
        assess="_assess_restore",
        timeout_s=_TIMEOUT_S,
    )
    async def restore(self, asked: RestoreInput, origin: Origin) -> dict[str, Any]:
        known = {device: state for device, state in asked.states.items() if device in self._devices}
        now = await self._backend.states()
        # Only properties that the device has: the argument is data from outside like any other.
        changes = {d: {k: v for k, v in state.items() if k in now[d]} for d, state in known.items()}
        after = await self._backend.apply(changes)
        return {"changed": [self._result(self._devices[device], after[device]) for device in changes]}

    @service("home.query", "Tell the state of something in the home.", Risk.READ)
    async def query(self, asked: QueryInput, origin: Origin) -> dict[str, Any]:
        target = asked.target
        found = await self._known(
            self._names.resolve, target.device, target.area, target.kind, target.all, _has(asked.property)
        )
        states = await self._backend.states()
        found = self._reached(found, states)
        devices = [device for device in found.devices if found.named or _has(asked.property)(device)]
        if not devices or not all(_has(asked.property)(device) for device in devices):
            raise ServiceError("unsupported", f"I can't tell the {asked.property} of {found.spoken}.")
        pairs = [(device, states[device_id(device)]) for device in devices]
        return {
            "devices": [self._result(device, state) for device, state in pairs],
            "spoken": self._told(pairs, asked.property),
            "spoken_target": found.spoken,
        }

    async def _assess_set(self, asked: SetInput, origin: Origin) -> Assessment:
        wish = self._wish(asked)
        found = await self._known(self._meant, asked)
        unlocking = [device for device in found.devices if is_unlocking(device, wish)]
        return self._assessed(unlocking)

    async def _assess_restore(self, asked: RestoreInput, origin: Origin) -> Assessment:
        unlocking = [
            self._devices[device]
            for device, state in asked.states.items()
            if device in self._devices and not state.get("locked", True)
        ]
        return self._assessed(unlocking)

    async def _known(self, meant: Callable[P, Resolution], *asked: P.args, **more: P.kwargs) -> Resolution:
        """What is meant; a home that cannot be reached may have what is not known."""
        try:
            return meant(*asked, **more)
        except ServiceError:
            await self._backend.states()
            if self._backend.trouble:
                raise ServiceError("unreachable", self._backend.trouble) from None
            return meant(*asked, **more)

    def _reached(self, found: Resolution, states: Mapping[str, State]) -> Resolution:
        """Those that can be reached now."""
        there = tuple(device for device in found.devices if device_id(device) in states)
        if not there:
            verb = "are" if len(found.devices) > 1 else _is(found.devices[0])
            sentence = f"{found.spoken[:1].upper()}{found.spoken[1:]} {verb} not there right now."
            raise ServiceError("unreachable", self._backend.trouble or sentence)
        return Resolution(there, found.spoken, found.named)

    def _assessed(self, unlocking: list[Device]) -> Assessment:
        if not unlocking:
            return Assessment(Risk.REVERSIBLE)
        names = joined([self._names.spoken(device) for device in unlocking])
        return Assessment(Risk.RISKY, f"Shall I really unlock {names}?")

    def _meant(self, asked: SetInput) -> Resolution:
        wish, target = self._wish(asked), asked.target
        found = self._names.resolve(
            target.device, target.area, target.kind, target.all, able=lambda device: able(device, wish)
        )
        can = tuple(device for device in found.devices if able(device, wish))
        if not can:
            verb = f"be {_participle(wish.state)}" if wish.state else "do that"
            raise ServiceError("unsupported", f"{found.spoken[:1].upper()}{found.spoken[1:]} can't {verb}.")
        return Resolution(can, found.spoken, found.named)

    def _wish(self, asked: SetInput) -> Wish:
        wish = Wish(
            state=asked.state,
            brightness=_number(asked.brightness, "brightness"),
            brightness_step=_number(asked.brightness_step, "change of brightness"),
            color=asked.color or None,
            temperature=self._celsius(_number(asked.temperature, "temperature")),
            temperature_step=self._kelvin(_number(asked.temperature_step, "change of temperature")),
            position=_number(asked.position, "position"),
        )
        if wish.state is None and not wish.properties():
            raise ServiceError("nothing_to_do", "What should I do with it?")
        return wish

    def _celsius(self, value: float | None) -> float | None:
        return (value - 32) * 5 / 9 if self._imperial and value is not None else value

    def _kelvin(self, value: float | None) -> float | None:
        return value * 5 / 9 if self._imperial and value is not None else value

    def _result(self, device: Device, state: State) -> dict[str, Any]:
        return {
            "id": device_id(device),
            "name": device.name,
            "kind": device.kind,
            "area": device.area,
            "spoken": self._names.spoken(device),
            "state": word_for(state),
            "spoken_state": described(device, state, self._imperial),
            **state,
        }

    def _told(self, pairs: list[tuple[Device, State]], wanted: str) -> str:
        if wanted in ("", "state") and len(pairs) > 3:
            return self._told_briefly(pairs)
        told = [
            f"{self._names.spoken(device)} {_is(device)} {self._value(device, state, wanted)}"
            for device, state in pairs
        ]
        sentence = joined(told)
        return f"{sentence[:1].upper()}{sentence[1:]}."

    def _value(self, device: Device, state: State, wanted: str) -> str:
        match wanted:
            case "brightness":
                level: float = state["brightness" if device.kind == "light" else "speed"]
                return f"at {words(level)} percent" if state["on"] else "off"
            case "color":
                return str(state["color"])
            case "temperature":
                return f"at {degrees(state['current'], self._imperial)} degrees"
        return described(device, state, self._imperial)

    def _told_briefly(self, pairs: list[tuple[Device, State]]) -> str:
        active = [device for device, state in pairs if _active(state)]
        switched = all("on" in state for _, state in pairs)
        if not active:
            return "All of them are off." if switched else "Everything there is off, closed or locked."
        how = "on" if switched else "on, open or unlocked"
        if len(active) > 4:
            return f"{words(len(active)).capitalize()} of {words(len(pairs))} are {how}."
        names = joined([self._names.spoken(device) for device in active])
        verb = _is(active[0]) if len(active) == 1 else "are"
        return f"{names[:1].upper()}{names[1:]} {verb} {how}, nothing else."


_PROPERTY_KEYS = {
    "brightness": ("brightness", ("light", "fan")),
    "color": ("color", ("light",)),
    "temperature": ("current", ("climate",)),
    "position": ("position", ("cover",)),
}


def _has(wanted: str) -> Callable[[Device], bool]:
    kinds = _PROPERTY_KEYS[wanted][1] if wanted in _PROPERTY_KEYS else None
    return lambda device: kinds is None or device.kind in kinds


def _active(state: State) -> bool:
    return bool(state.get("on") or state.get("position") or not state.get("locked", True))


def _those_on(found: Resolution, states: Mapping[str, State]) -> Resolution:
    """`brighter` said to a room is meant for the lights that are on, unless none is."""
    on = tuple(device for device in found.devices if states[device_id(device)]["on"])
    return Resolution(on, found.spoken, found.named) if on else found


def _is(device: Device) -> str:
    return "are" if device.name.endswith("s") and not device.name.endswith("ss") else "is"


def _number(value: Value, what: str) -> float | None:
    return None if value is None else number(value, what)


def _participle(state: SwitchedTo | None) -> str:
    said = {"on": "turned on", "off": "turned off", "open": "opened", "closed": "closed"}
    return said.get(state or "", str(state))
