"""What is to be done later is planned, not done: "turn off the lights at eight".

This holds for every action alike. It runs as ever, but its calls are collected (what they need is found out, nothing
is done), what it would say about them is left out, and the assistant plans them. A question that an action asks first
is asked, and the time is kept for the answer.
"""

import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from rasa_sdk import Tracker

from actions.api import LATER, ServiceError, ask_now, call_service

if TYPE_CHECKING:
    from actions.base import Events, Say

SLOT = "planned_for"
_LONGEST_WAIT = 3  # turns between the time and the answer to what was asked about it
_ANSWERS = frozenset({"inform", "affirm"})
# Without one of these words no sentence has a time in it, and nobody need be asked.
_MAYBE = re.compile(
    r"\bin (?!the\b|my\b|our\b|here\b|there\b)|\b(?:at|by|every|each|after|when|whenever|once|as soon as|tonight|"
    r"tomorrow|today|daily|weekly|monthly|later|from now|(?:mon|tues|wednes|thurs|fri|satur|sun|week|work)day|"
    r"weekend|noon|midnight|o'clock|morning|afternoon|evening|night)s?\b"
)


class Later:
    """The calls of one action that are for later. What is not for later is made at once."""

    def __init__(self, tracker: Tracker) -> None:
        self._tracker = tracker
        self.said = _said(tracker)
        self.what = self.said
        """Without its time, once it was asked for that."""
        self.calls: list[tuple[dict[str, Any], str | None]] = []
        """Each with the nonce of the yes that there is to it."""
        self.asked = False
        """Whether a yes to one was asked for."""
        self._services: frozenset[str] | None = None

    async def takes(self, service: str) -> bool:
        """Whether a call of this service is for later. Raises `ServiceError`."""
        if self._services is None:
            self._services = frozenset()  # what is asked here is for now
            if _MAYBE.search(_without_names(self._tracker, self.said)):
                found = await call_service(self._tracker, "plans.understand", {"said": self.said})
                self._services, self.what = frozenset(found["services"]), found["what"]
        return service in self._services

    async def timed(self) -> bool:
        """Whether the sentence says that something is for later. Raises `ServiceError`."""
        await self.takes("")
        return bool(self._services)

    async def call(self, service: str, arguments: dict[str, Any], confirmation: str | None) -> dict[str, Any]:
        """In place of the call. Raises `ServiceError` for one that could not be made now."""
        if confirmation is None:
            await ask_now(self._tracker, service, arguments)
        self.calls.append(({"service": service, "arguments": arguments}, confirmation))
        return _Unknown()

    async def question(self, service: str, arguments: dict[str, Any]) -> ServiceError | None:
        """The question before it is planned."""
        self.asked = True
        call = {"service": service, "arguments": arguments}
        return await ask_now(self._tracker, "plans.add", {"said": self.said, "calls": [call]})


class _Unknown(dict[str, Any]):
    """The result of what is not done yet."""

    def __missing__(self, key: str) -> str:
        return ""


async def perform(
    act: "Callable[[Say, Tracker], Awaitable[Events]]", say: "Say", tracker: Tracker
) -> "Events":
    """What the action does, now or later. Raises `ServiceError`."""
    later = Later(tracker)
    token = LATER.set(later)
    try:
        events = await act(say, tracker)
    except Exception:
        if not later.calls:
            raise
        events = []  # it could not make a sentence of a result that is not there yet
    finally:
        LATER.reset(token)
    if later.calls:
        say.nothing()
        return [*events, *await _plan(say, tracker, later), _slot(SLOT, None)]
    if (later.asked or _asks(events)) and await later.timed():
        return [*events, _slot(SLOT, later.said)]
    return events


async def _plan(say: "Say", tracker: Tracker, later: Later) -> "Events":
    """Plan them together; those with a yes of their own each by itself. A question stays open for the next turn."""
    together = [call for call, confirmation in later.calls if confirmation is None]
    plans: list[tuple[list[dict[str, Any]], str | None]] = [(together, None)] if together else []
    plans += [([call], confirmation) for call, confirmation in later.calls if confirmation is not None]
    pending = None
    for calls, confirmation in plans:
        arguments = {"said": later.said, "calls": calls}
        try:
            result = await call_service(tracker, "plans.add", arguments, confirmation=confirmation)
        except ServiceError as error:
            say.text(str(error), source=f"error:{error.code}")
            if error.code == "needs_confirmation":
                asked = {"service": "plans.add", "arguments": arguments, "confirmation": error.confirmation}
                pending = {**asked, "needs": "confirmation"}
            continue
        say.text(result["spoken"], source="service:plans.add")
    return [_slot("pending", pending)]


def _said(tracker: Tracker) -> str:
    """The sentence with the time in it: this one, or the one that this one answers a question about."""
    message = tracker.latest_message or {}
    waiting = tracker.get_slot(SLOT)
    intent = (message.get("intent") or {}).get("name") or ""
    answers = intent in _ANSWERS or bool((tracker.active_loop or {}).get("name"))
    if waiting and answers and _turns_since_set(tracker) <= _LONGEST_WAIT:
        return str(waiting)
    return str(message.get("text") or "").lower()


def _without_names(tracker: Tracker, said: str) -> str:
    """The sentence with names of rooms and things blanked out: "movie night" and "night light" are no times."""
    message = tracker.latest_message or {}
    if said != str(message.get("text") or "").lower():
        return said
    for each in message.get("entities") or ():
        start, end = each.get("start"), each.get("end")
        if each.get("entity") in ("device", "area") and start is not None and end is not None:
            said = f"{said[:start]}{' ' * (end - start)}{said[end:]}"
    return said


def _turns_since_set(tracker: Tracker) -> int:
    turns = 0
    for event in reversed(tracker.events):
        if event.get("event") == "slot" and event.get("name") == SLOT:
            break
        turns += event.get("event") == "user"
    return turns


def _asks(events: "Events") -> bool:
    """Whether the action left a question open."""
    return any(
        event.get("event") == "slot" and event.get("name") == "pending" and event.get("value")
        for event in events
    )


def _slot(name: str, value: Any) -> dict[str, Any]:
    return {"event": "slot", "name": name, "value": value, "timestamp": None}
