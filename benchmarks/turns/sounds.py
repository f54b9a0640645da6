"""Where sound begins and ends in a recording, and where in it something known was said. Pure."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

AUDIBLE = 100
"""Samples of a larger magnitude are sound: 50 dB below full scale. Null sinks add no noise."""

Samples = npt.NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Span:
    """Sound from sample `begin` to before `end`."""

    begin: int
    end: int


def spans(pcm: Samples, gap: int, threshold: int = AUDIBLE) -> list[Span]:
    """Stretches of sound; silence of at most `gap` samples belongs to them."""
    loud = np.flatnonzero(np.abs(pcm.astype(np.int32)) > threshold)
    if not loud.size:
        return []
    breaks = np.flatnonzero(np.diff(loud) > gap + 1)
    begins = [loud[0], *loud[breaks + 1]]
    ends = [*loud[breaks], loud[-1]]
    return [Span(int(begin), int(end) + 1) for begin, end in zip(begins, ends, strict=True)]


def onset(pcm: Samples, threshold: int = AUDIBLE) -> int | None:
    """The first sample that is sound; None where all is silent."""
    loud = np.flatnonzero(np.abs(pcm.astype(np.int32)) > threshold)
    return int(loud[0]) if loud.size else None


def last_sound(pcm: Samples, threshold: int = AUDIBLE) -> int | None:
    """The sample after the last that is sound; None where all is silent."""
    loud = np.flatnonzero(np.abs(pcm.astype(np.int32)) > threshold)
    return int(loud[-1]) + 1 if loud.size else None


@dataclass(frozen=True, slots=True)
class Placed:
    """`at`: sample of the recording at which it begins; `likeness`: the correlation there, 0 to 1."""

    at: int
    likeness: float


def place(recording: Samples, said: Samples) -> Placed | None:
    """Where `said` stands in `recording` of the same rate, whatever else sounds there: the greatest normalised
    cross-correlation. None where the recording is shorter, or silent."""
    if not 0 < said.size <= recording.size or not recording.any():
        return None
    sound, wanted = recording.astype(np.float64), said.astype(np.float64)
    products = _products(sound, wanted)
    energy = np.concatenate([[0.0], np.cumsum(sound**2)])
    under = energy[wanted.size :] - energy[: -wanted.size]
    # Where next to nothing sounds the quotient is rounding error of the transform.
    floor = max(float(under.max()) * 1e-6, 1.0)
    likeness = products / np.sqrt(np.maximum(under, floor) * float(np.sum(wanted**2)))
    at = int(np.argmax(likeness))
    return Placed(at, float(likeness[at]))


def _products(sound: npt.NDArray[np.float64], wanted: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The scalar product of `wanted` with `sound` from each sample on at which it fits, by the fast transform."""
    size = 1 << (sound.size + wanted.size - 1).bit_length()
    spectrum = np.fft.rfft(sound, size) * np.conj(np.fft.rfft(wanted, size))
    return np.asarray(np.fft.irfft(spectrum, size)[: sound.size - wanted.size + 1])
