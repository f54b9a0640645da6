"""Lights, heating, blinds, fans, locks, scenes: switching them."""

from typing import Any

from rasa_sdk import Tracker

from actions.api import ServiceError, ask_first, call_service
from actions.base import Events, Say, SpokenAction, intent_of, slot, spoken_list, text_of
from actions.targets import Target, spoken, targets
from actions.wishes import change

_ASK = {"level": "utter_how_bright", "color": "utter_which_color", "degrees": "utter_how_warm"}
# A sentence about light or warmth needs no device: "make it brighter" means where one is.
_NEEDS_NO_TARGET: dict[str, Target] = {
    "brighten": {"kind": "light"},
    "dim": {"kind": "light"},
    "set_brightness": {"kind": "light", "area": "here"},
    "set_color": {"kind": "light", "area": "here"},
    "set_temperature": {"kind": "climate"},
    "warmer": {"kind": "climate"},
    "cooler": {"kind": "climate"},
    "set_fan": {"kind": "fan"},
}

Pending = dict[str, Any]
LEAVE_FORM: Events = [{"event": "active_loop", "name": None, "timestamp": None}, slot("requested_slot", None)]


class ControlHome(SpokenAction):
    def name(self) -> str:
        return "action_control_home"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        intent = intent_of(tracker)
        arguments, missing = change(tracker, intent)
        named = targets(tracker, intent)
        chosen = named or remembered(tracker, intent)
        request = {"intent": intent, "targets": chosen, "arguments": arguments, "needs": missing}
        if not named and intent in _NEEDS_NO_TARGET:
            request["usual"] = [_NEEDS_NO_TARGET[intent]]
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


def remembered(tracker: Tracker, intent: str) -> list[Target]:
    """What the sentence means when it names nothing: what was switched last, or the room's light or
    heating."""
    usual = _NEEDS_NO_TARGET.get(intent)
    if usual and usual.get("area") != "here" and not _says_it(tracker):
        return [usual]
    last: list[Target] = tracker.get_slot("last_target") or []
    return last or ([usual] if usual else [])


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
            if error.code == "unsupported" and (usual := request.pop("usual", None)):
                # "It" was not the lamp of before: "make it warmer"
                return await carry_out(say, tracker, {**request, "targets": usual})
            say.text(str(error), source=f"error:{error.code}")
            left = request["targets"][position:]
            if error.code == "needs_confirmation":  # the sentence is the question
                question = {"needs": "confirmation", "confirmations": [error.confirmation]}
                return [slot("pending", {**request, "targets": left, **question})]
            if error.code == "ambiguous":
                return [slot("pending", {**request, "targets": left[1:], "needs": "target", "asked": one})]
            return [slot("pending", None)]
        _say_done(say, result, request)
    return [slot("pending", None), slot("last_target", request["targets"])]


def _say_done(say: Say, result: dict[str, Any], request: Pending) -> None:
    target, source = result.get("spoken_target"), "service:home.set"
    if target and result.get("scene"):
        say.response("utter_scene", source=source, scene=str(target).removeprefix("the "))
    elif target:
        say.response(
            "utter_home_changed",
            source=source,
            done=_done(str(target), request["intent"], request["arguments"]),
        )
    else:
        say.response("utter_home_done", source=source)
    if missing := result.get("unreached"):
        say.response("utter_unreached", source=source, devices=spoken_list(missing))


_DONE = {"open": "opened", "closed": "closed", "locked": "locked", "unlocked": "unlocked"}


def _done(target: str, intent: str, arguments: dict[str, Any]) -> str:
    """What was done, to follow "I've"; in the past tense, which fits one light and many alike."""
    if "brightness_step" in arguments:
        how = ("brighter", "dimmer") if intent != "set_fan" else ("faster", "slower")
        return f"made {target} {how[arguments['brightness_step'] < 0]}"
    if "state" in arguments:
        state = str(arguments["state"])
        return f"{_DONE[state]} {target}" if state in _DONE else f"turned {target} {state}"
    if "brightness" in arguments:
        return f"set {target} to {arguments['brightness']} percent"
    if "color" in arguments:
        return f"made {target} {arguments['color']}"
    if "temperature" in arguments:
        return f"set {target} to {arguments['temperature']:g} degrees"
    if "position" in arguments:
        return f"set {target} to {arguments['position']} percent open"
    return f"turned {target} {'up' if arguments.get('temperature_step', 0) > 0 else 'down'}"
