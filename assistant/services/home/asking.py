"""Asking what is so in the home: one device, a room, or which of many."""

from collections.abc import Callable
from typing import Any, Literal

from pydantic import Field

from assistant.config.model import Device
from assistant.services.home.backend import State, device_id
from assistant.services.home.known import KnownHome, Target
from assistant.services.home.names import Resolution
from assistant.services.home.service import result_of
from assistant.services.home.words import (
    degrees,
    described,
    is_or_are,
    measured,
    sentence,
    word_for,
    words_of,
)
from assistant.services.numbers import joined, words
from assistant.services.service import Input, Origin, Risk, ServiceError, service

Pairs = list[tuple[Device, State]]
Property = Literal["", "state", "brightness", "color", "temperature", "position"]

MOST_NAMED = 6  # in one answer; of more it is said how many they are
_SAME_AS = {
    "shut": "closed",
    "active": "on",
    "detected": "on",
    "triggered": "on",
    "clear": "off",
    "inactive": "off",
}


class QueryInput(Input):
    target: Target
    property: Property = ""
    state: str = Field(
        "", description="What is asked whether it is so: `open`. Chooses between a door and its lock."
    )


class FindInput(Input):
    target: Target
    state: str = Field("on", description="What they have to be: on, off, open, closed, locked, unlocked, …")
    ask: Literal["which", "any", "all", "count"] = "which"


class HomeQuestions:
    def __init__(self, home: KnownHome) -> None:
        self._home = home

    @service("home.query", "Tell the state of something in the home.", Risk.READ)
    async def query(self, asked: QueryInput, origin: Origin) -> dict[str, Any]:
        has = _has(asked.property)

        def able(device: Device) -> bool:
            return has(device) and (not asked.state or _meaning(device, asked.state) is not None)

        meant = await self._home.meant(asked.target, able, origin)
        devices = [device for device in meant.devices if meant.named or has(device)]
        if not devices or not all(has(device) for device in devices):
            raise ServiceError("unsupported", f"I can't tell the {asked.property} of {meant.spoken}.")
        found, states = await self._home.reached(Resolution(tuple(devices), meant.spoken, meant.named))
        pairs = [(device, states[device_id(device)]) for device in found.devices if device.kind != "scene"]
        if asked.property == "temperature":
            pairs = _measuring(pairs, anywhere=not (asked.target.area or asked.target.all))
        if asked.property == "temperature" and len(pairs) > MOST_NAMED:
            raise self._home.which_room(found, origin)
        if not pairs:
            raise ServiceError("unsupported", f"There is nothing to tell of {found.spoken}.")
        return {
            "devices": [result_of(self._home, device, state) for device, state in pairs],
            "spoken": self._told(pairs, asked.property),
            "spoken_target": found.spoken,
        }

    @service("home.find", "Tell which things in the home are in a state.", Risk.READ)
    async def find(self, asked: FindInput, origin: Origin) -> dict[str, Any]:
        meant = await self._home.meant(
            asked.target, lambda device: _meaning(device, asked.state) is not None, origin
        )
        devices = tuple(device for device in meant.devices if _meaning(device, asked.state) is not None)
        if not devices:
            raise ServiceError(
                "unsupported", f"I can't tell whether {meant.spoken} {_are(meant)} {asked.state}."
            )
        found, states = await self._home.reached(Resolution(devices, meant.spoken, meant.named))
        pairs = [(device, states[device_id(device)]) for device in found.devices]
        matching = [
            device for device, state in pairs if word_for(device, state) == _meaning(device, asked.state)
        ]
        rest = [(device, state) for device, state in pairs if device not in matching]
        return {
            "matching": [result_of(self._home, d, state) for d, state in pairs if d in matching],
            "count": len(matching),
            "of": len(pairs),
            "spoken": self._answer(asked, found, matching, rest),
            "spoken_target": found.spoken,
        }

    # ── what is said ──────────────────────────────────────────────────────────────────────────────────────

    def _answer(self, asked: FindInput, found: Resolution, matching: list[Device], rest: Pairs) -> str:
        word = _SAME_AS.get(asked.state, asked.state)
        many = word if word not in ("on", "off") or not matching else str(_meaning(matching[0], asked.state))
        if asked.ask == "all":
            return self._all(found, many, rest)
        if not matching:
            return f"{'No, ' if asked.ask == 'any' else ''}{_none(found, many, asked.ask == 'any')}."
        yes = "Yes, " if asked.ask == "any" else ""
        if len(matching) > MOST_NAMED:
            return sentence(f"{yes}{words(len(matching))} of {words(len(matching) + len(rest))} are {many}")
        names = joined([self._home.names.spoken(device) for device in matching])
        if yes:
            return sentence(f"{yes}{names} {is_or_are(matching[0]) if len(matching) == 1 else 'are'} {many}")
        if len(matching) == 1:
            return sentence(f"only {names} {is_or_are(matching[0])} {many}")
        count = f"{words(len(matching))} are" if asked.ask == "count" else "these are"
        return sentence(f"{count} {many}: {names}")

    def _all(self, found: Resolution, word: str, rest: Pairs) -> str:
        if not rest:
            return sentence(f"yes, {found.spoken} {_are(found)} {word}")
        if len(rest) > MOST_NAMED:
            return sentence(f"no, {words(len(rest))} of {words(len(found.devices))} are not")
        return sentence(f"no, {self._each(rest)}")

    def _told(self, pairs: Pairs, wanted: str) -> str:
        if wanted in ("", "state") and len(pairs) > 3:
            return self._told_briefly(pairs)
        return sentence(
            joined(
                [
                    f"{self._home.names.spoken(device)} {is_or_are(device)} {self._value(device, state, wanted)}"
                    for device, state in pairs
                ]
            )
        )

    def _each(self, pairs: Pairs) -> str:
        return joined(
            [
                f"{self._home.names.spoken(d)} {is_or_are(d)} {described(d, state, self._home.imperial)}"
                for d, state in pairs
            ]
        )

    def _value(self, device: Device, state: State, wanted: str) -> str:
        match wanted:
            case "brightness":
                level: float = state["brightness" if device.kind == "light" else "speed"]
                return f"at {words(level)} percent" if state["on"] else "off"
            case "color":
                return str(state["color"])
            case "temperature" if device.kind == "climate":
                return f"at {degrees(state['current'], self._home.imperial)} degrees"
            case "temperature":
                return measured(device, state, self._home.imperial)
        return described(device, state, self._home.imperial)

    def _told_briefly(self, pairs: Pairs) -> str:
        pairs = [(device, state) for device, state in pairs if words_of(device)]
        active = [device for device, state in pairs if word_for(device, state) == words_of(device)[0]]
        switched = all("on" in state for _, state in pairs)
        if not active:
            return "All of them are off." if switched else "Everything there is off, closed or locked."
        how = "on" if switched else "on, open or unlocked"
        if len(active) > 4:
            return f"{words(len(active)).capitalize()} of {words(len(pairs))} are {how}."
        names = joined([self._home.names.spoken(device) for device in active])
        verb = is_or_are(active[0]) if len(active) == 1 else "are"
        return f"{names[:1].upper()}{names[1:]} {verb} {how}, nothing else."


