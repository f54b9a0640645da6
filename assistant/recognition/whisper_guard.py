"""Which of Whisper's words are to be believed, and which are worth a second look.

Silero's detector hears no voice in silence, white and pink noise, hum and clicks (its probability stayed below
0.15 in all of them), where tiny.en writes "you", "I don't know", ". . . ." or a name it was told to expect. So
whether somebody spoke at all is asked first; Whisper's own marks decide about what is left.
"""

import math
from dataclasses import dataclass

from assistant.recognition.whisper_phrases import (
    doubled,
    is_courtesy,
    is_credit,
    plain,
    repeats,
    without_credits,
    without_sounds,
)

DOUBTFUL_LOG_PROBABILITY = -1.0
DOUBTFUL_COMPRESSION = 2.4
NO_SPEECH = 0.6
"""Whisper's own thresholds (openai/whisper, transcribe.py)."""

LEAST_VOICE_S = 0.1
"""Less voice than that is no word."""

MOST_WORDS_PER_S = 7.0
"""Very fast speech has 5 or 6 words a second."""

LEAST_LETTERS_PER_S = 6.0
"""Of voice. Slow speech has 10 letters a second, usual speech 15."""

_UNANSWERED_VOICE_S = 0.3
"""Voice of that length should have given words."""

_SHORT_NO_SPEECH, _SHORT_LOG_PROBABILITY, _SHORT_VOICE_S = 0.3, -0.7, 0.12
"""What must speak for a text that Whisper often writes unasked; the voice is for each of its words."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A text with what speaks for and against it. `log_probability` is the mean of the tokens', `no_speech` a
    probability, `compression` how much the text shrinks under zlib, `voice_s` how long somebody spoke
    meanwhile, `cut_off` whether it was still writing when it had to stop, `echo` whether it lists names in the
    order in which it was told to expect them, `short` whether the window was shorter than the model's own."""

    text: str
    audio_s: float
    log_probability: float = 0.0
    no_speech: float = 0.0
    compression: float = 0.0
    voice_s: float = math.inf
    cut_off: bool = False
    echo: bool = False
    short: bool = False


def objection(evidence: Evidence) -> str:
    """Why the text is not to be believed; "" where it is."""
    said = without_sounds(evidence.text)
    words = plain(said).split()
    if not words:
        return "no speech in it" if not plain(evidence.text) else "a sound, not words"
    if evidence.voice_s < LEAST_VOICE_S:
        return "no voice in it"
    if evidence.compression > DOUBTFUL_COMPRESSION or repeats(said):
        return "the text repeats itself"
    if evidence.log_probability < DOUBTFUL_LOG_PROBABILITY:
        return "too unsure of the words"
    if len(words) > 3 + MOST_WORDS_PER_S * evidence.audio_s:
        return "more words than can be said in that time"
    if is_credit(said):
        return "a subtitle, not what was said"
    if is_courtesy(said) and not _supported(evidence, len(words)):
        return "no speech in it"
    return ""


def _supported(evidence: Evidence, words: int) -> bool:
    return (
        evidence.no_speech <= _SHORT_NO_SPEECH
        and evidence.log_probability >= _SHORT_LOG_PROBABILITY
        and evidence.voice_s >= _SHORT_VOICE_S * words
    )


def doubt(evidence: Evidence) -> str:
    """Why another look is worth its time; "" where it is not. Where nobody spoke, it never is."""
    if evidence.voice_s < LEAST_VOICE_S:
        return ""
    objected = objection(evidence)
    if not plain(without_sounds(evidence.text)) and evidence.voice_s < _UNANSWERED_VOICE_S:
        return ""
    if objected:
        return objected
    if is_scant(evidence):
        return "too few words for so much voice"
    if evidence.cut_off:
        return "the text was cut off"
    if evidence.no_speech > NO_SPEECH:
        return "words where it heard no speech"
    if evidence.short and doubled(evidence.text):
        return "the text says everything twice"  # as people do too: what a short window misleads it to
    if evidence.echo:
        return "it lists the names that it was told to expect"
    return ""


def is_scant(evidence: Evidence) -> bool:
    """Whether the text is shorter than slow speech of that length."""
    return (
        _UNANSWERED_VOICE_S <= evidence.voice_s < math.inf
        and len(plain(evidence.text)) < LEAST_LETTERS_PER_S * evidence.voice_s
    )


def believed(evidence: Evidence) -> str:
    """What of a text without objection goes on to the dialogue."""
    return without_credits(without_sounds(evidence.text))


def probability(evidence: Evidence) -> float:
    """0..1: the mean probability of a token, less what speaks for silence."""
    return math.exp(min(0.0, evidence.log_probability)) * (1.0 - min(1.0, max(0.0, evidence.no_speech)))
