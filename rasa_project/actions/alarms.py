"""Alarms, and putting off what rings."""

import re
from typing import Any

from rasa_sdk import FormValidationAction, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.api import ServiceError, call_service
from actions.base import (
    Events,
    Say,
    SpokenAction,
    entities,
    entity,
    given,
    intent_of,
    slot,
    spoken_list,
    text_of,
)
from actions.services import call_and_say

_ALL = re.compile(r"\b(all|every|everything)\b")
_OFF = re.compile(r"\b(stop|off|shut|kill)\b")
_ANSWERS = frozenset({"inform", "nlu_fallback", "out_of_scope"})
_NEAR = frozenset(
    {"set_alarm", "change_alarm", "set_reminder"}
)  # "wake me at seven" answers "At what time?", too
_FORM = {"event": "active_loop", "name": "alarm_form", "timestamp": None}


class SetAlarm(SpokenAction):
    """The service finds the time in the whole sentence; where there is none, the form asks for it."""

    may_be_silent = True

    def name(self) -> str:
        return "action_set_alarm"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        when = " ".join(entities(tracker, "moment"))
        arguments = given(when=when, said=text_of(tracker), name=entity(tracker, "timer"))
        return await _set_or_ask(say, tracker, "alarms.set", arguments)


class ChangeAlarm(SpokenAction):
    """ "move my seven o'clock alarm to eight": of two times the last is the new one."""

    may_be_silent = True

    def name(self) -> str:
        return "action_change_alarm"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        times, by = entities(tracker, "moment"), entity(tracker, "duration")
        text = text_of(tracker)
        to = "" if by else times[-1] if times else ""
        which = times if by else times[:-1]
        how = "earlier" if re.search(r"\b(earlier|forward|sooner)\b", text) else "later"
        arguments = given(
            to=to,
            by=by,
            how=how if by else None,
            when=plain(which[0]) if which else "",
            name=entity(tracker, "timer"),
        )
        return await _set_or_ask(say, tracker, "alarms.change", arguments)


class ValidateAlarm(FormValidationAction):
    def name(self) -> str:
        return "validate_alarm_form"

    async def extract_alarm_moment(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, Any]:
        return answer(tracker, "alarm_moment")


class FinishAlarm(SpokenAction):
    """The time was asked for, and here it is. One that is not understood is asked for again."""

    def name(self) -> str:
        return "action_finish_alarm"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        request = tracker.get_slot("alarm_request") or {"service": "alarms.set", "arguments": {}}
        moment, arguments = str(tracker.get_slot("alarm_moment")), request["arguments"]
        if request["service"] == "alarms.change":
            arguments = {**arguments, "to": moment}
        else:
            # "set an alarm for tomorrow", "at seven"
            whole = f"{arguments.get('when', '')} {moment}".strip()
            arguments = {**given(name=arguments.get("name")), "when": whole, "said": moment}
        try:
            result = await call_service(tracker, request["service"], arguments)
        except ServiceError as error:
            say.text(str(error), source=f"error:{error.code}")
            if error.code == "bad_moment":
                return [_FORM, slot("alarm_moment", None)]
        else:
            _say_set(say, request["service"], result)
        return [slot("alarm_moment", None), slot("alarm_request", None)]


class CancelAlarm(SpokenAction):
    """ "turn off the alarm" while it rings means that ring, and not those of the days to come."""

    def name(self) -> str:
        return "action_cancel_alarm"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        text = text_of(tracker)
        if _ALL.search(text):
            arguments: dict[str, Any] = {"all": True}
        else:
            arguments = _which(tracker)
            if not arguments and _OFF.search(text):
                arguments = {"ringing_first": True}
        return await call_and_say(say, tracker, "alarms.cancel", arguments)


