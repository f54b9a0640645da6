"""How sure the embedded recogniser may be of its words, and what it had better refuse.

PocketSphinx always finds the sentence of its language model that fits best, also for speech that is no
command, and for noise. What tells these apart costs nothing beyond the decoding: how strange the words are to
the language model, for people's commands are sentences that it knows, while open speech is forced into words that
never stood beside each other; and how far the sounds are from the words' phones. `docs/recognition.md` has how
well that works, and what else was tried.
"""

import math
from dataclasses import astuple, dataclass

from assistant.recognition.base import Word
from assistant.recognition.sphinx_decoding import Decoded

NOISE = "noise, not words"

SURE = 0.5
"""From this confidence on the words are taken: it is a calibrated probability, so here they are rather right than
wrong."""

DOUBTFUL = 0.2
"""Below this confidence text is not to be taken unless something else speaks for it: that is 96 % of what is no
command, and 2 % of rightly heard commands (none of 109 by people)."""

HOPELESS = 0.01
"""Below this confidence there is no text: two thirds of what is no command, and no rightly heard command of 168."""

STRANGEST = 2
"""So many words of a sentence, its end among them, are its strangest: one that nobody foresaw does not alone make
a sentence strange."""

_LONG_WORD_S = 0.9
_LONG_LETTER_S = 0.2
"""A hum or a hiss is taken for a word ("fan", "what") of more than a second; people do not speak so."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for words, or against them."""

    strangest: float
    """Mean of the `STRANGEST` greatest of `Decoded.surprises`."""
    acoustic: float
    """`Decoded.acoustic_score`."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Of a logistic regression on `Evidence`, in the same order."""

    strangest: float
    acoustic: float
    bias: float

    def probability(self, evidence: Evidence) -> float:
        """That the words are right, 0..1."""
        values = (*astuple(evidence), 1.0)
        score = sum(weight * value for weight, value in zip(astuple(self), values, strict=True))
        return 1.0 / (1.0 + math.exp(-max(-40.0, min(40.0, score))))


WEIGHTS = Weights(strangest=-0.5266, acoustic=2.030, bias=9.182)
"""By `script/bench refusal --fit`, from 502 sounds, 168 of them rightly heard commands (109 by people)."""


def sphinx_confidence(decoded: Decoded) -> tuple[float, str]:
    """Probability (0..1) that the words are what was said, and why it is zero where it is."""
    if reason := no_speech(decoded):
        return 0.0, reason
    confidence = WEIGHTS.probability(evidence(decoded))
    if confidence < HOPELESS:
        return 0.0, "nothing that the language model knows"
    return confidence, ""


def no_speech(decoded: Decoded) -> str:
    """Why there is nothing to weigh; empty where there is."""
    if not decoded.words:
        return "no words in it"
    return NOISE if any(_drawn_out(word) for word in decoded.words) else ""


def evidence(decoded: Decoded) -> Evidence:
    """Of words, of which there must be some."""
    strangest = sorted(decoded.surprises)[-STRANGEST:]
    return Evidence(
        strangest=sum(strangest) / len(strangest),
        acoustic=decoded.acoustic_score,
    )


def _drawn_out(word: Word) -> bool:
    length_s = word.end_s - word.start_s
    return length_s > _LONG_WORD_S and length_s > _LONG_LETTER_S * len(word.text)
