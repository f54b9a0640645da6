"""Which things in the home a sentence means, in the words it was said with.

A target is {"device"?, "area"?, "kind"?, "all"?}; the home resolves the names.
"""

import re
from typing import Any

from rasa_sdk import Tracker

from actions.base import entities, given

Target = dict[str, Any]

_EVERYTHING = {"everything", "all", "all of them"}
# Words for a whole kind of things rather than for one of them.
_KINDS = {
    "light": "light",
    "lamp": "light",
    "blind": "cover",
    "curtain": "cover",
    "shutter": "cover",
    "shade": "cover",
    "cover": "cover",
    "fan": "fan",
    "lock": "lock",
    "door": "lock",
    "heating": "climate",
    "thermostat": "climate",
    "switch": "switch",
    "plug": "switch",
    "socket": "switch",
}
_ALL_WORDS = re.compile(r"^(?:(?:all|every|each)(?: of)?(?: the| my)? |the |my )")
_LIKES = {"open_cover": "cover", "close_cover": "cover", "lock": "lock", "unlock": "lock"}


def targets(tracker: Tracker, intent: str) -> list[Target]:
    """The targets that this message names, perhaps none. Two devices, or a device in two areas, are two."""
    devices, areas = entities(tracker, "device"), entities(tracker, "area")
    if not devices:
        return [_area_target(area, intent) for area in areas]
    if not areas:
        return [target(device, None, intent) for device in devices]
    if len(devices) == len(areas):
        return [target(device, area, intent) for device, area in zip(devices, areas, strict=True)]
    return [target(device, area, intent) for device in devices for area in areas]


def target(device: str, area: str | None, intent: str) -> Target:
    """One target. "lights" is a kind, "all the lights" all of a kind, "floor lamp" a device."""
    words = device.lower()
    bare = _ALL_WORDS.sub("", words)
    every = bare != words and words.startswith(("all", "every", "each"))
    if words in _EVERYTHING or bare in _EVERYTHING:
        return given(all=True, area=area, kind=_LIKES.get(intent))
    kind = _KINDS.get(bare) or _KINDS.get(bare.removesuffix("s"))
    if kind == "lock" and intent not in ("lock", "unlock", "query_state"):
        kind = None  # "open the door" is about a door, not about its lock
    plural = bare.endswith("s")
    if kind and (plural or every or area):
        return given(kind=kind, area=area, all=True if every or (plural and not area) else None)
    return given(device=bare, area=area)


def _area_target(area: str, intent: str) -> Target:
    """An area alone: its lights, or what the verb is about. "lock the garage" may be a device of that
    name."""
    kind = _LIKES.get(intent)
    if kind:
        return {"device": area}
    if intent in ("set_temperature", "warmer", "cooler", "query_temperature"):
        return {"area": area, "kind": "climate"}
    return {"area": area, "kind": "light"}


def spoken(chosen: list[Target]) -> str:
    """The targets in words, for a question: "the front door"."""
    return " and ".join(_spoken(one) for one in chosen)


def _spoken(one: Target) -> str:
    noun = one.get("device") or {"light": "lights", "cover": "blinds", "lock": "doors"}.get(
        one.get("kind", ""), "things"
    )
    if one.get("all") and not one.get("area"):
        return "everything" if not one.get("kind") else f"all the {noun}"
    place = f" in the {one['area']}" if one.get("area") else ""
    return f"the {noun}{place}"
