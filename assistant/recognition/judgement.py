"""From Rasa's parse to what the router wants to know of a transcript."""

from assistant.dialogue.client import Parse
from assistant.recognition.decision import Meaning

NO_COMMAND = frozenset({"nlu_fallback", "out_of_scope", ""})
"""Intents of what the assistant cannot act on."""


def meaning_of(parse: Parse, free_text_entities: frozenset[str]) -> Meaning:
    """`free_text_entities`: those whose words can be any, see `assistant.dialogue.domain`."""
    if parse.intent in NO_COMMAND:
        return Meaning(0.0, parse.intent)
    free = tuple(str(each["value"]) for each in parse.entities if each.get("entity") in free_text_entities)
    return Meaning(parse.confidence, parse.intent, free)
