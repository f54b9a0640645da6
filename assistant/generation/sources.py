"""What the owner's documents have to say to a question: an answer of their own, or passages for a model to read."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

from assistant.documents.base import Retriever
from assistant.documents.quote import quoted, spoken

log = logging.getLogger(__name__)
T = TypeVar("T")

MOST_PASSAGES = 3
LONGEST_PASSAGE = 1_500  # characters
TIMEOUT_S = 4.0  # the index has a shorter limit of its own


class Sources:
    """For one question. Once the documents could not be looked into, they are left alone, and nothing is found. Loop
    thread.

    `screened`: see `Answerer`. A passage that tries to give orders is not shown to a model.
    """

    def __init__(self, retriever: Retriever | None, question: str, screened: Callable[[str], str]) -> None:
        self._retriever = retriever
        self._question = question
        self._screened = screened

    async def answer(self) -> str:
        """What answers it without a model, with its source; empty where nothing does."""
        if self._retriever is None:
            return ""
        passage = await self._looked(self._retriever.answer(self._question), None)
        return spoken(passage) if passage is not None else ""

    async def quoted(self) -> list[str]:
        """What a model is shown, marked as data."""
        if self._retriever is None:
            return []
        found = await self._looked(self._retriever.search(self._question, MOST_PASSAGES), [])
        return [
            quoted(replace(passage, text=passage.text[:LONGEST_PASSAGE]))
            for passage in found[:MOST_PASSAGES]
            if not self._screened(passage.text)
        ]

    async def _looked(self, looking: Awaitable[T], nothing: T) -> T:
        try:
            async with asyncio.timeout(TIMEOUT_S):
                return await looking
        except Exception as error:
            log.warning("the documents were not looked into: %s", type(error).__name__)
            self._retriever = None
            return nothing
