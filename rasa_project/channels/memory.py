"""What the conversation remembers of its last turns, read from the tracker's events."""

import time
from dataclasses import dataclass, field, replace
from typing import Any

from rasa.shared.core.events import ActionExecuted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

MEMORY_S = 120.0
"""Nobody means something by "it" or "no, the bedroom" that was longer ago."""
MEMORY_TURNS = 6  # nor something before so many other turns
SHORT_TERM = "last_"  # slots with such a name hold what a pronoun means

PASSING = frozenset(
    ["greet", "thanks", "repeat", "affirm", "deny", "help", "inform", "stop", "correct", "also"]
)
"""What is said without forgetting what was done before."""

Entity = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for last: the sentence, what it named, and what came of it. `records`: of the calls that changed
    something, for `undo.last`. `choices`: what was offered, where it was not clear which thing was meant."""

    text: str
    intent: str
    entities: tuple[Entity, ...]
    records: tuple[int, ...] = ()
    choices: tuple[str, ...] = ()

    def parse(self) -> dict[str, Any]:
        """As if the sentence had just been understood."""
        entities = [dict(each) for each in self.entities]
        intent = {"name": self.intent, "confidence": 1.0}
        return {"text": self.text, "intent": intent, "entities": entities, "intent_ranking": [intent]}

    def naming(self, named: dict[str, str]) -> "Request":
        """The request with other things: each of `named`, by entity, in the place of what had that name, or at the end
        where there was none. A device that is named anew stands for itself: where the old one was says nothing."""
        gone = {"area"} if "device" in named and "area" not in named else set()
        left, text, at, entities = dict(named), "", 0, []
        for each in sorted(self.entities, key=lambda each: int(each["start"])):
            label, start, end = str(each["entity"]), int(each["start"]), int(each["end"])
            if start < at:
                continue  # two extractors found the same
            text, at = text + self.text[at:start], end
            if label in gone or (label in named and label not in left):
                text = text.rstrip()  # a second of the kind, or a place that says nothing any more
                continue
            words = left.pop(label, self.text[start:end])
            value = {"value": words} if label in named else {}
            entities.append({**each, **value, "start": len(text), "end": len(text) + len(words)})
            text += words
        text += self.text[at:]
        for label, words in left.items():
            text += f" {words}"
            entities.append(
                {"entity": label, "value": words, "start": len(text) - len(words), "end": len(text)}
            )
        return replace(self, text=text, entities=tuple(entities))


@dataclass(slots=True)
class _Turn:
    """A user's event with what followed it, found while going backwards."""

    calls: list[dict[str, Any]] = field(default_factory=list)
    choices: tuple[str, ...] = ()


def last_request(tracker: DialogueStateTracker, now: float | None = None) -> Request | None:
    """The last thing that was done or tried, if it is fresh and nothing else came between."""
    oldest = (time.time() if now is None else now) - MEMORY_S
    turn, users, undone = _Turn(), 0, False
    answers: list[UserUttered] = []
    for event in reversed(tracker.events):
        if isinstance(event, SlotSet) and event.key == "calls":
            turn.calls = [*(event.value or ()), *turn.calls]
        elif isinstance(event, SlotSet) and event.key == "choices" and event.value:
            turn.choices = turn.choices or tuple(event.value)
        elif isinstance(event, UserUttered):
            users += 1
            if event.timestamp < oldest or users > MEMORY_TURNS:
                return None
            name = event.intent_name or ""
            if name == "undo":
                undone, turn = True, _Turn()
            elif name in PASSING and (turn.calls or turn.choices):
                answers.insert(0, event)  # it answered a question about what was asked before
            elif turn.calls or turn.choices:
                return _request(event, answers, turn, undone)
            elif name not in PASSING:
                return None
    return None


def _request(event: UserUttered, answers: list[UserUttered], turn: _Turn, undone: bool) -> Request:
    request = Request(
        text=event.text or "",
        intent=event.intent_name or "",
        entities=tuple(event.entities),
        records=() if undone else tuple(int(each["record"]) for each in turn.calls if each.get("record")),
        choices=turn.choices,
    )
    for answer in answers:  # "set a timer", "ten minutes" was one request in two sentences
        if answer.intent_name == "inform":
            request = request.naming({str(e["entity"]): str(e["value"]) for e in answer.entities})
    return request


def is_asking(tracker: DialogueStateTracker) -> bool:
    """A question of the assistant's last turn is open: a form's, or that of an action (slot `pending`)."""
    return bool(asked_for(tracker))


def asked_for(tracker: DialogueStateTracker) -> str | None:
    """The slot that a form asks for; `pending` where an action asked something."""
    wanted = tracker.get_slot("requested_slot")
    if wanted:
        return str(wanted)
    return "pending" if fresh_pending(tracker).get("needs") not in (None, "nothing") else None


def fresh_pending(tracker: DialogueStateTracker) -> dict[str, Any]:
    """What the last turn's question is about; empty where it asked nothing."""
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            return {}
        if isinstance(event, SlotSet) and event.key == "pending":
            return dict(event.value or {})
    return {}


def asked_instead(tracker: DialogueStateTracker) -> bool:
    """The last turn asked what was meant instead."""
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            return False
        if isinstance(event, ActionExecuted) and event.action_name == "action_what_else":
            return True
    return False


def takes_any_words(tracker: DialogueStateTracker) -> bool:
    """The question that is open is answered by whatever is said, an "and" in it included."""
    wanted = tracker.get_slot("requested_slot")
    slot = tracker.slots.get(wanted) if wanted else None
    return slot is not None and any(each.get("type") == "from_text" for each in slot.mappings)


def stale(tracker: DialogueStateTracker, now: float | None = None) -> list[SlotSet]:
    """Events that forget what pronouns meant too long ago."""
    kept = {name for name in tracker.slots if name.startswith(SHORT_TERM) and tracker.get_slot(name)}
    oldest = (time.time() if now is None else now) - MEMORY_S
    users = 0
    for event in reversed(tracker.events) if kept else ():
        users += isinstance(event, UserUttered)
        if event.timestamp < oldest or users > MEMORY_TURNS:
            return [SlotSet(name, None) for name in sorted(kept)]
        if isinstance(event, SlotSet):
            kept.discard(event.key)
        if not kept:
            break
    return []
