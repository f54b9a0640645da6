"""The end of a turn by silence alone: the real detector's transitions of an utterance, replayed to the turn machine."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from assistant.conversation import messages as m
from assistant.conversation.machine import State, Timing, start, step
from audio.activity import ActivityGate, SpeechStarted, SpeechStopped, VoiceActivity
from audio.frames import FRAME_SAMPLES, SAMPLE_RATE_HZ, Frame, Pcm

TRANSCRIPT = "something"


@dataclass(frozen=True, slots=True)
class Transition:
    """`at_s`: when the detector told, in seconds of the sound; `index`: the sample that it told of."""

    at_s: float
    began: bool
    index: int


def transitions(pcm: Pcm, silence_s: float) -> list[Transition]:
    """Of the sound and so much silence after it, with the detector's default settings."""
    whole = np.concatenate([pcm, np.zeros(round(silence_s * SAMPLE_RATE_HZ), np.int16)])
    vad, gate, found = VoiceActivity(), ActivityGate(), []
    for begin in range(0, whole.size - FRAME_SAMPLES + 1, FRAME_SAMPLES):
        for activity in vad.feed(Frame(begin, whole[begin : begin + FRAME_SAMPLES])):
            event = gate.update(activity)
            if isinstance(event, SpeechStarted | SpeechStopped):
                at_s = (begin + FRAME_SAMPLES) / SAMPLE_RATE_HZ
                found.append(Transition(at_s, isinstance(event, SpeechStarted), event.index))
    return found


def replies_s(told: Sequence[Transition], silence_s: float, until_s: float) -> list[float]:
    """When the assistant would answer, on the sound's clock, if words said nothing and recognition took no time."""
    timing = replace(Timing(), end_silence_s=silence_s)
    replay = _Replay(start(State(timing=timing, open_mic=True)))
    for each in told:
        replay.tick(each.at_s)
        if each.began:
            replay.happens(m.SpeechStarted(each.at_s, each.index))
        else:
            replay.happens(m.SpeechStopped(each.at_s, each.index / SAMPLE_RATE_HZ))
    replay.tick(until_s)
    return replay.replies_s


class _Replay:
    """The machine, whose commands are carried out at once."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.replies_s: list[float] = []

    def tick(self, until_s: float) -> None:
        """All deadlines up to then."""
        while (due_s := self._state.deadline_s) is not None and due_s <= until_s:
            self.happens(m.Tick(due_s))

    def happens(self, event: m.Happening) -> None:
        self._state, commands = step(self._state, event)
        for command in commands:
            match command:
                case m.FinishRecognition():
                    self.happens(m.TranscriptReady(event.at_s, command.turn, command.rev, TRANSCRIPT))
                case m.Ask():
                    self.replies_s.append(event.at_s)
                    self.happens(m.ReplyText(event.at_s, command.turn, "Yes.", "template"))
                    self.happens(m.ReplyComplete(event.at_s, command.turn))
                    self.happens(m.ReplyHeard(event.at_s, command.turn))
                case _:
                    pass
