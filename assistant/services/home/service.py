"""Changing things in the home, and taking it back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from assistant.config.model import Device, SceneSetting
from assistant.services.home.backend import State, device_id
from assistant.services.home.change import SwitchedTo, Wish, able, change, is_unlocking
from assistant.services.home.entity import is_so
from assistant.services.home.known import KnownHome, Target
from assistant.services.home.names import HomeNames, Resolution
from assistant.services.home.places import is_here
from assistant.services.home.words import described, word_for
from assistant.services.numbers import joined, number
from assistant.services.service import Assessment, Call, Done, Input, Origin, Risk, ServiceError, service

Value = float | str | None
_TIMEOUT_S = 7.0  # a lock takes its time
_MOST_NAMED = 3  # of devices that were changed; of more it is said what they were called together


class SetInput(Input):
    target: Target
    state: SwitchedTo | None = None
    brightness: Value = Field(None, description="Percent: 30, `thirty percent`, `half`; of a fan its speed.")
    brightness_step: Value = Field(None, description="Percent brighter, or darker when negative.")
    color: str | None = None
    temperature: Value = Field(None, description="Degrees in the owner's unit: 21, `twenty one degrees`.")
    temperature_step: Value = Field(None, description="Degrees warmer, or colder when negative.")
    position: Value = Field(None, description="Percent open.")


class RestoreInput(Input):
    states: dict[str, State] = Field(description="Properties to go back to, by device id.")


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is to be done: a wish for each device, and what to call them together."""

    found: Resolution
    states: Mapping[str, State]
    wishes: tuple[tuple[Device, Wish], ...]
    unreached: tuple[Device, ...] = ()


