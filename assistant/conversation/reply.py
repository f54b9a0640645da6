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

import numpy as np
import soxr

from assistant.conversation.line import Line
from assistant.synthesis.base import Clause, Synthesizer, VoiceUnavailable
from audio.chime import ring
from audio.errors import AudioError, DeviceLost
from audio.frames import Pcm, Sink, silence

log = logging.getLogger(__name__)

MAX_TEXTS = 64  # that wait for the voice
CHUNK_S = 0.1  # so that a write waits in small steps, and progress is seen
VOICE_FAILED = "The voice failed; `assistant doctor` checks it."


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
        self._texts: deque[tuple[str, bool] | None] = deque()  # that the voice has not begun; None: a ring
        self._closed = False
        self._news = asyncio.Event()
        self._said: list[str] = []
        self._line = Line()
        self._flows = asyncio.Event()  # it is not held
        self._flows.set()
        self._made = asyncio.Event()  # there is sound to write, or there will be none
        self._taken = asyncio.Event()  # what there was is written
        self._all_made = False
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

    def ring(self) -> None:
        """A short sound before what is added next."""
        if not self._silent:
            self._texts.append(None)
            self._news.set()

    def hold(self) -> None:
        """Silence now; `resume` goes on with the word that was cut. Nothing where all has been heard. Idempotent."""
        if self._silent or self._sink is None or self._stop.is_set() or not self._flows.is_set():
            return
        played = self._sink.played_samples
        self._sink.flush()
        self._line.cut(max(played, self._sink.played_samples))
        if not (self._all_made and self._line.written):
            self._flows.clear()

    def resume(self) -> None:
        """Go on. Idempotent."""
        self._flows.set()

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
        return self._line.heard(played)

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
        group.create_task(self._play(self._sink, group), name="playing")
        while True:
            while self._texts:
                await self._make(self._voice, self._sink, self._texts.popleft())
            if self._closed:
                break
            self._news.clear()
            await self._news.wait()
        self._all_made = True
        self._made.set()

    async def _make(self, voice: Synthesizer, sink: Sink, text: tuple[str, bool] | None) -> None:
        if text is None:
            await self._add(Clause("", ring(sink.sample_rate_hz), sink.sample_rate_hz), sink)
            return
        self._on_stage("voice")
        async with contextlib.aclosing(voice.speak(text[0], self._stop, cacheable=text[1])) as clauses:
            async for clause in clauses:
                self._on_stage("first_clause")
                await self._add(clause, sink)

    async def _add(self, clause: Clause, sink: Sink) -> None:
        """To what is played. Returns when all of it was handed to the loudspeaker: the next is made while it plays."""
        pause = silence(self._pause_s, sink.sample_rate_hz)  # that the clause before asked for
        self._pause_s = clause.pause_s
        pcm = np.concatenate([pause, _at_rate(clause, sink.sample_rate_hz)])
        self._line.add(clause, pcm, len(pause), sink.sample_rate_hz / clause.sample_rate_hz)
        self._taken.clear()
        self._made.set()
        await self._taken.wait()

    async def _play(self, sink: Sink, group: asyncio.TaskGroup) -> None:
        """Hand over what there is, and again what was taken back by `hold`."""
        step = int(CHUNK_S * sink.sample_rate_hz)
        first = True
        while True:
            await self._flows.wait()
            if self._stop.is_set():
                return  # `flush` wakes a write before the cancellation is here
            begin = sink.written_samples
            pcm = self._line.take(step, begin)
            if pcm is not None:
                await sink.write(pcm)
                self._on_stage("progress")
                if first and self._flows.is_set():
                    first = False
                    self._on_stage("first_pcm")
                    group.create_task(self._first_sound(sink, begin), name="first sound")
            elif self._all_made:
                await sink.drain()
                if self._line.written and self._flows.is_set():
                    return
            else:
                self._taken.set()
                self._made.clear()
                await self._made.wait()

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
