"""What a reader makes of a file: its text in blocks, in their order."""

from dataclasses import dataclass

from assistant.errors import UserError

MOST_CHARACTERS = 4_000_000
"""Of one document; a long novel has one million."""


class Unreadable(UserError):
    """A document that cannot be read. `str()` names it, and says why and what to do."""


@dataclass(frozen=True, slots=True)
class Block:
    """A heading of a level (1 is the highest), or a paragraph, an item of a list or a row of a table (level 0).
    White space is single."""

    text: str
    level: int = 0


@dataclass(frozen=True, slots=True)
class Content:
    """`title`: what the document calls itself; empty where it does not."""

    title: str
    blocks: tuple[Block, ...]


def block(text: str, level: int = 0) -> list[Block]:
    """One, or none where there is nothing to read."""
    words = " ".join(text.split())
    return [Block(words, level)] if any(letter.isalnum() for letter in words) else []


def row(headers: list[str], cells: list[str]) -> str:
    """A row of a table that can be understood without its table: each cell behind its column's name."""
    named = []
    for place, cell in enumerate(cells):
        header = headers[place] if place < len(headers) and place > 0 else ""
        if cell.strip():
            named.append(f"{header}: {cell}" if header.strip() and header != cell else cell)
    return "; ".join(named)
