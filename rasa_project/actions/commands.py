"""Commands of the owner that have parameters: what is missing is asked for."""

from typing import Any

from rasa_sdk import Tracker

from actions.api import LATER, call_service
from actions.base import Events, Say, SpokenAction, intent_of, slot, text_of
from actions.services import call_and_say

INTENT = "command_"
_FORM, _VALUE = "command_form", "command_value"
_MOST_QUESTIONS = 3
_READY = "ready"


class FillCommand(SpokenAction):
    """Runs before each question of the form. The slot `command` is {"name", "values", "asks", "question", "asked"}."""

    may_be_silent = True

    def name(self) -> str:
        return f"validate_{_FORM}"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        command = _begun(tracker)
        if command is None:
            return []  # something else was said; the form waits
        asked = {"command": command["name"], "said": text_of(tracker), "values": command["values"]}
        found = await call_service(tracker, "commands.fill", asked)
        if found["missing"] and (later := LATER.get()) is not None and await later.timed():
            found = await call_service(tracker, "commands.fill", {**asked, "said": later.what})
        command["values"], command["asks"] = found["arguments"], found["missing"]
        command["question"] = found["question"]
        if not found["missing"]:
            return [slot("command", command), slot(_VALUE, _READY), slot("requested_slot", None)]
        if command["asked"] >= _MOST_QUESTIONS:
            say.response("utter_leave_it")
            return [slot("command", None), slot(_VALUE, None), slot("requested_slot", None)]
        return [slot("command", command), slot(_VALUE, None)]


class AskCommand(SpokenAction):
    def name(self) -> str:
        return f"action_ask_{_FORM}_{_VALUE}"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        say.text(
            (tracker.get_slot("command") or {}).get("question") or "What?", source="service:commands.fill"
        )
        return []


class RunCommand(SpokenAction):
    forget = ("command", _VALUE)
    may_be_silent = True  # it was said that it is left

    def name(self) -> str:
        return "action_run_command"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        command = tracker.get_slot("command")
        if not command:
            return []
        return await call_and_say(say, tracker, f"commands.{command['name']}", command["values"])


def _begun(tracker: Tracker) -> dict[str, Any] | None:
    """The command with what is known of it: a new one, or the one that was asked about, with the answer."""
    intent, command = intent_of(tracker), tracker.get_slot("command")
    name = intent.removeprefix(INTENT) if intent.startswith(INTENT) else ""
    if name and (not command or command["name"] != name):
        return {"name": name, "values": {}, "asks": "", "question": "", "asked": 0}
    if not command:
        return None
    answer = tracker.get_slot(_VALUE)
    if not name and not answer:
        return None
    values = dict(command["values"])
    if answer and answer != _READY and command["asks"]:
        values[command["asks"]] = answer
    asked = 0 if name else command["asked"] + 1  # who says the command again, begins again
    return {**command, "values": values, "asked": asked}
