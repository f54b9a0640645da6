"""Where the time of a turn went: one stopwatch per turn, started when the person stopped speaking."""

from dataclasses import dataclass, field

STAGES = ("end_of_turn", "transcript", "intent", "first_text", "first_clause", "first_sound", "done")
"""In the order in which a turn reaches them. `transcript` and `intent` are usually there before
`end_of_turn`, because recognition and parse run during the closing silence."""


@dataclass(slots=True)
class Trace:
    """Stage times of one turn, on the session's clock. The first mark of a stage counts."""

    turn: int
    speech_end_s: float | None = None
    marks: dict[str, float] = field(default_factory=dict)

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
