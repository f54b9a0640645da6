"""Passages by meaning: vectors of an OpenAI-compatible server's `/embeddings`, kept beside the passages.

    POST {url}/embeddings {"model": …, "input": [text, …]} ─▶ {"data": [{"index": 0, "embedding": [0.1, …]}, …]}

The server is asked for each passage once. Where it is not there, or answers nonsense, passages are found by
their words alone.
"""

import asyncio
import json
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

import aiohttp
import numpy as np
import numpy.typing as npt

from assistant.config.documents import Documents
from assistant.storage.database import StorageError
from assistant.storage.documents import DocumentTable

_log = logging.getLogger(__name__)
Vectors = npt.NDArray[np.float32]

BATCH = 16
MOST_PASSAGES = 50_000
"""With vectors of 1024 numbers 200 MB of memory; more are found by their words alone."""
NEAREST = 24
_INDEX_TIMEOUT_S = 60.0
_REST_S = 60.0
"""A server that failed is left in peace for so long."""
_MOST_BYTES = 16_000_000
_MOST_DIMENSIONS = 8_192
_CACHED_QUESTIONS = 256
_MOST_CHARACTERS = 2_000


class _Refused(Exception):
    """`str()` is for the log."""


class Embeddings:
    """Does nothing where no server is configured. Loop thread."""

    def __init__(
        self, settings: Documents, table: DocumentTable, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings = settings
        self._table = table
        self._now = now
        self._session: aiohttp.ClientSession | None = None
        self._resting_until = 0.0
        self._questions: OrderedDict[str, Vectors] = OrderedDict()
        self._version: tuple[int, int, int] | None = None
        self._ids: list[int] = []
        self._matrix: Vectors = np.zeros((0, 0), np.float32)
        self._known = 0

    @property
    def configured(self) -> bool:
        return bool(self._settings.embeddings_url)

    async def nearest(self, question: str) -> list[int]:
        """Ids of the passages that mean something like it, best first. Empty where that cannot be known in time."""
        if not self.configured or self._now() < self._resting_until:
            return []
        try:
            async with asyncio.timeout(self._settings.embeddings_timeout_s):
                await self._load()
                if not self._ids:
                    return []
                vector = await self._of_question(question[:_MOST_CHARACTERS])
        except (_Refused, StorageError, TimeoutError) as error:
            self._rest(error)
            return []
        if vector.shape[0] != self._matrix.shape[1]:
            self._rest(_Refused("its vectors have another length than before"))
            return []
        return await asyncio.to_thread(self._ordered, vector)

    async def catch_up(self) -> None:
        """Ask for the vectors of passages that have none yet. Bounded by the server's time and `MOST_PASSAGES`."""
        if not self.configured:
            return
        while self._now() >= self._resting_until and self._known < MOST_PASSAGES:
            try:
                passages = await self._table.without_vector(self._settings.embeddings_model, BATCH)
                if not passages:
                    return
                texts = [f"{each.name}: {each.heading}\n{each.text}"[:_MOST_CHARACTERS] for each in passages]
                async with asyncio.timeout(_INDEX_TIMEOUT_S):
                    vectors = await self._asked(texts)
                rows = [(each.id, vector.tobytes()) for each, vector in zip(passages, vectors, strict=True)]
                await self._table.put_vectors(self._settings.embeddings_model, rows)
                self._known += len(rows)
            except (_Refused, StorageError, TimeoutError) as error:
                self._rest(error)

    async def close(self) -> None:
        """Idempotent."""
        if self._session is not None:
            await self._session.close()

    def _rest(self, error: Exception) -> None:
        self._resting_until = self._now() + _REST_S
        _log.warning(
            "passages are found by their words alone: the embeddings server failed (%s)",
            str(error) or "too slow",
        )

    async def _load(self) -> None:
        version = (*await self._table.version(), self._known)
        if version == self._version:
            return
        rows = await self._table.vectors(self._settings.embeddings_model)
        length = len(rows[0][1]) if rows else 0
        rows = [each for each in rows if len(each[1]) == length][:MOST_PASSAGES]
        self._ids = [each[0] for each in rows]
        joined = b"".join(each[1] for each in rows)
        self._matrix = (
            np.frombuffer(joined, np.float32).reshape(len(rows), -1) if rows else np.zeros((0, 0), np.float32)
        )
        self._known = len(rows)
        self._version = (*version[:2], self._known)

    async def _of_question(self, question: str) -> Vectors:
        known = self._questions.get(question)
        if known is None:
            (known,) = await self._asked([question])
            self._questions[question] = known
            if len(self._questions) > _CACHED_QUESTIONS:
                self._questions.popitem(last=False)
        return known

    def _ordered(self, vector: Vectors) -> list[int]:
        order = np.argsort(-(self._matrix @ vector), kind="stable")[:NEAREST]
        return [self._ids[int(place)] for place in order]

    async def _asked(self, texts: Sequence[str]) -> list[Vectors]:
        """Of length 1 each. Raises `_Refused`."""
        key = self._settings.embeddings_api_key.get_secret_value()
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        body = {"model": self._settings.embeddings_model, "input": list(texts)}
        if self._session is None:
            self._session = aiohttp.ClientSession()
        url = f"{self._settings.embeddings_url.rstrip('/')}/embeddings"
        try:
            async with self._session.post(url, json=body, headers=headers, allow_redirects=False) as response:
                if response.status != 200:
                    raise _Refused(f"status {response.status}")
                content = await response.content.read(_MOST_BYTES + 1)
                while len(content) <= _MOST_BYTES and (more := await response.content.read(_MOST_BYTES)):
                    content += more
        except (aiohttp.ClientError, OSError) as error:
            raise _Refused(type(error).__name__) from error
        if len(content) > _MOST_BYTES:
            raise _Refused("too long an answer")
        return await asyncio.to_thread(_vectors, content, len(texts))


def _vectors(content: bytes, count: int) -> list[Vectors]:
    """Raises `_Refused`."""
    try:
        data: list[Any] = sorted(json.loads(content)["data"], key=lambda each: int(each["index"]))
        vectors = [np.asarray(each["embedding"], dtype=np.float32) for each in data]
    except (ValueError, TypeError, KeyError) as error:
        raise _Refused("no embeddings in its answer") from error
    if len(vectors) != count or any(
        each.ndim != 1 or not 0 < each.size <= _MOST_DIMENSIONS for each in vectors
    ):
        raise _Refused("another number of vectors than texts")
    if len({each.size for each in vectors}) > 1 or not all(np.isfinite(each).all() for each in vectors):
        raise _Refused("vectors that are none")
    return [each / max(float(np.linalg.norm(each)), 1e-12) for each in vectors]
