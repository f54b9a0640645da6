"""The assistant's side: from the first text of a reply to its last sample."""

from dataclasses import replace

from assistant.conversation.machine import overlap
from assistant.conversation.machine.floor import rest, say_only
from assistant.conversation.machine.person import NOT_UNDERSTOOD, begin_turn
from assistant.conversation.machine.state import BargeIn, Phase, State, Step, then
from assistant.conversation.messages import (
    CancelRecognition,
    CloseReply,
    Command,
    Duck,
    EndTurn,
    Failed,
    Progress,
    ReplyComplete,
    ReplyHeard,
    ReplyText,
    Say,
)


def reply(state: State, event: Failed | ReplyText | Progress | ReplyComplete | ReplyHeard) -> Step:
    """News of the current turn's reply."""
    speaking, thinking = state.speaking, state.phase is Phase.THINKING
    match event:
        case Failed() if thinking or state.phase in (Phase.PAUSED, Phase.USER_SPEAKING):
            commands: list[Command] = [] if state.committed else [CancelRecognition(state.turn)]
            return then(say_only(state, event.at_s, event.sentence), commands)
        case Failed() if speaking and not state.closed:
            state = _alive(replace(state, closed=True), event.at_s)
            return state, [Say(state.turn, event.sentence, "notice"), CloseReply(state.turn)]
        case ReplyText() if (speaking or thinking) and not state.closed:
            state, commands = (state, []) if speaking else _first_text(state, event.at_s)
            return _alive(state, event.at_s), [*commands, Say(state.turn, event.text, event.source)]
        case ReplyComplete() if speaking and not state.closed:
            state = replace(state, closed=True, asks=event.asks)
            return _alive(state, event.at_s), [CloseReply(state.turn)]
        case ReplyComplete() if thinking and state.committed:
            return say_only(state, event.at_s, NOT_UNDERSTOOD)  # never silence
        case ReplyHeard() if speaking and state.closed:
            if state.overlapping:  # what is spoken over its last word comes next
                commands = [Duck(down=False), EndTurn(state.turn, "answered")]
                return overlap.as_turn(state, event.at_s), commands
            return then(_answered(state, event.at_s), [EndTurn(state.turn, "answered")])
        case Progress() if speaking or thinking:
            return _alive(state, event.at_s), []
        case _:
            return state, []


def _first_text(state: State, at_s: float) -> Step:
    """The answer begins; ducked at once where the person is already talking again."""
    state = replace(state, woken=False)
    if state.voice and state.barge_in is BargeIn.SPEECH:
        return overlap.began(state, at_s, state.from_sample)
    return replace(state, phase=Phase.SPEAKING), []


def _alive(state: State, at_s: float) -> State:
    """Push the deadline: what is watched is progress, not total time. DUCKED and HELD keep their own."""
    if state.phase is Phase.SPEAKING:
        return replace(state, deadline_s=at_s + state.timing.stall_s)
    if state.phase is Phase.THINKING:
        return replace(state, deadline_s=at_s + state.timing.think_s)
    return state


def _answered(state: State, at_s: float) -> Step:
    """All of the answer was heard. Who began to talk over its end is listened to.

    Where the loudspeaker may be what is heard, it is a person's voice only if it goes on for a while.
    """
    if state.voice and state.barge_in is BargeIn.SPEECH:
        return begin_turn(state, at_s, state.from_sample)
    state, commands = rest(state, at_s)
    if state.voice and state.phase is Phase.LISTENING:
        state = replace(state, deadline_s=at_s + state.timing.beyond_end_s)
    return state, commands
