"""The calendar."""

import re
from typing import Any

from rasa_sdk import Tracker

from actions.api import call_service
from actions.base import Events, Say, SpokenAction, entities, entity, given, spoken_list, text_of
from actions.services import call_and_say

_WHEN = re.compile(
    r"^(?:when|at what time|what time)\b|\bfind\b|\bfree (?:slot|hour|time|half)\b|\bnext free\b|\bgap\b|\bwhich\b"
)
_WHERE = re.compile(r"\bwhere\b")
_EARLIER = re.compile(r"\b(?:earlier|sooner|forward|up|ahead)\b")
_FROM_TO = re.compile(r"from (.+?) (?:to|until) (.+)")
_EDGES = re.compile(r"^(?:from|on|to) | (?:to|until|from|on|at)$")
FORM_SLOTS = ("event", "event_moment", "event_answer", "event_day", "event_duration")


class ReadCalendar(SpokenAction):
    def name(self) -> str:
        return "action_read_calendar"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        result = await call_service(tracker, "calendar.read", given(when=said_when(tracker)))
        source = "service:calendar.read"
        when = result["when"]
        if result["count"]:
            say.response("utter_calendar", source=source, when=_capital(when), agenda=result["agenda"])
        else:
            response = "utter_calendar_over" if result["over"] else "utter_calendar_empty"
            say.response(response, source=source, when=when)
        _say_missing(say, result, source)
        return []


class FindEvent(SpokenAction):
    def name(self) -> str:
        return "action_find_event"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        arguments = given(title=entity(tracker, "event"), when=said_when(tracker))
        result = await call_service(tracker, "calendar.find", arguments)
        source = "service:calendar.find"
        if not result["title"]:
            say.response("utter_no_next_event", source=source)
        else:
            place = result["appointments"][0]["location"]
            asked = bool(_WHERE.search(text_of(tracker)))
            response = "utter_event_place" if place else "utter_event_no_place" if asked else "utter_event"
            say.response(response, source=source, title=result["title"], when=result["when"], location=place)
        _say_missing(say, result, source)
        return []


class CheckFree(SpokenAction):
    """Whether there is time ("am I free on friday"), or when ("when am I free tomorrow for an hour")."""

    def name(self) -> str:
        return "action_check_free"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        duration = entity(tracker, "duration")
        arguments = given(when=said_when(tracker), duration=duration)
        if _WHEN.search(text_of(tracker)) or duration:
            return await self._slots(say, tracker, arguments)
        result = await call_service(tracker, "calendar.free", arguments)
        source = "service:calendar.free"
        if not result["free"]:
            response = "utter_partly_free" if result.get("partly") else "utter_not_free"
            say.response(response, source=source, taken_by=result["taken_by"], when=result["when"])
        elif result["beside"]:
            say.response("utter_free_beside", source=source, when=result["when"], beside=result["beside"])
        else:
            say.response("utter_free", source=source, when=result["when"])
        _say_missing(say, result, source)
        return []

    async def _slots(self, say: Say, tracker: Tracker, arguments: dict[str, Any]) -> Events:
        result = await call_service(tracker, "calendar.slots", arguments)
        source = "service:calendar.slots"
        if result["slots"]:
            say.response("utter_slots", source=source, spoken=result["spoken"])
        else:
            response = "utter_no_slots_for" if result["duration"] else "utter_no_slots"
            say.response(response, source=source, when=result["when"], duration=result["duration"])
        _say_missing(say, result, source)
        return []


class AddEvent(SpokenAction):
    forget = FORM_SLOTS

    def name(self) -> str:
        return "action_add_event"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        arguments = given(
            title=joined(tracker.get_slot("event"), " "),
            when=joined(tracker.get_slot("event_moment"), " at "),
            duration=joined(tracker.get_slot("event_duration"), " "),
        )
        result = await call_service(tracker, "calendar.add", arguments)
        source = "service:calendar.add"
        say.response("utter_event_added", source=source, title=result["title"], when=result["when"])
        _say_clash(say, result, source)
        return []


class MoveEvent(SpokenAction):
    forget = FORM_SLOTS

    def name(self) -> str:
        return "action_move_event"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        result = await call_service(tracker, "calendar.move", _move(tracker))
        source = "service:calendar.move"
        response = "utter_event_moved_once" if result["repeats"] else "utter_event_moved"
        say.response(response, source=source, title=result["title"], when=result["when"])
        _say_clash(say, result, source)
        return []


class DeleteEvent(SpokenAction):
    forget = FORM_SLOTS

    def name(self) -> str:
        return "action_delete_event"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        arguments = given(title=joined(tracker.get_slot("event"), " "), when=said_when(tracker))
        return await call_and_say(say, tracker, "calendar.delete", arguments)


def said_when(tracker: Tracker) -> str | None:
    """All that this message says of a time, as one: "friday … at noon"."""
    return joined(entities(tracker, "moment"), " at ")


def joined(value: Any, link: str) -> str | None:
    """A slot holds one value or several."""
    if isinstance(value, list):
        return link.join(str(each) for each in value) or None
    return str(value) if value else None


def _move(tracker: Tracker) -> dict[str, Any]:
    """What is named last is where it goes; what is named before, where it is now."""
    moments = tracker.get_slot("event_moment")
    moments = moments if isinstance(moments, list) else [moments] if moments else []
    if moments and (found := _FROM_TO.fullmatch(str(moments[-1]))):
        moments = [*moments[:-1], found[1], found[2]]  # taken for one, as in "from two to four"
    duration = joined(tracker.get_slot("event_duration"), " ")
    moments = [_EDGES.sub("", str(each)) for each in moments]
    answer = tracker.get_slot("event_answer")
    if answer:
        target, before = str(answer), moments
    elif duration:
        way = "earlier" if _EARLIER.search(text_of(tracker)) else "later"
        target, before = f"{duration} {way}", moments
    else:
        target, before = str(moments[-1]), moments[:-1]
    title = joined(tracker.get_slot("event"), " ")
    return given(title=title, when=joined(before, " at "), to=target)


def _say_missing(say: Say, result: dict[str, Any], source: str) -> None:
    if result.get("missing"):
        say.response("utter_calendar_missing", source=source, calendars=spoken_list(result["missing"]))


def _say_clash(say: Say, result: dict[str, Any], source: str) -> None:
    if result.get("clash"):
        say.response("utter_event_clash", source=source, clash=result["clash"])


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
