"""What is asked for to make, move or delete an appointment."""

import re
from typing import Any

from rasa_sdk import FormValidationAction, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.api import ServiceError, call_service
from actions.base import Events, Say, SpokenAction, entities, text_of
from actions.calendar import joined

# Of these nobody asks at what time.
_WHOLE_DAY = re.compile(r"\b(?:all day|whole day|birthday|anniversary|holiday|holidays|vacation|day off)\b")

Domain = dict[str, Any]


class AskMoment(SpokenAction):
    def name(self) -> str:
        return "action_ask_add_event_form_event_moment"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        day = tracker.get_slot("event_day")
        if day:
            say.response("utter_at_what_time", spoken=day["spoken"])
        else:
            say.response("utter_when_is_it")
        return []


class ValidateAddEvent(FormValidationAction):
    """A day alone is asked about once more: at what time; "all day" is an answer."""

    def name(self) -> str:
        return "validate_add_event_form"

    async def validate_event_moment(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> dict[str, Any]:
        said = joined(value, " at ") or ""
        day = tracker.get_slot("event_day")
        if day:
            said = await _together(tracker, said, day["words"])
        try:
            understood = await call_service(tracker, "calendar.when", {"when": said})
        except ServiceError as error:
            Say(dispatcher).text(str(error), source=f"error:{error.code}")
            return {"event_moment": None}
        title = joined(tracker.get_slot("event"), " ") or ""
        whole = understood["is_day"] and _WHOLE_DAY.search(f"{title} {said} {text_of(tracker)}")
        if understood["has_time"] or understood["has_end"] or whole:
            return {"event_moment": said, "event_day": None}
        return {"event_moment": None, "event_day": {"words": said, "spoken": understood["spoken"]}}


class ValidateMoveEvent(FormValidationAction):
    """By how much is as good as to when; and when it is now is as good as its name."""

    def name(self) -> str:
        return "validate_move_event_form"

    async def required_slots(
        self, domain_slots: list[str], dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> list[str]:
        moments = tracker.get_slot("event_moment")
        unneeded = set()
        if tracker.get_slot("event_duration"):
            unneeded.add("event_moment")
        if isinstance(moments, list) and len(moments) > 1:
            unneeded.add("event")
        return [name for name in domain_slots if name not in unneeded]


class ValidateDeleteEvent(FormValidationAction):
    def name(self) -> str:
        return "validate_delete_event_form"

    async def required_slots(
        self, domain_slots: list[str], dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> list[str]:
        return [] if entities(tracker, "moment") else domain_slots


async def _together(tracker: Tracker, said: str, day: str) -> str:
    """The answer with the day that was said before, unless it names one itself, or the two make no sense."""
    try:
        await call_service(tracker, "calendar.when", {"when": f"{day} at {said}"})
    except ServiceError:
        return said
    return f"{day} at {said}"
