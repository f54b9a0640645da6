"""Who speaks, from when until when: the gate by tables, the detector with real speech."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio.activity import (
    Activity,
    ActivityGate,
    SpeechHinted,
    SpeechPaused,
    SpeechStarted,
    SpeechStopped,
    Transition,
    VoiceActivity,
)
from audio.frames import Pcm
from tests.audio.conftest import Speak, frames_of, voiced_span, with_silence

CHUNK = 512  # 32 ms
MS = 16


def all_of(probabilities: list[float], gate: ActivityGate | None = None) -> list[Transition]:
    gate = gate or ActivityGate(0.5, exit_threshold=0.35, min_speech_ms=120, hangover_ms=160)
    events = (gate.update(Activity(p, n * CHUNK, (n + 1) * CHUNK)) for n, p in enumerate(probabilities))
    return [event for event in events if event is not None]


def run(probabilities: list[float], gate: ActivityGate | None = None) -> list[SpeechStarted | SpeechStopped]:
    return [
        event for event in all_of(probabilities, gate) if isinstance(event, SpeechStarted | SpeechStopped)
    ]


def start(chunk: int) -> SpeechStarted:
    return SpeechStarted(chunk * CHUNK)


def stop(chunk: int) -> SpeechStopped:
    return SpeechStopped(chunk * CHUNK)


TABLE: dict[str, tuple[list[float], list[SpeechStarted | SpeechStopped]]] = {
    "silence": ([0.1] * 50, []),
    "a word": ([0] * 3 + [0.9] * 10 + [0] * 10, [start(3), stop(13)]),
    "still speaking": ([0.9] * 10, [start(0)]),
    "a click is nothing": ([0, 0.9, 0.9, 0.9] + [0] * 20, []),  # 96 ms
    "just long enough": ([0, 0.9, 0.9, 0.9, 0.9] + [0] * 20, [start(1), stop(5)]),  # 128 ms
    "clicks far apart do not add up": (([0.9] * 2 + [0] * 5) * 5, []),
    "a stop consonant does not end the candidate": ([0.9, 0.9, 0, 0.9, 0.9] + [0] * 9, [start(0), stop(5)]),
    "weak speech goes on": ([0.9] * 5 + [0.4] * 20 + [0] * 10, [start(0), stop(25)]),
    "weak sound does not begin": ([0.4] * 30, []),
    "a soft onset belongs to the word": ([0, 0.4, 0.4, 0.9, 0.9, 0] + [0] * 9, [start(1), stop(5)]),
    "a soft sound before a pause does not": ([0.4, 0.4, 0] + [0.9] * 6, [start(3)]),
    "a short pause does not end": ([0.9] * 6 + [0] * 4 + [0.9] * 6 + [0] * 5, [start(0), stop(16)]),  # 128 ms
    "two words": (
        [0.9] * 6 + [0] * 5 + [0.9] * 6 + [0] * 5,  # 160 ms between them
        [start(0), stop(6), start(11), stop(17)],
    ),
}


@pytest.mark.parametrize("case", TABLE)
def test_the_gate(case: str) -> None:
    probabilities, events = TABLE[case]
    assert run(probabilities) == events


def test_a_voice_is_hinted_at_with_its_first_sound() -> None:
    assert all_of([0] * 3 + [0.9] + [0] * 9) == [SpeechHinted(3 * CHUNK)]  # a click
    assert all_of([0] * 3 + [0.9] * 4) == [SpeechHinted(3 * CHUNK), start(3)]


def test_each_pause_is_told_once_and_before_the_stop() -> None:
    assert all_of([0.9] * 6 + [0] * 3 + [0.9] * 6 + [0] * 10) == [
        SpeechHinted(0),
        start(0),
        SpeechPaused(6 * CHUNK),
        SpeechPaused(15 * CHUNK),
        stop(15),
    ]
    assert all_of([0.9] * 6 + [0] + [0.9] * 6) == [SpeechHinted(0), start(0)]  # 32 ms: within a word


@given(st.lists(st.floats(0, 1), max_size=200))
def test_starts_and_stops_alternate_and_never_overlap(probabilities: list[float]) -> None:
    events = run(probabilities)
    assert all(isinstance(event, SpeechStarted) for event in events[::2])
    assert all(isinstance(event, SpeechStopped) for event in events[1::2])
    indices = [event.index for event in events]
    assert indices == sorted(indices)
    assert all(0 <= index <= len(probabilities) * CHUNK for index in indices)


def test_a_reset_gate_is_silent_until_the_next_speech() -> None:
    gate = ActivityGate()
    assert run([0.9] * 10, gate) == [start(0)]
    assert gate.speaking
    gate.reset()
    assert not gate.speaking
    assert run([0] * 10, gate) == []


def test_impossible_thresholds_are_refused() -> None:
    with pytest.raises(ValueError, match="thresholds"):
        ActivityGate(0.5, exit_threshold=0.6)
    assert run([0.005] * 10, ActivityGate(0.0 + 0.01)) == []


def detect(pcm: Pcm) -> list[SpeechStarted | SpeechStopped]:
    vad, gate = VoiceActivity(), ActivityGate()
    found = [gate.update(activity) for frame in frames_of(pcm) for activity in vad.feed(frame)]
    return [event for event in found if isinstance(event, SpeechStarted | SpeechStopped)]


@pytest.mark.parametrize("voice", ["slt", "rms", "awb"])
@pytest.mark.parametrize("text", ["turn on the kitchen light", "what time is it", "stop"])
def test_speech_is_found_where_it_is(speak: Speak, voice: str, text: str) -> None:
    pcm = with_silence(speak(text, voice))
    begins, ends = voiced_span(pcm)

    first, last = (events := detect(pcm))[0], events[-1]

    assert isinstance(first, SpeechStarted)
    assert isinstance(last, SpeechStopped)
    assert abs(first.index - begins) <= 150 * MS
    assert abs(last.index - ends) <= 150 * MS


def test_silence_noise_and_hum_are_not_speech() -> None:
    random = np.random.default_rng(3)
    seconds = np.arange(10 * 16_000) / 16_000
    assert detect(np.zeros(10 * 16_000, np.int16)) == []
    for level in (30, 300, 3000):
        assert detect(random.normal(0, level, 10 * 16_000).astype(np.int16)) == []
    assert detect((2000 * np.sin(2 * np.pi * 50 * seconds)).astype(np.int16)) == []


def test_speech_is_found_in_noise_and_after_a_long_silence(speak: Speak) -> None:
    pcm = with_silence(speak("turn on the kitchen light"), before_s=60)
    begins, ends = voiced_span(pcm)
    noise = np.random.default_rng(4).normal(0, 100, len(pcm))

    for sound in (pcm, (pcm + noise).astype(np.int16)):
        events = detect(sound)
        assert abs(events[0].index - begins) <= 150 * MS
        assert abs(events[-1].index - ends) <= 200 * MS


def test_lost_frames_move_nothing(speak: Speak) -> None:
    pcm = with_silence(speak("turn on the kitchen light"))
    begins, _ = voiced_span(pcm)
    vad, gate = VoiceActivity(), ActivityGate()
    frames = frames_of(pcm)
    found = [gate.update(a) for frame in frames[:10] + frames[33:] for a in vad.feed(frame)]

    (first, *_) = [event for event in found if event is not None]
    assert abs(first.index - begins) <= 150 * MS
