"""Where the time of a turn went: one stopwatch per turn, started when the person stopped speaking."""

from collections.abc import Mapping
from dataclasses import dataclass, field

STAGES = (
    "end_of_turn",
    "transcript",
    "intent",
    "asked",
    "first_text",
    "voice",
    "first_clause",
    "first_pcm",
    "first_sound",
    "done",
)
"""In the order in which a turn reaches them. `transcript` and `intent` are usually there before
`end_of_turn`, because recognition and parse run during the closing silence.

`asked`: the dialogue was handed the turn; `voice`: the voice was handed the first text; `first_pcm`: the sink
took the first sound; `first_sound`: the first sample left the device."""


@dataclass(slots=True)
class Trace:
    """Stage times of one turn, on the session's clock. The first mark of a stage counts.

    `counts`: what the session had counted (`Session` names it) when the turn began, at `began_s`.
    """

    turn: int
    began_s: float = 0.0
    counts: Mapping[str, int] = field(default_factory=dict)
    speech_end_s: float | None = None
    marks: dict[str, float] = field(default_factory=dict)
    revisions: int = 0  # how often speech went on after a pause

    def mark(self, stage: str, at_s: float) -> None:
        if stage not in STAGES:
            raise ValueError(f"unknown stage {stage!r}")
        self.marks.setdefault(stage, at_s)

    def restart(self, speech_end_s: float) -> None:
        """Speech went on: what was reached before does not count."""
        self.speech_end_s = speech_end_s
        self.marks.clear()

    def stages_s(self) -> dict[str, float]:
        """Seconds from the end of speech to each stage that was reached, in order."""
        if self.speech_end_s is None:
            return {}
        return {s: round(self.marks[s] - self.speech_end_s, 4) for s in STAGES if s in self.marks}

    def counted(self, now: Mapping[str, int]) -> dict[str, int]:
        """What was counted during the turn; `now` is what the session has counted by now."""
        return {name: count - self.counts.get(name, 0) for name, count in now.items()}
