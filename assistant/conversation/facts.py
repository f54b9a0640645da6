"""What observers are told about steps of the turn machine. Pure."""

from typing import Any

from assistant.conversation import messages as m
from assistant.conversation.machine import Phase, State
from assistant.conversation.machine.words import Said, judge


def talked_over(before: State, after: State, event: m.Happening) -> dict[str, Any] | None:
    """`outcome` and `reason` of `events.TalkedOver`, where it was decided with this event."""
    if not before.overlapping or after.overlapping:
        return None
    resumed = after.phase is Phase.SPEAKING and after.turn == before.turn
    return {"outcome": "resumed" if resumed else "interrupted", "reason": _reason(before, event)}


def window_closed(before: State, after: State, event: m.Happening) -> str | None:
    """`reason` of `events.WindowClosed`, where it closed with this event or was not opened at all."""
    if before.phase is Phase.LISTENING and not before.woken and after.phase is Phase.IDLE:
        return event.reason if isinstance(event, m.CloseWindow) else "time"
    if before.speaking and after.phase is Phase.IDLE and after.closing:
        return "took leave"
    return None


def _reason(before: State, event: m.Happening) -> str:
    match event:
        case m.TranscriptReady() | m.PartialReady():
            said = judge(event.text, before.stop_words)
            return "no words" if said is Said.NOTHING else str(said)
        case m.Tick():
            return "went on" if before.voice else "no result"
        case m.ReplyHeard():
            return "at its end"
        case m.Failed():
            return "recognition failed"
        case _:
            return type(event).__name__.lower()
