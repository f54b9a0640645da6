"""What the dialogue's domain says of the words that it waits for."""

from pathlib import Path

import yaml

from assistant.errors import UserError


def free_text_slots(domain: Path) -> frozenset[str]:
    """Slots that take whatever a person says (a mapping of type `from_text`): while the dialogue asks for
    one, speech need not be a command.

    `domain` is a Rasa domain, a file or a folder of files. Blocking, for milliseconds. Raises `UserError`
    naming a file that cannot be read.
    """
    files = sorted(domain.rglob("*.y*ml")) if domain.is_dir() else [domain]
    return frozenset(name for path in files for name in _slots(path))


def _slots(path: Path) -> list[str]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        return [
            name
            for name, slot in (content.get("slots") or {}).items()
            if any(mapping.get("type") == "from_text" for mapping in slot.get("mappings") or ())
        ]
    except (OSError, yaml.YAMLError, UnicodeDecodeError, AttributeError) as error:
        raise UserError(f"{path} is not a Rasa domain that can be read: {error}") from error
