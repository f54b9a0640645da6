"""The turn machine: who speaks, who listens, and what happens when they collide.

`step(state, event) -> (state, [command])` is pure: no clock, no await, no I/O. Time arrives in events, so
each race is a test in virtual time. The session (session.py) feeds it and carries its commands out.

    IDLE ─wake─▶ LISTENING ─speech─▶ USER_SPEAKING ⇄ PAUSED ─silence─▶ THINKING ─text─▶ SPEAKING ─▶ rest
                                           ▲                               │            │  ▲
                                           └─ speech, nothing committed ───┘     speech ▼  │ silence
                                           ▲        (revision + 1)                     DUCKED
                                           └──────────── words: the next turn ────────────┘

*rest* is IDLE, or LISTENING for the follow-up window, or LISTENING without end on an open microphone.

Rules that hold in every state, and that tests/conversation/test_machine.py checks for random histories:

- A turn is committed (`Ask`) at most once; up to then only work without side effects is asked for, and
  speech takes the turn back with a new revision, so a pause for breath does not split it.
- Results carry turn and revision; one that is not current is dropped, so nothing is credited to the wrong
  turn.
- Every state that waits for something other than a person has a deadline, and a missed one ends in a
  sentence.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from assistant.conversation.messages import (
    Acknowledge,
    Announcement,
    Ask,
    CancelRecognition,
    CloseReply,
    Command,
    Duck,
    EndTurn,
    Failed,
    FinishRecognition,
    Happening,
    Interrupt,
    ParseReady,
    Progress,
    ReplyComplete,
    ReplyHeard,
    ReplyText,
    Say,
    SpeechStarted,
    SpeechStopped,
    StartRecognition,
    StopReply,
    Tick,
    TranscriptReady,
    Typed,
    Understand,
    WakeWord,
)


class Phase(StrEnum):
    IDLE = "idle"
    LISTENING = "listening"
    USER_SPEAKING = "user speaking"
    PAUSED = "paused"
    THINKING = "thinking"
    SPEAKING = "speaking"
    DUCKED = "ducked"


class BargeIn(StrEnum):
    """What interrupts the assistant while it speaks."""

    SPEECH = "speech"  # any speech: needs headphones, or an echo canceller
    WAKE_WORD = "wake-word"  # only a wake word: safe with an open loudspeaker
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Timing:
    """In seconds of time, or samples of input."""

    end_silence_s: float = 0.6
    no_speech_s: float = 6.0
    max_turn_s: float = 20.0
    follow_up_s: float = 5.0
    barge_in_s: float = 0.5  # so much speech over an answer, or beyond its end, is a person's
    think_s: float = 30.0  # without any news from recogniser or dialogue
    stall_s: float = 10.0  # without any progress of the voice or the loudspeaker
    pre_roll_samples: int = 8_000
    wake_lag_samples: int = 2_880
    """So long after the wake word's end it is noticed: 0.09 to 0.25 s with microWakeWord's "hey jarvis". With
    commands in the same breath, spoken by flite's voices, 13 of 15 came through whole with 0.18 s, 5 without."""
    wake_tail_s: float = 0.1  # the detector of voice may find so much more of the wake word than that
    echo_tail_s: float = 0.3  # and where the wake word stopped an answer, this much of the answer
    hangover_s: float = 0.3  # by then it is known whether a voice has ended


# ── state ─────────────────────────────────────────────────────────────────────────────────────────────────

NOTHING_HEARD = "I did not hear anything."
NOT_UNDERSTOOD = "Sorry, I did not catch that."
TOO_SLOW = "Sorry, that took too long. Please try again."


@dataclass(frozen=True, slots=True)
class State:
    timing: Timing = Timing()
    open_mic: bool = False
    barge_in: BargeIn = BargeIn.WAKE_WORD
    phase: Phase = Phase.IDLE
    turn: int = 0  # the latest turn; a new one gets the next number
    rev: int = 0
    deadline_s: float | None = None
    cut_s: float = 0.0  # when the turn is cut for length
    from_sample: int = 0  # where the turn's speech begins, pre-roll included
    voice: bool = False  # the detector hears a voice now
    woken: bool = False  # by a wake word: the person expects an answer, even "I heard nothing"
    wake_over_s: float = 0.0  # a voice that ends later says more than the wake word
    transcript: str | None = None  # of this revision
    parse: Any = None  # of this revision
    committed: bool = False
    closed: bool = False  # the reply has all its text
    waiting: tuple[Typed | Announcement, ...] = ()  # until it is quiet


Step = tuple[State, list[Command]]
MAX_WAITING = 20


