"""The detector thread: events in order on the loop, bounded, stoppable."""

import asyncio
import threading
import time
from collections.abc import Callable

import numpy as np
import pytest

from audio.activity import SpeechHinted, SpeechPaused, SpeechStarted, SpeechStopped
from audio.detector import ASLEEP_AT_ONCE, Detector, DetectorEvent, DetectorFailed, DetectorSettings
from audio.errors import BadWakeWord
from audio.frames import FRAME_SAMPLES, Frame
from audio.wake import WakeWordHeard
from tests.audio.conftest import Speak, frames_of, with_silence

QUIET = np.zeros(FRAME_SAMPLES, np.int16)


def kept(events: list[DetectorEvent]) -> Callable[[DetectorEvent], None]:
    """Hints and pauses aside, which test_activity.py is about."""
    return lambda event: None if isinstance(event, SpeechHinted | SpeechPaused) else events.append(event)


async def test_events_come_on_the_loop_in_order_and_only_when_something_changes(speak: Speak) -> None:
    events: list[DetectorEvent] = []
    threads = set()

    def on_event(event: DetectorEvent) -> None:
        kept(events)(event)
        threads.add(threading.current_thread())

    detector = Detector(DetectorSettings(wake_words=("hey_jarvis",)), on_event)
    await detector.start()
    pcm = with_silence(speak("hey jarvis"), after_s=2)
    for frame in frames_of(pcm):
        await detector.process(frame)
        assert detector.position == frame.index + FRAME_SAMPLES
    await detector.close()

    assert {type(event) for event in events} == {SpeechStarted, SpeechStopped, WakeWordHeard}
    assert len(events) == 3
    assert isinstance(events[0], SpeechStarted)
    assert threads == {threading.main_thread()}
    assert detector.dropped_frames == 0


async def test_either_engine_can_be_switched_off_and_on(speak: Speak) -> None:
    events: list[DetectorEvent] = []
    detector = Detector(DetectorSettings(wake_words=("hey_jarvis",)), kept(events))
    await detector.start()
    frames = frames_of(with_silence(speak("hey jarvis"), after_s=2))

    async def play(first: int) -> list[type]:
        events.clear()
        for n, frame in enumerate(frames):
            await detector.process(Frame((first + n) * FRAME_SAMPLES, frame.pcm))
        return sorted({type(event) for event in events}, key=lambda kind: kind.__name__)

    detector.detect_speech = detector.detect_wake_words = False
    assert await play(0) == []
    assert detector.speech_probability == 0.0
    detector.detect_speech = True
    assert await play(len(frames)) == [SpeechStarted, SpeechStopped]
    detector.detect_wake_words = True
    assert await play(2 * len(frames)) == [SpeechStarted, SpeechStopped, WakeWordHeard]
    await detector.close()


async def test_while_no_speech_is_looked_for_a_wake_word_brings_it_back(speak: Speak) -> None:
    """And the voice is known to have begun before the wake word, so a command in one breath is not cut."""
    events: list[DetectorEvent] = []
    detector = Detector(DetectorSettings(wake_words=("hey_jarvis",)), kept(events))
    detector.detect_speech = False
    await detector.start()
    story = frames_of(with_silence(speak("the weather is fine today and the streets are dry"), after_s=1))
    for frame in story:
        await detector.process(frame)
    assert events == []
    call = frames_of(with_silence(speak("hey jarvis"), after_s=2))
    begin = len(story) * FRAME_SAMPLES
    for n, frame in enumerate(call):
        await detector.process(Frame(begin + n * FRAME_SAMPLES, frame.pcm))
    await detector.close()

    assert [type(event) for event in events] == [SpeechStarted, WakeWordHeard, SpeechStopped]
    started, woken, stopped = events
    assert isinstance(started, SpeechStarted)
    assert isinstance(woken, WakeWordHeard)
    assert isinstance(stopped, SpeechStopped)
    assert begin < started.index < woken.index
    assert started.index < stopped.index < begin + len(call) * FRAME_SAMPLES


