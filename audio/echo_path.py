"""Follows the way from the loudspeaker to the microphone, and takes out what came along it."""

import numpy as np
import numpy.typing as npt

from audio.frames import FRAME_SAMPLES, SAMPLE_RATE_HZ, Pcm

LONGEST_S = 0.5
"""Of delay and reverberation together."""
FORGETS = 0.998
"""From a frame to the next: how far the path is trusted to stay as it is. Less follows clocks that drift more closely,
and hears more of the person as echo."""
AT_FIRST = 0.01
"""Variance of each coefficient of a path of which nothing is known, for sound in sample units."""
SMOOTHING = 0.7  # of the error's spectrum, from a frame to the next
QUIET = 100.0  # power of a frequency below which nothing is learnt, in sample units squared

Spectra = npt.NDArray[np.complex64]  # (partitions, FRAME_SAMPLES + 1)
Powers = npt.NDArray[np.float32]


class EchoPath:
    """A linear filter that adapts itself: a Kalman filter for each frequency, over partitions of one frame each. One
    thread; 0.2 ms of work for each 20 ms.

    What it leaves is the person as they were, unlike a suppressor; and a rest of the echo, about a tenth to a twentieth
    of it where the loudspeaker does not distort. A voice over the echo does not lead it astray, because
    its step follows from how uncertain the path is against how loud the error is.

    Enzner, Vary: Frequency-domain adaptive Kalman filter for acoustic echo control in hands-free telephones (Signal
    Processing 86, 2006); in partitions: Kuech, Mabande, Enzner: State-space architecture of the partitioned-block-based
    acoustic echo controller (ICASSP 2014).
    """

    def __init__(self) -> None:
        shape = (round(LONGEST_S * SAMPLE_RATE_HZ) // FRAME_SAMPLES, FRAME_SAMPLES + 1)
        self._far: Spectra = np.zeros(shape, np.complex64)  # of the last frames, the latest first
        self._path: Spectra = np.zeros(shape, np.complex64)
        self._doubt: Powers = np.full(shape, AT_FIRST, np.float32)
        self._last = np.zeros(FRAME_SAMPLES, np.float32)
        self._error: Powers = np.zeros(FRAME_SAMPLES + 1, np.float32)
        self._gradient = np.zeros((shape[0], 2 * FRAME_SAMPLES), np.float32)

    def without_echo(self, near: Pcm, far: Pcm) -> Pcm:
        """`near` less the echo of `far` and of what came before it. All of them (FRAME_SAMPLES,) at 16 kHz."""
        far_now = far.astype(np.float32)
        self._far = np.roll(self._far, 1, axis=0)
        self._far[0] = np.fft.rfft(np.concatenate([self._last, far_now]))
        self._last = far_now
        echo = np.fft.irfft((self._far * self._path).sum(axis=0))[FRAME_SAMPLES:]
        rest = near - echo
        if self._far.any():
            self._learn(rest.astype(np.float32))
        cleaned: Pcm = np.clip(np.rint(rest), -32768, 32767).astype(np.int16)
        return cleaned

    def _learn(self, rest: npt.NDArray[np.float32]) -> None:
        error = np.fft.rfft(np.concatenate([np.zeros_like(rest), rest])).astype(np.complex64)
        power = _power(self._far)
        unexplained = 0.5 * (power * self._doubt).sum(axis=0)  # overlap-save: half of a block is the error
        self._error += np.float32(1.0 - SMOOTHING) * (_power(error) - self._error)
        step = self._doubt / (unexplained + self._error + QUIET)
        gradient = np.fft.irfft(step * self._far.conj() * error, axis=1)
        self._gradient[:, :FRAME_SAMPLES] = gradient[
            :, :FRAME_SAMPLES
        ]  # a partition is no longer than a frame
        self._path += np.fft.rfft(self._gradient, axis=1)
        kept = FORGETS**2
        self._doubt = kept * self._doubt * (1.0 - 0.5 * step * power) + (1.0 - kept) * _power(self._path)


def _power(spectra: npt.NDArray[np.complex64]) -> Powers:
    return spectra.real**2 + spectra.imag**2
