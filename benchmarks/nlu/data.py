"""Sentences to learn from and to be asked: the project's own, in folds, and those of HWU64."""

import csv
import json
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

import yaml

from assistant.dialogue.annotations import Segment
from assistant.dialogue.training_data import Example, TrainingData
from assistant.errors import UserError

_KFOLD = "CrossValidation/autoGeneFromRealAnno/autoGene_2018_03_22-13_01_25_169/CrossValidation/KFold_1"


def folds(examples: Sequence[Example], count: int, seed: int) -> list[tuple[list[Example], list[Example]]]:
    """(to learn from, to be asked) `count` times: of each intent an equal share is asked in each."""
    by_intent: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        by_intent[example.intent].append(example)
    parts: list[list[Example]] = [[] for _ in range(count)]
    for number, (intent, some) in enumerate(sorted(by_intent.items())):
        random.Random(f"{seed} {intent}").shuffle(some)
        for at, example in enumerate(some):
            parts[(at + number) % count].append(example)
    return [([e for part in parts if part is not asked for e in part], asked) for asked in parts]


def write_nlu(path: Path, examples: Sequence[Example], data: TrainingData | None = None) -> None:
    """Rasa's training data: the sentences, and the tables of `data`."""
    by_intent: dict[str, list[str]] = defaultdict(list)
    for example in examples:
        by_intent[example.intent].append("".join(map(_marked, example.segments)))
    entries: list[dict[str, str]] = [
        {"intent": intent, "examples": _lines(lines)} for intent, lines in sorted(by_intent.items())
    ]
    if data is not None:
        for kind, tables in (("lookup", data.lookups), ("synonym", data.synonyms), ("regex", data.regexes)):
            entries += [{kind: name, "examples": _lines(values)} for name, values in tables.items()]
    content = yaml.safe_dump({"version": "3.1", "nlu": entries}, allow_unicode=True, width=10_000)
    path.write_text(content, encoding="utf-8")


def _marked(segment: Segment) -> str:
    if segment.entity is None:
        return segment.text
    long = {"entity": segment.entity, "value": segment.value, "role": segment.role}
    return f"[{segment.text}]{json.dumps({name: value for name, value in long.items() if value})}"


def _lines(lines: Sequence[str]) -> str:
    return "".join(f"- {line}\n" for line in lines)


def hwu64(folder: Path, shots: int) -> tuple[list[Example], list[Example]]:
    """Fold 1 of the NLU evaluation data of Liu, Eshghi, Swietojanski and Rieser, "Benchmarking Natural Language
    Understanding Services for building Conversational Agents" (2019): the first `shots` sentences of each of 64 intents
    to learn from, and the whole test set. `folder`: a checkout of xliuhw/NLU-Evaluation-Data. Raises `UserError`."""
    base = folder if (folder / "trainset").is_dir() else folder / _KFOLD
    train, asked = base / "trainset", base / "testset" / "csv"
    if not train.is_dir() or not asked.is_dir():
        raise UserError(
            f"There is no KFold_1 of HWU64 in {folder}: give a checkout of github.com/xliuhw/NLU-Evaluation-Data."
        )
    return _hwu_examples(train, shots), _hwu_examples(asked, None)


def _hwu_examples(folder: Path, most: int | None) -> list[Example]:
    found: list[Example] = []
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            texts = [row["answer_from_anno"].lower().strip() for row in csv.DictReader(file, delimiter=";")]
        found += [Example(path.stem, (Segment(text),)) for text in texts[:most] if text]
    counts = Counter(example.intent for example in found)
    if not counts:
        raise UserError(f"There are no sentences in {folder}.")
    return found
