"""What observers are told about steps of the turn machine. Pure."""

from collections.abc import Iterator
from typing import Any

from assistant import events
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
        return after.closing
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


Told = tuple[type[events.Event], int, dict[str, Any]]
"""An event for observers: its kind, its turn, and the rest."""


def told(before: State, after: State, event: m.Happening) -> Iterator[Told]:
    """What observers want to know of a step, and no command says."""
    if isinstance(event, m.ParseReady) and before.awaits(event.turn, event.rev):
        silence_s = after.timing.closing_silence_s(event.completeness)
        judged = {"completeness": str(event.completeness), "silence_s": silence_s, "reason": event.reason}
        yield events.PauseJudged, after.turn, judged
    if (over := talked_over(before, after, event)) is not None:
        yield events.TalkedOver, before.turn, over
    if (reason := window_closed(before, after, event)) is not None:
        yield events.WindowClosed, before.turn, {"reason": reason}
    if before.ringing and not after.ringing:
        given_up = after.phase is Phase.SPEAKING
        noticed = not given_up and not isinstance(event, m.Acknowledged)
        texts = tuple(each.text for each in before.ringing)
        yield events.RingingEnded, after.turn, {"noticed": noticed, "texts": texts}
