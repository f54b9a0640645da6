"""One person, one system, one sound card: what is said, what comes back, and when."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.pipecat.systems import Running
from benchmarks.turns.monitor import Monitor, monitor
from benchmarks.turns.sounds import Samples, last_sound, onset, spans
from tests.sound_card import RECORDING_RATE_HZ, SoundCard

PATIENCE_S = 8.0
"""An answer that has not begun by then does not come."""
OVER_S = 1.5
"""Silence after which an answer is over."""
STOPPED_S = 0.45
"""Silence that is no pause between two sentences (0.3 s) of an answer that goes on."""
INTO_THE_ANSWER_S = 1.0
"""How far into an answer a person interrupts it."""
PASSED_S = 0.1
"""Until what has been played has passed the monitor."""


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
        """Say a command and hear what comes of it. Raises RuntimeError: nothing arrived at the microphone."""
        began, since = time.monotonic(), self._speaker.position
        _, voice_ends = self._say(wav)
        first = self._speaker.wait_for_sound(since, PATIENCE_S)
        self._wait_until_over()
        answer = None if first is None else self._speaker.time_of(first)
        cut = self.running.turns(began, voice_ends) > 0 or (answer is not None and answer < voice_ends)
        delay = None if cut or answer is None else answer - voice_ends
        return Turn(text, self.running.heard(began), delay, cut)

    def interrupt(self, question: Path, interruption: Path) -> float | None:
        """Ask, speak over the answer, and hear how long it goes on, in seconds.

        None: there was no answer, or it was over before anybody spoke.
        """
        since = self._speaker.position
        self._say(question)
        if self._speaker.wait_for_sound(since, PATIENCE_S) is None:
            return None
        time.sleep(INTO_THE_ANSWER_S)
        spoken_over, _ = self._say(interruption)
        self._wait_until_over()
        return stopped_after(self._speaker.sound(0), self._speaker.sample_at(spoken_over))

    def _say(self, wav: Path) -> tuple[float, float]:
        """When the person's voice began and ended, at the microphone."""
        since = self._mic.position
        self._card.say(wav)
        time.sleep(PASSED_S)
        sound = self._mic.sound(since)
        begin, end = onset(sound), last_sound(sound)
        if begin is None or end is None:
            raise RuntimeError("the person's voice did not arrive at the virtual microphone")
        return self._mic.time_of(since + begin), self._mic.time_of(since + end)

    def _wait_until_over(self) -> None:
        self._speaker.wait_for_silence(OVER_S, 30.0)


def stopped_after(sound: Samples, at: int) -> float | None:
    """How many seconds after sample `at` of the loudspeaker's sound the answer that sounds there ends.

    None: none sounds there.
    """
    gap = round(STOPPED_S * RECORDING_RATE_HZ)
    for span in spans(sound, gap):
        if span.begin <= at < span.end:
            return (span.end - at) / RECORDING_RATE_HZ
    return None


@contextmanager
def conversation(card: SoundCard, running: Running) -> Iterator[Conversation]:
    with monitor(card, "mic") as mic, monitor(card, "speaker") as speaker:
        yield Conversation(card, running, mic, speaker)
