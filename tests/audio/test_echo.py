"""The canceller, and what it is given: the speaker's sound at the microphone's time."""

import asyncio
from collections.abc import AsyncIterator

import numpy as np
import pytest

from audio.activity import ActivityGate, SpeechStarted, VoiceActivity
from audio.clock import StreamClock
from audio.echo import EchoCanceller
from audio.echo_microphone import EchoMicrophone
from audio.far_end import EARLIER_S, RESAMPLER_S, FarEnd
from audio.files import read
from audio.frames import FRAME_SAMPLES, SAMPLE_RATE_HZ, Frame, Pcm
from audio.played import ECHO_S, Played
from benchmarks.rooms import drifted, echo, impulse_response
from tests.audio.conftest import Speak, frames_of

ANSWER = (
    "I can tell you the time, set timers, keep your lists, and control lights, heating, blinds and locks."
)


class Time:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def starts(near: Pcm, far: Pcm, canceller: EchoCanceller | None) -> list[int]:
    """When speech was known to have begun, in samples."""
    vad, gate, found = VoiceActivity(), ActivityGate(), []
    for frame, other in zip(frames_of(near), frames_of(far), strict=True):
        if canceller is not None:
            cleaned = canceller.clean(frame.pcm, other.pcm)
            frame = Frame(frame.index, cleaned.pcm, cleaned.suppressed)
        for activity in vad.feed(frame):
            if isinstance(gate.update(activity), SpeechStarted):
                found.append(activity.end)
    return found


def recorded(sound: "np.typing.NDArray[np.float64]") -> Pcm:
    noise = np.random.default_rng(5).normal(0, 20, len(sound))
    return np.clip(sound + noise, -32768, 32767).astype(np.int16)


@pytest.mark.parametrize(("level_db", "delay_ms", "ppm"), [(-6.0, 250.0, 0.0), (-12.0, 60.0, 100.0)])
def test_own_voice_is_nobody_and_a_person_over_it_is(
    speak: Speak, level_db: float, delay_ms: float, ppm: float
) -> None:
    far = np.concatenate([read(speak(ANSWER)), read(speak(ANSWER, "rms"))])
    response = impulse_response(delay_ms, 0.3, np.random.default_rng(2))
    back = drifted(echo(far, response, level_db), ppm)
    assert starts(recorded(back), far, None)
    canceller = EchoCanceller()
    assert not starts(recorded(back), far, canceller)
    assert canceller.enhancement_db is not None
    assert canceller.enhancement_db > 25

    person = read(speak("please stop and tell me the time", "awb")).astype(float)
    person = person[np.flatnonzero(np.abs(person) > 500)[0] :]
    person *= back.std() / person.std()  # as loud as the echo
    at = len(far) - len(person) - SAMPLE_RATE_HZ
    back[at : at + len(person)] += person
    noticed = [end for end in starts(recorded(back), far, EchoCanceller()) if end > at]
    assert noticed
    assert noticed[0] - at < 0.25 * SAMPLE_RATE_HZ


def test_what_was_played_is_remembered_for_a_moment() -> None:
    played = Played(1000)
    for value in range(1, 700):
        played.add(np.full(10, value, np.int16), silent=False)
    assert played.end == 6990
    assert played.between(6975, 7000).tolist() == [698] * 5 + [699] * 10 + [0] * 10
    assert not played.between(0, 2000).any()  # forgotten
    assert played.between(-5, 0).tolist() == [0] * 5


def test_an_echo_is_over_at_last() -> None:
    played = Played(1000)
    assert not played.may_echo
    played.add(np.ones(10, np.int16), silent=False)
    assert played.may_echo
    for _ in range(round(ECHO_S * 100) - 1):
        played.add(np.zeros(10, np.int16), silent=True)
        assert played.may_echo
    played.add(np.zeros(10, np.int16), silent=True)
    assert not played.may_echo


@pytest.mark.parametrize("rate_hz", [16_000, 22_050, 48_000])
@pytest.mark.parametrize("lost", [0, 5])
def test_the_far_end_is_of_the_microphones_time(rate_hz: int, lost: int) -> None:
    """A ramp is played; what is found for a moment is what was played a known time before. Of some ticks the
    microphone never tells: its samples then lie later than they seemed to."""
    time = Time()
    played, ear = Played(rate_hz, time), StreamClock(SAMPLE_RATE_HZ, time)
    far_end = FarEnd(played, ear)
    earlier_s = EARLIER_S + (RESAMPLER_S if rate_hz != SAMPLE_RATE_HZ else 0.0)
    step = rate_hz // 50  # of each rate 20 ms
    for tick in range(300):
        time.now_s += 0.02
        ramp_ms = np.arange(played.end, played.end + step) * 1000 // rate_hz
        played.add(ramp_ms.astype(np.int16), silent=False)
        if 150 <= tick < 150 + lost:
            continue
        ear.tick(FRAME_SAMPLES)
        far = far_end.at(ear.samples - FRAME_SAMPLES, FRAME_SAMPLES)
        assert len(far) == FRAME_SAMPLES
        if 20 < tick < 150 or tick >= 290:
            assert abs(far[0] - 1000 * (tick * 0.02 - earlier_s)) <= 3
    assert (far_end.realigned > 0) == (lost > 0)


class FakeTimeMicrophone:
    """Frames as they are given; what the speaker plays meanwhile is up to the test."""

    def __init__(self, frames: list[Frame], clock: StreamClock) -> None:
        self._frames = frames
        self._clock = clock
        self.closed = False
        self.dropped_samples = 7

    async def frames(self) -> AsyncIterator[Frame]:
        for frame in self._frames:
            self._clock.tick(len(frame.pcm))
            yield frame

    async def close(self) -> None:
        self.closed = True


async def test_while_nothing_is_played_frames_are_the_microphones_own() -> None:
    frames = frames_of(np.random.default_rng(3).integers(-9000, 9000, 16_000).astype(np.int16))
    played, clock = Played(SAMPLE_RATE_HZ), StreamClock(SAMPLE_RATE_HZ)
    inner = FakeTimeMicrophone(frames, clock)
    microphone = await EchoMicrophone.open(inner, FarEnd(played, clock))
    given = []
    async for frame in microphone.frames():
        given.append(frame)
        if len(given) == 25:
            played.add(np.full(160, 5000, np.int16), silent=False)
    assert all(mine is theirs for mine, theirs in zip(given[:25], frames, strict=False))
    assert [frame.index for frame in given] == [frame.index for frame in frames]
    assert all(mine is not theirs for mine, theirs in zip(given[25:], frames[25:], strict=True))
    assert microphone.dropped_samples == 7
    await microphone.close()
    await microphone.close()
    assert inner.closed


async def test_it_can_be_cancelled_in_the_middle_of_a_frame() -> None:
    played, clock = Played(SAMPLE_RATE_HZ), StreamClock(SAMPLE_RATE_HZ)
    played.add(np.full(160, 5000, np.int16), silent=False)
    endless = frames_of(np.zeros(SAMPLE_RATE_HZ * 600, np.int16))
    microphone = await EchoMicrophone.open(FakeTimeMicrophone(endless, clock), FarEnd(played, clock))
    reached = asyncio.Event()

    async def listen() -> None:
        async for frame in microphone.frames():
            if frame.index > SAMPLE_RATE_HZ:
                reached.set()

    task = asyncio.create_task(listen())
    async with asyncio.timeout(20):
        await reached.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await microphone.close()
