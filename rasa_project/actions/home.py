"""Lights, heating, blinds, locks: switching and asking."""

from typing import Any

from rasa_sdk import Tracker

from actions.api import ServiceError, ask_first, call_service
from actions.base import Events, Say, SpokenAction, entity, intent_of, slot, spoken_list, text_of
from actions.numbers import a_little, is_step, number, percent
from actions.targets import Target, spoken, targets

_STATES = {
    "turn_on": "on",
    "turn_off": "off",
    "open_cover": "open",
    "close_cover": "closed",
    "lock": "locked",
    "unlock": "unlocked",
}
_STEP_PERCENT, _SMALL_STEP_PERCENT = 25, 10
_STEP_DEGREES = 1.0
_ASK = {"level": "utter_how_bright", "color": "utter_which_color", "degrees": "utter_how_warm"}
_FALLBACK_KIND = {"set_temperature": "climate", "warmer": "climate", "cooler": "climate"}
# A sentence about light or warmth needs no device: "make it brighter" means where one is.
_NEEDS_NO_TARGET = {"brighten": "light", "dim": "light", **_FALLBACK_KIND}

Pending = dict[str, Any]
LEAVE_FORM: Events = [{"event": "active_loop", "name": None, "timestamp": None}, slot("requested_slot", None)]


class ControlHome(SpokenAction):
    def name(self) -> str:
        return "action_control_home"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        intent = intent_of(tracker)
        arguments, missing = change(tracker, intent)
        chosen = targets(tracker, intent) or remembered(tracker, intent)
        request = {"intent": intent, "targets": chosen, "arguments": arguments, "needs": missing}
        if not chosen:
            request["needs"] = "target"
            say.response("utter_which_device")
            return [slot("pending", request)]
        return await carry_out(say, tracker, request)


class AskUnlock(SpokenAction):
    """Unlocking needs a spoken yes to the very thing that is going to be unlocked."""

    def name(self) -> str:
        return "action_ask_unlock_form_confirm"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        if intent_of(tracker) == "unlock":
            chosen = targets(tracker, "unlock") or remembered(tracker, "unlock") or [{"kind": "lock"}]
        else:  # asked again after something else was said
            chosen = (tracker.get_slot("pending") or {}).get("targets") or [{"kind": "lock"}]
        arguments = {"state": "unlocked"}
        request = {"intent": "unlock", "targets": chosen, "arguments": arguments, "needs": None}
        confirmations = []
        for one in chosen:
            try:
                question = await ask_first(tracker, "home.set", {"target": one, **arguments})
            except ServiceError as error:
                say.text(str(error), source=f"error:{error.code}")
                needs = "target" if error.code == "ambiguous" else "nothing"
                left = [other for other in chosen if other is not one]
                return [*LEAVE_FORM, slot("pending", {**request, "targets": left, "needs": needs})]
            if question is not None:
                say.text(str(question), source="confirmation")
            confirmations.append(question.confirmation if question else None)
        if not say.said:
            say.response("utter_confirm_unlock", target=spoken(chosen))
        return [slot("pending", {**request, "confirmations": confirmations})]


class Unlock(SpokenAction):
    forget = ("confirm",)
    may_be_silent = True

    def name(self) -> str:
        return "action_unlock"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        request = tracker.get_slot("pending")
        if request and request["needs"] == "target":
            return []  # it was asked which one
        if request and request["needs"] == "nothing":
            return [slot("pending", None)]  # it was said why not
        if not tracker.get_slot("confirm") or not request:
            say.response("utter_okay_no")
            return [slot("pending", None)]
        return await carry_out(say, tracker, request)


class QueryHome(SpokenAction):
    def name(self) -> str:
        return "action_query_home"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        intent = intent_of(tracker)
        if intent == "query_lights_on":
            return await _lights_on(say, tracker)
        chosen = targets(tracker, intent) or remembered(tracker, intent)
        arguments: dict[str, Any] = {}
        if intent == "query_temperature":
            arguments["property"] = "temperature"
            chosen = chosen or [{"kind": "climate"}]
        if not chosen:
            say.response("utter_which_device")
            return [slot("pending", {"intent": intent, "targets": [], "arguments": {}, "needs": "target"})]
        return await ask(say, tracker, chosen, arguments)


async def ask(say: Say, tracker: Tracker, chosen: list[Target], arguments: dict[str, Any]) -> Events:
    """Say the state of each target, which is what "it" means from then on."""
    for one in chosen:
        result = await call_service(tracker, "home.query", {"target": one, **arguments})
        say.text(result["spoken"], source="service:home.query")
    return [slot("last_target", chosen), slot("pending", None)]


async def _lights_on(say: Say, tracker: Tracker) -> Events:
    area = entity(tracker, "area")
    target: Target = {"kind": "light", "area": area} if area else {"kind": "light", "all": True}
    result = await call_service(tracker, "home.query", {"target": target})
    lit = [device["name"] for device in result["devices"] if device.get("state") == "on"]
    response = {0: "utter_nothing_on", 1: "utter_light_on"}.get(len(lit), "utter_lights_on")
    devices = spoken_list([f"the {name}" for name in lit])
    say.response(response, source="service:home.query", devices=devices)
    return []


