"""Timers."""

import re
from typing import Any

from rasa_sdk import Tracker

from actions.api import call_service
from actions.base import Events, Say, SpokenAction, entity, given, spoken_list, text_of

_ALL = re.compile(r"\b(all|every|everything)\b")
_OFF = re.compile(r"\b(stop|off|shut|end)\b")
_MORE = re.compile(r"\b(add|more|longer|extend|lengthen|another|put|extra)\b")
_LESS = re.compile(r"\b(take|off|away|shorter|shorten|reduce|less|cut|subtract)\b")


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
    """ "stop the timer" of one that rings means that ring, and not another one that still runs."""

    def name(self) -> str:
        return "action_cancel_timer"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        text = text_of(tracker)
        which: dict[str, Any] = {"all": True} if _ALL.search(text) else _which(tracker)
        if not which and _OFF.search(text):
            which = {"ringing_first": True}
        result = await call_service(tracker, "timers.cancel", which)
        cancelled = [timer["spoken"] for timer in result["cancelled"]]
        if cancelled:
            timers = spoken_list(cancelled)
            say.response("utter_timer_cancelled", source="service:timers.cancel", timers=timers)
        else:
            response = "utter_silenced" if result.get("silenced") else "utter_no_timers"
            say.response(response, source="service:timers.cancel")
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


class ChangeTimer(SpokenAction):
    """ "make that ten minutes", "add five minutes to the pasta timer", "take two minutes off"."""

    def name(self) -> str:
        return "action_change_timer"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        by = entity(tracker, "duration")
        if by is None:
            say.response("utter_timer_by_how_much")
            return []
        arguments = given(
            by=re.sub(r"\b(more|another|extra) ?", "", by),
            how=_how(text_of(tracker)),
            name=_bare_name(entity(tracker, "timer")),
        )
        result = await call_service(tracker, "timers.change", arguments)
        _say_one(say, "utter_timer_changed", result, "timers.change")
        return []


class PauseTimer(SpokenAction):
    def name(self) -> str:
        return "action_pause_timer"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        result = await call_service(tracker, "timers.pause", _which(tracker))
        _say_one(say, "utter_timer_paused", result, "timers.pause")
        return []


class ResumeTimer(SpokenAction):
    def name(self) -> str:
        return "action_resume_timer"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        result = await call_service(tracker, "timers.resume", _which(tracker))
        _say_one(say, "utter_timer_resumed", result, "timers.resume")
        return []


class RepeatTimer(SpokenAction):
    def name(self) -> str:
        return "action_repeat_timer"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        result = await call_service(tracker, "timers.repeat", _which(tracker))
        duration = result["spoken_duration"]
        say.response("utter_timer_again", source="service:timers.repeat", spoken_duration=duration)
        return []


def _how(text: str) -> str:
    """Whether a timer is to be so much longer, so much shorter, or so long from now on."""
    if re.search(r"\bput .* back to\b|\binstead\b", text):
        return "set"
    if _LESS.search(text) and not re.search(r"\b(longer|add)\b", text):
        return "take"
    return "add" if _MORE.search(text) else "set"


def _say_one(say: Say, response: str, timer: dict[str, Any], service: str) -> None:
    values = {"name": timer["spoken_name"], "remaining": timer["spoken_remaining"]}
    say.response(response, source=f"service:{service}", **values)


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
    """ "the oven" is the oven timer, and "the last" is no name."""
    bare = re.sub(r"^(the|my|a|an) ", "", name) if name else None
    return None if bare in ("last", "same", "next", "other", "current") else bare
