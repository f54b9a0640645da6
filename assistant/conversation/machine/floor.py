"""Who has the floor next: typed turns and announcements that wait for quiet, rest, and sudden silence."""

from dataclasses import replace

from assistant.conversation.machine.state import Phase, State, Step, new_turn
from assistant.conversation.messages import (
    Announcement,
    Ask,
    CloseReply,
    Command,
    Duck,
    EndTurn,
    Say,
    StopReply,
    Typed,
)

MAX_WAITING = 20


def unspoken(state: State, event: Typed | Announcement) -> Step:
    """A typed turn or an announcement: at once when it is quiet, otherwise as soon as it is.

    Between the wake word and the command it is not quiet: a person is about to speak.
    """
    if not state.resting or state.woken:
        if len(state.waiting) >= MAX_WAITING:
            return state, []
        return replace(state, waiting=(*state.waiting, event)), []
    return _take_floor(state, event, event.at_s)


def rest(state: State, at_s: float) -> Step:
    """The turn is over: what was waiting comes first, then the follow-up window."""
    if state.waiting:
        first, *others = state.waiting
        return _take_floor(replace(state, waiting=tuple(others)), first, at_s)
    listens = state.open_mic or state.timing.follow_up_s > 0
    phase = Phase.LISTENING if listens else Phase.IDLE
    return replace(state, woken=False, phase=phase, deadline_s=window_end(state, at_s)), []


def never_mind(state: State, at_s: float) -> Step:
    """As if nobody had called: as `rest`, but there is nothing to follow up."""
    state, commands = rest(state, at_s)
    if state.phase is Phase.LISTENING and not state.open_mic:
        state = replace(state, phase=Phase.IDLE, deadline_s=None)
    return state, commands


def window_end(state: State, at_s: float) -> float | None:
    """When a person who stays silent is no longer listened to without the wake word."""
    if state.open_mic or state.timing.follow_up_s <= 0:
        return None
    return at_s + state.timing.follow_up_s


def silence(state: State) -> Step:
    """Stop the reply for good. Its action, if any, has run and stays; its sound is gone."""
    commands: list[Command] = [StopReply(state.turn), EndTurn(state.turn, "interrupted")]
    if state.phase is Phase.DUCKED:
        commands.append(Duck(down=False))
    return state, commands


def say_only(state: State, at_s: float, sentence: str, source: str = "notice") -> Step:
    """This sentence is all of the turn's reply."""
    state = replace(
        state,
        phase=Phase.SPEAKING,
        committed=True,
        closed=True,
        woken=False,
        deadline_s=at_s + state.timing.stall_s,
    )
    return state, [Say(state.turn, sentence, source), CloseReply(state.turn)]


def _take_floor(state: State, event: Typed | Announcement, at_s: float) -> Step:
    state = new_turn(state)
    if isinstance(event, Announcement):
        return say_only(state, at_s, event.text, "announcement")
    state = replace(
        state, phase=Phase.THINKING, committed=True, deadline_s=at_s + state.timing.think_s, woken=False
    )
    return state, [Ask(state.turn, event.text, None)]
