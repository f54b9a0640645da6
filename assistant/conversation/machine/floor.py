"""Who has the floor next: typed turns and announcements that wait for quiet, rest, and sudden silence.

What is to be said unasked waits while a person speaks or is about to (between wake word and command), and until an
answer has been heard. What has waited is said in one go, the most important first. What rings is repeated, with
growing pauses, until a person takes notice: with any turn, a key, or a stop word.
"""

from dataclasses import replace

from assistant.conversation.machine.state import TOOK_LEAVE, Phase, State, Step, new_turn
from assistant.conversation.messages import (
    Announcement,
    Ask,
    CancelRecognition,
    CloseReply,
    Command,
    Duck,
    EndTurn,
    Ring,
    Say,
    StopReply,
    Typed,
)

MAX_WAITING = 20


def unspoken(state: State, event: Typed | Announcement) -> Step:
    """A typed turn or an announcement: at once when it is quiet, otherwise as soon as it is.

    Between the wake word and the command it is not quiet: a person is about to speak. Nor where somebody speaks
    already, for whoever that is meant.
    """
    if isinstance(event, Announcement) and any(_same(event, other) for other in state.waiting):
        return state, []  # it will be said: once is enough
    if not state.resting or state.woken or (isinstance(event, Announcement) and _window_voice(state)):
        return replace(state, waiting=_queued(state, event)), []
    return _take_floor(replace(state, waiting=_queued(state, event)), event.at_s)


def rest(state: State, at_s: float) -> Step:
    """The turn is over: what was waiting comes first, then the follow-up window."""
    if state.waiting:
        return _take_floor(state, at_s)
    return open_window(state, at_s), []


def open_window(state: State, at_s: float) -> State:
    """Listen on without the wake word, for a while, unless the person took leave."""
    window_s = at_s + state.timing.follow_up_s
    listens = state.open_mic or (state.timing.follow_up_s > 0 and not state.closing)
    state = replace(state, woken=False, phase=Phase.LISTENING if listens else Phase.IDLE)
    return _next_deadline(replace(state, window_s=window_s if listens and not state.open_mic else None))


def never_mind(state: State, at_s: float) -> Step:
    """As if nobody had called: as `rest`, but there is nothing to follow up."""
    return rest(replace(state, closing=TOOK_LEAVE), at_s)


def close_window(state: State, reason: str) -> State:
    """Somebody else has the floor, such as music. Who has called with the wake word is still listened to; and where
    it began with a turn that is being answered, the answer comes, and no window after it."""
    if state.answering:
        return replace(state, closing=state.closing or reason)
    if state.phase is not Phase.LISTENING or state.woken or state.open_mic or state.waiting:
        return state
    return _next_deadline(replace(state, phase=Phase.IDLE, window_s=None))


def quiet_deadline(state: State, at_s: float) -> Step:
    """Nobody said anything: time to ring again, or to stop listening."""
    if state.ring_s is not None and at_s >= state.ring_s:
        return _take_floor(state, at_s)
    if state.window_s is not None and at_s >= state.window_s:
        state = replace(state, phase=Phase.IDLE, window_s=None)
    return _next_deadline(state), []


def acknowledged(state: State) -> State:
    """A person took notice of what rings."""
    return replace(state, ringing=(), ring_s=None, rung=0)


def notice_taken(state: State) -> State:
    """The same, where nothing else is going on that has a deadline of its own."""
    state = acknowledged(state)
    return _next_deadline(state) if state.resting and not state.woken and not _window_voice(state) else state


def silence(state: State, *, candidate_stays: bool = False) -> Step:
    """Stop the reply for good. Its action, if any, has run and stays; its sound is gone. So is what was spoken over
    it, unless `candidate_stays`."""
    commands: list[Command] = [StopReply(state.turn), EndTurn(state.turn, "interrupted")]
    if state.overlapping:
        commands.append(Duck(down=False))
        if not candidate_stays:
            commands.append(CancelRecognition(state.turn + 1))
            state = replace(state, next_rev=state.next_rev + 1)
    return state, commands


def say_only(state: State, at_s: float, sentence: str, source: str = "notice") -> Step:
    """This sentence is all of the turn's reply."""
    return _say_all(state, at_s, [Say(state.turn, sentence, source)])


def _say_all(state: State, at_s: float, said: list[Command]) -> Step:
    state = replace(
        state,
        phase=Phase.SPEAKING,
        committed=True,
        closed=True,
        woken=False,
        deadline_s=at_s + state.timing.stall_s,
    )
    return state, [*said, CloseReply(state.turn)]


def _take_floor(state: State, at_s: float) -> Step:
    """All announcements that wait, or the first typed turn; or what rings, once more."""
    announced = tuple(each for each in state.waiting if isinstance(each, Announcement))
    typed = tuple(each for each in state.waiting if isinstance(each, Typed))
    state = new_turn(state)
    if announced or not typed:
        return _announce(replace(state, waiting=typed), announced, at_s)
    first, *others = typed
    state = replace(
        acknowledged(state),
        phase=Phase.THINKING,
        committed=True,
        deadline_s=at_s + state.timing.think_s,
        woken=False,
        waiting=tuple(others),
    )
    return state, [Ask(state.turn, first.text, None)]


def _announce(state: State, announced: tuple[Announcement, ...], at_s: float) -> Step:
    """In one go, the most important first, and what rings already with it."""
    new = tuple(each for each in announced if each.rings)
    once = tuple(each for each in announced if not each.rings)
    known = tuple(each for each in state.ringing if not any(_same(each, other) for other in new))
    ringing = (*known, *new)[:MAX_WAITING]
    rung = 1 if new else state.rung + 1
    if ringing and rung <= state.timing.most_rings:
        pause_s = min(state.timing.ring_s * 2 ** (rung - 1), state.timing.most_ring_s)
        state = replace(state, ringing=ringing, rung=rung, ring_s=at_s + pause_s)
    if rung >= state.timing.most_rings:  # nobody is there
        state = acknowledged(state)
    said: list[Command] = [Ring(state.turn)] if ringing else []
    ordered = sorted((*ringing, *once), key=lambda each: -each.priority)
    return _say_all(state, at_s, [*said, *(Say(state.turn, each.text, "announcement") for each in ordered)])


def _next_deadline(state: State) -> State:
    times = [at_s for at_s in (state.window_s, state.ring_s) if at_s is not None]
    return replace(state, deadline_s=min(times, default=None))


def _queued(state: State, event: Typed | Announcement) -> tuple[Typed | Announcement, ...]:
    """Bounded: what is least important of what came last gives way."""
    waiting = (*state.waiting, event)
    if len(waiting) <= MAX_WAITING:
        return waiting
    least = min(reversed(range(len(waiting))), key=lambda at: _importance(waiting[at]))
    return waiting[:least] + waiting[least + 1 :]


def _importance(event: Typed | Announcement) -> int:
    return event.priority if isinstance(event, Announcement) else -1


def _same(event: Announcement, other: Typed | Announcement) -> bool:
    return isinstance(other, Announcement) and event.text == other.text


def _window_voice(state: State) -> bool:
    """A voice that is not a turn yet, where it may become one."""
    return state.phase is Phase.LISTENING and state.voice
