"""Whole sentences out of what only makes sense after another: "no, the bedroom", "same for the hall", "the other one".

The last request is said again with what is named now in place of what was named then, so that it works for whatever
can be asked for. A correction takes back first what had been done.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from rasa.shared.core.trackers import DialogueStateTracker

from channels.memory import (
    Entity,
    Request,
    asked_instead,
    fresh_pending,
    is_asking,
    last_request,
    takes_any_words,
)

UNDO = {"name": "undo", "confidence": 1.0}

_CORRECTING = re.compile(
    r"\b(?:no|not|sorry|actually|instead|wait|i (?:mean|meant|said|wanted)|make (?:it|that))\b", re.IGNORECASE
)
_MAKE_THAT = re.compile(r"(?:no |oh |actually |sorry )*make that ", re.IGNORECASE)
_OTHER = re.compile(r"\b(?:other|wrong one|not that one)\b", re.IGNORECASE)
_NOT = re.compile(r"\bnot (?:the |in the |my |a |an |for )*$", re.IGNORECASE)
_ONE = re.compile(r"\bthe (\w+) one\b", re.IGNORECASE)
_AGAIN = re.compile(r"\bagain\b|\bsame\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sentence:
    """What the dialogue is given in place of what was said. `metadata` comes on top of the turn's."""

    text: str
    parse: dict[str, Any]
    metadata: dict[str, Any] = field(default_factory=dict)


def meant(tracker: DialogueStateTracker, said: Sentence) -> list[Sentence]:
    """The sentences that are meant, in order; the one that was said where it stands for itself."""
    intent = (said.parse.get("intent") or {}).get("name")
    entities = said.parse.get("entities") or []
    if intent == "undo" and takes_any_words(tracker):
        return [_as(said, "stop")]  # it is no answer, and nothing has been done yet
    guess = fresh_pending(tracker).get("guess")
    if guess and intent == "affirm":
        return [Sentence(guess["text"], guess["parse"])]
    if intent in ("correct", "also") and not said.parse.get("opens", True):
        return [_as(said, "nlu_fallback")]  # "tell me about romeo and juliet"
    if not (intent in ("correct", "also") or _corrects(tracker, said)):
        return [said]
    if guess:
        parse = guess["parse"]
        request: Request | None = Request(guess["text"], parse["intent"]["name"], tuple(parse["entities"]))
    elif is_asking(tracker):
        return [_as(said, "inform")] if entities else [said]
    else:
        request = last_request(tracker)
    changed = _changed(request, said, entities) if request is not None else None
    if request is None or changed is None:
        return [said]
    again = Sentence(changed.text, changed.parse())
    if intent == "also" or not request.records:
        return [again]
    quiet = {"quiet": True, "records": list(request.records)}
    undo = {"text": "undo that", "intent": UNDO, "entities": [], "intent_ranking": [UNDO]}
    return [Sentence("undo that", undo, quiet), again]


def _as(said: Sentence, intent: str) -> Sentence:
    return replace(said, parse={**said.parse, "intent": {**said.parse["intent"], "name": intent}})


def _corrects(tracker: DialogueStateTracker, said: Sentence) -> bool:
    """ "no, ten minutes" may be taken for an answer, or for a no."""
    intent = (said.parse.get("intent") or {}).get("name")
    named = {str(each["entity"]) for each in said.parse.get("entities") or ()}
    if named and _MAKE_THAT.match(said.text):
        # Whatever may be made ten minutes long: that is what was asked for just now, if it had a length.
        request = last_request(tracker)
        if request is not None and request.records:
            return named <= {str(each["entity"]) for each in request.entities}
    if intent not in ("inform", "deny", "nlu_fallback") or not named:
        return False
    return bool(_CORRECTING.search(said.text)) or (intent == "inform" and asked_instead(tracker))


def _changed(request: Request, said: Sentence, entities: list[Entity]) -> Request | None:
    """The request as it was meant; None where nothing says how."""
    named = _named(request, said.text, entities)
    if named:
        return request.naming(named)
    intent = said.parse["intent"]["name"]
    if intent == "also":
        return request if _AGAIN.search(said.text) else None
    if _OTHER.search(said.text):
        return _other(request)
    return _adjective(request, said.text)


def _named(request: Request, text: str, entities: Iterable[Entity]) -> dict[str, str]:
    """By entity what is to be named now: of two, as in "not the kitchen, the hall", the one that is new."""
    found: dict[str, list[Entity]] = {}
    for each in sorted(entities, key=lambda each: int(each["start"])):
        found.setdefault(str(each["entity"]), []).append(each)
    named: dict[str, str] = {}
    for label, values in found.items():
        before = {str(each["value"]) for each in request.entities if each["entity"] == label}
        wanted = [each for each in values if not _NOT.search(text[: int(each["start"])])]
        if len(wanted) > 1:
            wanted = [each for each in wanted if str(each["value"]) not in before] or wanted
        if wanted:
            named[label] = str(wanted[-1]["value"])
    return named


def _other(request: Request) -> Request | None:
    """Of the things that were offered the one that was not taken: "the light in the hall" has a name and a place."""
    taken = {str(each["value"]).lower() for each in request.entities}
    offered = [choice.partition(" in the ") for choice in request.choices]
    left = [each for each in offered if each[0].lower() not in taken]
    left = left or [each for each in offered if each[2] and each[2].lower() not in taken]
    label = next((str(each["entity"]) for each in request.entities if each["entity"] != "area"), "")
    if len(left) != 1 or not label:
        return None
    name, _, area = left[0]
    return request.naming({label: name, "area": area} if area else {label: name})


def _adjective(request: Request, text: str) -> Request | None:
    """ "the desk one" after the floor lamp is the desk lamp."""
    one = _ONE.search(text)
    for each in request.entities:
        words = str(each["value"]).split()
        if one is not None and len(words) > 1:
            return request.naming({str(each["entity"]): " ".join([one[1].lower(), *words[1:]])})
    return None
