"""Time and date."""

from rasa_sdk import Tracker

from actions.api import call_service
from actions.base import Events, Say, SpokenAction, entity, given


class TellTime(SpokenAction):
    def name(self) -> str:
        return "action_tell_time"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        result = await call_service(tracker, "clock.time", given(place=entity(tracker, "place")))
        say.text(result["spoken"], source="service:clock.time")
        return []


class TellDate(SpokenAction):
    def name(self) -> str:
        return "action_tell_date"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        result = await call_service(tracker, "clock.date", {})
        say.text(result["spoken"], source="service:clock.date")
        return []
