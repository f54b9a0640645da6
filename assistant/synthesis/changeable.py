"""A voice that can be changed while it speaks.

Whatever is being said is said to its end in the voice that it was begun in; what is begun after the change is
said in the new one. The old voice goes when nobody speaks with it any more. A new voice that does not load changes
nothing.
"""

import asyncio
import logging
import threading
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing

from assistant.config.model import Voice
from assistant.synthesis.base import Clause, Synthesizer, VoiceUnavailable

log = logging.getLogger(__name__)

LOAD_TIMEOUT_S = 30.0

Make = Callable[[Voice], Awaitable[Synthesizer]]
"""A started voice of these settings. Raises `VoiceUnavailable`."""

Update = Callable[[Voice, str], Voice]
"""Settings and name of the voice now → settings. Blocking, not on the loop thread. May raise `VoiceUnavailable`."""


class ChangeableVoice:
    """A `Synthesizer`, speaking with whichever voice was chosen last. Loop thread.

    `settings` are those of `voice`, which has been started and belongs to this object from now on. `remember` is
    told of each change, in a thread of its own.
    """

    def __init__(
        self,
        voice: Synthesizer,
        settings: Voice,
        make: Make,
        remember: Callable[[Voice], None] = lambda settings: None,
        *,
        load_timeout_s: float = LOAD_TIMEOUT_S,
    ) -> None:
        self._voice = voice
        self._settings = settings
        self._make = make
        self._remember = remember
        self._load_timeout_s = load_timeout_s
        self._changing = asyncio.Lock()
        self._speaking: Counter[Synthesizer] = Counter()
        self._retired: set[Synthesizer] = set()
        self._closed = False

    @property
    def name(self) -> str:
        return self._voice.name

    @property
    def settings(self) -> Voice:
        return self._settings

    @property
    def sample_rate_hz(self) -> int:
        """Of the voice now; `Clause.sample_rate_hz` is that of each clause."""
        return self._voice.sample_rate_hz

    async def start(self) -> None:
        """It was."""

    async def speak(
        self, text: str, stop: threading.Event, *, cacheable: bool = True
    ) -> AsyncGenerator[Clause, None]:
        """See `Synthesizer.speak`."""
        voice = self._voice
        self._speaking[voice] += 1
        try:
            async with aclosing(voice.speak(text, stop, cacheable=cacheable)) as clauses:
                async for clause in clauses:
                    yield clause
        finally:
            self._speaking[voice] -= 1
            await self._let_go(voice)

    async def change(self, update: Update) -> Voice:
        """Speak with other settings from the next text on; returns them. One change after the other, each from
        what the one before it left. Bounded by the time that a voice may take to load.

        Raises `VoiceUnavailable`, and then nothing has changed; nor has it when this is cancelled before the new
        voice is there.
        """
        async with self._changing:
            settings = await asyncio.to_thread(update, self._settings, self._voice.name)
            if settings == self._settings:
                return settings
            try:
                async with asyncio.timeout(self._load_timeout_s):
                    voice = await self._make(settings)
            except TimeoutError as error:
                raise VoiceUnavailable(
                    f"The voice did not load within {self._load_timeout_s:.0f} seconds; the one before stays."
                ) from error
            if self._closed:
                await voice.close()
                raise VoiceUnavailable("The assistant is closing.")
            # From here to the end of the swap nothing waits: nobody sees half a change.
            before, self._voice, self._settings = self._voice, voice, settings
            self._retired.add(before)
            try:
                await asyncio.to_thread(self._remember, settings)
            except OSError as error:
                log.warning("The chosen voice will be forgotten at the end: %s", error.strerror or error)
            finally:
                await self._let_go(before)
            return settings

    async def close(self) -> None:
        """As for `Synthesizer`, for every voice that is still there."""
        self._closed = True
        for voice in (self._voice, *self._retired):
            await voice.close()
        self._retired.clear()

    async def _let_go(self, voice: Synthesizer) -> None:
        if voice in self._retired and not self._speaking[voice]:
            self._retired.discard(voice)
            del self._speaking[voice]
            await voice.close()
