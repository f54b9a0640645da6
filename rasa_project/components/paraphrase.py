"""A sentence in the words of the training data, for asking whether it was that what somebody meant.

What was heard wrong is not to be said back: "turn of kitchen lite" becomes "turn off the kitchen light", the most
usual way to say the intent that is likeliest with the entities that were found.
"""

from collections import Counter, defaultdict
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.io import json_to_string, read_json_file, write_text_file

from components.openings import tokens_of

GUESS = "guess"  # key of the parse: {"intent", "confidence", "words"}
FALLBACK = "nlu_fallback"
NO_COMMAND = frozenset(
    [
        *("inform", "affirm", "deny", "correct", "also", "out_of_scope", "greet", "thanks"),
        *("goodbye", "stop", "are_you_human", "repeat", FALLBACK),
    ]
)
"""Not worth a question."""

_POLITE = frozenset(
    ["can", "could", "would", "will", "please", "i", "i'd", "hey", "okay", "let's", "we", "the", "and"]
)
"""A sentence that begins so is not the plainest."""
_POINTING = frozenset(["it", "them", "that", "this", "those", "here", "there"])
MARGIN = 0.1  # by which the guess has to be likelier than that it is nothing of ours


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class Paraphrase(GraphComponent):
    """Adds `guess` to the parse of what the fallback classifier does not trust, where the likeliest intent has at least
    the confidence `guess_from`. Stands behind that classifier."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"guess_from": 0.3}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "Paraphrase":
        return cls(config, model_storage, resource, {})

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "Paraphrase":
        with model_storage.read_from(resource) as folder:
            patterns = read_json_file(folder / "patterns.json")
        return cls(config, model_storage, resource, patterns)

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        patterns: dict[str, dict[str, str]],
    ) -> None:
        self._guess_from = float(config["guess_from"])
        self._model_storage = model_storage
        self._resource = resource
        self._patterns = patterns  # intent → names of entities, with blanks between → sentence with {entity}

    def train(self, training_data: TrainingData) -> Resource:
        self._patterns = _patterns(training_data.intent_examples)
        with self._model_storage.write_to(self._resource) as folder:
            write_text_file(json_to_string(self._patterns, indent=None), folder / "patterns.json")
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if (message.get("intent") or {}).get("name") == FALLBACK and (guess := self._guess(message)):
                message.set(GUESS, guess, add_to_output=True)
        return messages

    def _guess(self, message: Message) -> dict[str, Any]:
        ranking = [each for each in message.get("intent_ranking") or () if each.get("name") != FALLBACK]
        if not ranking or ranking[0]["name"] in NO_COMMAND:
            return {}
        best = ranking[0]
        nothing = max((each["confidence"] for each in ranking if each["name"] == "out_of_scope"), default=0.0)
        words = self._words(best["name"], message.get("entities") or ())
        if best["confidence"] < max(self._guess_from, nothing + MARGIN) or not words:
            return {}
        return {"intent": best["name"], "confidence": best["confidence"], "words": words}

    def _words(self, intent: str, entities: Any) -> str:
        values = {str(each["entity"]): str(each["value"]) for each in entities}
        pattern = self._patterns.get(intent, {}).get(" ".join(sorted(values)), "")
        for name, value in values.items():
            pattern = pattern.replace(f"{{{name}}}", value)
        return pattern


def _patterns(examples: Any) -> dict[str, dict[str, str]]:
    """Of each intent and set of entities the plainest example: it begins as most do, and is short."""
    found: dict[str, dict[str, list[list[str]]]] = defaultdict(lambda: defaultdict(list))
    begins: dict[str, Counter[str]] = defaultdict(Counter)
    for example in examples:
        intent, tokens = (
            example.get("intent"),
            tokens_of(example.get("text") or "", example.get("entities") or ()),
        )
        names = [token.strip("{}") for token in tokens if token.startswith("{")]
        if tokens and len(set(names)) == len(names):
            found[intent][" ".join(sorted(names))].append(tokens)
            begins[intent].update(tokens[:1])
    return {
        intent: {
            names: " ".join(min(several, key=lambda tokens: _plainness(tokens, begins[intent])))
            for names, several in by_names.items()
        }
        for intent, by_names in found.items()
        if intent not in NO_COMMAND
    }


def _plainness(tokens: list[str], begins: Counter[str]) -> tuple[int, int, int, str]:
    """Smaller is plainer."""
    first = tokens[0]
    unclear = (first in _POLITE or first.startswith("{")) + len(_POINTING.intersection(tokens))
    return unclear, -begins[first], len(tokens), " ".join(tokens)