def resting(state: State) -> bool:
    """Nobody speaks and nothing is under way."""
    return state.phase in (Phase.IDLE, Phase.LISTENING)


def _answering(state: State) -> bool:
    """The turn is committed and its reply under way: a newer turn can only replace what is *said*."""
    return state.phase in (Phase.SPEAKING, Phase.DUCKED) or (
        state.phase is Phase.THINKING and state.committed
    )


def start(state: State) -> State:
    """The state in which a session begins."""
    return replace(state, phase=Phase.LISTENING) if state.open_mic else state


def step(state: State, event: Happening) -> Step:
    """The next state, and what is to be done, in order."""
    match event:
        case WakeWord():
            return _wake_word(state, event)
        case SpeechStarted():
            return _speech_started(replace(state, voice=True), event)
        case SpeechStopped():
            return _speech_stopped(replace(state, voice=False), event)
        case Tick():
            if state.deadline_s is None or event.at_s < state.deadline_s:
                return state, []
            return _deadline(state, event.at_s)
        case TranscriptReady():
            return _transcript(state, event)
        case ParseReady():
            if _current(state, event.turn, event.rev) and not state.committed:
                return replace(state, parse=event.parse), []
            return state, []
        case Typed() | Announcement():
            return _unspoken(state, event)
        case Interrupt():
            if _answering(state):
                state, commands = _silence(state)
                return _then(_rest(state, event.at_s), commands)
            return state, []
        case Failed() | ReplyText() | Progress() | ReplyComplete() | ReplyHeard():
            if event.turn != state.turn:
                return state, []  # the reply of a turn that a person talked over
            return _reply(state, event)


# ── the person ────────────────────────────────────────────────────────────────────────────────────────────


def _wake_word(state: State, event: WakeWord) -> Step:
    """The command may follow in the same breath; if the voice ends here, it is waited for."""
    commands: list[Command] = []
    tail_s = state.timing.wake_tail_s
    if _answering(state):
        if state.barge_in is BargeIn.OFF:
            return state, []
        state, commands = _silence(state)
        tail_s += state.timing.echo_tail_s
    elif not resting(state):
        return state, []  # part of what the person is saying anyway
    begin = max(event.sample - state.timing.wake_lag_samples, 0)
    state = replace(state, phase=Phase.LISTENING, woken=True, from_sample=begin)
    if not state.voice:
        return _then(_await_command(state, event.at_s), commands)
    over_s = event.at_s + tail_s
    return replace(state, wake_over_s=over_s, deadline_s=over_s + state.timing.hangover_s), commands


def _await_command(state: State, at_s: float) -> Step:
    return replace(state, deadline_s=at_s + state.timing.no_speech_s), [Acknowledge()]


def _speech_started(state: State, event: SpeechStarted) -> Step:
    match state.phase:
        case Phase.LISTENING:
            begin = max(event.sample - state.timing.pre_roll_samples, 0)
            if state.woken:
                begin = max(begin, state.from_sample)  # not the wake word itself
            return _begin_turn(state, event.at_s, begin)
        case Phase.PAUSED:
            return _take_back(state)
        case Phase.THINKING if not state.committed:
            return _take_back(state) if event.at_s < state.cut_s else (state, [])
        case Phase.SPEAKING if state.barge_in is BargeIn.SPEECH:
            begin = max(event.sample - state.timing.pre_roll_samples, 0)
            deadline = event.at_s + state.timing.barge_in_s
            state = replace(state, phase=Phase.DUCKED, from_sample=begin, deadline_s=deadline)
            return state, [Duck(down=True)]
        case Phase.IDLE | Phase.SPEAKING | Phase.THINKING:  # see `_first_text` and `_answered`
            return replace(state, from_sample=max(event.sample - state.timing.pre_roll_samples, 0)), []
        case _:
            return state, []


def _speech_stopped(state: State, event: SpeechStopped) -> Step:
    match state.phase:
        case Phase.USER_SPEAKING:
            deadline = max(event.voice_end_s + state.timing.end_silence_s, event.at_s)
            # The recogniser finishes during the closing silence; if speech goes on the result is thrown away.
            state = replace(state, phase=Phase.PAUSED, deadline_s=deadline)
            return state, [FinishRecognition(state.turn, state.rev)]
        case Phase.DUCKED:  # a cough does not lose the answer
            state = replace(state, phase=Phase.SPEAKING, deadline_s=event.at_s + state.timing.stall_s)
            return state, [Duck(down=False)]
        case Phase.LISTENING if not state.woken:  # it was the end of the answer's echo; see `_answered`
            return replace(state, deadline_s=_window_end(state, event.at_s)), []
        case Phase.LISTENING if event.voice_end_s > state.wake_over_s:  # a short command, in one breath
            state, commands = _begin_turn(state, event.at_s, state.from_sample)
            return _then(_speech_stopped(state, event), commands)
        case Phase.LISTENING:  # it was the wake word alone
            return _await_command(state, event.at_s)
        case _:
            return state, []


