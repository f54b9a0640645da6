"""Writes what observers noticed, in a task of its own: nobody's conversation waits for a disk."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

from assistant.errors import UserError

_log = logging.getLogger(__name__)
_CLOSE_TIMEOUT_S = 2.0
MOST_WAITING = 256

Work = Callable[[], Awaitable[object]]


class Writer:
    """`async with Writer(name) as writer: writer.put(work)`. One after the other; where too much waits, what is new is
    dropped. Loop thread. Leaving it writes what waits, within a moment."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._queue: asyncio.Queue[Work | None] = asyncio.Queue(MOST_WAITING)
        self._task: asyncio.Task[None] | None = None
        self.dropped = 0

    def put(self, work: Work) -> None:
        try:
            self._queue.put_nowait(work)
        except asyncio.QueueFull:
            self.dropped += 1

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run(), name=self._name)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._task is not None
        try:
            async with asyncio.timeout(_CLOSE_TIMEOUT_S):
                await self._queue.put(None)
                await asyncio.wait([self._task])
        except TimeoutError:
            self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        if self.dropped:
            _log.warning("%s: %d were dropped", self._name, self.dropped)

    async def _run(self) -> None:
        while (work := await self._queue.get()) is not None:
            try:
                await work()
            except UserError as error:  # a full disk: conversations go on, and this is not kept
                _log.warning("%s: not kept: %s", self._name, error)
            except Exception:
                _log.exception("%s: a fault", self._name)
