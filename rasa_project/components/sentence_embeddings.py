"""What a sentence means, as a vector, by a small model of the BERT family in ONNX (such as all-MiniLM-L6-v2)."""

import importlib
import json
import os
import unicodedata
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

_PROJECT = Path(__file__).resolve().parent.parent
_LONGEST = 128  # pieces
_LONGEST_WORD = 100  # characters; a longer one is unknown
_KEPT = 4_096  # vectors


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceEmbeddings(DenseFeaturizer, GraphComponent):
    """One dense vector of length 1 for each sentence: the mean of the model's last layer over its pieces.

    `model` is a folder with `model.onnx` (or `onnx/model.onnx`) and `tokenizer.json`, as they are published on the
    Hugging Face hub; a relative path is below the project's folder. Needs onnxruntime: `uv sync --group embeddings`.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        return [Tokenizer]

    @staticmethod
    def required_packages() -> list[str]:
        return ["onnxruntime"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {**DenseFeaturizer.get_default_config(), "model": "models/embeddings"}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "SentenceEmbeddings":
        return cls(execution_context.node_name, config)

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        _files(config["model"])

    def __init__(self, name: str, config: dict[str, Any]) -> None:
        super().__init__(name, config)
        model, tokenizer = _files(config["model"])
        os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # before it is imported: later is too late
        runtime = importlib.import_module("onnxruntime")
        options = runtime.SessionOptions()
        options.intra_op_num_threads = (
            1  # a sentence is too short to share, and the recogniser needs the cores
        )
        self._session = runtime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        self._inputs = {each.name for each in self._session.get_inputs()}
        self._pieces = WordPieces(tokenizer)
        self._vectors: dict[str, np.ndarray] = {}

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            tokens = message.get(TOKENS_NAMES[TEXT])
            if tokens:
                vector = self._vector(" ".join(token.text for token in tokens))
                self.add_features_to_message(None, vector, TEXT, message)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data

    def _vector(self, text: str) -> np.ndarray:
        """1 × dimensions."""
        found = self._vectors.get(text)
        if found is None:
            if len(self._vectors) >= _KEPT:
                self._vectors.clear()
            found = self._vectors[text] = self._embed(text)
        return found

    def _embed(self, text: str) -> np.ndarray:
        pieces = np.array([self._pieces.of(text)], np.int64)
        given = {
            "input_ids": pieces,
            "attention_mask": np.ones_like(pieces),
            "token_type_ids": np.zeros_like(pieces),
        }
        last = self._session.run(None, {name: given[name] for name in self._inputs})[0]
        mean = last[0].mean(axis=0, keepdims=True)
        return (mean / max(1e-9, float(np.linalg.norm(mean)))).astype(np.float32)


class WordPieces:
    """BERT's tokenizer for lower-case English: the longest pieces first (Devlin et al., "BERT", 2019, section 3).
    The library of that name would bring the hub's client and eight packages along."""

    def __init__(self, path: Path) -> None:
        try:
            self._ids: dict[str, int] = json.loads(path.read_text(encoding="utf-8"))["model"]["vocab"]
            self._begin, self._end, self._unknown = (self._ids[name] for name in ("[CLS]", "[SEP]", "[UNK]"))
        except (ValueError, KeyError, TypeError) as error:
            raise InvalidConfigException(f"{path} is no tokenizer of the BERT family: {error!r}.") from error

    def of(self, text: str) -> list[int]:
        ids = [piece for word in _words(text) for piece in self._of_word(word)]
        return [self._begin, *ids[: _LONGEST - 2], self._end]

    def _of_word(self, word: str) -> list[int]:
        ids, at = [], 0
        while at < len(word) <= _LONGEST_WORD:
            end = len(word)
            while end > at and ("##" if at else "") + word[at:end] not in self._ids:
                end -= 1
            if end == at:
                return [self._unknown]
            ids.append(self._ids[("##" if at else "") + word[at:end]])
            at = end
        return ids or [self._unknown]


def _words(text: str) -> list[str]:
    """Lower case, without accents; each sign of punctuation is a word."""
    plain = unicodedata.normalize("NFD", text.lower())
    spaced = (
        "" if unicodedata.category(c) == "Mn" else f" {c} " if unicodedata.category(c)[0] in "PS" else c
        for c in plain
    )
    return "".join(spaced).split()


def _files(model: str) -> tuple[Path, Path]:
    """The network and the tokenizer. Raises `InvalidConfigException` naming what is missing."""
    folder = _PROJECT / Path(model).expanduser()
    network = next((p for p in (folder / "model.onnx", folder / "onnx" / "model.onnx") if p.is_file()), None)
    tokenizer = folder / "tokenizer.json"
    if network is None or not tokenizer.is_file():
        missing = "model.onnx" if network is None else "tokenizer.json"
        raise InvalidConfigException(
            f"There is no {missing} in {folder}: put a sentence embedding model there, such as "
            "sentence-transformers/all-MiniLM-L6-v2 of the Hugging Face hub."
        )
    return network, tokenizer
