"""Speaking slower, faster, louder, more softly, or with another voice."""

from rasa_sdk import Tracker

from actions.api import call_service
from actions.base import Events, Say, SpokenAction, intent_of

CHANGES = {
    "speak_slower": {"pace": "slower"},
    "speak_faster": {"pace": "faster"},
    "speak_louder": {"loudness": "louder"},
    "speak_softer": {"loudness": "softer"},
    "change_voice": {"voice": "other"},
}


class ChangeSpeech(SpokenAction):
    """What it answers is heard as it was asked for: the voice has changed by then."""

    def name(self) -> str:
        return "action_change_speech"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        intent = intent_of(tracker)
        await call_service(tracker, "voice.change", CHANGES[intent])
        say.response(f"utter_{intent}", source="service:voice.change")
        return []
