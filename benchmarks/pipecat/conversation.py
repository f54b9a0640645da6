"""One person, one system, one sound card: what is said, what comes back, and when."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.pipecat.monitors import RATE_HZ, Monitor, end, falls_silent, onset
from benchmarks.pipecat.systems import Running
from tests.sound_card import SoundCard

PATIENCE_S = 8.0
"""An answer that has not begun by then does not come."""
OVER_S = 1.5
"""Silence after which an answer is over."""
STOPPED_S = 0.45
"""Silence that is no pause between two sentences (0.3 s) of an answer that goes on."""
INTO_THE_ANSWER_S = 1.0
"""How far into an answer a person interrupts it."""


@dataclass(frozen=True)
class Turn:
    """`delay_s`: from the last of the person's voice to the first of the answer; None: none came after it.

    `cut`: the system ended the turn, or its answer was heard, before the person had finished.
    """

    text: str
    heard: str
    delay_s: float | None
    cut: bool


class Conversation:
    """Use `conversation()`. The person waits for the end of each answer before the next sentence."""

    def __init__(self, card: SoundCard, running: Running, mic: Monitor, speaker: Monitor) -> None:
        self.running = running
        self._card, self._mic, self._speaker = card, mic, speaker

    def say(self, wav: Path, text: str) -> Turn:
        """Say a command and hear what comes of it."""
        began = time.monotonic()
        self._card.say(wav)
        said = time.monotonic()
        self._wait_for_answer(began, said)
        self.wait_until_over()
        voice_ends = self._voice(began, said)[1]
        early = self.running.turns(began, voice_ends)
        turns = self.running.turns(began, time.monotonic())
        answer = self._speaker.onset_after(began)
        cut = bool(early) or (answer is not None and answer < voice_ends)
        after = self._speaker.onset_after(voice_ends)
        delay = None if cut or after is None else after - voice_ends
        return Turn(text, " | ".join(turn.text for turn in turns), delay, cut)

    def interrupt(self, question: Path, interruption: Path) -> float | None:
        """Ask, speak over the answer, and hear how long it goes on, in seconds; None: it was over before."""
        began = time.monotonic()
        self._card.say(question)
        if self._wait_for_answer(began, time.monotonic()) is None:
            return None
        time.sleep(INTO_THE_ANSWER_S)
        over = time.monotonic()
        self._card.say(interruption)
        voice = self._voice(over, time.monotonic())[0]
        self.wait_until_over()
        before, _ = self._speaker.between(voice - STOPPED_S, voice)
        if onset(before) is None:
            return None
        sound, _ = self._speaker.between(voice, time.monotonic())
        stopped = falls_silent(sound, round(STOPPED_S * RATE_HZ))
        return None if stopped is None else stopped / RATE_HZ

    def _voice(self, began: float, said: float) -> tuple[float, float]:
        """When the person's voice began and ended. Raises RuntimeError: the microphone carried nothing."""
        sound, first = self._mic.between(began, said + 0.1)
        start, last = onset(sound), end(sound)
        if start is None or last is None:
            raise RuntimeError("the person's voice did not arrive at the virtual microphone")
        return first + start / RATE_HZ, first + last / RATE_HZ

    def _wait_for_answer(self, began: float, said: float) -> float | None:
        while time.monotonic() < said + PATIENCE_S:
            self._mic.check()
            self._speaker.check()
            answer = self._speaker.onset_after(began)
            if answer is not None and time.monotonic() > said:
                return answer
            time.sleep(0.05)
        return None

    def wait_until_over(self) -> None:
        """Until nothing has been heard for a while, for at most half a minute."""
        deadline = time.monotonic() + 30.0
        while time.monotonic() < deadline and not self._speaker.silent_for(OVER_S):
            time.sleep(0.05)


@contextmanager
def conversation(card: SoundCard, running: Running) -> Iterator[Conversation]:
    with Monitor("mic", card.process_env) as mic, Monitor("speaker", card.process_env) as speaker:
        yield Conversation(card, running, mic, speaker)
