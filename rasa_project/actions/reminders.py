"""Reminders."""

import re
from typing import Any

from rasa_sdk import FormValidationAction, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.alarms import answer, at, plain
from actions.api import ServiceError, call_service
from actions.base import Events, Say, SpokenAction, entities, entity, given, slot, spoken_list, text_of
from actions.services import call_and_say

_ALL = re.compile(r"\b(all|every|everything)\b|^(please )?(clear my reminders|stop reminding me)$")
_FORM = {"event": "active_loop", "name": "reminder_form", "timestamp": None}


class SetReminder(SpokenAction):
    """The service finds thing and time in the whole sentence; what is not there, the form asks for."""

    may_be_silent = True

    def name(self) -> str:
        return "action_set_reminder"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        said = text_of(tracker)
        when = " ".join(entities(tracker, "moment"))
        arguments = given(said=said, text=entity(tracker, "reminder"), when=when)
        try:
            result = await call_service(tracker, "reminders.add", arguments)
        except ServiceError as error:
            if error.code not in ("needs_text", "needs_time"):
                raise
            # What is not missing is in the sentence; the form asks for the rest.
            missing = "reminder" if error.code == "needs_text" else "reminder_moment"
            here = "reminder_moment" if missing == "reminder" else "reminder"
            if missing == "reminder" and not when:
                return [
                    _FORM,
                    slot("reminder", None),
                    slot("reminder_moment", None),
                    slot("reminder_said", said),
                ]
            return [_FORM, slot(missing, None), slot(here, said), slot("reminder_said", said)]
        _say_set(say, result)
        return []


class ValidateReminder(FormValidationAction):
    def name(self) -> str:
        return "validate_reminder_form"

    async def extract_reminder_moment(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, Any]:
        return answer(tracker, "reminder_moment")


class FinishReminder(SpokenAction):
    """What was missing was asked for, and here it is. A time that is not understood is asked for again."""

    def name(self) -> str:
        return "action_finish_reminder"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        said = tracker.get_slot("reminder_said") or ""
        text, when = _words(tracker.get_slot("reminder")), _words(tracker.get_slot("reminder_moment"))
        arguments = given(said=said, text=text if text != said else "", when=when if when != said else "")
        try:
            result = await call_service(tracker, "reminders.add", arguments)
        except ServiceError as error:
            say.text(str(error), source=f"error:{error.code}")
            if error.code == "bad_moment":
                return [_FORM, slot("reminder_moment", None)]
        else:
            _say_set(say, result)
        return [slot(name, None) for name in ("reminder", "reminder_moment", "reminder_said")]


class ListReminders(SpokenAction):
    def name(self) -> str:
        return "action_list_reminders"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        reminders = (await call_service(tracker, "reminders.list", {}))["reminders"]
        each = [f"{at(one['spoken'])}, {one['text']}" for one in reminders]
        response = (
            "utter_no_reminders" if not each else "utter_reminder" if len(each) == 1 else "utter_reminders"
        )
        values = {"count": len(each), "reminders": "; ".join(each) if len(each) > 2 else spoken_list(each)}
        say.response(response, source="service:reminders.list", **values)
        return []


class CancelReminder(SpokenAction):
    def name(self) -> str:
        return "action_cancel_reminder"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        if _ALL.search(text_of(tracker)):
            arguments: dict[str, Any] = {"all": True}
        else:
            when = " ".join(plain(moment) for moment in entities(tracker, "moment"))
            arguments = given(text=entity(tracker, "reminder"), when=when)
        return await call_and_say(say, tracker, "reminders.cancel", arguments)


def _say_set(say: Say, reminder: dict[str, Any]) -> None:
    values = {"spoken_at": at(reminder["spoken"]), "thing": reminder["text"]}
    say.response("utter_reminder_set", source="service:reminders.add", **values)


def _words(value: Any) -> str:
    return " ".join(value) if isinstance(value, list) else str(value or "")
