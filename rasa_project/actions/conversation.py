"""Repeating, leaving a question, and making sense of a fragment."""

from typing import Any

from rasa_sdk import Tracker

from actions.base import Events, Say, SpokenAction
from actions.home import LEAVE_FORM, carry_out
from actions.home_questions import ask
from actions.services import call_and_say
from actions.targets import answer
from actions.wishes import change


class Repeat(SpokenAction):
    def name(self) -> str:
        return "action_repeat"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        said = last_words(tracker.events)
        if said:
            say.text(said, source="repeat")
        else:
            say.response("utter_nothing_to_repeat")
        return []


class LeaveForm(SpokenAction):
    """The person does not want to answer: forget the question and everything said for it."""

    forget = ("duration", "timer", "item", "list", "confirm", "pending")

    def name(self) -> str:
        return "action_leave_form"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        say.response("utter_okay")
        return LEAVE_FORM


class Inform(SpokenAction):
    """ "the floor lamp", "blue", "five minutes": the answer to what an action asked, if one did."""

    def name(self) -> str:
        return "action_inform"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        pending = tracker.get_slot("pending")
        if not pending or "intent" not in pending:  # nothing, or only a yes or no
            say.response("utter_what_about_it")
            return []
        if pending["needs"] == "target":
            chosen = answer(tracker, pending["intent"], pending.get("asked")) + pending["targets"]
            pending = {**pending, "targets": chosen, "needs": None, "asked": None}
        else:
            arguments, missing = change(tracker, pending["intent"])
            pending = {**pending, "arguments": arguments, "needs": missing}
        if not pending["targets"]:
            say.response("utter_which_device")
            return []
        if pending["intent"].startswith("query_"):
            return await ask(say, tracker, pending["targets"], pending["arguments"])
        return await carry_out(say, tracker, pending)


class WhatElse(SpokenAction):
    """ "no, the bedroom" with nothing to correct, or "not that one" without what is meant."""

    def name(self) -> str:
        return "action_what_else"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        say.response("utter_what_instead")
        return []


def last_words(events: list[dict[str, Any]]) -> str:
    """All that the assistant said in its last turn in which it said something; several things that were said in one
    breath are one turn."""
    said: list[str] = []
    for event in reversed(events):
        if event.get("event") == "user" and said and not (event.get("metadata") or {}).get("part"):
            break
        if event.get("event") == "bot" and event.get("text"):
            said.append(event["text"])
    return " ".join(reversed(said))


class Affirm(SpokenAction):
    """Yes: to the question that was asked in the turn before, and to nothing else."""

    def name(self) -> str:
        return "action_affirm"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        pending = open_question(tracker)
        if pending is None or "guess" in pending:  # a guess that is right the channel has made a turn of
            say.response("utter_okay")
            return []
        if "service" in pending:
            return await call_and_say(
                say, tracker, pending["service"], pending["arguments"], pending["confirmation"]
            )
        return await carry_out(say, tracker, {**pending, "needs": None})


class Deny(SpokenAction):
    forget = ("pending",)

    def name(self) -> str:
        return "action_deny"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        pending = open_question(tracker)
        if pending and "guess" in pending:
            say.response("utter_another_way")
        else:
            say.response("utter_okay_no" if pending else "utter_okay")
        return []


def open_question(tracker: Tracker) -> dict[str, Any] | None:
    """The request that waits for a yes, if that was asked in the turn just before this one."""
    pending = tracker.get_slot("pending")
    if not pending or pending["needs"] != "confirmation":
        return None
    users = 0
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            users += 1
        elif event.get("event") == "slot" and event.get("name") == "pending":
            return dict(pending)
        if users > 1:
            break
    return None
