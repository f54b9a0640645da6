"""Sums, units, money, days and the weather: the service hears the question as it was asked."""

from rasa_sdk import Tracker

from actions.api import call_service
from actions.base import Events, Say, SpokenAction, entity, given, intent_of, text_of

SERVICES = {
    "calculate": "knowledge.calculate",
    "convert": "knowledge.convert",
    "ask_day": "knowledge.day",
}


class TellWeather(SpokenAction):
    def name(self) -> str:
        return "action_tell_weather"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        arguments = given(question=text_of(tracker), place=entity(tracker, "place"))
        result = await call_service(tracker, "knowledge.weather", arguments)
        say.text(result["spoken"], source="service:knowledge.weather")
        return []


class AnswerQuestion(SpokenAction):
    def name(self) -> str:
        return "action_answer_question"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        service = SERVICES[intent_of(tracker)]
        result = await call_service(tracker, service, {"question": text_of(tracker)})
        say.text(result["spoken"], source=f"service:{service}")
        return []
