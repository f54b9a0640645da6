"""Programs, pages, clipboard, screen, and typing."""

import re
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.api import call_service
from actions.base import Events, Say, SpokenAction, entities, intent_of, slot, text_of
from actions.conversation import last_words
from actions.home import LEAVE_FORM

_OPENING = re.compile(
    r"^.*?\b(?:open up|open|launch|start up|start|run|bring up|fire up|go to|visit|show me|use|need)\s+"
    r"(?:(?:the|my|a|an)\s+)?(?:(?:web ?site|web ?page|page|site|app|application|program|bookmark)\s+(?:of\s+)?)?"
)
_ENDING = re.compile(r"(?:\s+(?:please|for me|now|again|on the screen))+$")
_NOTHING = frozenset(
    {"", "an application", "application", "a program", "program", "a website", "website", "a page"}
)
_TYPING = re.compile(
    r"^(?:(?:please|can you|could you|would you|i want you to)\s+)*(?:type|write|enter|insert)\s+"
    r"(?:out\s+|in\s+(?!the\b)|in\s+(?=the (?:words?|sentence|text|following)\b))?"
    r"(?:in the (?:window|document|field)\s+)?(?:the\s+(?:words?|sentence|text|following)\s+)?",
    re.IGNORECASE,
)
_WHERE = re.compile(r"\s+(?:in|into|to) the (?:window|document|field)$", re.IGNORECASE)
_NO_TEXT = frozenset({"", "something", "something for me", "type", "it", "that", "this"})


class FindWhatToOpen(SpokenAction):
    """A name in one piece is what the understanding found; an address, or a name that it did not see, is whatever
    stands behind the verb."""

    may_be_silent = True

    def name(self) -> str:
        return "validate_open_form"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        asked = intent_of(tracker) == "open_app"
        what = _what(tracker) if asked else tracker.get_slot("app")
        return [slot("app", what)] if what else []


class Open(SpokenAction):
    forget = ("app",)

    def name(self) -> str:
        return "action_open"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        result = await call_service(tracker, "desktop.open", {"what": str(tracker.get_slot("app"))})
        say.response("utter_opened", source="service:desktop.open", name=result["name"])
        return []


class Clipboard(SpokenAction):
    def name(self) -> str:
        return "action_clipboard"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        if intent_of(tracker) == "copy_answer":
            words = last_words(tracker.events)
            if not words:
                say.response("utter_nothing_to_copy")
                return []
            await call_service(tracker, "clipboard.copy", {"text": words})
            say.response("utter_copied", source="service:clipboard.copy")
            return []
        result = await call_service(tracker, "clipboard.read", {})
        response = "utter_clipboard_cut" if result["cut"] else "utter_clipboard"
        say.response(response, source="service:clipboard.read", words=result["text"])
        return []


class Screen(SpokenAction):
    def name(self) -> str:
        return "action_screen"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        if intent_of(tracker) == "take_screenshot":
            result = await call_service(tracker, "screen.shot", {})
            say.response("utter_screenshot", source="service:screen.shot", folder=result["folder"])
            return []
        result = await call_service(tracker, "screen.lock", {})
        response = "utter_locked" if result["sure"] else "utter_lock_asked"
        say.response(response, source="service:screen.lock")
        return []


class TypeText(SpokenAction):
    forget = ("dictated",)

    def name(self) -> str:
        return "action_type_text"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        words = _WHERE.sub("", _TYPING.sub("", text_of(tracker)))
        if words.casefold() in _NO_TEXT:
            say.response("utter_type_what")
            return []
        await call_service(tracker, "dictation.type", {"text": words})
        say.response("utter_typed", source="service:dictation.type")
        return []


class AskForDictation(SpokenAction):
    """Said once, when it begins; after that what was typed is answer enough."""

    may_be_silent = True

    def name(self) -> str:
        return "action_ask_dictation_form_dictated"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        if intent_of(tracker) == "start_dictation":
            say.response("utter_dictation_on")
        return []


class Dictate(SpokenAction):
    """Types what was said while a dictation is on, and waits for more: the slot is empty again after it."""

    forget = ("dictated",)
    may_be_silent = True

    def name(self) -> str:
        return "validate_dictation_form"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """An event for the slot would tell the form that what was said was for it, even "stop dictation"."""
        return await super().run(dispatcher, tracker, domain) if tracker.get_slot("dictated") else []

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        words = tracker.get_slot("dictated")
        arguments = {"text": str(words), "follows": _said_in_dictation(tracker) > 1}
        await call_service(tracker, "dictation.type", arguments)
        say.response("utter_typed", source="service:dictation.type")
        return []


class EndDictation(SpokenAction):
    forget = ("dictated",)

    def name(self) -> str:
        return "action_end_dictation"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        say.response("utter_dictation_off")
        return LEAVE_FORM


def _what(tracker: Tracker) -> str:
    """Empty, where only a verb was said."""
    text, names = text_of(tracker), entities(tracker, "app")
    if len(names) == 1 and " dot " not in f" {text} ":
        return names[0]
    behind = _ENDING.sub("", _OPENING.sub("", text))
    return "" if behind in _NOTHING else behind


def _said_in_dictation(tracker: Tracker) -> int:
    """How often something was said since the dictation began, this sentence included."""
    count = 0
    for event in reversed(tracker.events):
        if event.get("event") == "active_loop" and event.get("name") == "dictation_form":
            break
        count += event.get("event") == "user"
    return count
