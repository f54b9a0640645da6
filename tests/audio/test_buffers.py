"""Ring, framer, pre-roll, resampler: where a lost or doubled sample would go unnoticed by everything else."""

import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio.chime import chime
from audio.frames import FRAME_SAMPLES, Frame, Pcm
from audio.framing import Framer
from audio.level import dbfs, rms
from audio.preroll import PreRoll
from audio.resample import Resampler, resample
from audio.ring import Ring
from tests.audio.conftest import frequency_of, tone


def count(start: int, length: int) -> Pcm:
    return (np.arange(start, start + length) % 30_000).astype(np.int16)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 40)), max_size=60))
def test_a_ring_gives_back_what_it_took_and_counts_the_rest(steps: list[tuple[bool, int]]) -> None:
    ring, taken, given_back = Ring(64), [], []
    offered = 0
    for writing, length in steps:
        if writing:
            block = count(offered, length)
            offered += length
            if ring.write(block):
                taken.append(block)
        else:
            out = np.zeros(length, np.int16)
            given_back.append(out[: ring.read_into(out)])
    rest = np.zeros(64, np.int16)
    given_back.append(rest[: ring.read_into(rest)])

    nothing = np.zeros(0, np.int16)
    assert np.array_equal(np.concatenate([nothing, *taken]), np.concatenate([nothing, *given_back]))
    assert ring.written + ring.dropped == offered
    assert ring.read_position == ring.written


def test_a_slow_reader_loses_one_piece_at_a_known_place() -> None:
    ring, out = Ring(100), np.zeros(100, np.int16)
    for start in range(0, 300, 50):
        ring.write(count(start, 50))
    assert ring.dropped == 200
    assert ring.read_into(out[:60]) == 60
    assert not ring.write(count(300, 10))  # there would be room, but it would make a second hole
    assert ring.gap == (0, 0)
    assert ring.read_into(out) == 40
    assert ring.write(count(310, 10))
    assert ring.gap == (100, 210)
    assert ring.read_into(out) == 10
    assert out[0] == 310 == 100 + 210  # the index of a sample: position in the ring plus what was lost before


