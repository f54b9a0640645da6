"""Notes."""

import re
from typing import Any

from rasa_sdk import Tracker

from actions.api import call_service
from actions.base import Events, Say, SpokenAction, entity, given, intent_of, text_of
from actions.services import call_and_say

_ALL = re.compile(r"\b(?:all|my notes|the notes|any notes|list|how many|what notes|which notes)\b")
_LAST = re.compile(r"\b(?:last|latest|newest|that)\b")
_COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


class TakeNote(SpokenAction):
    forget = ("note",)

    def name(self) -> str:
        return "action_take_note"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        result = await call_service(tracker, "notes.take", {"note": _words(tracker)})
        say.response("utter_note_taken", source="service:notes.take", note=result["note"])
        return []


class ReadNotes(SpokenAction):
    def name(self) -> str:
        return "action_read_notes"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        about = entity(tracker, "note")
        every = bool(_ALL.search(text_of(tracker))) and not _LAST.search(text_of(tracker))
        result = await call_service(tracker, "notes.read", given(about=about, all=every or None))
        notes = result["notes"]
        source = "service:notes.read"
        if not notes:
            say.response("utter_no_notes", source=source)
        elif len(notes) == 1:
            response = "utter_one_note" if about or result["count"] == 1 else "utter_last_note"
            say.response(response, source=source, day=notes[0]["spoken_day"], note=notes[0]["note"])
        else:
            response = "utter_notes_about" if about else "utter_notes"
            told = "; ".join(f"{each['spoken_day']}, {each['note']}" for each in notes)
            say.response(response, source=source, count=_count(result["count"]), notes=told)
        return []


class DeleteNote(SpokenAction):
    def name(self) -> str:
        return "action_delete_note"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        about = (
            None
            if re.search(r"\blast\b|\bthat (?:last )?note\b", text_of(tracker))
            else entity(tracker, "note")
        )
        return await call_and_say(say, tracker, "notes.delete", given(about=about))


def _words(tracker: Tracker) -> str:
    """The note: in a command all from where it begins on, however much of it was taken for the note; else what was
    answered."""
    found: list[dict[str, Any]] = (tracker.latest_message or {}).get("entities") or []
    starts = [each["start"] for each in found if each.get("entity") == "note" and "start" in each]
    if intent_of(tracker) == "take_note" and starts:
        return text_of(tracker)[min(starts) :]
    value = tracker.get_slot("note")
    return " ".join(value) if isinstance(value, list) else str(value)


def _count(count: int) -> str:
    return _COUNTS[count] if count < len(_COUNTS) else str(count)