async def test_speech_is_over_for_who_looks_away(speak: Speak) -> None:
    events: list[DetectorEvent] = []
    detector = Detector(DetectorSettings(), kept(events))
    await detector.start()
    for frame in frames_of(with_silence(speak("the weather is fine today and the streets are dry"))):
        if events and detector.detect_speech:
            detector.detect_speech = False
            switched_off = frame.index
        await detector.process(frame)
    await detector.close()
    assert [type(event) for event in events] == [SpeechStarted, SpeechStopped]
    assert events[1] == SpeechStopped(switched_off)


async def test_feeding_never_waits_and_what_does_not_fit_is_counted() -> None:
    detector = Detector(DetectorSettings(), lambda event: None)
    for n in range(99):  # nobody takes them: the worker has not been started
        detector.feed(Frame(n * FRAME_SAMPLES, QUIET))
    last = asyncio.create_task(detector.process(Frame(99 * FRAME_SAMPLES, QUIET)))
    await asyncio.sleep(0)
    for n in range(100, 1000):
        detector.feed(Frame(n * FRAME_SAMPLES, QUIET))
    assert detector.dropped_frames == 900

    await detector.start()
    async with asyncio.timeout(10):
        await last
    assert detector.position == 100 * FRAME_SAMPLES
    await detector.close()


async def judged(detector: Detector, frames: int) -> None:
    for _ in range(1000):
        if detector.position == frames * FRAME_SAMPLES:
            return
        await asyncio.sleep(0.005)
    raise AssertionError(detector.position)


async def test_while_only_a_wake_word_is_looked_for_frames_are_taken_several_at_once() -> None:
    detector = Detector(DetectorSettings(wake_words=("hey_jarvis",)), lambda event: None)
    detector.detect_speech = False
    await detector.start()
    for n in range(ASLEEP_AT_ONCE - 1):
        detector.feed(Frame(n * FRAME_SAMPLES, QUIET))
    await asyncio.sleep(0.1)  # long enough for a worker that was woken
    assert detector.position == 0
    detector.feed(Frame((ASLEEP_AT_ONCE - 1) * FRAME_SAMPLES, QUIET))
    await judged(detector, ASLEEP_AT_ONCE)
    detector.detect_speech = True  # somebody is listened to: each frame at once
    detector.feed(Frame(ASLEEP_AT_ONCE * FRAME_SAMPLES, QUIET))
    await judged(detector, ASLEEP_AT_ONCE + 1)
    assert detector.dropped_frames == 0
    await detector.close()


async def test_closing_is_quick_final_and_wakes_who_waits() -> None:
    events: list[DetectorEvent] = []
    detector = Detector(DetectorSettings(), kept(events))
    waiting = asyncio.create_task(detector.process(Frame(0, QUIET)))  # not started: it would wait
    await asyncio.sleep(0)
    assert not waiting.done()
    await detector.close()
    async with asyncio.timeout(1):
        await waiting
    await detector.process(Frame(320, QUIET))  # returns at once
    await detector.close()
    assert events == []

    running = Detector(DetectorSettings(), kept(events))
    await running.start()
    began = time.monotonic()
    await running.close()
    assert time.monotonic() - began < 1
    assert not any(thread.name == "detector" for thread in threading.enumerate())


async def test_a_cancelled_wait_does_not_disturb_the_worker() -> None:
    detector = Detector(DetectorSettings(), lambda event: None)
    waiting = asyncio.create_task(detector.process(Frame(0, QUIET)))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await detector.start()
    await detector.process(Frame(FRAME_SAMPLES, QUIET))
    assert detector.position == 2 * FRAME_SAMPLES
    await detector.close()


async def test_an_engine_that_fails_says_so_and_nobody_hangs() -> None:
    events: list[DetectorEvent] = []
    detector = Detector(DetectorSettings(), kept(events))
    await detector.start()
    broken = Frame(0, np.zeros((2, 2, 2), np.int16))  # what no source gives: the engine raises
    async with asyncio.timeout(2):
        await detector.process(broken)
        await detector.process(Frame(320, QUIET))
    assert [type(event) for event in events] == [DetectorFailed]
    await detector.close()


async def test_an_unknown_wake_word_is_told_at_the_start() -> None:
    with pytest.raises(BadWakeWord, match="computer"):
        await Detector(DetectorSettings(wake_words=("computer",)), lambda event: None).start()