def change(tracker: Tracker, intent: str) -> tuple[dict[str, Any], str | None]:
    """What `home.set` is to do, and the entity that is missing for it (level, color, degrees) or None."""
    text = text_of(tracker)
    if intent in _STATES:
        return {"state": _STATES[intent]}, None
    if intent == "set_color":
        color = entity(tracker, "color")
        return ({"color": color}, None) if color else ({}, "color")
    if intent in ("set_brightness", "brighten", "dim"):
        return _brightness(text, entity(tracker, "level"), intent)
    return _temperature(text, entity(tracker, "degrees"), intent)


def _brightness(text: str, words: str | None, intent: str) -> tuple[dict[str, Any], str | None]:
    value = percent(words) if words else None
    if value is None and intent == "set_brightness":
        return {}, "level"
    sign = -1 if intent == "dim" else 1
    if value is None:
        return {"brightness_step": sign * (_SMALL_STEP_PERCENT if a_little(text) else _STEP_PERCENT)}, None
    if intent != "set_brightness" and is_step(text, words or ""):
        return {"brightness_step": sign * round(value)}, None
    return {"brightness": round(value)}, None


def _temperature(text: str, words: str | None, intent: str) -> tuple[dict[str, Any], str | None]:
    value = number(words) if words else None
    if value is None and intent == "set_temperature":
        return {}, "degrees"
    sign = -1 if intent == "cooler" else 1
    if value is None:
        return {"temperature_step": sign * _STEP_DEGREES}, None
    if intent != "set_temperature" and is_step(text, words or ""):
        return {"temperature_step": sign * value}, None
    return {"temperature": value}, None


def remembered(tracker: Tracker, intent: str) -> list[Target]:
    """What the sentence means when it names nothing: what was switched last, or the room's light or
    heating."""
    if intent in _NEEDS_NO_TARGET and not _says_it(tracker):
        return [{"kind": _NEEDS_NO_TARGET[intent]}]
    last: list[Target] = tracker.get_slot("last_target") or []
    if last:
        return last
    return [{"kind": _NEEDS_NO_TARGET[intent]}] if intent in _NEEDS_NO_TARGET else []


def _says_it(tracker: Tracker) -> bool:
    return any(word in ("it", "them", "that", "those") for word in text_of(tracker).split())


async def carry_out(say: Say, tracker: Tracker, request: Pending) -> Events:
    """Do what is asked, or ask for what is missing. A request that was ambiguous stays open for an answer. With
    `confirmations` the person has said yes to them, one for each target."""
    confirmations = request.pop("confirmations", None) or []
    if request["needs"] in _ASK:
        say.response(_ASK[request["needs"]])
        return [slot("pending", request), slot("last_target", request["targets"])]
    for position, one in enumerate(request["targets"]):
        arguments = {"target": one, **request["arguments"]}
        yes = confirmations[position] if position < len(confirmations) else None
        try:
            result = await call_service(tracker, "home.set", arguments, confirmation=yes)
        except ServiceError as error:
            say.text(str(error), source=f"error:{error.code}")
            left = request["targets"][position:]
            if error.code == "needs_confirmation":  # the sentence is the question
                question = {"needs": "confirmation", "confirmations": [error.confirmation]}
                return [slot("pending", {**request, "targets": left, **question})]
            if error.code == "ambiguous":
                return [slot("pending", {**request, "targets": left[1:], "needs": "target"})]
            return [slot("pending", None)]
        _say_done(say, result, request["arguments"])
    return [slot("pending", None), slot("last_target", request["targets"])]


def _say_done(say: Say, result: dict[str, Any], arguments: dict[str, Any]) -> None:
    target, source = result.get("spoken_target"), "service:home.set"
    if target:
        say.response("utter_home_changed", source=source, done=_done(str(target), arguments))
    else:
        say.response("utter_home_done", source=source)


_DONE = {"open": "opened", "closed": "closed", "locked": "locked", "unlocked": "unlocked"}


def _done(target: str, arguments: dict[str, Any]) -> str:
    """What was done, to follow "I've"; in the past tense, which fits one light and many alike."""
    if "state" in arguments:
        state = str(arguments["state"])
        return f"{_DONE[state]} {target}" if state in _DONE else f"turned {target} {state}"
    if "brightness" in arguments:
        return f"set {target} to {arguments['brightness']} percent"
    if "color" in arguments:
        return f"made {target} {arguments['color']}"
    if "temperature" in arguments:
        return f"set {target} to {arguments['temperature']:g} degrees"
    if "brightness_step" in arguments:
        return f"made {target} {'brighter' if arguments['brightness_step'] > 0 else 'dimmer'}"
    return f"turned {target} {'up' if arguments.get('temperature_step', 0) > 0 else 'down'}"
