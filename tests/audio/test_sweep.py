"""A swept sine through rooms of known delay, loudness, noise and clocks: what is measured is what is true."""

import numpy as np
import numpy.typing as npt
import pytest

from audio.frames import SAMPLE_RATE_HZ, Pcm
from audio.resample import resample
from audio.sweep import analyse, signal

Floats = npt.NDArray[np.float64]


def room(
    delay_s: float, level_db: float, noise_dbfs: float, *, start_s: float = 0.1, volume: float = 1.0
) -> Pcm:
    """A recording that began `start_s` before `signal` was played."""
    sound = signal(SAMPLE_RATE_HZ, volume).astype(np.float64)
    heard = np.random.default_rng(7).normal(0.0, 32768 * 10 ** (noise_dbfs / 20), len(sound) + 16_000)
    at = round((start_s + delay_s) * SAMPLE_RATE_HZ)
    heard[at : at + len(sound)] += sound * 10 ** (level_db / 20)
    return as_recorded(heard)


def as_recorded(heard: Floats) -> Pcm:
    return np.round(np.clip(heard, -32768, 32767)).astype(np.int16)


@pytest.mark.parametrize(
    ("delay_s", "level_db", "noise_dbfs"),
    [
        (0.02, -12.0, -60.0),
        (0.123, -30.0, -50.0),
        (0.25, -6.0, -90.0),
        (0.4, -40.0, -40.0),
        (0.2, -46.0, -40.0),
    ],
)
def test_delay_level_and_noise_are_those_of_the_room(
    delay_s: float, level_db: float, noise_dbfs: float
) -> None:
    answer = analyse(room(delay_s, level_db, noise_dbfs), 0.1, 1.0)
    assert answer.echo is not None
    assert answer.echo.delay_s == pytest.approx(delay_s, abs=0.0001)
    buried = level_db < noise_dbfs + 12  # the sweep itself is at -9 dBFS: quieter than the noise
    assert answer.echo.level_db == pytest.approx(level_db, abs=1.5 if buried else 0.1)
    assert answer.noise_dbfs == pytest.approx(noise_dbfs, abs=0.5)
    assert answer.echo.heard == 6
    assert answer.clipped == 0


def test_a_quiet_speaker_is_measured_against_what_it_plays() -> None:
    answer = analyse(room(0.1, -12.0, -80.0, volume=0.2), 0.1, 0.2)
    assert answer.echo is not None
    assert answer.echo.level_db == pytest.approx(-12.0, abs=0.3)


def test_the_direct_sound_counts_where_a_reflection_is_louder() -> None:
    direct, reflected = (room(delay, -20.0, -80.0).astype(np.float64) for delay in (0.05, 0.09))
    answer = analyse(as_recorded(direct + 1.5 * reflected), 0.1, 1.0)
    assert answer.echo is not None
    assert answer.echo.delay_s == pytest.approx(0.05, abs=0.001)


def test_the_level_holds_the_reverberation() -> None:
    """A room whose reverberation has as much energy as the direct sound: 3 dB more than that alone."""
    rng = np.random.default_rng(3)
    tail = rng.normal(0.0, 1.0, 3200) * np.exp(-np.arange(3200) / 400)
    tail /= np.sqrt(tail @ tail)
    response = np.concatenate([[1.0], np.zeros(79), tail])
    heard = np.convolve(room(0.1, -20.0, -90.0).astype(np.float64), response)
    answer = analyse(as_recorded(heard), 0.1, 1.0)
    assert answer.echo is not None
    assert answer.echo.level_db == pytest.approx(-17.0, abs=1.5)
    assert answer.echo.delay_s == pytest.approx(0.1, abs=0.001)


@pytest.mark.parametrize("ppm", [-150, 40, 300])
def test_drift_of_two_clocks_is_seen(ppm: int) -> None:
    """The microphone's clock is faster by that: it takes more samples of the same sound."""
    fine = 1_000_000
    heard = resample(room(0.1, -12.0, -70.0), fine // 10, (fine + ppm) // 10)
    answer = analyse(heard, 0.1, 1.0)
    assert answer.echo is not None
    assert answer.echo.drift_ppm == pytest.approx(ppm, abs=10)


def test_a_cut_in_the_stream_is_no_drift() -> None:
    heard = room(0.1, -12.0, -70.0)
    cut = np.delete(heard, slice(60_000, 60_160))  # 10 ms were lost
    answer = analyse(cut, 0.1, 1.0)
    assert answer.echo is not None
    assert answer.echo.drift_ppm is None
    assert answer.echo.spread_s > 0.003


def test_noise_is_no_echo() -> None:
    for seed in range(20):
        noise = np.random.default_rng(seed).normal(0.0, 1000.0, 8 * SAMPLE_RATE_HZ)
        assert analyse(as_recorded(noise), 0.1, 1.0).echo is None


def test_speech_like_bursts_are_no_echo() -> None:
    """Tones that come and go at random, as somebody who talks meanwhile."""
    rng = np.random.default_rng(11)
    time_s = np.arange(8 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    talk = np.zeros(len(time_s))
    for _ in range(40):
        begin, hz = rng.uniform(0, 7.5), rng.uniform(100, 3000)
        talk += np.where(
            (time_s > begin) & (time_s < begin + 0.3), 2000 * np.sin(2 * np.pi * hz * time_s), 0.0
        )
    assert analyse(as_recorded(talk), 0.1, 1.0).echo is None


def test_clipping_is_counted() -> None:
    answer = analyse(room(0.1, 9.0, -70.0), 0.1, 1.0)
    assert answer.clipped > 1000
    assert answer.loudest == pytest.approx(1.0, abs=0.001)
    assert answer.echo is not None


@pytest.mark.parametrize("seconds", [0.0, 0.5, 3.0])
def test_a_recording_that_is_too_short_has_no_echo(seconds: float) -> None:
    assert analyse(room(0.1, -12.0, -70.0)[: round(seconds * SAMPLE_RATE_HZ)], 0.1, 1.0).echo is None


def test_nothing_is_played_at_volume_zero() -> None:
    assert analyse(room(0.1, -12.0, -70.0), 0.1, 0.0).echo is None
