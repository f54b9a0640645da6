"""Whose words are taken: the rules of the router, as pure functions.

The embedded recogniser's result is there first. `first_look` says whether it stands; where Whisper was asked,
`second_look` chooses between the two, and `without_whisper` says what is left where Whisper did not answer.
"""

from dataclasses import dataclass
from enum import Enum

from assistant.recognition.base import Transcript
from assistant.recognition.confidence import DOUBTFUL, NOISE, SURE
from assistant.recognition.decision import Meaning
from assistant.recognition.spoken_words import spoken_words

SURE_MEANING = 0.9
"""Confidence of the understanding from which it speaks for doubtful words."""

SENSIBLE = 0.1
"""Confidence of the embedded recogniser below which not even a sure meaning speaks for its words. Of 36 commands of
sentences that it did not know and 12 of open speech, by synthetic voices, such words taken from 0.1 on made 20
commands right and 7 wrong; from 0.2 on 18 and 6, from 0 on 22 and 11. Open speech was never acted on
(`script/bench routing`)."""

SURE_OF_WHISPER = 0.5
"""Mean probability of Whisper's tokens below which a command that only the words' meaning speaks for is taken
instead."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From where on a command is believed: by the recogniser, and by the understanding. From `meaning` on the
    understanding alone is enough."""

    recognizer: float = SURE
    judge: float = 0.5
    meaning: float = SURE_MEANING


class Look(Enum):
    TAKE = "take"  # it stands
    CHECK = "check"  # it would stand, but a part of it could be any words, and Whisper knows more of them
    ASK = "ask"  # doubtful


@dataclass(frozen=True, slots=True)
class Verdict:
    look: Look
    reason: str


class Whose(Enum):
    EMBEDDED = "embedded"
    WHISPER = "whisper"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Choice:
    whose: Whose
    reason: str


def first_look(heard: Transcript, meaning: Meaning | None, limits: Thresholds) -> Verdict:
    """Whether the embedded recogniser's words stand. `meaning` None: the understanding cannot tell now."""
    if not heard.text:
        return Verdict(Look.ASK, heard.reason or "no command in it")
    if heard.confidence < limits.recognizer:
        return Verdict(Look.ASK, f"not sure of the words ({heard.confidence:.2f})")
    if meaning is not None and meaning.confidence < limits.judge:
        return Verdict(Look.ASK, f"not sure what the words mean ({meaning.confidence:.2f})")
    if meaning is not None and meaning.free_words:
        return Verdict(Look.CHECK, f"“{', '.join(meaning.free_words)}” could be any words")
    return Verdict(Look.TAKE, "a command, and sure of it")


def worth_asking(heard: Transcript) -> bool:
    """Not where the embedded recogniser knows that nobody spoke."""
    return heard.reason != NOISE


def second_look(
    heard: Transcript,
    meaning: Meaning | None,
    verdict: Verdict,
    said: Transcript,
    said_meaning: Meaning | None,
    limits: Thresholds,
) -> Choice:
    """Between the embedded recogniser's words (`heard`) and Whisper's (`said`)."""
    doubt = verdict.reason
    sound = verdict.look is Look.CHECK
    if not said.text:
        nothing = f"{doubt}, but Whisper understood nothing ({said.reason})"
        return Choice(Whose.EMBEDDED if sound or _means(heard, meaning, limits) else Whose.NOBODY, nothing)
    if spoken_words(said.text) == spoken_words(heard.text):
        return Choice(Whose.EMBEDDED, f"{doubt}, and Whisper heard the same")
    if said_meaning is None or said_meaning.confidence >= limits.judge:
        return Choice(Whose.WHISPER, doubt)
    meaningless = f"{doubt}, but what Whisper heard means nothing ({said_meaning.confidence:.2f})"
    if sound:
        return Choice(Whose.EMBEDDED, meaningless)
    if said.confidence < SURE_OF_WHISPER and _means(heard, meaning, limits):
        return Choice(Whose.EMBEDDED, f"{meaningless}, and it is not sure ({said.confidence:.2f})")
    return Choice(Whose.WHISPER, doubt)


def without_whisper(
    heard: Transcript, meaning: Meaning | None, verdict: Verdict, limits: Thresholds
) -> Choice:
    """What is left of the embedded recogniser's words where no other is there, or none that answers."""
    if verdict.look is not Look.ASK:
        return Choice(Whose.EMBEDDED, "a command, and sure of it")
    if not heard.text:
        return Choice(Whose.NOBODY, verdict.reason)
    if heard.confidence < limits.recognizer and _means(heard, meaning, limits):
        assert meaning is not None
        return Choice(Whose.EMBEDDED, f"{verdict.reason}, but of what they mean ({meaning.confidence:.2f})")
    return Choice(Whose.EMBEDDED if heard.confidence >= DOUBTFUL else Whose.NOBODY, verdict.reason)


def _means(heard: Transcript, meaning: Meaning | None, limits: Thresholds) -> bool:
    """What the words mean speaks for them. A meaning is soon found: for hopeless words it says nothing."""
    return heard.confidence >= SENSIBLE and meaning is not None and meaning.confidence >= limits.meaning
