"""A voice that can begin with a text before it is sure that it will be said."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from assistant.synthesis.base import Clause, Synthesizer


@dataclass(slots=True)
class _Prepared:
    text: str
    cacheable: bool
    clauses: AsyncGenerator[Clause, None]
    stop: threading.Event
    first: "asyncio.Task[Clause | None]"


class AheadVoice:
    """A `Synthesizer` over another. `prepare` makes the first clause of a text; `speak` of the same text takes it and
    goes on behind it. One text at a time: what was prepared before is thrown away. Loop thread."""

    def __init__(self, voice: Synthesizer) -> None:
        self._voice = voice
        self._prepared: _Prepared | None = None

    @property
    def name(self) -> str:
        return self._voice.name

    @property
    def sample_rate_hz(self) -> int:
        return self._voice.sample_rate_hz

    async def start(self) -> None:
        await self._voice.start()

    async def close(self) -> None:
        self.forget()
        await self._voice.close()

    def prepare(self, text: str, *, cacheable: bool = True) -> None:
        """Begin with `text`, in the voice's own thread. A voice that fails now fails when the text is said."""
        self.forget()
        stop = threading.Event()
        clauses = self._voice.speak(text, stop, cacheable=cacheable)
        first = asyncio.create_task(_first(clauses), name="first clause ahead")
        first.add_done_callback(_noted)
        self._prepared = _Prepared(text, cacheable, clauses, stop, first)

    def forget(self) -> None:
        """It will not be said. Idempotent."""
        prepared, self._prepared = self._prepared, None
        if prepared is not None:
            prepared.stop.set()
            prepared.first.cancel()

    async def speak(
        self, text: str, stop: threading.Event, *, cacheable: bool = True
    ) -> AsyncGenerator[Clause, None]:
        """As in `Synthesizer`."""
        prepared = self._prepared
        if prepared is None or (prepared.text, prepared.cacheable) != (text, cacheable):
            async with contextlib.aclosing(self._voice.speak(text, stop, cacheable=cacheable)) as clauses:
                async for clause in clauses:
                    yield clause
            return
        self._prepared = None
        try:
            first = await prepared.first
            if first is not None and not stop.is_set():
                yield first
            async for clause in prepared.clauses:
                if stop.is_set():
                    return
                yield clause
        finally:
            prepared.stop.set()
            if not prepared.first.cancel():  # otherwise it closes the clauses itself
                await prepared.clauses.aclose()


async def _first(clauses: AsyncGenerator[Clause, None]) -> Clause | None:
    try:
        return await anext(clauses, None)
    except asyncio.CancelledError:
        await clauses.aclose()
        raise


def _noted(first: "asyncio.Task[Clause | None]") -> None:
    """A failure of what nobody says is none."""
    if not first.cancelled():
        first.exception()
