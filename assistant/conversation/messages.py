"""What the turn machine is told, and what it answers: frozen values, nothing else.

Times are seconds on the session's monotonic clock; samples are indices of the input's sample clock.
"""

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any


class Completeness(StrEnum):
    """Whether the person has said what they want, going by the words."""

    COMPLETE = "complete"
    OPEN = "open"  # it may be all, or not
    UNFINISHED = "unfinished"


class Priority(IntEnum):
    """Of an announcement: the higher comes first."""

    NOTICE = 0
    REMINDER = 1
    TIMER = 2
    ALARM = 3


# ── what happens ──────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class WakeWord:
    at_s: float
    sample: int  # where the wake word ended


@dataclass(frozen=True, slots=True)
class SpeechHinted:
    """Somebody may be about to speak: `SpeechStarted` follows soon, or not."""

    at_s: float


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    at_s: float
    sample: int


@dataclass(frozen=True, slots=True)
class SpeechStopped:
    """`at_s` is when this was noticed, `voice_end_s` when the voice really ended."""

    at_s: float
    voice_end_s: float


@dataclass(frozen=True, slots=True)
class Tick:
    """The deadline may have passed."""

    at_s: float


@dataclass(frozen=True, slots=True)
class TranscriptReady:
    """`so_far` as in `recognition.base.Transcript`."""

    at_s: float
    turn: int
    rev: int
    text: str
    so_far: str = ""


@dataclass(frozen=True, slots=True)
class PartialReady:
    """Of what is spoken over an answer. `steady` is the part of `text` that is unlikely to change."""

    at_s: float
    turn: int
    rev: int
    text: str
    steady: str


@dataclass(frozen=True, slots=True)
class ParseReady:
    """The stateless parse of the transcript; opaque here, handed back with `Ask`. `reason` is for the trace."""

    at_s: float
    turn: int
    rev: int
    parse: Any
    completeness: Completeness = Completeness.OPEN
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """Recognition or dialogue cannot finish this turn; `sentence` is to be spoken."""

    at_s: float
    turn: int
    sentence: str


@dataclass(frozen=True, slots=True)
class ReplyText:
    at_s: float
    turn: int
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Progress:
    """Dialogue or voice are still at work on this turn."""

    at_s: float
    turn: int


@dataclass(frozen=True, slots=True)
class ReplyComplete:
    """The dialogue has no more text for this turn. `asks`: the last was a question, which it waits to be answered."""

    at_s: float
    turn: int
    asks: bool = False


@dataclass(frozen=True, slots=True)
class ReplyHeard:
    """Everything said in this turn has left the loudspeaker."""

    at_s: float
    turn: int


@dataclass(frozen=True, slots=True)
class Typed:
    """A turn that needs no recognition."""

    at_s: float
    text: str


@dataclass(frozen=True, slots=True)
class Announcement:
    """Something that the assistant says unasked: a timer rings, a microphone was unplugged. `rings`: again and again,
    until a person takes notice."""

    at_s: float
    text: str
    priority: Priority = Priority.NOTICE
    rings: bool = False


@dataclass(frozen=True, slots=True)
class Interrupt:
    """Be silent now (a key, a button, a signal)."""

    at_s: float


@dataclass(frozen=True, slots=True)
class Leave:
    """The person took leave with this turn: after its answer nothing more is listened for."""

    at_s: float
    turn: int


@dataclass(frozen=True, slots=True)
class CloseWindow:
    """Do not go on listening without the wake word: music began, the person left. `reason` is for the trace."""

    at_s: float
    reason: str


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """Somebody took notice of what rings, perhaps elsewhere."""

    at_s: float


@dataclass(frozen=True, slots=True)
class Pressed:
    """The key that stands for the wake word. `hold`: `Released` will say when the turn is over."""

    at_s: float
    sample: int  # of input, up to now
    hold: bool


@dataclass(frozen=True, slots=True)
class Released:
    at_s: float


Happening = (
    WakeWord
    | SpeechHinted
    | SpeechStarted
    | SpeechStopped
    | Tick
    | TranscriptReady
    | PartialReady
    | ParseReady
    | Failed
    | ReplyText
    | Progress
    | ReplyComplete
    | ReplyHeard
    | Typed
    | Announcement
    | Interrupt
    | Leave
    | CloseWindow
    | Acknowledged
    | Pressed
    | Released
)


# ── what to do ────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class StartRecognition:
    """Recognise from this sample on; replaces whatever recognition the turn had."""

    turn: int
    rev: int
    from_sample: int


@dataclass(frozen=True, slots=True)
class FinishRecognition:
    turn: int
    rev: int


@dataclass(frozen=True, slots=True)
class CancelRecognition:
    turn: int


@dataclass(frozen=True, slots=True)
class Understand:
    """Parse without side effects; the answer is `ParseReady`."""

    turn: int
    rev: int
    text: str
    so_far: str = ""


@dataclass(frozen=True, slots=True)
class Prepare:
    """The turn is likely to end with these words: find out what will be answered, and begin to make its sound, as far
    as that changes nothing."""

    turn: int
    rev: int
    text: str
    parse: Any


@dataclass(frozen=True, slots=True)
class Ask:
    """The turn is committed: hand it to the dialogue."""

    turn: int
    text: str
    parse: Any


@dataclass(frozen=True, slots=True)
class Say:
    """Add to the turn's reply."""

    turn: int
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class CloseReply:
    """Nothing more will be said in this turn; `ReplyHeard` is due."""

    turn: int


@dataclass(frozen=True, slots=True)
class StopReply:
    """Silence at once; what was heard is recorded by the session."""

    turn: int


@dataclass(frozen=True, slots=True)
class Hold:
    """Silence at once; the rest of the reply is kept."""

    turn: int


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on with the word at which the reply was cut."""

    turn: int


@dataclass(frozen=True, slots=True)
class Ring:
    """A short sound before what is said next."""

    turn: int


@dataclass(frozen=True, slots=True)
class Duck:
    down: bool


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """A wake word was heard and nothing said yet: chime."""


@dataclass(frozen=True, slots=True)
class DropWake:
    """The wake word was none, going by what followed: no sound is made of it."""


@dataclass(frozen=True, slots=True)
class EndTurn:
    """The turn is over; `outcome`: answered, interrupted, nothing-heard, failed."""

    turn: int
    outcome: str


Command = (
    StartRecognition
    | FinishRecognition
    | CancelRecognition
    | Understand
    | Prepare
    | Ask
    | Say
    | CloseReply
    | StopReply
    | Hold
    | Resume
    | Ring
    | Duck
    | Acknowledge
    | DropWake
    | EndTurn
)
