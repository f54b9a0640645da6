"""What every action here promises: it never fails in silence."""

import logging
from abc import ABC, abstractmethod
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.api import CALLS, ServiceError
from actions.planning import perform

logger = logging.getLogger(__name__)

Events = list[dict[str, Any]]


class SpokenAction(Action, ABC):
    """An action whose failure is spoken. To Rasa an action that raises is a turn without an answer.

    Subclasses implement `perform`; `forget` names the slots that belong to this one request.
    """

    forget: tuple[str, ...] = ()
    may_be_silent = False
    """Where another action of the same turn has said why."""

    @abstractmethod
    async def perform(self, say: "Say", tracker: Tracker) -> Events:
        """Do it and say so; the events change the tracker. May raise `ServiceError`, which is spoken."""

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        say = Say(dispatcher)
        events: Events = []
        calls: list[dict[str, Any]] = []
        CALLS.set(calls)
        try:
            events = await perform(self.perform, say, tracker)
        except ServiceError as error:
            say.text(str(error), source=f"error:{error.code}")
        except Exception:
            logger.exception("%s failed", self.name())
            say.text("Sorry, something went wrong with that.", source="error:internal")
        if not dispatcher.messages and not self.may_be_silent:
            say.text("Sorry, something went wrong with that.", source="error:silent")
        return [*events, *(slot(name, None) for name in self.forget), *_memory(calls)]


def _memory(calls: list[dict[str, Any]]) -> Events:
    """For "no, the bedroom", "the other one", "undo that"."""
    choices = next((call["choices"] for call in calls if call.get("choices")), None)
    remembered = [slot("calls", calls)] if calls else []
    return [*remembered, slot("choices", choices)] if choices else remembered


class Say:
    """Utters with a source, which tells the voice and the log where a sentence comes from."""

    def __init__(self, dispatcher: CollectingDispatcher) -> None:
        self._dispatcher = dispatcher

    @property
    def said(self) -> bool:
        return bool(self._dispatcher.messages)

    def nothing(self) -> None:
        """Take back what was said so far."""
        self._dispatcher.messages.clear()

    def text(self, text: str, *, source: str, **custom: Any) -> None:
        self._dispatcher.utter_message(text=text, json_message={"source": source, **custom})

    def response(self, response: str, /, *, source: str = "template", **values: Any) -> None:
        """A response of the domain, its placeholders filled with `values`."""
        self._dispatcher.utter_message(response=response, json_message={"source": source}, **values)


def slot(name: str, value: Any) -> dict[str, Any]:
    """Rasa's event that sets a slot."""
    return {"event": "slot", "name": name, "value": value, "timestamp": None}


def intent_of(tracker: Tracker) -> str:
    return ((tracker.latest_message or {}).get("intent") or {}).get("name") or ""


def text_of(tracker: Tracker) -> str:
    return (tracker.latest_message or {}).get("text") or ""


def entities(tracker: Tracker, name: str) -> list[str]:
    """Values of the entity in this message, in the order they were said, without repeats."""
    found = (tracker.latest_message or {}).get("entities") or []
    return list(dict.fromkeys(str(e["value"]) for e in found if e.get("entity") == name))


def entity(tracker: Tracker, name: str) -> str | None:
    found = entities(tracker, name)
    return found[-1] if found else None


def spoken_list(words: list[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def given(**arguments: Any) -> dict[str, Any]:
    """The arguments that are there."""
    return {name: value for name, value in arguments.items() if value not in (None, "", [])}
