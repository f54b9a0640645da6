"""What the owner's documents have to say to a question: an answer of their own, or passages for a model to read."""

import asyncio
import logging
from collections.abc import Callable

from assistant.documents.base import Passage, Retriever
from assistant.generation.prompt import Quoted

log = logging.getLogger(__name__)

MOST_PASSAGES = 3
LONGEST_PASSAGE = 1_500  # characters
TIMEOUT_S = 2.0


class Sources:
    """Asks a retriever, within a time limit; what it cannot tell counts as nothing found. Loop thread.

    `screened`: see `Answerer`. A passage that tries to give orders is not shown to a model.
    """

    def __init__(self, retriever: Retriever | None, screened: Callable[[str], str]) -> None:
        self._retriever = retriever
        self._screened = screened

    async def answer(self, question: str) -> Passage | None:
        """What answers it without a model; None where nothing does."""
        if self._retriever is None:
            return None
        try:
            async with asyncio.timeout(TIMEOUT_S):
                return await self._retriever.answer(question)
        except Exception as error:
            log.warning("the documents were not looked into: %s", type(error).__name__)
            return None

    async def quoted(self, question: str) -> list[Quoted]:
        """What a model is shown."""
        if self._retriever is None:
            return []
        try:
            async with asyncio.timeout(TIMEOUT_S):
                found = await self._retriever.search(question, MOST_PASSAGES)
        except Exception as error:
            log.warning("the documents were not looked into: %s", type(error).__name__)
            return []
        return [
            Quoted(passage.source, passage.text[:LONGEST_PASSAGE])
            for passage in found[:MOST_PASSAGES]
            if not self._screened(passage.text)
        ]


def cited(passage: Passage) -> str:
    """With its source, aloud and in text."""
    return f"From {passage.source}: {passage.text}"
