"""The voice as the rest of the assistant knows it: written text in, clauses of sound out.

written text → clauses → spoken form → phrase cache → engine, on the engine's own worker thread
"""

import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from functools import partial

from assistant.synthesis import align
from assistant.synthesis.base import Clause
from assistant.synthesis.cache import PhraseCache
from assistant.synthesis.clauses import split
from assistant.synthesis.engine import Engine, Sound, join
from assistant.synthesis.spoken import spoken_form
from assistant.synthesis.worker import Worker

Normalise = Callable[[str], str]


class SpokenVoice:
    """A `Synthesizer` over any engine.

    `Clause.text` is the written clause; its marks are in characters of it. Where written and spoken form
    differ a mark covers the whole differing stretch (see `align`), so "$3.50" is one mark, not five words.

    Several replies may be spoken at once; the worker takes turns between them, clause by clause.
    """

    def __init__(
        self, engine: Engine, cache: PhraseCache | None = None, normalise: Normalise = spoken_form
    ) -> None:
        self._engine = engine
        self._cache = cache
        self._normalise = normalise
        self._worker = Worker(f"voice ({engine.name})")

    @property
    def name(self) -> str:
        return self._engine.name

    @property
    def sample_rate_hz(self) -> int:
        return self._engine.sample_rate_hz

    async def start(self) -> None:
        """Load the engine. Raises `VoiceUnavailable`."""
        await self._worker.call(self._load)

    async def speak(
        self, text: str, stop: threading.Event, *, cacheable: bool = True
    ) -> AsyncGenerator[Clause, None]:
        """See `Synthesizer.speak`. Raises what the engine raises, after the clauses before it."""
        stream = self._worker.stream(partial(self._clauses, text, stop, cacheable), stop)
        try:
            async for clause in stream:
                yield clause
        finally:
            await stream.aclose()

    async def close(self) -> None:
        await self._worker.close()

    def _load(self) -> None:
        self._engine.load()
        self._normalise("Ready at 7:05.")  # the first answer does not pay for building the tables

    def _clauses(self, text: str, stop: threading.Event, cacheable: bool) -> Iterator[Clause]:
        for written in split(text):
            spoken = self._normalise(written)
            if stop.is_set():
                return
            if not any(character.isalnum() for character in spoken):
                continue
            key = PhraseCache.key(self._engine.identity, spoken)
            sound = self._cache.get(key) if self._cache else None
            cached = sound is not None
            if sound is None:
                sound = self._make(spoken, stop)
            if sound is None:
                return
            if len(sound.pcm):
                marks = align.written_marks(written, spoken, sound.marks)
                yield Clause(written, sound.pcm, self._engine.sample_rate_hz, marks, cached)
            if self._cache and not cached:  # after the listener has it: the disk may be slow
                self._cache.put(key, sound, disk=cacheable)

    def _make(self, spoken: str, stop: threading.Event) -> Sound | None:
        """The clause's sound; None if the reply was stopped in the middle of it."""
        pieces: list[Sound] = []
        for piece in self._engine.synthesize(spoken):
            if stop.is_set():
                return None
            pieces.append(piece)
        return join(pieces)
