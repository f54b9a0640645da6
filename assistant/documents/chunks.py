"""Documents in passages: pieces that are long enough to be understood and short enough to be about one thing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.documents.blocks import Block
from assistant.documents.sentences import sentences

MOST_CHARACTERS = 900
"""Of a passage; a sentence that is longer is cut."""
JOINED_CHARACTERS = 500
"""A passage that has so many takes no further paragraph."""
MOST_CHUNKS = 8_000
"""Of one document; with these limits a document of `blocks.MOST_CHARACTERS` has about as many."""
ARROW = " › "
_HEADING_CHARACTERS = 120
_HEADINGS = 4
"""Of a path, the outermost and the innermost: it stands before each of its passages."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """`heading`: the titles above it, outermost first, with arrows between; empty where there are none. `text`: one
    paragraph, item or row a line."""

    heading: str
    text: str


def chunks(blocks: Sequence[Block]) -> list[Chunk]:
    """In their order, at most `MOST_CHUNKS`. No passage reaches over a heading."""
    found: list[Chunk] = []
    path: list[Block] = []
    lines: list[str] = []

    def close() -> None:
        if lines:
            titles = [each.text[:_HEADING_CHARACTERS] for each in (*path[:1], *path[1:][-_HEADINGS + 1 :])]
            found.append(Chunk(ARROW.join(titles), "\n".join(lines)))
            lines.clear()

    for each in blocks:
        if each.level:
            close()
            while path and path[-1].level >= each.level:
                path.pop()
            path.append(each)
            continue
        for piece in _pieces(each.text):
            size = sum(map(len, lines))
            introduced = bool(lines) and lines[-1].endswith(
                ":"
            )  # a list stays with the words that introduce it
            if size + len(piece) > MOST_CHARACTERS or (size > JOINED_CHARACTERS and not introduced):
                close()
            lines.append(piece)
        if len(found) >= MOST_CHUNKS:
            return found[:MOST_CHUNKS]
    close()
    return found


def _pieces(text: str) -> Iterator[str]:
    """A paragraph, divided between sentences where it is too long, and within one where even that is."""
    piece = ""
    for sentence in sentences(text):
        while len(sentence) > MOST_CHARACTERS:
            if piece:
                yield piece
                piece = ""
            cut = sentence.rfind(" ", 1, MOST_CHARACTERS)
            cut = cut if cut > 0 else MOST_CHARACTERS
            yield sentence[:cut].strip()
            sentence = sentence[cut:].strip()
        if piece and len(piece) + len(sentence) > MOST_CHARACTERS:
            yield piece
            piece = ""
        piece = f"{piece} {sentence}" if piece else sentence
    if piece:
        yield piece
