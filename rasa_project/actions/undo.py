"""Taking back what was done, and saying what that was."""

import re
from contextvars import ContextVar
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.api import ServiceError, call_service
from actions.base import Events, Say, SpokenAction, slot, spoken_list, text_of

_RESPONSES: ContextVar[dict[str, Any]] = ContextVar("responses")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_CANCEL_THAT = re.compile(r"\b(?:cancel|scratch) (?:that|it|this)\b")


class Undo(SpokenAction):
    """`undo.last`, told in the words of the domain's response `utter_undone_<service>`, with an underscore for the
    service's dot; its placeholders are keys of that service's result. Without one the request is told as it was said.

    `quiet` in the metadata of the message: nothing is said where it went well, for something follows. `records`: what
    to take back.
    """

    may_be_silent = True

    def name(self) -> str:
        return "action_undo"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        _RESPONSES.set(domain.get("responses") or {})
        return await super().run(dispatcher, tracker, domain)

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        told = (tracker.latest_message or {}).get("metadata") or {}
        arguments = {"records": told["records"]} if told.get("records") else {}
        return await take_back(say, tracker, arguments, quiet=bool(told.get("quiet")))


class Stop(Undo):
    """ "cancel that" right after something was done means what was done; otherwise there is nothing left to stop."""

    def name(self) -> str:
        return "action_stop"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        records = _done_just_now(tracker.events)
        if records and _CANCEL_THAT.search(text_of(tracker)):
            return await take_back(say, tracker, {"records": records})
        say.response("utter_okay")
        return [slot("pending", None)]


async def take_back(say: Say, tracker: Tracker, arguments: dict[str, Any], *, quiet: bool = False) -> Events:
    """Raises `ServiceError` where that is not possible; a question for a yes stays open for the next turn."""
    try:
        result = await call_service(tracker, "undo.last", arguments)
    except ServiceError as error:
        if error.code != "needs_confirmation":
            raise
        say.text(str(error), source=f"error:{error.code}")
        asked = {"service": "undo.last", "arguments": arguments, "confirmation": error.confirmation}
        return [slot("pending", {**asked, "needs": "confirmation"})]
    if not quiet:
        _tell(say, tracker, result)
    return []


def _tell(say: Say, tracker: Tracker, result: dict[str, Any]) -> None:
    source = "service:undo.last"
    response = f"utter_undone_{str(result.get('undone')).replace('.', '_')}"
    values = _spoken_values(result.get("was"))
    if _fits(response, values):
        say.response(response, source=source, **values)
    elif words := _sentence(tracker.events, set(result.get("records") or ())):
        say.response("utter_undone_words", source=source, words=words)
    else:
        say.response("utter_undone", source=source)


def _spoken_values(was: Any) -> dict[str, str]:
    """The parts of a result that can be said: texts, numbers, and lists of what can."""
    values = {name: _spoken(value) for name, value in was.items()} if isinstance(was, dict) else {}
    return {name: text for name, text in values.items() if text}


def _spoken(value: Any) -> str:
    if isinstance(value, dict):
        return str(value.get("spoken") or value.get("name") or "")
    if isinstance(value, list):
        return spoken_list([each for each in map(_spoken, value) if each])
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _fits(response: str, values: dict[str, str]) -> bool:
    wordings = _RESPONSES.get({}).get(response) or []
    wanted = {name for each in wordings for name in _PLACEHOLDER.findall(each.get("text") or "")}
    return bool(wordings) and wanted <= values.keys()


def _sentence(events: list[dict[str, Any]], records: set[int]) -> str:
    """What was said when the calls of these records were made."""
    found = False
    for event in reversed(events):
        if event.get("event") == "slot" and event.get("name") == "calls":
            found |= any(call.get("record") in records for call in event.get("value") or ())
        elif event.get("event") == "user" and found:
            return str(event.get("text") or "")
    return ""


def _done_just_now(events: list[dict[str, Any]]) -> list[int]:
    """Records of what the turn before this one did."""
    users, records = 0, []
    for event in reversed(events):
        users += event.get("event") == "user"
        if users > 1:
            break
        if users and event.get("event") == "slot" and event.get("name") == "calls":
            records += [call["record"] for call in event.get("value") or () if call.get("record")]
    return records
