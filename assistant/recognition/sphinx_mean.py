"""The mean of the cepstrum, by which PocketSphinx takes microphone and room out of the sound."""

import numpy as np
import numpy.typing as npt
from pocketsphinx import Decoder

Mean = npt.NDArray[np.float64]
"""Mean of the 13 cepstral coefficients."""

_PRIOR: Mean = np.array([40.0, 3.0, -1.0, *([0.0] * 10)])
"""PocketSphinx's own first guess (`cmninit`)."""
_PRIOR_FRAMES = 500
"""Frames that the guess counts for in PocketSphinx's live mean (CMN_WIN in its cmn.h)."""
_MEAN_EVERY_FRAMES = 200


class RunningMean:
    """The cepstral mean of an utterance, read off a decoder in live mode.

    PocketSphinx tells the mean of its prior (counted as 500 frames) and of the frames since it was set; the
    prior is taken out again. That has to happen before 300 frames have passed, when PocketSphinx begins to
    forget (cmn_live_shiftwin in its cmn_live.c). The mean so far is the next prior.
    """

    def __init__(self, decoder: Decoder) -> None:
        self._decoder = decoder
        self._prior = _PRIOR
        self._sum: Mean = np.zeros_like(_PRIOR)
        self._frames = 0
        set_mean(decoder, _PRIOR)

    def update(self, every: int = _MEAN_EVERY_FRAMES) -> Mean:
        """Take over the frames since the last time if they are at least `every`. The mean of all so far."""
        new = self._decoder.n_frames() - self._frames
        if new >= every:
            both = np.array([float(value) for value in self._decoder.get_cmn(True).split(",")])
            self._sum += (_PRIOR_FRAMES + new) * both - _PRIOR_FRAMES * self._prior
            self._frames += new
            self._prior = self._sum / self._frames
            set_mean(self._decoder, self._prior)
        return self._prior


def set_mean(decoder: Decoder, mean: Mean) -> None:
    """For the next utterance, or the rest of the one in progress."""
    decoder.set_cmn(",".join(f"{value:.4f}" for value in mean))
