"""What is done to an utterance before PocketSphinx's second pass hears it: which part of it, and how loud."""

import numpy as np

from audio.frames import FRAME_SAMPLES, SAMPLE_RATE_HZ, Pcm

LEVEL = 3400.0
"""Root mean square of loud speech, of 32768: what people's recordings have in the middle. The dither is right
for it: speech of -50 dB would drown in it."""
_MOST_GAIN = 64.0  # 36 dB; past that it is the noise of the converter

_LOUD = 0.95  # this share of the frames is less loud than loud speech
_QUIET = 0.1  # and this less loud than what is always there
_LEAST = 20.0  # nothing less loud is taken for speech: -64 dB
_SPEECH = 10.0  # speech is louder than what is always there by this factor: 20 dB
_STEP = 4.0  # the live level follows when it is off by this factor: 12 dB
_SPEECH_BELOW_LOUD_DB = 25.0
_SPEECH_ABOVE_QUIET_DB = 9.0
_LEAD_S, _TRAIL_S = 0.5, 0.6
"""What is decoded before the first and after the last sound of speech: the recogniser wants some silence, and
soft consonants are not loud."""

LevelArray = np.ndarray[tuple[int], np.dtype[np.float32]]


def levelled(pcm: Pcm) -> Pcm:
    """With its speech at `LEVEL`, whatever the distance from the microphone. Digital silence stays so."""
    levels = _levels(pcm)
    loud = float(np.quantile(levels, _LOUD)) if levels.size else 0.0
    return pcm if loud < 1.0 else _amplified(pcm, min(LEVEL / loud, _MOST_GAIN))


class LiveLevel:
    """The same while an utterance goes on. Sound is left as it is until there is speech in it, and where that
    is neither very quiet nor very loud: a change of level is itself heard as something."""

    def __init__(self) -> None:
        self._levels: list[LevelArray] = []
        self._gain = 1.0

    def __call__(self, pcm: Pcm) -> Pcm:
        """The next block, with what is known by its end."""
        self._levels.append(_levels(pcm))
        levels = np.concatenate(self._levels)
        if levels.size:
            quiet, loud = np.quantile(levels, [_QUIET, _LOUD])
            if loud >= max(_LEAST, _SPEECH * quiet) and not 1 / _STEP < self._gain * loud / LEVEL < _STEP:
                self._gain = min(LEVEL / float(loud), _MOST_GAIN)
        return pcm if self._gain == 1.0 else _amplified(pcm, self._gain)


def _amplified(pcm: Pcm, gain: float) -> Pcm:
    result: Pcm = np.clip(np.rint(gain * pcm.astype(np.float32)), -32768, 32767).astype(np.int16)
    return result


def speech_span(pcm: Pcm, words_s: tuple[float, float] | None) -> tuple[int, int]:
    """First and last sample (exclusive) of what may be speech: what stands out from the noise; where nothing does the
    place in seconds of the `words_s` that were heard already, and without any all of it."""
    levels = _levels(pcm)
    active = np.zeros(0, np.intp)
    if levels.size:
        quiet, loud = 20.0 * np.log10(np.quantile(levels, [_QUIET, _LOUD]) + 1.0)
        least = max(loud - _SPEECH_BELOW_LOUD_DB, quiet + _SPEECH_ABOVE_QUIET_DB)
        active = np.flatnonzero(20.0 * np.log10(levels + 1.0) >= least)
    places = [(int(active[0]) * FRAME_SAMPLES, (int(active[-1]) + 1) * FRAME_SAMPLES)] if active.size else []
    if words_s is not None and not places:  # the live pass finds words in noise, too
        places.append((int(words_s[0] * SAMPLE_RATE_HZ), int(words_s[1] * SAMPLE_RATE_HZ)))
    if not places:
        return 0, pcm.size
    first = min(start for start, _ in places) - int(_LEAD_S * SAMPLE_RATE_HZ)
    last = max(end for _, end in places) + int(_TRAIL_S * SAMPLE_RATE_HZ)
    return max(0, first), min(pcm.size, last)


def dithered(pcm: Pcm, sigma: float, rng: np.random.Generator) -> Pcm:
    """With Gaussian noise of standard deviation `sigma`: digital silence upsets the features."""
    if sigma == 0.0:
        return pcm
    noisy = pcm + rng.normal(0.0, sigma, pcm.size)
    result: Pcm = np.clip(np.rint(noisy), -32768, 32767).astype(np.int16)
    return result


def _levels(pcm: Pcm) -> LevelArray:
    """Root mean square of each whole frame of 20 ms."""
    whole = pcm[: pcm.size // FRAME_SAMPLES * FRAME_SAMPLES].astype(np.float32).reshape(-1, FRAME_SAMPLES)
    levels: LevelArray = np.sqrt(np.mean(whole**2, axis=1))
    return levels
