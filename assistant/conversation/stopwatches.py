"""When each turn reached what: the traces of the turns that are not over."""

from collections.abc import Callable
from typing import Any

from assistant.conversation import messages as m
from assistant.conversation.machine import Phase, State
from assistant.observe.trace import Trace


class Stopwatches:
    """Loop thread. `clock` is the session's; `lost` counts what was lost so far at either end."""

    def __init__(self, clock: Callable[[], float], lost: Callable[[], dict[str, int]]) -> None:
        self._clock = clock
        self._lost = lost
        self._traces: dict[int, Trace] = {}

    def moved(self, before: State, after: State, event: m.Happening) -> None:
        """An event moved the latest turn."""
        trace = self._of(after.turn)
        match event:
            case m.SpeechStopped() if before.phase is Phase.USER_SPEAKING:
                trace.restart(event.voice_end_s)
            case m.Tick() if after.phase is not before.phase is Phase.USER_SPEAKING:  # cut for length
                trace.restart(event.at_s)
                trace.mark("end_of_turn", event.at_s)
            case m.Pressed() | m.Released() if after.phase is Phase.THINKING is not before.phase:
                if before.phase is Phase.USER_SPEAKING:
                    trace.restart(event.at_s)
                trace.mark("end_of_turn", event.at_s)
            case m.TranscriptReady() if after.transcript is not None:
                trace.mark("transcript", event.at_s)
            case m.ParseReady() if before.awaits(event.turn, event.rev):
                trace.mark("intent", event.at_s)
            case m.ReplyText() if event.turn == after.turn:
                trace.mark("first_text", event.at_s)
            case m.Tick() if before.phase != after.phase:
                trace.mark("end_of_turn", event.at_s)
            case _:
                pass
        trace.revisions = after.rev
        if isinstance(event, m.Tick | m.TranscriptReady) and after.committed and not before.committed:
            trace.mark("asked", event.at_s)

    def asked(self, turn: int) -> None:
        """The dialogue has it; a turn that was typed begins here."""
        trace = self._of(turn)
        if trace.speech_end_s is None:
            trace.restart(self._clock())
            trace.mark("asked", self._clock())

    def mark(self, turn: int, stage: str) -> None:
        """It reached a stage of `Trace` now."""
        self._of(turn).mark(stage, self._clock())

    def waited_s(self, turn: int) -> float:
        """Since the end of its speech; 0 where that is not known."""
        trace = self._traces.get(turn)
        return self._clock() - trace.speech_end_s if trace and trace.speech_end_s is not None else 0.0

    def end(self, turn: int) -> dict[str, Any]:
        """The turn is over: what `events.TurnEnded` tells of its times. Earlier turns are forgotten too."""
        trace = self._of(turn)
        trace.mark("done", self._clock())
        self._traces = {number: kept for number, kept in self._traces.items() if number > turn}
        return {
            "stages_s": trace.stages_s(),
            "began_s": trace.began_s,
            "speech_end_s": trace.speech_end_s,
            "revisions": trace.revisions,
            "counts": trace.counted(self._lost()),
        }

    def _of(self, turn: int) -> Trace:
        if turn not in self._traces:
            self._traces[turn] = Trace(turn, self._clock(), self._lost())
        return self._traces[turn]