_PROPERTY_KINDS = {
    "brightness": ("light", "fan"),
    "color": ("light",),
    "position": ("cover",),
}


def _has(wanted: str) -> Callable[[Device], bool]:
    if wanted == "temperature":
        return lambda device: device.kind == "climate" or device.device_class == "temperature"
    kinds = _PROPERTY_KINDS.get(wanted)
    return lambda device: kinds is None or device.kind in kinds


def _measuring(pairs: Pairs, anywhere: bool) -> Pairs:
    """Those that know how warm it is. A room is told once, by its thermostat where it has one; so is a house of which
    no room was named."""
    pairs = [(d, s) for d, s in pairs if s.get("current" if d.kind == "climate" else "value") is not None]
    heated = {device.area for device, _ in pairs if device.kind == "climate"}
    if anywhere and heated and len({device.area for device, _ in pairs}) > 1:
        return [(device, state) for device, state in pairs if device.kind == "climate"]
    return [(d, s) for d, s in pairs if d.kind == "climate" or not d.area or d.area not in heated] or pairs


def _meaning(device: Device, said: str) -> str | None:
    """The state that a word means for a device; None where it cannot be that."""
    can, wanted = words_of(device), _SAME_AS.get(said, said)
    if wanted in can:
        return wanted
    if len(can) == 2 and device.kind == "sensor" and wanted in ("on", "off"):
        return can[0] if wanted == "on" else can[1]
    return None


def _none(found: Resolution, word: str, short: bool) -> str:
    """`no lights are on`, `none of the kitchen lights are on`, `the front door is not open`."""
    if len(found.devices) == 1:
        text = f"{found.spoken} {_are(found)} not {word}"
    elif found.spoken.startswith("all the "):
        text = f"no {found.spoken.removeprefix('all the ')} are {word}"
    else:
        text = f"none of {found.spoken} are {word}"
    return text if short else f"{text[:1].upper()}{text[1:]}"


def _are(found: Resolution) -> str:
    return is_or_are(found.devices[0]) if len(found.devices) == 1 else "are"
