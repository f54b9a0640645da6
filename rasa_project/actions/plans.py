"""What is planned: told, and cancelled."""

import re
from typing import Any

from rasa_sdk import Tracker

from actions.api import call_service
from actions.base import Events, Say, SpokenAction, text_of

_ALL = re.compile(r"\b(?:everything|all|anything)\b")
# Words of the wish to cancel, not of what is cancelled.
_ABOUT = re.compile(
    r"\b(?:cancel|forget|drop|delete|remove|scrap|undo|skip|don't|do not|never mind|please|can|could|you|i|want|to|no|"
    r"not|that|this|the|my|a|it|plans?|planned|planning|scheduled?|routine|about|what's|what|is|was|for|later|last|anymore|"
    r"any more|longer|and|of|with|just|then|thing|again|after all|at|on|in)\b"
)


class ListPlans(SpokenAction):
    def name(self) -> str:
        return "action_list_plans"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        result = await call_service(tracker, "plans.list", {})
        say.text(result["spoken"], source="service:plans.list")
        return []


class CancelPlan(SpokenAction):
    def name(self) -> str:
        return "action_cancel_plan"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        result = await call_service(tracker, "plans.cancel", which(text_of(tracker).lower()))
        say.text(result["spoken"], source="service:plans.cancel")
        return []


def which(text: str) -> dict[str, Any]:
    """The arguments of `plans.cancel`: all, or those words that may be of what was planned."""
    words = " ".join(_ABOUT.sub(" ", text).split())
    if _ALL.search(text) and not _ALL.sub(" ", words).strip():
        return {"all": True}
    return {"what": text} if words else {}
