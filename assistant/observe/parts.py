"""Who was at work during a turn: its stages as intervals, and the time in which nobody was."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

ENGINES = ("recognition", "dialogue", "voice", "device")
"""The parts whose time is not the assistant's own."""

NAMES = ("silence", "recognition", "understanding", "dialogue", "voice", "device", "speaking")


@dataclass(frozen=True, slots=True)
class Part:
    """Seconds after the end of speech."""

    name: str
    begin_s: float
    end_s: float

    @property
    def took_s(self) -> float:
        return self.end_s - self.begin_s


def parts(stages_s: Mapping[str, float], recognition_s: float = 0.0) -> list[Part]:
    """The parts of a turn that were reached, in the order in which they are usually begun.

    silence: from the end of speech to the decision that the turn is over;
    recognition: the last `recognition_s` seconds before the transcript, which is the recogniser's work after
    the end of speech was noticed; it runs during the silence;
    understanding: from the transcript to its stateless parse;
    dialogue: from handing the turn to the dialogue to the first text of the answer, actions included;
    voice: from handing it the first text to the first clause's sound;
    device: from handing over the first sound to its leaving the device;
    speaking: from there to the end of the turn.
    """
    found = [
        _part("silence", 0.0 if "end_of_turn" in stages_s else None, stages_s.get("end_of_turn")),
        _part("recognition", _before(stages_s.get("transcript"), recognition_s), stages_s.get("transcript")),
        _part("understanding", stages_s.get("transcript"), stages_s.get("intent")),
        _part("dialogue", stages_s.get("asked"), stages_s.get("first_text")),
        _part("voice", stages_s.get("voice"), stages_s.get("first_clause")),
        _part("device", stages_s.get("first_pcm"), stages_s.get("first_sound")),
        _part("speaking", stages_s.get("first_sound"), stages_s.get("done")),
    ]
    return [part for part in found if part is not None]


def overhead_s(stages_s: Mapping[str, float], recognition_s: float = 0.0) -> float | None:
    """The assistant's own overhead, in seconds; None for a turn that made no sound.

    It is the length of that part of the interval from the end-of-turn decision (of a typed turn: from its
    entry) to the first sound in which none of `ENGINES` was at work, as `parts` defines them. So it counts
    neither the person's closing silence, nor the work of recogniser, understanding, dialogue, actions and
    voice, nor the device's buffer, and what overlaps is taken off once. The loopback HTTP between the
    processes belongs to the dialogue. What is left: the turn machine, queues, resampling, waiting for the
    event loop.
    """
    if "first_sound" not in stages_s:
        return None
    begin, end = stages_s.get("end_of_turn", 0.0), stages_s["first_sound"]
    engines = [part for part in parts(stages_s, recognition_s) if part.name in ENGINES]
    return round(max(end - begin, 0.0) - _covered(engines, begin, end), 4)


def _before(at_s: float | None, took_s: float) -> float | None:
    return None if at_s is None else max(at_s - took_s, 0.0)


def _part(name: str, begin_s: float | None, end_s: float | None) -> Part | None:
    if begin_s is None or end_s is None or end_s < begin_s:
        return None
    return Part(name, begin_s, end_s)


def _covered(intervals: Iterable[Part], begin: float, end: float) -> float:
    """How much of begin..end lies in at least one of them."""
    covered, at = 0.0, begin
    for part in sorted(intervals, key=lambda part: part.begin_s):
        covered += max(min(part.end_s, end) - max(part.begin_s, at), 0.0)
        at = max(at, min(part.end_s, end))
    return covered
