"""What Whisper writes when nobody has said it, and how to tell.

Trained on subtitles, Whisper answers silence and noise with what stands in them at such places: thanks to the
viewers, names of subtitlers, or one phrase over and over.
"""

import math
import re
from dataclasses import dataclass

DOUBTFUL_LOG_PROBABILITY = -1.0
DOUBTFUL_COMPRESSION = 2.4
"""Whisper's own thresholds (openai/whisper, transcribe.py)."""

MOST_WORDS_PER_S = 7.0
"""Very fast speech has 5 or 6 words a second."""

_NOT_LETTERS = re.compile(r"[^\w ]+")

# Reported again and again in the issue trackers of openai/whisper and faster-whisper.
_NEVER_SAID = re.compile(
    r"(thanks|thank you)( so much| very much)? for (watching|listening|your attention)|"
    r"(please )?(like and )?subscribe|see you (in the )?next (video|time)|"
    r"subtitles? (by|from)|amara org|transcri(bed|ption) by|captions? by|otter ai|"
    r"www [a-z]+ (com|org|co uk)"
)
# These people do say: they are doubted only where the model itself heard no speech.
_OFTEN_UNSAID = frozenset(
    {
        "you",
        "thank you",
        "thanks",
        "bye",
        "bye bye",
        "okay",
        "ok",
        "oh",
        "so",
        "the",
        "uh",
        "hmm",
        "i",
        "yeah",
    }
)
_DOUBT_SHORT_FROM = 0.3


@dataclass(frozen=True, slots=True)
class Evidence:
    """A text with Whisper's own marks for it. `no_speech` is a probability, `log_probability` the mean of the
    tokens', `compression` how much the text shrinks under zlib."""

    text: str
    audio_s: float
    log_probability: float = 0.0
    no_speech: float = 0.0
    compression: float = 0.0

    @property
    def doubtful(self) -> bool:
        """Worth another try."""
        return bool(self.text) and (
            self.log_probability < DOUBTFUL_LOG_PROBABILITY or self.compression > DOUBTFUL_COMPRESSION
        )


def objection(evidence: Evidence) -> str:
    """Why the text is not to be believed; "" where it is."""
    words = _NOT_LETTERS.sub(" ", evidence.text.lower()).split()
    plain = " ".join(words)
    if not words:
        return "no speech in it"
    if evidence.compression > DOUBTFUL_COMPRESSION:
        return "the text repeats itself"
    if evidence.log_probability < DOUBTFUL_LOG_PROBABILITY:
        return "too unsure of the words"
    if len(words) > 3 + MOST_WORDS_PER_S * evidence.audio_s:
        return "more words than can be said in that time"
    if _NEVER_SAID.search(plain):
        return "a subtitle, not what was said"
    if plain in _OFTEN_UNSAID and evidence.no_speech > _DOUBT_SHORT_FROM:
        return "no speech in it"
    return ""


def probability(evidence: Evidence) -> float:
    """0..1: the mean probability of a token, less what speaks for silence."""
    return math.exp(min(0.0, evidence.log_probability)) * (1.0 - min(1.0, max(0.0, evidence.no_speech)))
