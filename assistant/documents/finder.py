"""From a question to the passages, and to the sentences in them, that fit it."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace

from assistant.documents.fusion import fused
from assistant.documents.question import Question, understood
from assistant.documents.quote import addresses_assistant
from assistant.documents.score import CHOICE, WEIGHTS, Weights, Window, windows
from assistant.documents.wanted import Vocabulary, Wanted, candidates, wanted
from assistant.storage.documents import DocumentTable, StoredPassage

FETCHED = 24
"""Passages that are looked at sentence by sentence."""
_MOST_VOCABULARY = 50_000
_MOST_TERMS = 24
"""Of a question; a longer one is no question, and each costs a look-up."""
_MOST_CHARACTERS = 500


class Finder:
    """Loop thread; what takes time is done in others."""

    def __init__(self, table: DocumentTable, choice: Weights = CHOICE, weights: Weights = WEIGHTS) -> None:
        self._table = table
        self._choice = choice
        self._weights = weights
        self._version: tuple[int, int] | None = None
        self._vocabulary = Vocabulary()
        self._passages = 0

    async def windows(self, text: str, meant: Sequence[int] = ()) -> list[tuple[float, Window]]:
        """Sentences with how likely they answer, best first. `meant`: passages that fit by meaning, best first.
        Raises `StorageError`."""
        question = understood(text[:_MOST_CHARACTERS])
        await self._look()
        if not self._passages or not (question.terms or meant):
            return []
        frequencies = await self._table.frequencies(dict.fromkeys(candidates(question)[: 2 * _MOST_TERMS]))
        wants = await asyncio.to_thread(wanted, question, frequencies, self._vocabulary, self._passages)
        wants = wants[:_MOST_TERMS]
        found = await self._table.matching(_expression(wants, question), FETCHED)
        if meant:
            order = fused([[each.id for each in found], list(meant)])[:FETCHED]
            ranks = {each.id: each.rank for each in found}
            found = [
                replace(each, rank=ranks.get(each.id, 0.0)) for each in await self._table.passages(order)
            ]
        return await asyncio.to_thread(self._scored, question, wants, found)

    def _scored(
        self, question: Question, wants: Sequence[Wanted], found: Sequence[StoredPassage]
    ) -> list[tuple[float, Window]]:
        """Sorted by which fits best; what that is worth is another matter."""
        best_rank = min((each.rank for each in found), default=0.0)  # SQLite's BM25 is negative
        seen = [
            window
            for passage in found
            for window in windows(question, wants, passage, best_rank, self._passages)
        ]
        seen.sort(key=lambda window: -self._choice.probability(window.evidence))
        return [(self._weights.probability(window.evidence), window) for window in seen]

    async def _look(self) -> None:
        """Words and passages are counted anew where another process or this one has changed them."""
        version = await self._table.version()
        if version != self._version:
            self._passages = await self._table.count()
            self._vocabulary = Vocabulary(await self._table.vocabulary(_MOST_VOCABULARY))
            self._version = version


def best(scored: Iterable[tuple[float, Window]]) -> tuple[float, Window] | None:
    """The first that does not address the assistant: such words are nobody's answer."""
    return next((each for each in scored if not addresses_assistant(each[1].text)), None)


def _expression(wants: Sequence[Wanted], question: Question) -> str:
    """FTS5: any of the words. Quoted, so that none of them is taken for an operator."""
    forms = [form for each in wants for form in each.forms] + [each.form for each in question.weak]
    return (
        " OR ".join(f'"{form}"' for form in dict.fromkeys(forms) if form.isalnum() or _is_number(form))
        or '""'
    )


def _is_number(form: str) -> bool:
    return all(each.isdigit() or each in ".:" for each in form)
