"""The voice as the rest of the assistant knows it: written text in, clauses of sound out.

written text → clauses → spoken form → phrase cache → engine, on the engine's own worker thread
"""

import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from functools import partial

from assistant.synthesis import align, estimate
from assistant.synthesis.base import Clause, VoiceUnavailable
from assistant.synthesis.cache import PhraseCache
from assistant.synthesis.clauses import split
from assistant.synthesis.engine import Engine, Sound, join
from assistant.synthesis.loudness import amplified, gain_for
from assistant.synthesis.pauses import Pauses, trimmed, with_pauses
from assistant.synthesis.spoken import spoken_form
from assistant.synthesis.worker import Worker

Normalise = Callable[[str], str]

CALIBRATION = "The kitchen light is on, and your timer has about five minutes left."
"""What a voice is measured with. Never heard."""

_CACHE_FORMAT = "3"  # of what is done to an engine's sound before it is kept: trimmed, marks estimated


class SpokenVoice:
    """A `Synthesizer` over any engine.

    `Clause.text` is the written clause; its marks are in characters of it. Where written and spoken form
    differ a mark covers the whole differing stretch (see `align`), so "$3.50" is one mark, not five words. A
    voice that does not tell when it speaks which word gets estimated marks.

    Every voice is as loud as every other (see `loudness`), times `volume`; pauses between clauses are the same
    for all, shorter for a voice that speaks faster by `speed`.

    Several replies may be spoken at once; the worker takes turns between them, clause by clause.
    """

    def __init__(
        self,
        engine: Engine,
        cache: PhraseCache | None = None,
        normalise: Normalise = spoken_form,
        *,
        volume: float = 1.0,
        pauses: Pauses | None = None,
        speed: float = 1.0,
    ) -> None:
        self._engine = engine
        self._cache = cache
        self._normalise = normalise
        self._pauses = pauses or Pauses()
        self._speed = speed
        self._gain = volume  # times what levels the voice, once it is loaded
        self._worker = Worker(f"voice ({engine.name})")

    @property
    def name(self) -> str:
        return self._engine.name

    @property
    def sample_rate_hz(self) -> int:
        return self._engine.sample_rate_hz

    async def start(self) -> None:
        """Load the engine and measure how loud it is. Raises `VoiceUnavailable`."""
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
        try:
            sound, cached = self._sound(CALIBRATION, threading.Event())
        except VoiceUnavailable:
            raise
        except Exception as error:  # of a library: a voice that cannot say this will say nothing
            raise VoiceUnavailable(
                f"The voice {self.name} loads but does not speak ({error}); `assistant doctor` checks it."
            ) from error
        if sound is not None:
            self._gain *= gain_for(sound.pcm, self._engine.sample_rate_hz)
            if not cached:
                self._keep(CALIBRATION, sound, disk=True)

    def _clauses(self, text: str, stop: threading.Event, cacheable: bool) -> Iterator[Clause]:
        for written, pause_s in with_pauses(text, split(text), self._pauses):
            spoken = self._normalise(written)
            if stop.is_set():
                return
            if not any(character.isalnum() for character in spoken):
                continue
            sound, cached = self._sound(spoken, stop)
            if sound is None:
                return
            if len(sound.pcm):
                marks = align.written_marks(written, spoken, sound.marks)
                pcm = amplified(sound.pcm, self._gain)
                rate_hz = self._engine.sample_rate_hz
                yield Clause(written, pcm, rate_hz, marks, cached, pause_s / self._speed)
            if not cached:  # after the listener has it: the disk may be slow
                self._keep(spoken, sound, disk=cacheable)

    def _sound(self, spoken: str, stop: threading.Event) -> tuple[Sound | None, bool]:
        """The clause's sound, and whether it was made before; None if the reply was stopped in the middle."""
        sound = self._cache.get(self._key(spoken)) if self._cache else None
        if sound is not None:
            return sound, True
        pieces: list[Sound] = []
        for piece in self._engine.synthesize(spoken):
            if stop.is_set():
                return None, False
            pieces.append(piece)
        rate_hz = self._engine.sample_rate_hz
        sound = trimmed(join(pieces), rate_hz)
        if not sound.marks:
            sound = Sound(sound.pcm, estimate.marks(spoken, sound.pcm, rate_hz))
        return sound, False

    def _keep(self, spoken: str, sound: Sound, *, disk: bool) -> None:
        if self._cache:
            self._cache.put(self._key(spoken), sound, disk=disk)

    def _key(self, spoken: str) -> str:
        """What is kept is as the engine made it: loudness and pauses are added to it each time."""
        return PhraseCache.key(f"{_CACHE_FORMAT} {self._engine.identity}", spoken)
