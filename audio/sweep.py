"""How a room and its sound card answer a swept sine: how late, how loud, and whether two clocks agree."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from audio.frames import SAMPLE_RATE_HZ, Pcm
from audio.level import FULL_SCALE, SILENCE_DBFS, dbfs

LOW_HZ, HIGH_HZ = 200.0, 6_000.0
SWEEP_S = 0.5
FADE_S = 0.02
PERIOD_S = 1.0
"""From one sweep to the next. An echo is looked for up to what is left of it after a sweep."""
SWEEPS = 6
LEAD_S = 1.2
"""Quiet before the first, in which streams settle and the noise of the room is measured."""
PEAK = 0.5
TAIL_S = 0.2
"""Reverberation after the sweep that still counts as its echo."""
STANDS_OUT = 6.0
"""Peak of the matched filter over its median from which it is an echo. Of Gaussian noise, whose envelope has
a Rayleigh distribution, the greatest of 8,000 values is 3.6 times the median."""
WITHIN = 0.3
FIRST_SOUND = 0.5
"""The direct sound is the first that reaches this part of the greatest: a reflection can be louder."""
SAME_DELAY_S = 0.1
"""Sweeps whose delay is further off the median are not taken for the echo. Streams that stumble move it."""
STEADY_SAMPLES = 1.0
"""Largest deviation from a straight line with which delays tell a drift: more is a stream that was cut."""
CLIPPED = 32_700

Floats = npt.NDArray[np.float64]


def sweep(rate_hz: int) -> Floats:
    """One sweep from LOW_HZ to HIGH_HZ, linear in time, at a peak of 1: sin 2π(f₀t + (f₁ - f₀)t²/2T)."""
    time_s = np.arange(round(SWEEP_S * rate_hz)) / rate_hz
    phase = 2 * np.pi * (LOW_HZ * time_s + (HIGH_HZ - LOW_HZ) * time_s**2 / (2 * SWEEP_S))
    fade = np.clip(np.minimum(time_s, SWEEP_S - time_s) / FADE_S, 0.0, 1.0)
    wave: Floats = np.sin(phase) * (0.5 - 0.5 * np.cos(np.pi * fade))
    return wave


def signal(rate_hz: int, volume: float) -> Pcm:
    """What is played: LEAD_S of silence and then SWEEPS sweeps, one each PERIOD_S. Peak: PEAK · `volume`."""
    sound = np.zeros(round((LEAD_S + SWEEPS * PERIOD_S) * rate_hz))
    one = sweep(rate_hz) * PEAK * volume * (FULL_SCALE - 1)
    for number in range(SWEEPS):
        start = round((LEAD_S + number * PERIOD_S) * rate_hz)
        sound[start : start + len(one)] += one
    return np.round(sound).astype(np.int16)


@dataclass(frozen=True, slots=True)
class Echo:
    """What the microphone heard of the sweeps."""

    delay_s: float
    """From the start of `signal` in the recording's time to the direct sound of it."""
    level_db: float
    """Energy of what came back, over what was played: 0 is as loud in the recording as in what was played."""
    heard: int  # in how many of the sweeps
    spread_s: float  # standard deviation of the delay over them
    drift_ppm: float | None
    """By how much the microphone's clock is faster than the speaker's; None where the delays do not tell."""
    drift_error_ppm: float  # standard error of that


@dataclass(frozen=True, slots=True)
class Answer:
    """A recording of `signal`."""

    noise_dbfs: float  # before the first sweep
    loudest: float  # greatest sample, 0 to 1
    clipped: int  # samples at the end of the scale
    echo: Echo | None


