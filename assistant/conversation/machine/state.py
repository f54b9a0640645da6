"""What the turn machine remembers between two events."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from assistant.conversation.machine.words import STOP_WORDS
from assistant.conversation.messages import Announcement, Command, Completeness, Typed

TOOK_LEAVE = "took leave"


class Phase(StrEnum):
    IDLE = "idle"
    LISTENING = "listening"
    USER_SPEAKING = "user speaking"
    PAUSED = "paused"
    THINKING = "thinking"
    SPEAKING = "speaking"
    DUCKED = "ducked"  # a voice over the answer, which is quieter
    HELD = "held"  # the answer is silent; whether it goes on is being decided


class BargeIn(StrEnum):
    """What interrupts the assistant while it speaks."""

    SPEECH = "speech"  # any speech: needs headphones, or an echo canceller
    WAKE_WORD = "wake-word"  # only a wake word: safe with an open loudspeaker
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Timing:
    """In seconds of time, or samples of input."""

    end_silence_s: float = 0.6  # where the words do not tell whether that was all
    complete_silence_s: float = 0.2
    unfinished_silence_s: float = 1.2
    no_speech_s: float = 6.0
    max_turn_s: float = 20.0
    hint_s: float = 0.15
    """A first sound of voice is known to be speech, or a click, so much later: `ActivityGate` wants 120 ms of it."""
    prepare_s: float = 0.02
    """An answer is prepared when the closing silence lasts at least so much longer: with less, finding it out would
    keep the turn itself waiting."""
    follow_up_s: float = 5.0
    duck_s: tuple[float, ...] = (0.0, 0.2, 0.8)
    """A voice over an answer makes it quieter for so long, and then silent: at once, and ever later in a reply that was
    silenced for nothing, so that it gets on in any noise."""
    words_s: float = 0.4  # it is a turn when it goes on for so long, and holds words
    barge_in_s: float = 1.2  # so much voice over an answer is a turn, with or without words
    beyond_end_s: float = 0.5  # so much voice beyond its end is a person's
    verdict_s: float = 2.0  # for the recogniser to say what was spoken over the answer
    ring_s: float = 6.0  # between two rings; each pause is twice the one before, up to `most_ring_s`
    most_ring_s: float = 60.0
    most_rings: int = 8
    think_s: float = 30.0  # without any news from recogniser or dialogue
    stall_s: float = 10.0  # without any progress of the voice or the loudspeaker
    pre_roll_samples: int = 8_000
    wake_lag_samples: int = 2_880
    """So long after the wake word's end it is noticed: 0.09 to 0.25 s with microWakeWord's "hey jarvis". With
    commands in the same breath, spoken by flite's voices, 13 of 15 came through whole with 0.18 s, 5 without."""
    wake_tail_s: float = 0.1  # the detector of voice may find so much more of the wake word than that
    echo_tail_s: float = 0.3  # and where the wake word stopped an answer, this much of the answer
    hangover_s: float = 0.3  # by then it is known whether a voice has ended

    def held_after_s(self, false_alarms: int) -> float:
        """As `duck_s`, after so many false alarms."""
        return self.duck_s[min(false_alarms, len(self.duck_s) - 1)]

    def closing_silence_s(self, completeness: Completeness) -> float:
        """The silence that ends a turn."""
        match completeness:
            case Completeness.COMPLETE:
                return self.complete_silence_s
            case Completeness.OPEN:
                return self.end_silence_s
            case Completeness.UNFINISHED:
                return self.unfinished_silence_s


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
    woken: bool = False  # by a wake word or a key: the person expects an answer, even "I heard nothing"
    wake_needs_words: bool = (
        False  # without words that make sense a wake word was none, and nothing is said of it
    )
    unsure: bool = False  # woken by such a one
    key_sample: int = 0  # a key was pressed here and answered; a voice from before may have ended before, too
    held: bool = False  # the turn lasts as long as a key is held down
    stop_words: tuple[str, ...] = STOP_WORDS
    next_rev: int = (
        0  # the first of the next turn: those before were spoken over the answer, and were nothing
    )
    overlap_s: float = 0.0  # when the answer was silenced for a voice over it, or that voice was noticed
    false_alarms: int = 0  # how often somebody spoke over this reply, and it was nothing
    over_answer: bool = False  # the turn began over an answer
    stopped: bool = False  # and with a stop word
    asks: bool = False  # the reply is a question
    closing: str = ""  # why nothing is listened for after this turn, such as that the person took leave
    window_s: float | None = None  # when the follow-up window ends
    ringing: tuple[Announcement, ...] = ()  # until a person takes notice
    rung: int = 0  # how often, since the last that began to ring
    ring_s: float | None = None  # when it rings again
    voice_end_s: float = 0.0  # of the turn's speech so far
    wake_over_s: float = 0.0  # a voice that ends later says more than the wake word
    transcript: str | None = None  # of this revision
    parse: Any = None  # of this revision
    committed: bool = False
    closed: bool = False  # the reply has all its text
    waiting: tuple[Typed | Announcement, ...] = ()  # until it is quiet

    @property
    def resting(self) -> bool:
        """Nobody speaks and nothing is under way."""
        return self.phase in (Phase.IDLE, Phase.LISTENING)

    @property
    def speaking(self) -> bool:
        """The reply is being said."""
        return self.phase in (Phase.SPEAKING, Phase.DUCKED, Phase.HELD)

    @property
    def overlapping(self) -> bool:
        """Somebody speaks over the reply, and what that means is not decided."""
        return self.phase in (Phase.DUCKED, Phase.HELD)

    @property
    def answering(self) -> bool:
        """The turn is committed and its reply under way: a newer turn can only replace what is *said*."""
        return self.speaking or (self.phase is Phase.THINKING and self.committed)

    def awaits_answer(self, turn: int) -> bool:
        """More of the answer to this turn can still be said."""
        return self.turn == turn and self.answering and not self.closed

    @property
    def holding(self) -> bool:
        """A person speaks with a key held down: silence does not end the turn."""
        return self.held and self.phase is Phase.USER_SPEAKING

    def awaits(self, turn: int, rev: int) -> bool:
        """Recognition and understanding of this revision are still wanted."""
        return (
            (turn, rev) == (self.turn, self.rev)
            and self.phase in (Phase.PAUSED, Phase.THINKING)
            and not self.committed
        )


Step = tuple[State, list[Command]]


def start(state: State) -> State:
    """The state in which a session begins."""
    return replace(state, phase=Phase.LISTENING) if state.open_mic else state


def new_turn(state: State) -> State:
    return replace(
        state,
        turn=state.turn + 1,
        rev=state.next_rev,
        next_rev=0,
        transcript=None,
        parse=None,
        committed=False,
        closed=False,
        held=False,
        false_alarms=0,
        over_answer=False,
        stopped=False,
        asks=False,
        closing="",
        window_s=None,
    )


def then(after: Step, before: list[Command]) -> Step:
    """`before` first, then what the step decided."""
    state, commands = after
    return state, [*before, *commands]
