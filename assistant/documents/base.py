"""What every way of finding passages promises."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document. `source` is the document's name as it is said aloud, `path` where it lies, `score` how
    well it fits the question, 0 to 1: the likelihood that it answers it."""

    text: str
    source: str
    path: str
    score: float


class Retriever(Protocol):
    """Loop thread; never blocks it."""

    async def search(self, question: str, limit: int = 4) -> list[Passage]:
        """The passages that fit, best first. Empty where there are none, or where nothing is kept."""
        ...

    async def answer(self, question: str) -> Passage | None:
        """The sentences of one passage that answer the question, ready to be quoted; None below the measured
        threshold."""
        ...
