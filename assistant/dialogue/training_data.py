"""The sentences of a Rasa project, for whoever wants to learn from them (the embedded recogniser does)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from assistant.dialogue.annotations import AnnotationError, Segment, parse_annotations
from assistant.dialogue.names import OwnerNames, owner_nlu, owner_speech
from assistant.errors import UserError

__all__ = ["Example", "Segment", "TrainingData", "load_training_data", "read_examples"]


@dataclass(frozen=True, slots=True)
class Example:
    """One training sentence. The texts of its segments, joined, are the sentence."""

    intent: str
    segments: tuple[Segment, ...]

    @property
    def text(self) -> str:
        return "".join(segment.text for segment in self.segments)


@dataclass(frozen=True, slots=True)
class TrainingData:
    """What Rasa's understanding is trained on, in the order of files and lines, without repeats.

    Keys of `lookups` and `regexes` are entity names; a key of `synonyms` is the value its variants stand for.
    """

    examples: tuple[Example, ...]
    lookups: dict[str, tuple[str, ...]]
    synonyms: dict[str, tuple[str, ...]]
    regexes: dict[str, tuple[str, ...]]

    def of_intent(self, intent: str) -> tuple[Example, ...]:
        return tuple(example for example in self.examples if example.intent == intent)


def load_training_data(project_dir: Path, names: OwnerNames, more: Iterable[Path] = ()) -> TrainingData:
    """Read every NLU file under `project_dir`/data, the files `more`, and the owner's names. Blocking, for
    milliseconds.

    Raises `UserError` naming the file for one that is missing, no YAML, or marked wrongly.
    """
    return _data(project_dir, owner_nlu(names)["nlu"], more)


def _data(project_dir: Path, own: Iterable[dict[str, Any]], more: Iterable[Path]) -> TrainingData:
    data_dir = project_dir / "data"
    if not data_dir.is_dir():
        raise UserError(f"There is no Rasa training data in {data_dir}: name the folder of a Rasa project.")
    files = (*sorted(data_dir.rglob("*.y*ml")), *more)
    blocks = [block for path in files for block in _blocks(path)]
    blocks += [_Block("the owner's names", entry) for entry in own]
    return TrainingData(
        examples=tuple(dict.fromkeys(example for block in blocks for example in _examples(block))),
        lookups=_tables(blocks, "lookup"),
        synonyms=_tables(blocks, "synonym"),
        regexes=_tables(blocks, "regex"),
    )


def load_spoken_data(project_dir: Path, names: OwnerNames, more: Iterable[Path] = ()) -> TrainingData:
    """`load_training_data`, and what is for the recogniser alone. Raises `UserError` as it does."""
    return _data(project_dir, (*owner_nlu(names)["nlu"], *owner_speech(names)["nlu"]), more)


def read_examples(path: Path) -> list[Example]:
    """The sentences of a file, or of every file below a folder, such as a test set. Raises `UserError` as
    `load_training_data` does."""
    files = sorted(path.rglob("*.y*ml")) if path.is_dir() else [path]
    return [example for file in files for block in _blocks(file) for example in _examples(block)]


@dataclass(frozen=True, slots=True)
class _Block:
    """One entry below `nlu:`: an intent, lookup table, synonym or regular expression."""

    source: str
    entry: dict[str, Any]

    def lines(self) -> Iterator[str]:
        examples = self.entry.get("examples") or ""
        if isinstance(examples, list):  # the long form, with metadata
            for example in examples:
                yield str(example["text"]).strip()
            return
        for line in str(examples).splitlines():
            stripped = line.strip()
            if stripped.startswith("-"):
                yield stripped[1:].strip()


def _blocks(path: Path) -> list[_Block]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UserError(f"{path} is not a YAML file that can be read: {error}") from error
    if not isinstance(content, dict):
        raise UserError(f"{path} is not Rasa training data: it must begin with a key such as `nlu:`.")
    return [_Block(str(path), entry) for entry in content.get("nlu") or ()]


def _examples(block: _Block) -> Iterator[Example]:
    intent = block.entry.get("intent")
    if intent is None:
        return
    try:
        for line in block.lines():
            yield Example(str(intent), parse_annotations(line))
    except AnnotationError as error:
        raise UserError(f"{block.source}: {error}") from error


def _tables(blocks: Iterable[_Block], kind: str) -> dict[str, tuple[str, ...]]:
    tables: dict[str, dict[str, None]] = {}
    for block in blocks:
        if kind in block.entry:
            tables.setdefault(str(block.entry[kind]), {}).update(dict.fromkeys(block.lines()))
    return {name: tuple(values) for name, values in tables.items()}
