"""Time and date."""

from rasa_sdk import Tracker

from actions.api import call_service
from actions.base import Events, Say, SpokenAction, entity, given


class TellTime(SpokenAction):
    def name(self) -> str:
        return "action_tell_time"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        result = await call_service(tracker, "clock.time", given(place=entity(tracker, "place")))
        response = "utter_time_there" if result.get("place") else "utter_time"
        say.response(
            response, source="service:clock.time", spoken=result["spoken"], place=result.get("place")
        )
        return []


class TellDate(SpokenAction):
    def name(self) -> str:
        return "action_tell_date"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        result = await call_service(tracker, "clock.date", {})
        say.response("utter_date", source="service:clock.date", spoken=result["spoken"])
        return []
