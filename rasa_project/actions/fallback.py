"""What the dialogue cannot answer, goes to the assistant's generation."""

from rasa_sdk import Tracker

from actions.api import generate
from actions.base import Events, Say, SpokenAction, slot

_MISSES = ("nlu_fallback", "out_of_scope")


class AnswerFreely(SpokenAction):
    """Utters the generated answer, so that the dialogue knows what was said.

    It returns no UserUtteranceReverted: the turn stays in the tracker, and Rasa need not replay the history.
    """

    def name(self) -> str:
        return "action_answer_freely"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        if tracker.active_loop.get("name"):
            return self._in_a_question(say, tracker)
        answer = await generate(tracker)
        text = (answer.get("text") or "").strip()
        if text:
            source = answer.get("source") or "generated"
            say.text(text, source=source, spoken=bool(answer.get("spoken")))
        else:
            say.response("utter_no_answer")
        return []

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
