"""The turn machine: who speaks, who listens, and what happens when they collide.

`step(state, event) -> (state, [command])` is pure: no clock, no await, no I/O. Time arrives in events, so
each race is a test in virtual time. The session (session.py) feeds it and carries its commands out.

    IDLE ─wake─▶ LISTENING ─speech─▶ USER_SPEAKING ⇄ PAUSED ─silence─▶ THINKING ─text─▶ SPEAKING ─▶ rest
                                           ▲                               │            │  ▲
                                           └─ speech, nothing committed ───┘     speech ▼  │ no words
                                           ▲        (revision + 1)              DUCKED ─▶ HELD
                                           └──────────── words: the next turn ────────────┘

*rest* is IDLE, or LISTENING for the follow-up window, or LISTENING without end on an open microphone.

Rules that hold in every state, and that tests/conversation/test_machine.py checks for random histories:

- A turn is committed (`Ask`) at most once; up to then only work without side effects is asked for, and
  speech takes the turn back with a new revision, so a pause for breath does not split it.
- Results carry turn and revision; one that is not current is dropped, so nothing is credited to the wrong
  turn.
- The silence that ends a turn depends on what was said (`ParseReady.completeness`, from end_of_turn.py).
- Every state that waits for something other than a person has a deadline, and a missed one ends in a
  sentence.

state.py is what it remembers; person.py, push_to_talk.py, answer.py, overlap.py and floor.py are its rules for the
person, for a key in the person's hand, for the assistant's reply, for both at once, and for who comes next; words.py
tells "stop" and "uh-huh" from a turn; the deadlines are here.
"""

from dataclasses import replace

from assistant.conversation.machine import floor, overlap, person, push_to_talk
from assistant.conversation.machine.answer import reply
from assistant.conversation.machine.person import NOT_UNDERSTOOD
from assistant.conversation.machine.state import (
    TOOK_LEAVE,
    BargeIn,
    Phase,
    State,
    Step,
    Timing,
    new_turn,
    start,
    then,
)
from assistant.conversation.messages import (
    Acknowledged,
    Announcement,
    CancelRecognition,
    CloseWindow,
    Command,
    DropWake,
    EndTurn,
    Failed,
    Happening,
    Interrupt,
    Leave,
    ParseReady,
    PartialReady,
    Pressed,
    Progress,
    Released,
    ReplyComplete,
    ReplyHeard,
    ReplyText,
    SpeechHinted,
    SpeechStarted,
    SpeechStopped,
    StopReply,
    Tick,
    TranscriptReady,
    Typed,
    WakeWord,
)

__all__ = [
    "NOTHING_HEARD",
    "NOT_UNDERSTOOD",
    "TOO_SLOW",
    "BargeIn",
    "Phase",
    "State",
    "Step",
    "Timing",
    "start",
    "step",
]

NOTHING_HEARD = "I did not hear anything."
TOO_SLOW = "Sorry, that took too long. Please try again."


def step(state: State, event: Happening) -> Step:
    """The next state, and what is to be done, in order."""
    match event:
        case WakeWord():
            return person.wake_word(state, event)
        case SpeechHinted():
            return person.speech_hinted(state, event), []
        case SpeechStarted():
            return person.speech_started(replace(state, voice=True), event)
        case SpeechStopped():
            return person.speech_stopped(replace(state, voice=False), event)
        case Tick():
            if state.deadline_s is None or event.at_s < state.deadline_s:
                return state, []
            return _deadline(state, event.at_s)
        case TranscriptReady():
            return person.transcript(state, event)
        case PartialReady():
            return overlap.partial(state, event)
        case ParseReady():
            return person.parsed(state, event)
        case Pressed():
            return push_to_talk.pressed(state, event)
        case Released():
            return push_to_talk.released(state, event)
        case Typed() | Announcement():
            return floor.unspoken(state, event)
        case Interrupt():
            if not state.answering:
                return floor.notice_taken(state), []
            state, commands = floor.silence(floor.acknowledged(state))
            return then(floor.rest(state, event.at_s), commands)
        case Leave():
            return (replace(state, closing=TOOK_LEAVE) if event.turn == state.turn else state), []
        case CloseWindow():
            return floor.close_window(state, event.reason), []
        case Acknowledged():
            return floor.notice_taken(state), []
        case Failed() if state.overlapping and event.turn == state.turn + 1:
            return overlap.resume(state, event.at_s)  # the person is asked for nothing: the answer goes on
        case Failed() | ReplyText() | Progress() | ReplyComplete() | ReplyHeard():
            if event.turn != state.turn:
                return state, []  # the reply of a turn that a person talked over
            return reply(state, event)


def _deadline(state: State, at_s: float) -> Step:
    match state.phase:
        case Phase.LISTENING if state.voice:  # after a wake word, or over the end of an answer
            return person.begin_turn(state, at_s, state.from_sample)
        case Phase.LISTENING if state.woken and state.unsure:
            return then(floor.never_mind(state, at_s), [DropWake()])
        case Phase.LISTENING if state.woken:
            return floor.say_only(new_turn(state), at_s, NOTHING_HEARD)
        case Phase.LISTENING | Phase.IDLE:
            return floor.quiet_deadline(state, at_s)
        case Phase.USER_SPEAKING | Phase.PAUSED:  # cut for length, or silent for long enough
            return person.end_turn(state, at_s)
        case Phase.THINKING:
            commands: list[Command] = [] if state.committed else [CancelRecognition(state.turn)]
            return then(floor.say_only(state, at_s, TOO_SLOW), commands)
        case Phase.DUCKED | Phase.HELD:
            return overlap.deadline(state, at_s)
        case Phase.SPEAKING:  # voice or loudspeaker is stuck: nothing can be said about it
            commands = [StopReply(state.turn), EndTurn(state.turn, "failed")]
            return then(floor.rest(state, at_s), commands)
