"""A conversation that does not slow down as it grows.

Rasa reads and replays the events of the whole session in every turn, 6 ms for the first and 77 ms after 300 turns. So
a session that has grown is followed by a new one, which begins with what is remembered of it: the slots, and the last
turns as they were.
"""

import copy
import time

from rasa.shared.core.constants import (
    ACTION_LISTEN_NAME,
    ACTION_SESSION_START_NAME,
    SESSION_START_METADATA_SLOT,
)
from rasa.shared.core.events import ActionExecuted, Event, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

MOST_EVENTS = 120  # some fifteen turns
TURNS_KEPT = 2  # for "what did you say", "no, the bedroom"
_NOT_CARRIED = frozenset([SESSION_START_METADATA_SLOT, "requested_slot"])


def renew(tracker: DialogueStateTracker) -> None:
    """Begin a new session where this one has grown and no form is open."""
    if len(tracker.events) <= MOST_EVENTS or tracker.active_loop_name:
        return
    kept = _last_turns(list(tracker.events))
    slots = [
        SlotSet(name, slot.value)
        for name, slot in tracker.slots.items()
        if slot.value is not None and name not in _NOT_CARRIED
    ]
    begun = [ActionExecuted(ACTION_SESSION_START_NAME), SessionStarted(), *slots]
    for event in (*begun, ActionExecuted(ACTION_LISTEN_NAME), *kept):
        event.timestamp = time.time()  # a session is what has the time of its beginning, or a later one
        tracker.update(event)


def _last_turns(events: list[Event]) -> list[Event]:
    """Copies of them."""
    users = [place for place, event in enumerate(events) if isinstance(event, UserUttered)]
    return [copy.copy(event) for event in events[users[-TURNS_KEPT] :]] if len(users) >= TURNS_KEPT else []