def _begin_turn(state: State, at_s: float, from_sample: int) -> Step:
    cut_s = at_s + state.timing.max_turn_s
    state = replace(
        _new_turn(state), phase=Phase.USER_SPEAKING, from_sample=from_sample, cut_s=cut_s, deadline_s=cut_s
    )
    return state, [StartRecognition(state.turn, state.rev, from_sample)]


def _new_turn(state: State) -> State:
    return replace(
        state, turn=state.turn + 1, rev=0, transcript=None, parse=None, committed=False, closed=False
    )


def _take_back(state: State) -> Step:
    """Speech goes on before anything was committed: the same turn, from its beginning, as a new revision."""
    state = replace(
        state,
        phase=Phase.USER_SPEAKING,
        rev=state.rev + 1,
        transcript=None,
        parse=None,
        deadline_s=state.cut_s,
    )
    return state, [StartRecognition(state.turn, state.rev, state.from_sample)]


def _current(state: State, turn: int, rev: int) -> bool:
    return turn == state.turn and rev == state.rev and state.phase in (Phase.PAUSED, Phase.THINKING)


def _transcript(state: State, event: TranscriptReady) -> Step:
    if not _current(state, event.turn, event.rev) or state.committed:
        return state, []
    state = replace(state, transcript=event.text)
    if state.phase is Phase.THINKING:
        return _commit(state, event.at_s)
    return state, [Understand(state.turn, state.rev, event.text)] if event.text else []


def _commit(state: State, at_s: float) -> Step:
    """The end of the turn was decided and its transcript is there."""
    if not state.transcript:
        if state.woken:
            return _apologise(state, at_s, NOT_UNDERSTOOD)
        return _then(_rest(state, at_s), [EndTurn(state.turn, "nothing-heard")])
    state = replace(state, committed=True, deadline_s=at_s + state.timing.think_s)
    return state, [Ask(state.turn, state.transcript or "", state.parse)]


# ── deadlines ─────────────────────────────────────────────────────────────────────────────────────────────


def _deadline(state: State, at_s: float) -> Step:
    timing = state.timing
    match state.phase:
        case Phase.LISTENING if state.voice:  # see `_wake_word` and `_answered`
            return _begin_turn(state, at_s, state.from_sample)
        case Phase.LISTENING if state.woken:
            return _apologise(_new_turn(state), at_s, NOTHING_HEARD)
        case Phase.LISTENING:
            return replace(state, phase=Phase.IDLE, deadline_s=None), []
        case Phase.USER_SPEAKING:  # cut for length
            state = replace(state, phase=Phase.THINKING, deadline_s=at_s + timing.think_s)
            return state, [FinishRecognition(state.turn, state.rev)]
        case Phase.PAUSED:
            state = replace(state, phase=Phase.THINKING, deadline_s=at_s + timing.think_s)
            return _commit(state, at_s) if state.transcript is not None else (state, [])
        case Phase.THINKING:
            commands: list[Command] = [] if state.committed else [CancelRecognition(state.turn)]
            return _then(_apologise(state, at_s, TOO_SLOW), commands)
        case Phase.DUCKED:  # meant as an interruption
            state, commands = _silence(state)
            return _then(_begin_turn(state, at_s, state.from_sample), commands)
        case Phase.SPEAKING:  # voice or loudspeaker is stuck: nothing can be said about it
            commands = [StopReply(state.turn), EndTurn(state.turn, "failed")]
            return _then(_rest(state, at_s), commands)
        case Phase.IDLE:
            return replace(state, deadline_s=None), []


def _apologise(state: State, at_s: float, sentence: str) -> Step:
    state = replace(
        state,
        phase=Phase.SPEAKING,
        committed=True,
        closed=True,
        woken=False,
        deadline_s=at_s + state.timing.stall_s,
    )
    return state, [Say(state.turn, sentence, "notice"), CloseReply(state.turn)]


# ── the assistant ─────────────────────────────────────────────────────────────────────────────────────────


