"""What every recogniser promises."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from assistant.recognition.decision import Decision
from audio.frames import Pcm


@dataclass(frozen=True, slots=True)
class Word:
    """One word with its place in the utterance (seconds from its first sample) and probability (0..1)."""

    text: str
    start_s: float
    end_s: float
    probability: float


@dataclass(frozen=True, slots=True)
class Transcript:
    """The final result for one utterance. `text` is empty when nothing was understood."""

    text: str
    engine: str
    confidence: float  # 0..1, calibrated per engine as well as it can be
    audio_s: float  # length of the utterance
    compute_s: float  # time the engine worked after `finish()` was called
    words: tuple[Word, ...] = ()
    alternatives: tuple[str, ...] = ()  # best first, without `text`
    reason: str = ""  # why this engine's result was taken, or why the text is empty
    decision: Decision | None = None  # of the router, where there is one
    so_far: str = ""
    """What was heard while the speaker spoke, where that is another reading: `text` is read as a whole sentence, so
    it may have been given an end that was not said."""


@dataclass(frozen=True, slots=True)
class Partial:
    """What has been understood so far. `stable` is the leading part of `text` that will not change."""

    text: str
    stable: str
    engine: str


OnPartial = Callable[[Partial], None]
"""Called on the event loop, only when the text changed."""


class RecognitionStream(Protocol):
    """One utterance. All methods are called on the event loop and none blocks it."""

    def feed(self, pcm: Pcm) -> None:
        """More speech, 16 kHz. Bounded: past the maximal utterance length further samples are dropped."""
        ...

    async def finish(self) -> Transcript:
        """The utterance is over: decode what is left. Cancelling the await abandons the decoding."""
        ...

    def cancel(self) -> None:
        """Forget the utterance; the worker stops at its next chance. Idempotent, also after `finish`."""
        ...


class Recognizer(Protocol):
    """A speech recogniser with its own worker thread. Several streams may be open; they are served fairly,
    final results before partial ones."""

    @property
    def name(self) -> str: ...

    async def start(self) -> None:
        """Load the model in the worker thread. Raises `RecognizerUnavailable` with what to do."""
        ...

    def stream(self, on_partial: OnPartial | None = None) -> RecognitionStream:
        """A new utterance. Loop thread; returns at once."""
        ...

    async def close(self) -> None:
        """Stop the worker (bounded, 2 s). Idempotent."""
        ...


class RecognizerUnavailable(Exception):
    """The engine cannot run: library, model or dictionary missing or damaged. Says what to do."""


@dataclass(slots=True)
class Hints:
    """What the dialogue knows about the utterance before it is over."""

    free_text: bool = False
    """It waits for words of any kind, such as a note or a message, not for a command."""


@runtime_checkable
class TakesHints(Protocol):
    """A `RecognitionStream` that can make use of hints; set them any time before `finish`."""

    hints: Hints


@runtime_checkable
class LooksAhead(Protocol):
    """A `RecognitionStream` that can prepare its result before it is known that the utterance is over."""

    def look_ahead(self) -> None:
        """The speaker pauses: begin to work on what was said so far. Loop thread; returns at once. If more is said,
        the work is thrown away."""
        ...
