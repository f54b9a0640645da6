"""What it can do, as a whole and with one kind of thing."""

import re
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import Events, Say, SpokenAction, spoken_list, text_of

PREFIX = "utter_help_"
"""Each response with such a name is a topic: `utter_help_lists` answers "what can you do with lists"."""

_ALSO = {
    "lights": "lamp lamps brightness color colors colour colours",
    "home": "house fan fans switch switches device devices plug plugs appliances",
    "heating": "temperature thermostat radiator climate warmth",
    "blinds": "curtain curtains shutter shutters shades garage",
    "doors": "door lock locks gate",
    "timers": "countdown countdowns",
    "alarms": "wake",
    "lists": "shopping groceries",
    "notes": "memo memos",
    "calendar": "appointment appointments meeting meetings event events",
    "time": "date clock day",
    "music": "media song songs player radio volume",
    "computer": "desktop application applications apps window windows screen screenshot clipboard dictation",
    "weather": "rain umbrella forecast",
    "sums": "math maths calculation calculations arithmetic units currency currencies conversion",
    "voice": "speak speech louder faster",
    "plans": "later planned schedule schedules routine routines",
}
"""Other words for topics."""
_WORD = re.compile(r"[a-z]+")


class Help(SpokenAction):
    def name(self) -> str:
        return "action_help"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        topics = [
            name.removeprefix(PREFIX) for name in domain.get("responses") or () if name.startswith(PREFIX)
        ]
        asked = topic_of(text_of(tracker), topics)
        if asked:
            Say(dispatcher).response(PREFIX + asked)
        else:
            Say(dispatcher).response("utter_help", topics=spoken_list(topics))
        return []

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        raise NotImplementedError("what there is to say stands in the domain, which `run` has")


def topic_of(text: str, topics: list[str]) -> str:
    """The topic that a sentence names; empty where it names none."""
    said = set(_WORD.findall(text.lower()))
    for topic in topics:
        words = {topic, topic.removesuffix("s"), *_ALSO.get(topic, "").split()}
        if words & said:
            return topic
    return ""
