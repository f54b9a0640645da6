"""Timers."""

import re
from typing import Any

from rasa_sdk import Tracker

from actions.api import call_service
from actions.base import Events, Say, SpokenAction, entity, given, spoken_list, text_of

_ALL = re.compile(r"\b(all|every|everything)\b")


class StartTimer(SpokenAction):
    forget = ("duration", "timer")

    def name(self) -> str:
        return "action_start_timer"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        duration = tracker.get_slot("duration")
        name = _bare_name(tracker.get_slot("timer"))
        result = await call_service(tracker, "timers.start", given(duration=duration, name=name))
        values = {"spoken_duration": result["spoken_duration"], "name": result.get("name") or name}
        response = "utter_named_timer_started" if name else "utter_timer_started"
        say.response(response, source="service:timers.start", **values)
        return []


class CancelTimer(SpokenAction):
    def name(self) -> str:
        return "action_cancel_timer"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        which: dict[str, Any] = {"all": True} if _ALL.search(text_of(tracker)) else _which(tracker)
        result = await call_service(tracker, "timers.cancel", which)
        cancelled = [timer["spoken"] for timer in result["cancelled"]]
        if cancelled:
            timers = spoken_list(cancelled)
            say.response("utter_timer_cancelled", source="service:timers.cancel", timers=timers)
        else:
            say.response("utter_no_timers", source="service:timers.cancel")
        return []


class TimerRemaining(SpokenAction):
    def name(self) -> str:
        return "action_timer_remaining"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        name = _bare_name(entity(tracker, "timer"))
        result = await call_service(tracker, "timers.remaining", given(name=name))
        _say_timers(say, result["timers"], "service:timers.remaining")
        return []


class ListTimers(SpokenAction):
    def name(self) -> str:
        return "action_list_timers"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        result = await call_service(tracker, "timers.list", {})
        _say_timers(say, result["timers"], "service:timers.list")
        return []


def _say_timers(say: Say, timers: list[dict[str, Any]], source: str) -> None:
    if not timers:
        say.response("utter_no_timers", source=source)
    elif len(timers) == 1:
        say.response("utter_timer_remaining", source=source, remaining=timers[0]["spoken_remaining"])
    else:
        each = [f"{timer['spoken_name']}, {timer['spoken_remaining']} left" for timer in timers]
        count = f"{len(timers)} timers"
        say.response("utter_timers", source=source, count=count, timers="; ".join(each))


def _which(tracker: Tracker) -> dict[str, Any]:
    return given(name=_bare_name(entity(tracker, "timer")), duration=entity(tracker, "duration"))


def _bare_name(name: str | None) -> str | None:
    """ "the oven" is the oven timer."""
    return re.sub(r"^(the|my|a|an) ", "", name) if name else None
