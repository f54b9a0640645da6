"""What is asked for to make, move or delete an appointment."""

import re
from typing import Any

from rasa_sdk import FormValidationAction, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.api import ServiceError, call_service
from actions.base import Events, Say, SpokenAction, entities, text_of
from actions.calendar import FORM_SLOTS, joined
from actions.conversation import LeaveForm

# Of these nobody asks at what time.
_WHOLE_DAY = re.compile(r"\b(?:all day|whole day|birthday|anniversary|holiday|holidays|vacation|day off)\b")

Domain = dict[str, Any]


class AskMoment(SpokenAction):
    def name(self) -> str:
        return "action_ask_add_event_form_event_answer"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        day = tracker.get_slot("event_day")
        if day:
            say.response("utter_at_what_time", spoken=day["spoken"])
        else:
            say.response("utter_when_is_it")
        return []


class LeaveEventForm(LeaveForm):
    forget = (*LeaveForm.forget, *FORM_SLOTS)

    def name(self) -> str:
        return "action_leave_event_form"


class ValidateAddEvent(FormValidationAction):
    """When it is, is asked for until it is clear. A day alone is asked about once more: at what time; "all day" is an
    answer, and birthdays need none."""

    def name(self) -> str:
        return "validate_add_event_form"

    async def required_slots(
        self, domain_slots: list[str], dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> list[str]:
        # Only what is required is validated; where nothing was said, or nothing that will do, the answer is asked for.
        return ["event_moment", "event"] if tracker.get_slot("event_moment") else ["event", "event_answer"]

    async def validate_event_moment(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> dict[str, Any]:
        """What the request itself says of the time."""
        return await _understood(joined(value, " at ") or "", dispatcher, tracker)

    async def validate_event_answer(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> dict[str, Any]:
        said = str(value)
        day = tracker.get_slot("event_day")
        if day:
            said = await _together(tracker, said, day["words"])
        return await _understood(said, dispatcher, tracker)


class ValidateMoveEvent(FormValidationAction):
    """By how much is as good as to when; and when it is now is as good as its name."""

    def name(self) -> str:
        return "validate_move_event_form"

    async def required_slots(
        self, domain_slots: list[str], dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> list[str]:
        moments = tracker.get_slot("event_moment")
        unneeded = set()
        if moments or tracker.get_slot("event_duration"):
            unneeded.add("event_answer")
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


async def _understood(said: str, dispatcher: CollectingDispatcher, tracker: Tracker) -> dict[str, Any]:
    """The slots for these words: a moment that will do, a day whose time has to be asked for, or nothing."""
    unclear: dict[str, Any] = {"event_moment": None, "event_answer": None}
    try:
        found = await call_service(tracker, "calendar.when", {"when": said})
    except ServiceError as error:
        Say(dispatcher).text(str(error), source=f"error:{error.code}")
        return unclear
    title = joined(tracker.get_slot("event"), " ") or ""
    whole = found.get("is_day") and _WHOLE_DAY.search(f"{title} {said} {text_of(tracker)}")
    if found.get("has_time") or found.get("has_end") or whole:
        return {"event_moment": said, "event_day": None}
    return {**unclear, "event_day": {"words": said, "spoken": found.get("spoken", "")}}


async def _together(tracker: Tracker, said: str, day: str) -> str:
    """The answer with the day that was said before, unless it names one itself, or the two make no sense."""
    try:
        await call_service(tracker, "calendar.when", {"when": f"{day} at {said}"})
    except ServiceError:
        return said
    return f"{day} at {said}"