class HomeServices:
    def __init__(self, home: KnownHome) -> None:
        self._home = home

    @service(
        "home.set",
        "Change something in the home.",
        Risk.REVERSIBLE,
        assess="_assess_set",
        timeout_s=_TIMEOUT_S,
    )
    async def set(self, asked: SetInput, origin: Origin) -> Done:
        plan = await self._planned(asked, origin)
        before = plan.states
        changes = {device_id(each): change(each, wish, before[device_id(each)]) for each, wish in plan.wishes}
        after = await self._home.backend.apply(changes)
        undo = _undoing(plan, before, changes, after)
        return Done(
            {
                "changed": [self._result(device, after[device_id(device)]) for device, _ in plan.wishes],
                "spoken_target": plan.found.spoken,
                "scene": all(device.kind == "scene" for device in plan.found.devices),
                "unreached": [
                    self._home.names.spoken(device)
                    for device in (*plan.unreached, *_unchanged(plan, changes, after))
                ],
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
        now = await self._home.backend.states()
        devices = self._home.devices
        known = {
            device: state for device, state in asked.states.items() if device in devices and device in now
        }
        if asked.states and not known:
            raise ServiceError("unreachable", self._home.backend.trouble or "That is not there any more.")
        # Only properties that the device has: the argument is data from outside like any other.
        changes = {d: {k: v for k, v in state.items() if k in now[d]} for d, state in known.items()}
        after = await self._home.backend.apply(changes)
        return {"changed": [self._result(devices[device], after[device]) for device in changes]}

    async def _assess_set(self, asked: SetInput, origin: Origin) -> Assessment:
        plan = await self._planned(asked, origin)
        return self._assessed([device for device, wish in plan.wishes if is_unlocking(device, wish)])

    async def _assess_restore(self, asked: RestoreInput, origin: Origin) -> Assessment:
        devices = self._home.devices
        return self._assessed(
            [
                devices[device]
                for device, state in asked.states.items()
                if device in devices and not state.get("locked", True)
            ]
        )

    def _assessed(self, unlocking: list[Device]) -> Assessment:
        if not unlocking:
            return Assessment(Risk.REVERSIBLE)
        names = joined([self._home.names.spoken(device) for device in unlocking])
        return Assessment(Risk.RISKY, f"Shall I really unlock {names}?")

    async def _planned(self, asked: SetInput, origin: Origin) -> _Plan:
        wish = self._wish(asked)
        meant = await self._home.meant(asked.target, lambda device: able(device, wish), origin)
        if not (meant.named or origin.room or wish.is_step) and is_here(asked.target.area):
            raise self._home.which_room(meant, origin)
        can = tuple(device for device in meant.devices if able(device, wish))
        if not can:
            verb = f"be {_participle(wish.state)}" if wish.state else "do that"
            raise ServiceError("unsupported", f"{meant.spoken[:1].upper()}{meant.spoken[1:]} can't {verb}.")
        found, states = await self._home.reached(Resolution(can, meant.spoken, meant.named))
        if wish.brightness_step is not None and not found.named:
            found = _those_on(found, states, self._home.names)
        wishes = [each for device in found.devices for each in self._wishes(device, wish)]
        there = tuple(each for each in wishes if device_id(each[0]) in states)
        if not there:
            raise ServiceError(
                "unreachable", self._home.backend.trouble or "Nothing of that is there right now."
            )
        gone = {
            device: None
            for device in (*can, *(device for device, _ in wishes))
            if device_id(device) not in states
        }
        return _Plan(
            found, states, there, tuple(device for device in gone if self._home.scene_of(device) is None)
        )

    def _wishes(self, device: Device, wish: Wish) -> list[tuple[Device, Wish]]:
        """A scene of the settings is what it makes of each device."""
        if (scene := self._home.scene_of(device)) is None:
            return [(device, wish)]
        wishes = {
            each: _setting(setting)
            for setting in scene.settings
            for each in self._home.names.resolve(setting.device).devices
        }  # of two settings for one device the later counts
        if not wishes:
            raise ServiceError("nothing_to_do", f"The scene {scene.name} has no settings yet.")
        return list(wishes.items())

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
        return (value - 32) * 5 / 9 if self._home.imperial and value is not None else value

    def _kelvin(self, value: float | None) -> float | None:
        return value * 5 / 9 if self._home.imperial and value is not None else value

    def _result(self, device: Device, state: State) -> dict[str, Any]:
        return result_of(self._home, device, state)


def result_of(home: KnownHome, device: Device, state: State) -> dict[str, Any]:
    """A device and its state as services hand it out."""
    return {
        "id": device_id(device),
        "name": device.name,
        "kind": device.kind,
        "area": device.area,
        "spoken": home.names.spoken(device),
        "state": word_for(device, state),
        "spoken_state": described(device, state, home.imperial),
        **state,
    }


def _undoing(
    plan: _Plan, before: Mapping[str, State], changes: Mapping[str, State], after: Mapping[str, State]
) -> dict[str, State]:
    """What each device goes back to. A backend's scene tells which devices it changes."""
    undo = {
        device: {name: before[device][name] for name in changes[device] if name in before[device]}
        for device in changes
        if after[device] != before[device]
    }
    members = [
        member
        for device, _ in plan.wishes
        if device.kind == "scene"
        for member in before[device_id(device)].get("devices", ())
    ]
    undo |= {member: dict(before[member]) for member in members if member in before}
    return {device: state for device, state in undo.items() if state and "devices" not in state}


def _unchanged(plan: _Plan, changes: Mapping[str, State], after: Mapping[str, State]) -> list[Device]:
    """Those that did not do it. Of things of all kinds ("everything") nobody expects it of each."""
    if len({device.kind for device, _ in plan.wishes}) > 1:
        return []
    return [
        device for device, _ in plan.wishes if not is_so(after[device_id(device)], changes[device_id(device)])
    ]


def _setting(setting: SceneSetting) -> Wish:
    return Wish(
        state=setting.state,
        brightness=setting.brightness,
        color=setting.color,
        temperature=setting.temperature,
        position=setting.position,
    )


def _those_on(found: Resolution, states: Mapping[str, State], names: HomeNames) -> Resolution:
    """`brighter` said to a room is meant for the lights that are on, unless none is."""
    on = tuple(device for device in found.devices if states[device_id(device)].get("on"))
    if not on or len(on) == len(found.devices):
        return found
    few = len(on) <= _MOST_NAMED
    spoken = joined([names.spoken(device) for device in on]) if few else found.spoken
    return Resolution(on, spoken, found.named)


def _number(value: Value, what: str) -> float | None:
    return None if value is None else number(value, what)


def _participle(state: SwitchedTo | None) -> str:
    said = {"on": "turned on", "off": "turned off", "open": "opened", "closed": "closed"}
    return said.get(state or "", str(state))
