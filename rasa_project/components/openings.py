"""Does a sentence begin as sentences of its intent do?

"pepper to the shopping list" is a confident `add_item` to a bag of words, but nobody begins a request so. Where an
"and" divides "add salt and pepper to the shopping list", only what begins like a sentence is one.
"""

import re
from collections import Counter
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.io import json_to_string, read_json_file, write_text_file

OPENS = "opens"  # key of the parse: true or false
LONGEST = 3  # tokens of an opening; an entity is one
SEEN = 2  # examples of the intent that begin so
LEANING = frozenset(["also", "correct"])

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_FUNCTION_WORDS = frozenset(
    [
        *("a", "an", "and", "another", "any", "as", "at", "by", "every", "for", "from"),
        *("in", "into", "it", "my", "of", "on", "one", "our", "some", "that", "the"),
        *("them", "this", "to", "too", "with"),
    ]
)
"""Words that say nothing of what is wanted: an opening has another one, too."""
_PARTICLES = frozenset({"on", "off", "up", "down"})  # after a thing they do: "the lights on"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class Openings(GraphComponent):
    """Adds `opens` to the parse: whether the first words, entities being classes, begin examples of the intent that is
    most likely."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "Openings":
        return cls(model_storage, resource, frozenset())

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "Openings":
        with model_storage.read_from(resource) as folder:
            known = read_json_file(folder / "openings.json")
        return cls(model_storage, resource, frozenset((intent, *tokens) for intent, *tokens in known))

    def __init__(
        self, model_storage: ModelStorage, resource: Resource, known: frozenset[tuple[str, ...]]
    ) -> None:
        self._model_storage = model_storage
        self._resource = resource
        self._known = known

    def train(self, training_data: TrainingData) -> Resource:
        seen: Counter[tuple[str, ...]] = Counter()
        for example in training_data.intent_examples:
            tokens = tokens_of(example.get("text") or "", example.get("entities") or ())
            intent = example.get("intent")
            seen.update((intent, *beginning) for beginning in _beginnings(tokens, intent))
        self._known = frozenset(opening for opening, times in seen.items() if times >= SEEN)
        with self._model_storage.write_to(self._resource) as folder:
            write_text_file(json_to_string(sorted(self._known), indent=None), folder / "openings.json")
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            tokens = tokens_of(message.get("text") or "", message.get("entities") or ())
            intent = _likeliest(message)
            opens = any((intent, *beginning) in self._known for beginning in _beginnings(tokens, intent))
            message.set(OPENS, opens, add_to_output=True)
        return messages


def tokens_of(text: str, entities: Any) -> list[str]:
    """Its words, in lower case, each entity being one token of its name in braces."""
    tokens: list[str] = []
    at = 0
    for entity in sorted(entities, key=lambda each: int(each["start"])):
        if entity["start"] < at:
            continue  # two extractors found the same
        tokens += [*_words(text[at : entity["start"]]), f"{{{entity['entity']}}}"]
        at = entity["end"]
    return [*tokens, *_words(text[at:])]


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]


def _beginnings(tokens: list[str], intent: str) -> list[tuple[str, ...]]:
    """Those that say something. "and the {area}" says enough where the intent leans on what was said before."""
    beginnings = (tuple(tokens[:length]) for length in range(1, min(LONGEST, len(tokens)) + 1))
    return [
        beginning
        for beginning in beginnings
        if _says_something(beginning) or (intent in LEANING and len(beginning) > 1)
    ]


def _says_something(beginning: tuple[str, ...]) -> bool:
    return any(
        (position > 0 and word in _PARTICLES) or not (word in _FUNCTION_WORDS or word.startswith("{"))
        for position, word in enumerate(beginning)
    )


def _likeliest(message: Message) -> str:
    """The intent, whether it is sure or not."""
    ranking = message.get("intent_ranking") or [message.get("intent") or {}]
    names = [each.get("name") or "" for each in ranking[:2]]
    return next((name for name in names if name != "nlu_fallback"), "")
