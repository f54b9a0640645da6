"""What a sentence wants of the home: the arguments of `home.set`, and what is still missing for it."""

import re
from typing import Any

from rasa_sdk import Tracker

from actions.base import entity, text_of
from actions.numbers import a_little, is_step, number, percent

Wish = tuple[dict[str, Any], str | None]
"""Arguments, and the entity that is missing (level, color, degrees) or None."""

STATES = {
    "turn_on": "on",
    "turn_off": "off",
    "activate_scene": "on",
    "open_cover": "open",
    "close_cover": "closed",
    "lock": "locked",
    "unlock": "unlocked",
}
_STEP_PERCENT, _SMALL_STEP_PERCENT = 25, 10
_STEP_DEGREES = 1.0
_MOST_STEP_DEGREES = 8.0  # "make it two warmer" is a step, "make it warmer, eighteen" is not
_DARK = re.compile(r"\b(?:dark|can't see|cannot see|can barely see|gloomy)\b")
_SLOWER = re.compile(r"\b(?:down|slower|slow|less|lower|weaker|quieter|too (?:fast|strong|loud|windy))\b")
_FASTER = re.compile(r"\b(?:up|faster|more|higher|stronger|too (?:slow|weak))\b")


def change(tracker: Tracker, intent: str) -> Wish:
    """What `home.set` is to do."""
    text = text_of(tracker)
    level = entity(tracker, "level")
    if intent in ("open_cover", "close_cover", "set_position"):
        return _position(text, level, intent)
    if intent in STATES:
        return {"state": STATES[intent]}, None
    if intent == "set_color":
        color = entity(tracker, "color")
        return ({"color": color}, None) if color else ({}, "color")
    if intent in ("set_brightness", "brighten", "dim"):
        return _brightness(text, level, intent)
    if intent == "set_fan":
        return _fan(text, level)
    return _temperature(text, entity(tracker, "degrees"), intent)


def _brightness(text: str, words: str | None, intent: str) -> Wish:
    value = percent(words) if words else None
    if value is None and intent == "set_brightness":
        return {}, "level"
    sign = -1 if intent == "dim" else 1
    if value is None:
        arguments: dict[str, Any] = {"brightness_step": sign * _step(text)}
        if intent == "brighten" and _DARK.search(text):
            arguments["state"] = "on"  # "it's too dark in here" is said where no light is on, too
        return arguments, None
    if intent != "set_brightness" and is_step(text, words or ""):
        return {"brightness_step": sign * round(value)}, None
    return {"brightness": round(value)}, None


def _step(text: str) -> int:
    return _SMALL_STEP_PERCENT if a_little(text) else _STEP_PERCENT


def _fan(text: str, words: str | None) -> Wish:
    """A level, or faster and slower."""
    value = percent(words) if words else None
    if value is not None and not is_step(text, words or ""):
        return {"brightness": round(value)}, None
    if not (_SLOWER.search(text) or _FASTER.search(text)):
        return {}, "level"
    size = value or _step(text)
    return {"brightness_step": round(-size if _SLOWER.search(text) else size)}, None


def _position(text: str, words: str | None, intent: str) -> Wish:
    """Percent open. "Close the blinds halfway" is half open, "open the window a bit" a quarter."""
    value = percent(words) if words else None
    if intent == "set_position":
        return ({"position": round(value)}, None) if value is not None else ({}, "level")
    if value is None:
        if not a_little(text):
            return {"state": STATES[intent]}, None
        value = float(_STEP_PERCENT)
    if intent == "close_cover" and f" to {words}" not in text:
        value = 100.0 - value
    return {"position": round(value)}, None


def _temperature(text: str, words: str | None, intent: str) -> Wish:
    value = number(words) if words else None
    if value is None and intent == "set_temperature":
        return {}, "degrees"
    sign = -1 if intent == "cooler" else 1
    if value is None:
        return {"temperature_step": sign * _STEP_DEGREES}, None
    if intent != "set_temperature" and (is_step(text, words or "") or value <= _MOST_STEP_DEGREES):
        return {"temperature_step": sign * value}, None
    return {"temperature": value}, None