def _reply(state: State, event: Failed | ReplyText | Progress | ReplyComplete | ReplyHeard) -> Step:
    speaking = state.phase in (Phase.SPEAKING, Phase.DUCKED)
    match event:
        case Failed() if state.phase in (Phase.PAUSED, Phase.THINKING, Phase.USER_SPEAKING):
            commands: list[Command] = [] if state.committed else [CancelRecognition(state.turn)]
            return _then(_apologise(state, event.at_s, event.sentence), commands)
        case Failed() if speaking and not state.closed:
            state = _alive(replace(state, closed=True), event.at_s)
            return state, [Say(state.turn, event.sentence, "notice"), CloseReply(state.turn)]
        case ReplyText() if (speaking or state.phase is Phase.THINKING) and not state.closed:
            state, commands = _first_text(state, event.at_s) if not speaking else (state, [])
            return _alive(state, event.at_s), [*commands, Say(state.turn, event.text, event.source)]
        case ReplyComplete() if speaking and not state.closed:
            return _alive(replace(state, closed=True), event.at_s), [CloseReply(state.turn)]
        case ReplyComplete() if state.phase is Phase.THINKING and state.committed:
            return _apologise(state, event.at_s, NOT_UNDERSTOOD)  # never silence
        case ReplyHeard() if speaking and state.closed:
            commands = [Duck(down=False)] if state.phase is Phase.DUCKED else []
            return _then(_answered(state, event.at_s), [*commands, EndTurn(state.turn, "answered")])
        case Progress() if speaking or state.phase is Phase.THINKING:
            return _alive(state, event.at_s), []
        case _:
            return state, []


def _first_text(state: State, at_s: float) -> Step:
    """The answer begins; ducked at once where the person is already talking again."""
    state = replace(state, woken=False)
    if state.voice and state.barge_in is BargeIn.SPEECH:
        deadline = at_s + state.timing.barge_in_s
        return replace(state, phase=Phase.DUCKED, deadline_s=deadline), [Duck(down=True)]
    return replace(state, phase=Phase.SPEAKING), []


def _alive(state: State, at_s: float) -> State:
    """Push the deadline: what is watched is progress, not total time. DUCKED keeps its own."""
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
        return _begin_turn(state, at_s, state.from_sample)
    state, commands = _rest(state, at_s)
    if state.voice and state.phase is Phase.LISTENING:
        state = replace(state, deadline_s=at_s + state.timing.barge_in_s)
    return state, commands


def _silence(state: State) -> Step:
    """Stop the reply for good. Its action, if any, has run and stays; its sound is gone."""
    commands: list[Command] = [StopReply(state.turn), EndTurn(state.turn, "interrupted")]
    if state.phase is Phase.DUCKED:
        commands.append(Duck(down=False))
    return state, commands


def _unspoken(state: State, event: Typed | Announcement) -> Step:
    """A typed turn or an announcement: at once when it is quiet, otherwise as soon as it is.

    Between the wake word and the command it is not quiet: a person is about to speak.
    """
    if not resting(state) or state.woken:
        if len(state.waiting) >= MAX_WAITING:
            return state, []
        return replace(state, waiting=(*state.waiting, event)), []
    return _take_floor(state, event, event.at_s)


def _take_floor(state: State, event: Typed | Announcement, at_s: float) -> Step:
    state = _new_turn(state)
    if isinstance(event, Typed):
        state = replace(
            state, phase=Phase.THINKING, committed=True, deadline_s=at_s + state.timing.think_s, woken=False
        )
        return state, [Ask(state.turn, event.text, None)]
    state = replace(
        state,
        phase=Phase.SPEAKING,
        committed=True,
        closed=True,
        woken=False,
        deadline_s=at_s + state.timing.stall_s,
    )
    return state, [Say(state.turn, event.text, "announcement"), CloseReply(state.turn)]


def _rest(state: State, at_s: float) -> Step:
    """The turn is over: what was waiting comes first, then the follow-up window."""
    if state.waiting:
        first, *others = state.waiting
        return _take_floor(replace(state, waiting=tuple(others)), first, at_s)
    listens = state.open_mic or state.timing.follow_up_s > 0
    phase = Phase.LISTENING if listens else Phase.IDLE
    return replace(state, woken=False, phase=phase, deadline_s=_window_end(state, at_s)), []


def _window_end(state: State, at_s: float) -> float | None:
    """When a person who stays silent is no longer listened to without the wake word."""
    if state.open_mic or state.timing.follow_up_s <= 0:
        return None
    return at_s + state.timing.follow_up_s


def _then(after: Step, before: list[Command]) -> Step:
    """`before` first, then what the step decided."""
    state, commands = after
    return state, [*before, *commands]
