"""What the dialogue's domain says of the words that it waits for."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from assistant.errors import UserError


def free_text_slots(domain: Path) -> frozenset[str]:
    """Slots that take whatever a person says (a mapping of type `from_text`): while the dialogue asks for
    one, speech need not be a command.

    `domain` is a Rasa domain, a file or a folder of files. Blocking, for milliseconds. Raises `UserError`
    naming a file that cannot be read.
    """
    return frozenset(name for name, mappings in _slots(domain) if _takes_any_words(mappings))


def free_text_entities(domain: Path) -> frozenset[str]:
    """Entities that fill such slots: what a person says of them within a command can be any words too, as in
    "add streamers to the party list". Otherwise like `free_text_slots`."""
    return frozenset(
        str(mapping["entity"])
        for _, mappings in _slots(domain)
        if _takes_any_words(mappings)
        for mapping in mappings
        if mapping.get("type") == "from_entity" and mapping.get("entity")
    )


Mappings = list[dict[str, Any]]


def _takes_any_words(mappings: Mappings) -> bool:
    return any(mapping.get("type") == "from_text" for mapping in mappings)


def _slots(domain: Path) -> Iterator[tuple[str, Mappings]]:
    """Name and mappings of each slot."""
    for path in sorted(domain.rglob("*.y*ml")) if domain.is_dir() else [domain]:
        try:
            content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
            slots = [
                (name, list(slot.get("mappings") or ()))
                for name, slot in (content.get("slots") or {}).items()
            ]
        except (OSError, yaml.YAMLError, UnicodeDecodeError, AttributeError, TypeError) as error:
            raise UserError(f"{path} is not a Rasa domain that can be read: {error}") from error
        yield from slots
