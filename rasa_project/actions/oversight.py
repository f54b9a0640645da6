"""Switching parts of the assistant off and on, and what people say about its answers."""

from rasa_sdk import Tracker

from actions.api import call_service
from actions.base import Events, Say, SpokenAction, intent_of
from actions.services import call_and_say

SWITCHES = {
    "stop_model": ("oversight.stop", "no-model"),
    "stop_acting": ("oversight.stop", "no-actions"),
    "mute_assistant": ("oversight.stop", "mute"),
    "use_model": ("oversight.resume", "no-model"),
    "act_again": ("oversight.resume", "no-actions"),
    "unmute_assistant": ("oversight.resume", "mute"),
}
FEEDBACK = {"praise": True, "complain": False}


class Switch(SpokenAction):
    """Going on with what was stopped takes a yes, which `action_affirm` carries out."""

    def name(self) -> str:
        return "action_switch"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        service, switch = SWITCHES[intent_of(tracker)]
        return await call_and_say(say, tracker, service, {"switch": switch})


class Feedback(SpokenAction):
    """What is said about the answer before."""

    def name(self) -> str:
        return "action_feedback"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        intent = intent_of(tracker)
        await call_service(tracker, "oversight.feedback", {"good": FEEDBACK[intent]})
        say.response(f"utter_{intent}", source="service:oversight.feedback")
        return []


class FlagReview(SpokenAction):
    def name(self) -> str:
        return "action_flag_review"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        await call_service(tracker, "oversight.remember", {})
        say.response("utter_flagged", source="service:oversight.remember")
        return []
