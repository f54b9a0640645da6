"""What the owner put right: sentences with the intent that they should have had.

They stand in `corrections.yml` beside the settings file, in Rasa's own form, for the owner to edit. Each is training
data from then on, and a case that has to be understood: `assistant review check` tells which are not.
"""

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import yaml

from assistant import paths
from assistant.dialogue.annotations import AnnotationError, Segment, parse_annotations
from assistant.dialogue.training_data import Example, read_examples
from assistant.errors import UserError

_WAYS = ("{}", "please {}", "{} please", "okay {}", "hey {}")
"""How a corrected sentence is learned: one alone would count for little beside the sixty of another intent."""
_PUNCTUATION = str.maketrans("", "", '.,!?;:"“”„')


def corrections_file() -> Path:
    """Beside the settings file; it need not be there."""
    return paths.config_file().parent / "corrections.yml"


def corrections() -> list[Example]:
    """All of them. Blocking, for milliseconds. Raises `UserError` for a file that cannot be read."""
    path = corrections_file()
    try:
        return read_examples(path) if path.exists() else []
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from error


def correct(intent: str, sentence: str) -> Example:
    """Keep that `sentence`, its entities marked as Rasa does, means `intent`, in place of what was kept of the same
    words before. Blocking. Raises `UserError` for marks that Rasa does not know, and where it cannot be written."""
    example = Example(intent, _normalised(sentence))
    if not example.text.strip():
        raise UserError("A correction needs words.", exit_status=2)
    others = [each for each in corrections() if each.text != example.text]
    _write(corrections_file(), _yaml([*others, example]))
    return example


def marked(text: str, entities: Iterable[dict[str, Any]]) -> str:
    """The sentence with its entities marked, as they were found: dicts with `entity`, `start` and `end`."""
    parts, end = [], 0
    for entity in sorted(entities, key=lambda each: int(each.get("start", -1))):
        start, stop = int(entity.get("start", -1)), int(entity.get("end", -1))
        if not end <= start < stop <= len(text):
            continue  # in no place of this text, or within another
        parts += [
            text[end:start],
            _mark(Segment(text[start:stop], entity["entity"], None, entity.get("role"))),
        ]
        end = stop
    return "".join([*parts, text[end:]])


def corrected_sentences() -> Path | None:
    """A folder with them as training data, whose name changes with what is in it; None where there are none. Blocking.
    Raises `UserError` for a file that cannot be read, and OSError where the cache folder cannot be written."""
    examples = corrections()
    if not examples:
        return None
    learned = [
        Example(example.intent, parse_annotations(way.format(_sentence(example.segments))))
        for example in examples
        for way in _WAYS
    ]
    content = _yaml(learned)
    digest = hashlib.sha256(content.encode()).hexdigest()[:16]
    folder = paths.cache_dir() / "sentences" / f"corrections-{digest}"
    if not (folder / "nlu.yml").exists():
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / "nlu.yml", content)
    return folder


def _normalised(sentence: str) -> tuple[Segment, ...]:
    """As what is heard comes: in small letters, without punctuation."""
    try:
        segments = parse_annotations(" ".join(sentence.split()))
    except AnnotationError as error:
        raise UserError(str(error), exit_status=2) from error
    return tuple(
        Segment(segment.text.lower().translate(_PUNCTUATION), segment.entity, segment.value, segment.role)
        for segment in segments
    )


def _yaml(examples: Sequence[Example]) -> str:
    """In Rasa's form, the intents in the order in which they came."""
    blocks = [
        {
            "intent": intent,
            "examples": "".join(f"- {_sentence(e.segments)}\n" for e in examples if e.intent == intent),
        }
        for intent in dict.fromkeys(example.intent for example in examples)
    ]
    head = "# What was put right: each is training data, and has to be understood (assistant review check).\n"
    return head + _dumped({"version": "3.1", "nlu": blocks})


def _sentence(segments: Iterable[Segment]) -> str:
    return "".join(_mark(segment) for segment in segments)


def _mark(segment: Segment) -> str:
    if segment.entity is None:
        return segment.text
    if segment.value is None and segment.role is None:
        return f"[{segment.text}]({segment.entity})"
    more = {"value": segment.value, "role": segment.role}
    return f"[{segment.text}]" + json.dumps(
        {"entity": segment.entity, **{k: v for k, v in more.items() if v}}
    )


class _Dumper(yaml.SafeDumper):
    """Sentences below each other, each in a line of its own."""


_Dumper.add_representer(
    str,
    lambda dumper, text: dumper.represent_scalar(
        "tag:yaml.org,2002:str", text, style="|" if "\n" in text else None
    ),
)


def _dumped(content: dict[str, Any]) -> str:
    return yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1000)


def _write(path: Path, content: str) -> None:
    """All of it or nothing; its owner alone can read it. Raises `UserError`."""
    draft = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(content)
        Path(draft).replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            Path(draft).unlink()
        raise UserError(f"{path} cannot be written: {error.strerror}.") from error
