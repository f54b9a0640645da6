"""One reply: text goes in as the dialogue produces it, sound comes out clause by clause.

A reply is one task and one stop flag. Cancelling it silences the loudspeaker first, then learns how much was
heard, then stops the voice; so what goes into the dialogue as said is what left the device, not what was
synthesised.
"""

import asyncio
import contextlib
import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import soxr

from assistant.synthesis.base import Clause, Synthesizer, VoiceUnavailable
from audio.errors import AudioError, DeviceLost
from audio.frames import Pcm, Sink, silence

log = logging.getLogger(__name__)

MAX_TEXTS = 64  # that wait for the voice
CHUNK_S = 0.1  # so that a write waits in small steps, and progress is seen
VOICE_FAILED = "The voice failed; `assistant doctor` checks it."


@dataclass(frozen=True, slots=True)
class _Placed:
    """A clause and where it stands in the sink's stream."""

    clause: Clause
    begin: int
    end: int
    scale: float  # sink samples per voice sample


class Reply:
    """What is said in one turn. Loop thread.

    `on_stage` is called with "voice" (it is handed a text), "first_clause", "first_pcm" (the sink took it),
    "first_sound" and "progress"; `on_heard` once, when it is closed
    and all of it has left the loudspeaker; `on_trouble` with a sentence when the voice fails or its sound
    cannot be kept (the text then counts as heard: it was shown, and there is nothing to wait for). A
    loudspeaker that goes away ends the task with `DeviceLost`.
    """

    def __init__(
        self,
        voice: Synthesizer | None,
        sink: Sink | None,
        *,
        on_stage: Callable[[str], None],
        on_heard: Callable[[], None],
        on_trouble: Callable[[str], None],
    ) -> None:
        self._voice = voice
        self._sink = sink
        self._on_stage = on_stage
        self._on_heard = on_heard
        self._on_trouble = on_trouble
        self._texts: deque[tuple[str, bool]] = deque()  # that the voice has not begun
        self._closed = False
        self._news = asyncio.Event()
        self._said: list[str] = []
        self._placed: list[_Placed] = []
        self._silent = voice is None or sink is None  # it is shown only
        self._pause_s = 0.0  # to be kept before the next clause
        self._stop = threading.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self, group: asyncio.TaskGroup) -> None:
        self._task = group.create_task(self._run(), name="reply")

    def say(self, text: str, *, cacheable: bool = True) -> None:
        """Add text; `cacheable` as for `Synthesizer.speak`. While MAX_TEXTS wait it is shown, not spoken."""
        self._said.append(text)
        if len(self._texts) < MAX_TEXTS and not self._silent:
            self._texts.append((text, cacheable))
            self._news.set()

    def close(self) -> None:
        """There is no more text."""
        self._closed = True
        self._news.set()

    @property
    def text(self) -> str:
        return " ".join(self._said)

    def stop(self) -> str:
        """Silence now. Returns what was heard; the task ends by itself soon after. Idempotent."""
        heard = self.heard()
        if not self._stop.is_set():
            self._stop.set()
            if self._sink is not None:
                played = self._sink.played_samples
                self._sink.flush()
                heard = self.heard(max(played, self._sink.played_samples))
            if self._task is not None:
                self._task.cancel()
        return heard

    def heard(self, played: int | None = None) -> str:
        """The written text that has left the loudspeaker, to the word where the voice has alignments."""
        if self._silent or self._sink is None:
            return self.text
        played = self._sink.played_samples if played is None else played
        parts = []
        for placed in self._placed:
            if played >= placed.end:
                parts.append(placed.clause.text)
                continue
            inside = (played - placed.begin) / placed.scale
            ends = [mark.end for mark in placed.clause.marks if mark.sample < inside]
            if ends:
                parts.append(placed.clause.text[: max(ends)])
            break
        return " ".join(part.strip() for part in parts).strip()

    async def _run(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                await self._speak_all(group)
        except* DeviceLost as errors:
            raise errors.exceptions[0] from None  # nobody can be heard any more: the conversation ends
        except* (AudioError, VoiceUnavailable) as errors:
            self._fall_silent(str(errors.exceptions[0]))
        except* Exception:
            log.exception("the voice failed")
            self._fall_silent(VOICE_FAILED)
        while not self._closed:  # the rest is shown
            self._news.clear()
            await self._news.wait()
        self._on_heard()

    def _fall_silent(self, why: str) -> None:
        self._silent = True
        self._texts.clear()
        self._on_trouble(why)

    async def _speak_all(self, group: asyncio.TaskGroup) -> None:
        if self._voice is None or self._sink is None:
            return
        while True:
            while self._texts:
                await self._speak(self._voice, self._sink, *self._texts.popleft(), group)
            if self._closed:
                break
            self._news.clear()
            await self._news.wait()
        await self._sink.drain()

    async def _speak(
        self, voice: Synthesizer, sink: Sink, text: str, cacheable: bool, group: asyncio.TaskGroup
    ) -> None:
        self._on_stage("voice")
        async with contextlib.aclosing(voice.speak(text, self._stop, cacheable=cacheable)) as clauses:
            async for clause in clauses:
                first = not self._placed
                self._on_stage("first_clause")
                # The pause that the clause before asked for; nothing is heard of this one yet.
                await sink.write(silence(self._pause_s, sink.sample_rate_hz))
                self._pause_s = clause.pause_s
                pcm = _at_rate(clause, sink.sample_rate_hz)
                begin = sink.written_samples
                scale = sink.sample_rate_hz / clause.sample_rate_hz
                self._placed.append(_Placed(clause, begin, begin + len(pcm), scale))
                step = int(CHUNK_S * sink.sample_rate_hz)
                for at in range(0, len(pcm), step):
                    await sink.write(pcm[at : at + step])
                    self._on_stage("progress")
                    if first and at == 0:
                        self._on_stage("first_pcm")
                        group.create_task(self._first_sound(sink, begin), name="first sound")

    async def _first_sound(self, sink: Sink, begin: int) -> None:
        """Tell when the first sample has left the device, to 3 ms; gives up after 3 s."""
        for _ in range(1000):
            if sink.played_samples > begin:
                self._on_stage("first_sound")
                return
            await asyncio.sleep(0.003)


def _at_rate(clause: Clause, rate_hz: int) -> Pcm:
    if clause.sample_rate_hz == rate_hz:
        return clause.pcm
    resampled = soxr.resample(clause.pcm, clause.sample_rate_hz, rate_hz)
    return np.asarray(resampled, dtype=np.int16)
