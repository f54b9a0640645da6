"""What the dialogue cannot answer: once it asks whether its best guess is right, then the assistant's generation."""

from typing import Any

from rasa_sdk import Tracker

from actions.api import generate
from actions.base import Events, Say, SpokenAction, slot

_MISSES = ("nlu_fallback", "out_of_scope")
_QUESTIONS = frozenset(
    [
        *(
            "what",
            "what's",
            "which",
            "who",
            "who's",
            "when",
            "when's",
            "where",
            "where's",
            "how",
            "how's",
            "why",
        ),
        *("is", "are", "was", "do", "does", "did", "can", "could", "will", "have", "has", "am", "any"),
    ]
)
_TURNED_ROUND = {
    "me": "you",
    "my": "your",
    "i": "you",
    "i'm": "you're",
    "mine": "yours",
    "myself": "yourself",
}


class AnswerFreely(SpokenAction):
    """Utters the generated answer, so that the dialogue knows what was said.

    It returns no UserUtteranceReverted: the turn stays in the tracker, and Rasa need not replay the history.
    """

    may_be_silent = True  # an answer that was interrupted before anything of it was heard

    def name(self) -> str:
        return "action_answer_freely"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        if tracker.active_loop.get("name"):
            return self._in_a_question(say, tracker)
        guess = (tracker.latest_message or {}).get("guess")
        if guess and not _asked_before(tracker.events):
            return _ask_back(say, tracker, guess)
        answer = await generate(tracker)
        text = (answer.get("text") or "").strip()
        if text:
            source = answer.get("source") or "generated"
            say.text(text, source=source, spoken=bool(answer.get("spoken")))
        elif not answer.get("interrupted"):
            say.response("utter_no_answer")
        pending = answer.get("pending")  # what the model proposed, and the answer asks about
        return [slot("pending", {**pending, "needs": "confirmation"})] if pending else []

    def _in_a_question(self, say: Say, tracker: Tracker) -> Events:
        """A question of ours is open: it is asked once more, then left."""
        users = [event for event in tracker.events if event.get("event") == "user"]
        misses = [((event.get("parse_data") or {}).get("intent") or {}).get("name") for event in users[-2:]]
        if len(misses) == 2 and all(name in _MISSES for name in misses):
            say.response("utter_leave_it")
            left = {"event": "active_loop", "name": None, "timestamp": None}
            return [left, slot("requested_slot", None)]
        say.response("utter_not_understood")
        return []


def _ask_back(say: Say, tracker: Tracker, guess: dict[str, Any]) -> Events:
    message = tracker.latest_message or {}
    intent = {"name": guess["intent"], "confidence": guess["confidence"]}
    parse = {"text": message.get("text"), "intent": intent, "entities": message.get("entities") or []}
    say.text(question(str(guess["words"])), source="guess", guess=guess)
    return [
        slot("pending", {"needs": "confirmation", "guess": {"text": message.get("text"), "parse": parse}})
    ]


def question(words: str) -> str:
    """ "turn off the kitchen light" → "Do you want me to turn off the kitchen light?"; a question is asked back."""
    first = words.split()[0]
    if first in _QUESTIONS:
        return f"Did you mean: {words}?"
    turned = " ".join(_TURNED_ROUND.get(word, word) for word in words.split())
    return f"Do you want me to {turned}?"


def _asked_before(events: list[dict[str, Any]]) -> bool:
    """It was a guess that the last turns were about, and it was wrong."""
    users = 0
    for event in reversed(events):
        users += event.get("event") == "user"
        if users > 2:
            break
        asked = users and event.get("event") == "slot" and event.get("name") == "pending"
        if asked and "guess" in (event.get("value") or {}):
            return True
    return False
