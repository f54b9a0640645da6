"""One decoding of an utterance, and which of two is taken."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assistant.recognition.base import Word
from assistant.recognition.whisper_guard import Evidence, believed, doubt, is_scant, objection, probability
from assistant.recognition.whisper_phrases import plain


@dataclass(frozen=True, slots=True)
class Reading:
    """What the model wrote, piece by piece, in windows of `window_s`; each piece is judged alone, so that what
    it makes of a pause costs nothing of what was said around it. `words` only where all of it is believed."""

    pieces: tuple[Evidence, ...]
    window_s: int
    words: tuple[Word, ...] = ()

    @property
    def text(self) -> str:
        """What of it is believed."""
        return " ".join(believed(piece) for piece in self._good)

    @property
    def objection(self) -> str:
        """Why nothing of it is believed; "" where something is."""
        return "" if self._good else next((objection(piece) for piece in self.pieces), "no speech in it")

    @property
    def doubt(self) -> str:
        """Why it is worth another look; "" where it is not."""
        return next((why for piece in self.pieces if (why := doubt(piece))), "")

    @property
    def echo(self) -> bool:
        return any(piece.echo for piece in self.pieces)

    @property
    def misled(self) -> bool:
        """Whether the names that it was told to expect may be to blame: it lists them, or stops early."""
        return self.echo or any(is_scant(piece) for piece in self.pieces)

    @property
    def log_probability(self) -> float:
        return self._mean([piece.log_probability for piece in self._good]) if self._good else -np.inf

    @property
    def confidence(self) -> float:
        """0..1"""
        return self._mean([probability(piece) for piece in self._good]) if self._good else 0.0

    @property
    def _good(self) -> list[Evidence]:
        return [piece for piece in self.pieces if not objection(piece)]

    def _mean(self, values: Sequence[float]) -> float:
        """Weighted by the length of the pieces' texts."""
        return float(np.average(values, weights=[len(piece.text) for piece in self._good]))


@dataclass(frozen=True, slots=True)
class Decoded:
    """The result for an utterance. `text` is empty where nothing is believed; `reason` says then why, and
    otherwise why the second reading was asked for, if it was. `alternatives`: what the other reading said."""

    text: str
    confidence: float
    reason: str = ""
    words: tuple[Word, ...] = ()
    alternatives: tuple[str, ...] = ()


def single(reading: Reading) -> Decoded:
    """The only reading as result."""
    return Decoded(reading.text, reading.confidence, reading.objection, reading.words)


def better(first: Reading, second: Reading) -> Decoded:
    """The better of a doubted reading and a second one.

    An echo of the names that were to be expected stands only where the second reading, which was not told
    them, has the same words. Else one without objection is better than one with, then one without doubt, then
    the one that is surer of its words.
    """
    if first.echo and plain(first.text) != plain(second.text):
        taken, other = second, first
    else:
        taken, other = sorted((second, first), key=_rank)
    if not taken.text:
        return Decoded("", 0.0, taken.objection)
    what = "the second reading" if taken is second else "the first reading, after a second one"
    reason = f"{what} ({second.window_s} s window), because of the first: {first.doubt}"
    others = (other.text,) if other.text and plain(other.text) != plain(taken.text) else ()
    return Decoded(taken.text, taken.confidence, reason, taken.words, others)


def _rank(reading: Reading) -> tuple[bool, bool, float]:
    return not reading.text, bool(reading.doubt), -reading.log_probability