def analyse(recording: Pcm, start_s: float, volume: float) -> Answer:
    """`recording`: (n,) at 16 kHz, of `signal(…, volume)`, whose start lies `start_s` into it: what came back
    comes later than that.

    The delay is where the matched filter, h(τ) = Σ x(t)·y(t+τ) / Σ x(t)², has its first peak: x the sweep, y the
    recording, |h| the magnitude of the analytic signal. Turin, "An introduction to matched filters", 1960.
    Its gain over white noise is twice the product of bandwidth and time, 38 dB here.
    """
    sound = recording.astype(np.float64) / FULL_SCALE
    quiet = recording[: max(0, round((start_s + LEAD_S) * SAMPLE_RATE_HZ))]
    quiet = quiet[len(quiet) // 3 :]  # the device has begun to deliver
    noise = float(np.mean((quiet / FULL_SCALE) ** 2)) if len(quiet) else 0.0
    size = np.abs(recording.astype(np.int32))
    return Answer(
        noise_dbfs=dbfs(quiet) if len(quiet) else SILENCE_DBFS,
        loudest=float(size.max(initial=0)) / (FULL_SCALE - 1),
        clipped=int(np.count_nonzero(size >= CLIPPED)),
        echo=_echo(sound, start_s, noise, sweep(SAMPLE_RATE_HZ) * PEAK * volume),
    )


def _echo(sound: Floats, start_s: float, noise: float, one: Floats) -> Echo | None:
    played = float(one @ one)
    if played == 0.0:
        return None
    at_s: list[float] = []  # of each sweep that was heard, in what was played
    delays: list[float] = []  # samples
    levels: list[float] = []
    for number in range(SWEEPS):
        sent_s = LEAD_S + number * PERIOD_S
        begin = round((start_s + sent_s) * SAMPLE_RATE_HZ)
        piece = sound[max(0, begin) : begin + round(PERIOD_S * SAMPLE_RATE_HZ)]
        if begin < 0 or len(piece) < len(one):
            continue
        envelope = _matched(piece, one) / played
        lag = _first_peak(envelope)
        if lag is None:
            continue
        at_s.append(sent_s)
        delays.append(begin - (start_s + sent_s) * SAMPLE_RATE_HZ + lag)
        levels.append(_energy(piece, round(lag), noise, one, float(envelope.max())) / played)
    return _summary(np.array(at_s), np.array(delays), np.array(levels))


def _matched(piece: Floats, one: Floats) -> Floats:
    """Envelope of the correlation of `one` with `piece` at each delay from 0 at which it fits into it."""
    size = 1 << (len(piece) + len(one) - 1).bit_length()
    product = np.fft.fft(piece, size) * np.conj(np.fft.fft(one, size))
    product[size // 2 :] = 0.0  # negative frequencies: twice the rest is the analytic signal
    envelope: Floats = np.abs(np.fft.ifft(2 * product))[: len(piece) - len(one) + 1]
    return envelope


def _first_peak(envelope: Floats) -> float | None:
    """In samples, between them by a parabola through three; None where nothing stands out."""
    greatest = float(envelope.max())
    if greatest <= STANDS_OUT * float(np.median(envelope)) or greatest == 0.0:
        return None
    at = int(np.argmax(envelope >= FIRST_SOUND * greatest))
    while at + 1 < len(envelope) and envelope[at + 1] > envelope[at]:
        at += 1
    if not 0 < at < len(envelope) - 1:
        return float(at)
    before, here, after = envelope[at - 1 : at + 2]
    bend = before - 2 * here + after
    return at + (0.5 * float((before - after) / bend) if bend else 0.0)


def _energy(piece: Floats, lag: int, noise: float, one: Floats, direct: float) -> float:
    """Of the echo: what is there less the noise, with its reverberation; of one within the noise, whose energy varies
    by as much, that of the direct sound alone."""
    heard = piece[lag : lag + len(one) + round(TAIL_S * SAMPLE_RATE_HZ)]
    expected = noise * len(heard)
    above = float(heard @ heard) - expected
    return above if above > WITHIN * expected else direct**2 * float(one @ one)


def _summary(at_s: Floats, delays: Floats, levels: Floats) -> Echo | None:
    if len(delays) == 0:
        return None
    same = np.abs(delays - np.median(delays)) <= SAME_DELAY_S * SAMPLE_RATE_HZ
    if np.count_nonzero(same) < SWEEPS // 2:
        return None
    at_s, delays, levels = at_s[same], delays[same], levels[same]
    drift, error = _drift(at_s, delays / SAMPLE_RATE_HZ)
    return Echo(
        delay_s=float(np.median(delays)) / SAMPLE_RATE_HZ,
        level_db=10 * math.log10(float(np.median(levels))),
        heard=len(delays),
        spread_s=float(np.std(delays)) / SAMPLE_RATE_HZ,
        drift_ppm=drift,
        drift_error_ppm=error,
    )


def _drift(at_s: Floats, delay_s: Floats) -> tuple[float | None, float]:
    """Slope of a least-squares line through the delays, and its standard error, in parts per million."""
    if len(at_s) < 4:
        return None, 0.0
    centred = at_s - at_s.mean()
    slope = float(centred @ delay_s / (centred @ centred))
    rest: Any = delay_s - delay_s.mean() - slope * centred
    if np.abs(rest).max() * SAMPLE_RATE_HZ > STEADY_SAMPLES:
        return None, 0.0
    error = math.sqrt(float(rest @ rest) / (len(at_s) - 2) / float(centred @ centred))
    return slope * 1e6, error * 1e6
