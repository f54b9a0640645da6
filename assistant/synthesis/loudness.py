"""How loud speech is heard, and what brings all voices to one loudness.

ITU-R BS.1770-4: the sound is weighted by frequency as the ear does ("K"), its power is taken in blocks of 400 ms
that overlap by three quarters, and blocks of silence are left out, absolutely (-70 LUFS) and relative to the rest
(-10 LU). The standard gives the weighting as two filters at 48 kHz; their analogue parameters, with which they are
made for any other rate, are those that libebur128 derived from them.
"""

import math

import numpy as np

from audio.frames import Pcm

TARGET_LUFS = -20.0
"""Room for the peaks of speech: flite's slt, rms and awb reach it without any being cut, at -15 to -21 LUFS of
their own; kal16 (-29) loses about 1 dB of it in its loudest clauses."""

SILENT_LUFS = -70.0
MOST_GAIN = 8.0  # 18 dB: a voice that is weaker than that is not a quiet one, it is broken
CEILING = 0.97 * 32767.0  # samples are kept below it

_BLOCK_S = 0.4
_STEP_S = 0.1
_OFFSET = -0.691  # of the standard: makes a 997 Hz sine at full scale -3.01 LUFS


def loudness(pcm: Pcm, rate_hz: int) -> float:
    """Integrated loudness in LUFS (LKFS) of mono sound; SILENT_LUFS for silence. Shorter than a block is one
    block."""
    if not len(pcm):
        return SILENT_LUFS
    power = _weighted(pcm, rate_hz) ** 2
    size, step = int(_BLOCK_S * rate_hz), int(_STEP_S * rate_hz)
    total = np.concatenate(([0.0], np.cumsum(power)))
    begins = np.arange(0, max(len(power) - size, 0) + 1, step)
    ends = np.minimum(begins + size, len(power))
    blocks = (total[ends] - total[begins]) / (ends - begins)
    loud = blocks[blocks > _power(SILENT_LUFS)]
    if not len(loud):
        return SILENT_LUFS
    loud = loud[loud > loud.mean() / 10.0]
    return float(_OFFSET + 10.0 * math.log10(float(loud.mean())))


def gain_for(pcm: Pcm, rate_hz: int, target_lufs: float = TARGET_LUFS) -> float:
    """The factor that brings a voice which sounds like `pcm` to the target; 1 for silence."""
    measured = loudness(pcm, rate_hz)
    if measured <= SILENT_LUFS:
        return 1.0
    return float(min(MOST_GAIN, 10.0 ** ((target_lufs - measured) / 20.0)))


def amplified(pcm: Pcm, gain: float) -> Pcm:
    """`pcm` times `gain`; where a peak would be cut off the whole stretch is that much quieter instead."""
    if gain == 1.0 or not len(pcm):
        return pcm
    peak = float(np.abs(pcm.astype(np.int32)).max()) * gain
    if peak > CEILING:
        gain *= CEILING / peak
    return np.asarray(np.rint(pcm * gain), np.int16)


def _power(lufs: float) -> float:
    return float(10.0 ** ((lufs - _OFFSET) / 10.0))


def _weighted(pcm: Pcm, rate_hz: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Both filters applied to the spectrum. Their phase is left out, which changes no power."""
    length = 1 << (len(pcm) + rate_hz // 10).bit_length()
    z = np.exp(-2j * np.pi * np.arange(length // 2 + 1) / length)
    response = np.ones(len(z))
    for b, a in (_high_shelf(rate_hz), _high_pass(rate_hz)):
        response *= np.abs(np.polyval(b[::-1], z) / np.polyval(a[::-1], z))
    spectrum = np.fft.rfft(pcm.astype(np.float64) / 32768.0, length)
    return np.asarray(np.fft.irfft(spectrum * response, length)[: len(pcm)])


_Filter = tuple[list[float], list[float]]


def _high_shelf(rate_hz: int) -> _Filter:
    """+4 dB above about 1.7 kHz: what a head does to sound."""
    k = math.tan(math.pi * 1681.974450955533 / rate_hz)
    q, high = 0.7071752369554196, 10.0 ** (3.999843853973347 / 20.0)
    band = high**0.4996667741545416
    a0 = 1.0 + k / q + k * k
    b = [(high + band * k / q + k * k) / a0, 2.0 * (k * k - high) / a0, (high - band * k / q + k * k) / a0]
    return b, [1.0, 2.0 * (k * k - 1.0) / a0, (1.0 - k / q + k * k) / a0]


def _high_pass(rate_hz: int) -> _Filter:
    """Away with what is below 38 Hz."""
    k = math.tan(math.pi * 38.13547087602444 / rate_hz)
    q = 0.5003270373238773
    a0 = 1.0 + k / q + k * k
    return [1.0, -2.0, 1.0], [1.0, 2.0 * (k * k - 1.0) / a0, (1.0 - k / q + k * k) / a0]