def test_two_threads_exchange_every_sample() -> None:
    ring, total = Ring(1000), 200_000
    got: list[Pcm] = []
    readable, writable = threading.Semaphore(0), threading.Semaphore(9)

    def read() -> None:
        out = np.zeros(100, np.int16)
        for _ in range(total // 100):
            assert readable.acquire(timeout=10)
            got.append(out[: ring.read_into(out)].copy())
            writable.release()

    reader = threading.Thread(target=read)
    reader.start()
    for start in range(0, total, 100):
        assert writable.acquire(timeout=10)
        assert ring.write(count(start, 100))
        readable.release()
    reader.join(10)

    assert np.array_equal(np.concatenate(got), count(0, total))


def test_skipping_forgets_only_what_is_there() -> None:
    ring, out = Ring(10), np.zeros(10, np.int16)
    ring.write(count(0, 8))
    ring.skip_to(5)
    assert ring.read_into(out) == 3
    assert out[:3].tolist() == [5, 6, 7]
    with pytest.raises(ValueError, match="cannot skip"):
        ring.skip_to(9)
    with pytest.raises(ValueError, match="room"):
        Ring(0)


@given(st.lists(st.integers(0, 1000), max_size=20))
def test_a_framer_keeps_every_sample_in_place(lengths: list[int]) -> None:
    framer, frames, fed = Framer(), [], 0
    for length in lengths:
        frames += list(framer.feed(count(fed, length)))
        fed += length
    frames += list(framer.pad())

    sound = np.concatenate([np.zeros(0, np.int16), *(frame.pcm for frame in frames)])
    assert np.array_equal(sound[:fed], count(0, fed))
    assert not sound[fed:].any()
    assert [frame.index for frame in frames] == [n * FRAME_SAMPLES for n in range(len(frames))]


def test_a_framer_puts_what_follows_a_loss_at_its_own_index() -> None:
    framer = Framer()
    assert [frame.index for frame in framer.feed(count(0, 400))] == [0]
    assert framer.jump(1000) == 1080  # the 80 samples of the unfinished frame are lost too
    (frame,) = framer.feed(count(1400, 320))
    assert frame.index == 1400
    assert frame.pcm[0] == 1400


def frame(index: int) -> Frame:
    return Frame(index, count(index, FRAME_SAMPLES))


def test_pre_roll_gives_sound_from_any_sample_it_still_has() -> None:
    memory = PreRoll(0.1)
    assert memory.since(0).size == 0
    for n in range(20):
        memory.push(frame(n * FRAME_SAMPLES))

    assert (memory.start, memory.end) == (15 * FRAME_SAMPLES, 20 * FRAME_SAMPLES)
    assert np.array_equal(memory.since(6000), count(6000, 400))
    assert np.array_equal(memory.since(0), count(4800, 1600))  # older than it remembers
    assert memory.since(6400).size == 0
    memory.clear()
    assert memory.since(0).size == 0


def test_pre_roll_puts_silence_where_frames_were_lost_and_stays_bounded() -> None:
    memory = PreRoll(0.1)
    memory.push(frame(0))
    memory.push(frame(3 * FRAME_SAMPLES))

    sound = memory.since(100)
    assert np.array_equal(sound[:220], count(100, 220))
    assert not sound[220:860].any()
    assert np.array_equal(sound[860:], count(960, 320))

    memory.push(frame(10_000_000 * FRAME_SAMPLES))
    assert memory.since(0).size == FRAME_SAMPLES


@pytest.mark.parametrize("rate_hz", [8_000, 22_050, 44_100, 48_000])
def test_resampling_in_blocks_is_resampling_the_whole(rate_hz: int) -> None:
    sound = tone(440, 1.0, rate_hz)
    stream = Resampler(rate_hz, 16_000)
    blocks = [stream.feed(sound[at : at + 441]) for at in range(0, len(sound), 441)]
    streamed = np.concatenate([*blocks, stream.finish()])

    assert abs(len(streamed) - 16_000) <= 1
    assert frequency_of(streamed, 16_000) == pytest.approx(440, abs=1)
    error = streamed[800:-800].astype(int) - tone(440, 1.0)[800 : len(streamed) - 800].astype(int)
    assert np.abs(error).max() < 40  # of 9830: better than -47 dB
    again = stream.feed(sound)[:100].astype(int)  # a new stream, without a trace of the one before
    assert np.abs(again - resample(sound, rate_hz, 16_000)[:100]).max() < 10  # soxr dithers


def test_equal_rates_are_left_alone() -> None:
    sound = tone(440, 0.1)
    assert resample(sound, 16_000, 16_000) is not None
    assert np.array_equal(resample(sound, 16_000, 16_000), sound)


def test_levels() -> None:
    assert dbfs(np.zeros(100, np.int16)) == -96.0
    assert dbfs(np.zeros(0, np.int16)) == -96.0
    assert dbfs(np.full(100, -32768, np.int16)) == pytest.approx(0.0)
    assert dbfs(tone(1000, 0.1, peak=1.0)) == pytest.approx(-3.01, abs=0.02)
    assert rms(np.array([3, -4], np.int16)) == pytest.approx(12.5**0.5)


@pytest.mark.parametrize("rate_hz", [16_000, 22_050])
def test_the_chime_is_short_soft_and_does_not_click(rate_hz: int) -> None:
    sound = chime(rate_hz).astype(int)
    assert len(sound) / rate_hz < 0.25
    assert -25 < dbfs(chime(rate_hz)) < -15
    assert sound[0] == sound[-1] == 0
    assert np.abs(np.diff(sound)).max() < 0.1 * 32767
