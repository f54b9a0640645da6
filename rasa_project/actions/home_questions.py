"""Asking about the home: one thing, how warm it is, which of many are on or open."""

import re
from typing import Any

from rasa_sdk import Tracker

from actions.api import ServiceError, call_service
from actions.base import Events, Say, SpokenAction, intent_of, slot, text_of
from actions.targets import Target, targets

_STATE = re.compile(
    r"\b(on|off|open|opened|closed|shut|locked|unlocked|wet|dry|low|home|away|running|charging|connected|plugged in"
    r"|unplugged|occupied|moving|vibrating|detected|triggered)\b"
)
_SAME = {"opened": "open", "shut": "closed", "running": "on", "home": "at home"}
_ALL = re.compile(r"\b(?:all|every|everything|each)\b")
_COUNT = re.compile(r"\bhow many\b")
_ANY = re.compile(r"^(?:is|are|did|have|has|do|does)\b|\bif\b|\bwhether\b|\bany\b")
_WHICH = re.compile(r"\b(?:which|what|where|list)\b")


class QueryHome(SpokenAction):
    def name(self) -> str:
        return "action_query_home"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        intent = intent_of(tracker)
        chosen = targets(tracker, intent)
        if intent in ("query_lights_on", "query_which"):
            return await _find(say, tracker, chosen or _of_all(intent))
        arguments: dict[str, Any] = {}
        if intent == "query_temperature":
            arguments["property"] = "temperature"
            chosen = chosen or [{"kind": "temperature"}]
        chosen = chosen or tracker.get_slot("last_target") or []
        if not chosen:
            say.response("utter_which_device")
            return [slot("pending", {"intent": intent, "targets": [], "arguments": {}, "needs": "target"})]
        if intent == "query_state" and (state := state_in(text_of(tracker))) in (
            "open",
            "closed",
            "locked",
            "unlocked",
        ):
            arguments["state"] = state
        return await ask(say, tracker, chosen, arguments)


async def ask(say: Say, tracker: Tracker, chosen: list[Target], arguments: dict[str, Any]) -> Events:
    """Say the state of each target, which is what "it" means from then on. Where several are meant, the question stays
    open for an answer."""
    for position, one in enumerate(chosen):
        try:
            result = await call_service(tracker, "home.query", {"target": one, **arguments})
        except ServiceError as error:
            if error.code != "ambiguous":
                raise
            say.text(str(error), source="error:ambiguous")
            open_question = {
                "intent": "query_state",
                "targets": chosen[position + 1 :],
                "arguments": arguments,
            }
            return [slot("pending", {**open_question, "needs": "target", "asked": one})]
        say.text(result["spoken"], source="service:home.query")
    return [slot("last_target", chosen), slot("pending", None)]


async def _find(say: Say, tracker: Tracker, chosen: list[Target]) -> Events:
    text = text_of(tracker)
    for one in chosen:
        area_only = {"kind", "area"} >= set(one)
        target = one if area_only and one.get("area") else {**one, "all": True}
        arguments = {"target": target, "state": state_in(text), "ask": _asked(text)}
        result = await call_service(tracker, "home.find", arguments)
        say.text(result["spoken"], source="service:home.find")
    return [slot("last_target", chosen), slot("pending", None)]


def _of_all(intent: str) -> list[Target]:
    return [{"kind": "light", "all": True} if intent == "query_lights_on" else {"all": True}]


def _asked(text: str) -> str:
    """What is wanted of "home.find"."""
    if _COUNT.search(text):
        return "count"
    if _WHICH.search(text):
        return "which"
    if _ALL.search(text):
        return "all"
    return "any" if _ANY.search(text) else "which"


def state_in(text: str) -> str:
    """The state that is asked about; on, where none is said."""
    found = _STATE.findall(text)
    # The last: "are there any lights on that are ..." is rare, "did I leave the window open on the ..." rarer.
    said = next((word for word in reversed(found) if word != "on"), found[-1] if found else "on")
    return _SAME.get(said, said)
