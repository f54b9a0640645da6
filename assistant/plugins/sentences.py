"""The sentences of a plugin: a folder of Rasa files. What is in `domain*.yml` is domain, all else training data."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ACTION = "action_"


@dataclass(frozen=True, slots=True)
class Sentences:
    """`services`: those that its actions call, `action_dice.roll` being one that calls `dice.roll`."""

    domain: tuple[Path, ...]
    data: tuple[Path, ...]
    intents: tuple[str, ...]
    services: tuple[str, ...]


def sentences(rasa: Path) -> Sentences:
    """What is in the folder. Blocking, for milliseconds. Raises ValueError with a sentence for a file that cannot be
    read."""
    files = sorted(path for path in rasa.rglob("*.y*ml") if path.is_file())
    domain = tuple(path for path in files if path.name.startswith("domain"))
    said = [_mapping(path) for path in files]
    return Sentences(
        domain,
        tuple(path for path in files if path not in domain),
        tuple(dict.fromkeys(intent for content in said for intent in _intents(content))),
        tuple(dict.fromkeys(service for content in said for service in _services(content))),
    )


def _mapping(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ValueError(f"{path} cannot be read: {' '.join(str(error).split())}") from error
    if not isinstance(content, dict):
        raise ValueError(f"{path} must begin with a key such as `nlu:`")
    return content


def _intents(content: dict[str, Any]) -> Iterator[str]:
    for intent in _listed(content, "intents"):
        yield from intent if isinstance(intent, dict) else [str(intent)]


def _services(content: dict[str, Any]) -> Iterator[str]:
    for action in map(str, _listed(content, "actions")):
        if action.startswith(ACTION) and "." in action:
            yield action.removeprefix(ACTION)


def _listed(content: dict[str, Any], key: str) -> list[Any]:
    value = content.get(key) or []
    if not isinstance(value, list):
        raise ValueError(f"`{key}` has to be a list")
    return value
