"""Intents by word and character n-grams, for few sentences of each and for words that were misheard."""

import json
import re
from typing import Any

import numpy as np
import scipy.sparse
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

RANKED = 10
_TINY = 1e-12
_VIEWS = ("counts", "tfidf", "dense")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class NgramIntentClassifier(IntentClassifier, GraphComponent):
    """Logistic regressions that look at a sentence in different ways, and whose probabilities are multiplied and taken
    to the power of `sharpness` (a logarithmic opinion pool: Genest and Zidek, "Combining Probability Distributions",
    1986):

    - `counts`: how often each word, pair of words, and run of 1 to 4 characters of a word occurs, with whatever sparse
      features of the sentence other components made (lookup tables). It is sure where the words are known.
    - `tfidf`: the same with pairs and runs of 2 to 4 characters, weighted by the logarithm of the frequency and by how
      few sentences have it, at length 1. It is better where few sentences were learned from, and where a word is new.
    - `dense`: dense features of the sentence that other components made (embeddings), if any did.

    `*_c` is the inverse of each regression's regularisation.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        return [Tokenizer]

    @staticmethod
    def required_packages() -> list[str]:
        return ["sklearn"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            "counts_c": 2.0,
            "tfidf_c": 60.0,
            "dense_c": 10.0,
            "sharpness": 0.5,
            "max_iter": 60,
            "tol": 0.001,
        }

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._intents: list[str] = []
        self._vectorizers: dict[str, dict[str, CountVectorizer]] = {}
        self._idf = np.zeros(0, np.float32)
        # Of each view: weights (features × intents) and biases.
        self._weights: dict[str, tuple[np.ndarray, np.ndarray]] = {}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "NgramIntentClassifier":
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        examples = [e for e in training_data.intent_examples if e.get(INTENT) and e.get(TEXT)]
        intents = [example.get(INTENT) for example in examples]
        self._intents = sorted(set(intents))
        if len(self._intents) < 2:
            return self._resource  # nothing to tell apart
        texts = [_text(example) for example in examples]
        self._learn_words(texts)
        for view in _VIEWS:
            features = self._features(view, texts, examples)
            if features is not None:
                self._weights[view] = _fit(self._config, view, features, intents)
        self._persist()
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        if self._weights and messages:
            for message, row in zip(messages, self._probabilities(messages), strict=True):
                ranking = [
                    {"name": self._intents[at], "confidence": float(row[at])}
                    for at in np.argsort(-row, kind="stable")[:RANKED]
                ]
                message.set("intent", ranking[0], add_to_output=True)
                message.set("intent_ranking", ranking, add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data

    def _probabilities(self, messages: list[Message]) -> np.ndarray:
        """Messages × intents."""
        texts = [_text(message) for message in messages]
        pooled = np.zeros((len(messages), len(self._intents)))
        for view, (weights, bias) in self._weights.items():
            features = self._features(view, texts, messages)
            if features is not None:
                pooled += np.log(_softmax(features @ weights + bias) + _TINY)
        return _softmax(pooled * self._config["sharpness"])

    def _learn_words(self, texts: list[str]) -> None:
        for view in ("counts", "tfidf"):
            learned = {kind: made.fit(texts).vocabulary_ for kind, made in _vectorizers(view, {}).items()}
            self._know(
                view, {kind: {word: int(at) for word, at in words.items()} for kind, words in learned.items()}
            )
        counts = self._counts("tfidf", texts)
        # As scikit-learn smooths it: as if one more sentence had every word.
        self._idf = (np.log((1 + counts.shape[0]) / (1 + counts.getnnz(axis=0))) + 1).astype(np.float32)

    def _know(self, view: str, vocabularies: dict[str, dict[str, int]]) -> None:
        """`vocabularies`: of words and of characters, each with its place among the features."""
        self._vectorizers[view] = _vectorizers(view, vocabularies)

    def _features(self, view: str, texts: list[str], messages: list[Message]) -> Any:
        """Messages × features; None where there are none of this kind."""
        if view == "dense":
            return _dense(messages)
        counts = self._counts(view, texts)
        if view == "counts":
            others = [message.get_sparse_features(TEXT)[1] for message in messages]
            if all(other is not None for other in others):
                counts = scipy.sparse.hstack(
                    [
                        counts,
                        scipy.sparse.vstack([scipy.sparse.csr_matrix(other.features) for other in others]),
                    ]
                )
            return scipy.sparse.csr_matrix(counts, dtype=np.float32)
        counts.data = np.log(counts.data) + 1
        words = len(self._vectorizers["tfidf"]["words"].vocabulary)
        counts.data *= self._idf[counts.indices]
        return _unit_rows(counts, words)

    def _counts(self, view: str, texts: list[str]) -> scipy.sparse.csr_matrix:
        parts = [vectorizer.transform(texts) for vectorizer in self._vectorizers[view].values()]
        return scipy.sparse.csr_matrix(scipy.sparse.hstack(parts), dtype=np.float32)

    def _persist(self) -> None:
        with self._storage.write_to(self._resource) as folder:
            known = {
                view: {kind: vectorizer.vocabulary for kind, vectorizer in some.items()}
                for view, some in self._vectorizers.items()
            }
            words = {"intents": self._intents, "vocabularies": known}
            (folder / "words.json").write_text(json.dumps(words), encoding="utf-8")
            arrays = {"idf": self._idf}
            for view, (weights, bias) in self._weights.items():
                arrays |= {f"{view}_weights": weights, f"{view}_bias": bias}
            np.savez(folder / "weights.npz", **arrays)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "NgramIntentClassifier":
        """Without anything learned, as for a single intent, it says nothing."""
        made = cls(config, model_storage, resource)
        try:
            with model_storage.read_from(resource) as folder:
                words = json.loads((folder / "words.json").read_text(encoding="utf-8"))
                arrays = np.load(folder / "weights.npz")
                made._intents = words["intents"]
                for view, vocabularies in words["vocabularies"].items():
                    made._know(view, vocabularies)
                made._idf = arrays["idf"]
                made._weights = {
                    view: (arrays[f"{view}_weights"], arrays[f"{view}_bias"])
                    for view in _VIEWS
                    if f"{view}_bias" in arrays
                }
        except ValueError:
            pass
        return made


def _vectorizers(view: str, vocabularies: dict[str, dict[str, int]]) -> dict[str, CountVectorizer]:
    shortest = 1 if view == "counts" else 2
    return {
        "words": CountVectorizer(
            token_pattern=r"\S+", ngram_range=(1, 2), lowercase=False, vocabulary=vocabularies.get("words")
        ),
        "characters": CountVectorizer(
            analyzer="char_wb",
            ngram_range=(shortest, 4),
            lowercase=False,
            vocabulary=vocabularies.get("characters"),
        ),
    }


def _fit(
    config: dict[str, Any], view: str, features: Any, intents: list[str]
) -> tuple[np.ndarray, np.ndarray]:
    """Weights (features × intents) and biases."""
    regression = LogisticRegression(
        C=config[f"{view}_c"],
        # Frequencies are of the sentences that somebody wrote down, not of what people say.
        class_weight="balanced" if view == "counts" else None,
        max_iter=config["max_iter"],
        tol=config["tol"],
    ).fit(features, intents)
    weights, bias = regression.coef_.T, regression.intercept_
    if len(regression.classes_) == 2:  # one column: how much more likely the second is
        weights, bias = np.hstack([np.zeros_like(weights), weights]), np.array([0.0, bias[0]])
    # In the order in which scipy reads them: in the other it copies all of them for each sentence.
    return np.ascontiguousarray(weights, np.float32), bias.astype(np.float32)


def _text(message: Message) -> str:
    """The words as the tokenizer sees them; all figures are alike."""
    tokens = message.get(TOKENS_NAMES[TEXT]) or []
    return re.sub(r"\d+", "0", " ".join(token.text for token in tokens).lower())


def _dense(messages: list[Message]) -> np.ndarray | None:
    rows = [message.get_dense_features(TEXT)[1] for message in messages]
    if not rows or any(row is None for row in rows):
        return None
    return np.vstack([np.asarray(row.features).reshape(1, -1) for row in rows]).astype(np.float32)


def _unit_rows(features: scipy.sparse.csr_matrix, words: int) -> scipy.sparse.csr_matrix:
    """Words at length 1, and characters at length 1. Changes `features`."""
    rows = np.repeat(np.arange(features.shape[0]), np.diff(features.indptr))
    parts = 2 * rows + (features.indices >= words)  # of each row its words, then its characters
    lengths = np.sqrt(np.bincount(parts, features.data**2, 2 * features.shape[0]))
    features.data /= np.maximum(lengths, _TINY)[parts].astype(np.float32)
    return features


def _softmax(scores: np.ndarray) -> np.ndarray:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
