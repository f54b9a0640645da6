"""Which things in the home a sentence means, in the words it was said with.

A target is {"device"?, "area"?, "kind"?, "all"?, "but"?, "among"?}; the home resolves the names.
"""

import re
from typing import Any

from rasa_sdk import Tracker

from actions.base import given, text_of

Target = dict[str, Any]

_EVERYTHING = {"everything", "all", "all of them", "every thing"}
# Words for a whole kind of things rather than for one of them; the home knows which things those are.
_KINDS = {
    **dict.fromkeys(("light", "lamp", "bulb"), "light"),
    **dict.fromkeys(("blind", "curtain", "shutter", "shade", "cover"), "cover"),
    "window": "window",
    "fan": "fan",
    "lock": "lock",
    "door": "lock",
    "heating": "climate",
    "thermostat": "climate",
    "switch": "switch",
    "plug": "switch",
    "socket": "switch",
    "sensor": "sensor",
    "motion": "motion",
    "movement": "motion",
    "humidity": "humidity",
    "temperature": "temperature",
    "battery": "battery",
    "smoke": "smoke",
    "leak": "leak",
    "motion sensor": "motion",
}
_SAID_AS = frozenset(("lamp", "blind", "curtain", "shutter", "shade"))
"""Words that prefer the things that are called so."""
_ALL_WORDS = re.compile(r"^(?:(?:all|every|each|any|both)(?: of)?(?: the| my| our)? |the |my |our )")
_LIKES = {
    "open_cover": "cover",
    "close_cover": "cover",
    "set_position": "cover",
    "lock": "lock",
    "unlock": "lock",
}
_WARMTH = ("set_temperature", "warmer", "cooler", "query_temperature")
_ASKING = ("query_state", "query_which")
_EXCEPT = re.compile(r"\b(?:except(?:ing)?(?: for)?|but(?: not)?|apart from|other than|besides|without)\b")
_HERE = re.compile(r"\b(?:here|this room|the room)\b")
_AND = re.compile(r"\b(?:and|or)\b|,")
_NEXT_TO = len(" in the ") + 1  # characters between a thing and its room
_ONE = re.compile(r"\b(?:the|that|my|one|ones|please|just|only|i mean|meant|it's|no|um|uh)\b")


def targets(tracker: Tracker, intent: str) -> list[Target]:
    """The targets that this message names, perhaps none. Two devices, or a device in two areas, are two. What it
    leaves out ("except the kitchen") is in each of them."""
    text = text_of(tracker)
    found = (tracker.latest_message or {}).get("entities") or []
    cut = _EXCEPT.search(text)
    split = cut.end() if cut else len(text)
    meant = _named([each for each in found if each.get("start", 0) < split], intent, _here(text[:split]))
    but = _left_out([each for each in found if each.get("start", 0) >= split], text) if cut else []
    return [{**one, "but": but} for one in meant] if but else meant


def answer(tracker: Tracker, intent: str, asked: Target | None) -> list[Target]:
    """The targets of an answer to "which one?": those that it names, or "the desk one", "both", "the first one" of
    what was asked about."""
    if not asked:
        return targets(tracker, intent)
    words = " ".join(_ONE.sub(" ", text_of(tracker)).split())
    return [{"device": words, "among": True}] if words else targets(tracker, intent)


def _named(found: list[dict[str, Any]], intent: str, here: bool) -> list[Target]:
    devices, areas = _values(found, "device"), _values(found, "area")
    if here and not areas:
        areas = ["here"]
    if not devices:
        return [_area_target(area, intent) for area in areas]
    if not areas:
        return [target(device, None, intent) for device in devices]
    if len(devices) == len(areas):
        return [target(device, area, intent) for device, area in zip(devices, areas, strict=True)]
    return [target(device, area, intent) for device in devices for area in areas]


def _left_out(found: list[dict[str, Any]], text: str) -> list[Target]:
    """Each thing and each room; one that stands next to the other belongs to it: "the bedroom light and the kitchen" is
    a light and a room, "the lamp in the study" one thing."""
    named = [each for each in found if each.get("entity") in ("device", "area")]
    named.sort(key=lambda each: int(each.get("start", 0)))
    parts: list[Target] = []
    end = -_NEXT_TO
    for each in named:
        entity, start = str(each["entity"]), int(each.get("start", 0))
        if parts and entity not in parts[-1] and start - end < _NEXT_TO and not _AND.search(text[end:start]):
            parts[-1][entity] = str(each["value"])
        else:
            parts.append({entity: str(each["value"])})
        end = int(each.get("end", start))
    return parts


def _values(found: list[dict[str, Any]], name: str) -> list[str]:
    """In the order they were said, without repeats."""
    return list(dict.fromkeys(str(each["value"]) for each in found if each.get("entity") == name))


def _here(text: str) -> bool:
    return bool(_HERE.search(text))


def target(device: str, area: str | None, intent: str) -> Target:
    """One target. "lights" is a kind, "all the lights" all of a kind, "floor lamp" a device."""
    words = device.lower()
    bare = _ALL_WORDS.sub("", words)
    every = bare != words and words.startswith(("all", "every", "each", "any"))
    if words in _EVERYTHING or bare in _EVERYTHING:
        return given(all=True, area=area, kind=_LIKES.get(intent))
    word = bare if bare in _KINDS else bare.replace("batteries", "battery").removesuffix("s")
    kind = _KINDS.get(word)
    if kind == "lock" and intent not in ("lock", "unlock"):
        kind = (
            "door" if word == "door" and intent in _ASKING else None
        )  # "open the door" is not about its lock
    plural = bare.endswith("s")
    if kind and (plural or every or area == "here"):
        return given(kind=word if word in _SAID_AS else kind, area=area, all=True if every else None)
    return given(device=bare, area=area)


def _area_target(area: str, intent: str) -> Target:
    """An area alone: its lights, or what the verb is about. "lock the garage" may be a device of that
    name."""
    kind = _LIKES.get(intent)
    if kind:
        return {"area": area, "kind": kind} if area == "here" else {"device": area}
    if intent in _WARMTH:
        return {"area": area, "kind": "temperature" if intent == "query_temperature" else "climate"}
    return {"area": area, "kind": "fan" if intent == "set_fan" else "light"}


def spoken(chosen: list[Target]) -> str:
    """The targets in words, for a question: "the front door"."""
    return " and ".join(_spoken(one) for one in chosen)


def _spoken(one: Target) -> str:
    noun = one.get("device") or {"light": "lights", "cover": "blinds", "lock": "doors"}.get(
        one.get("kind", ""), "things"
    )
    if one.get("all") and not one.get("area"):
        return "everything" if not one.get("kind") else f"all the {noun}"
    place = f" in the {one['area']}" if one.get("area") not in (None, "here") else ""
    return f"the {noun}{place}"