class SkipAlarm(SpokenAction):
    def name(self) -> str:
        return "action_skip_alarm"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        result = await call_service(tracker, "alarms.skip", _which(tracker))
        response = "utter_alarm_skipped_next" if result["next"] else "utter_alarm_skipped"
        values = {"skipped": result["skipped"], "next": result["next"]}
        say.response(response, source="service:alarms.skip", **values)
        return []


class ListAlarms(SpokenAction):
    def name(self) -> str:
        return "action_list_alarms"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        alarms = (await call_service(tracker, "alarms.list", {}))["alarms"]
        each = [f"{a['spoken']}, {a['name']}" if a["name"] else a["spoken"] for a in alarms]
        response = "utter_no_alarms" if not each else "utter_alarm" if len(each) == 1 else "utter_alarms"
        values = {"count": len(each), "alarms": "; ".join(each) if len(each) > 2 else spoken_list(each)}
        say.response(response, source="service:alarms.list", **values)
        return []


class Snooze(SpokenAction):
    """ "ten more minutes": of what rings or has just rung; where nothing has, of the timer that runs."""

    def name(self) -> str:
        return "action_snooze"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        duration = entity(tracker, "duration")
        try:
            result = await call_service(tracker, "alarms.snooze", given(duration=duration))
        except ServiceError as error:
            if error.code != "nothing_rang" or duration is None:
                raise
            return await self._longer(say, tracker, duration, error)
        say.response(
            "utter_snoozed", source="service:alarms.snooze", spoken_duration=result["spoken_duration"]
        )
        return []

    async def _longer(self, say: Say, tracker: Tracker, by: str, nothing_rang: ServiceError) -> Events:
        try:
            timer = await call_service(tracker, "timers.change", {"by": by, "how": "add"})
        except ServiceError as error:
            raise nothing_rang if error.code == "no_timers" else error from error
        values = {"name": timer["spoken_name"], "remaining": timer["spoken_remaining"]}
        say.response("utter_timer_changed", source="service:timers.change", **values)
        return []


async def _set_or_ask(say: Say, tracker: Tracker, service: str, arguments: dict[str, Any]) -> Events:
    """Do it, or let the form ask for the time that is missing."""
    try:
        result = await call_service(tracker, service, arguments)
    except ServiceError as error:
        missing = error.code == "needs_time" or (
            error.code == "bad_moment" and not entities(tracker, "moment")
        )
        if not missing:
            raise
        asked = {"service": service, "arguments": arguments}
        return [_FORM, slot("alarm_moment", None), slot("alarm_request", asked)]
    _say_set(say, service, result)
    return []


def _say_set(say: Say, service: str, alarm: dict[str, Any]) -> None:
    spoken = alarm["spoken"]
    values = {"spoken": spoken, "spoken_at": at(spoken), "name": alarm["name"]}
    if service == "alarms.change":
        response = "utter_alarm_changed"
    elif alarm.get("there"):
        response = "utter_alarm_there"
    else:
        response = "utter_named_alarm_set" if alarm["name"] else "utter_alarm_set"
    say.response(response, source=f"service:{service}", **values)


def _which(tracker: Tracker) -> dict[str, Any]:
    when = " ".join(plain(moment) for moment in entities(tracker, "moment"))
    return given(when=when, name=entity(tracker, "timer"))


def answer(tracker: Tracker, name: str) -> dict[str, Any]:
    """What fills the slot of that name while a form asks for it: the time that was said, or else all of what is no
    wish of its own."""
    if tracker.get_slot("requested_slot") != name:
        return {}
    moments = entities(tracker, "moment")
    if intent_of(tracker) in _ANSWERS:
        return {name: text_of(tracker)}
    return {name: " ".join(moments)} if moments and intent_of(tracker) in _NEAR else {}


def plain(moment: str) -> str:
    """ "tomorrow's" alarm is that of tomorrow."""
    return re.sub(r"'s\b", "", moment)


def at(spoken: str) -> str:
    """ "at seven o'clock tomorrow", but "every weekday at seven"."""
    return spoken if spoken.startswith("every") else f"at {spoken}"
