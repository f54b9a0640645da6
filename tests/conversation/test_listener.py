"""The listening half on its own: which sound reaches the recogniser, and what happens to results."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import numpy as np
import pytest

from assistant.conversation import messages as m
from assistant.conversation.listener import RECOGNITION_FAILED, Ears, Listener
from assistant.recognition.base import Hints, Transcript
from assistant.recognition.router import RoutedRecognizer
from audio.detector import DetectorEvent, DetectorSettings
from audio.frames import SAMPLE_RATE_HZ
from tests.conversation.room import Loudspeaker, Microphone
from tests.conversation.talk import Engines, PunctualDetector, PunctualRecognizer
from tests.conversation.virtual_time import in_virtual_time, now_s
from tests.recognition.speech import needs_flite, say

pytestmark = pytest.mark.skipif(needs_flite, reason="nobody can speak: flite is missing")


class Ear:
    """A listener at work, and all that it told."""

    def __init__(self, engines: Engines, free_text: bool = False, *, routed: bool = False) -> None:
        assert isinstance(engines.recognizer, PunctualRecognizer)
        self.recognizer = engines.recognizer
        self.mic = Microphone(Loudspeaker())
        self.posted: list[m.Happening] = []
        self.transcripts: list[tuple[float, Transcript]] = []
        self.began_s = now_s()
        recognizer = RoutedRecognizer(self.recognizer, None) if routed else self.recognizer

        def make(on_event: Callable[[DetectorEvent], None]) -> PunctualDetector:
            return PunctualDetector(DetectorSettings(), on_event)

        self.listener = Listener(
            Ears(self.mic, make, recognizer),
            longest_turn_s=20.0,
            clock=now_s,
            post=self.posted.append,
            hints=lambda: Hints(free_text=free_text),
            on_partial=lambda turn, rev, partial: None,
            on_transcript=self._transcribed,
            on_moved=lambda: None,
        )

    def _transcribed(self, turn: int, rev: int, began_s: float, transcript: Transcript) -> str:
        self.transcripts.append((began_s, transcript))
        return f"[{transcript.text}]"

    def sample(self, at_s: float) -> int:
        return round((at_s - self.began_s) * SAMPLE_RATE_HZ)

    def fed_samples(self) -> int:
        return sum(len(pcm) for pcm in self.recognizer.fed)


@asynccontextmanager
async def listening(ear: Ear) -> AsyncIterator[asyncio.TaskGroup]:
    async with asyncio.TaskGroup() as group:
        run = group.create_task(ear.listener.run())
        await asyncio.sleep(0.1)
        yield group
        await ear.mic.close()
        await run


@in_virtual_time
async def test_speech_is_reported_with_its_place_and_time(engines: Engines) -> None:
    ear = Ear(engines)
    async with listening(ear):
        said = ear.mic.say(say("turn on the light", "rms", lead_s=0, trail_s=0))
        await asyncio.sleep(3.0)
    hinted, started, stopped = ear.posted
    assert isinstance(hinted, m.SpeechHinted)
    assert hinted.at_s <= started.at_s - 0.05
    assert isinstance(started, m.SpeechStarted)
    assert isinstance(stopped, m.SpeechStopped)
    assert started.sample / SAMPLE_RATE_HZ == pytest.approx(said.start_s - ear.began_s, abs=0.3)
    assert stopped.voice_end_s == pytest.approx(said.end_s, abs=0.3)
    assert stopped.at_s >= stopped.voice_end_s + 0.1  # the hangover
    assert started.at_s <= started.sample / SAMPLE_RATE_HZ + ear.began_s + 0.25


@in_virtual_time
async def test_a_turn_is_recognised_from_the_sound_before_it(engines: Engines) -> None:
    ear = Ear(engines)
    async with listening(ear) as group:
        said = ear.mic.say(say("what time is it"))
        await asyncio.sleep(said.end_s - now_s())  # only now does anybody ask for it
        ear.listener.start(m.StartRecognition(1, 0, ear.sample(said.start_s)))
        ear.listener.finish(m.FinishRecognition(1, 0), group)
    assert [transcript.text for _, transcript in ear.transcripts] == ["what time is it"]
    assert ear.transcripts[0][0] == pytest.approx(said.start_s + 0.5, abs=0.3)
    ready = ear.posted[-1]
    assert isinstance(ready, m.TranscriptReady)
    assert (ready.turn, ready.rev, ready.text) == (1, 0, "[what time is it]")


@in_virtual_time
async def test_what_the_assistant_said_is_no_part_of_a_turn(engines: Engines) -> None:
    ear = Ear(engines)
    async with listening(ear):
        await asyncio.sleep(1.0)
        ear.listener.spoke()
        await asyncio.sleep(0.5)
        ear.listener.start(m.StartRecognition(1, 0, 0))
        assert ear.fed_samples() == pytest.approx(0.5 * SAMPLE_RATE_HZ, abs=320)


@in_virtual_time
async def test_it_goes_on_listening_to_the_turn(engines: Engines) -> None:
    ear = Ear(engines)
    async with listening(ear):
        ear.listener.start(m.StartRecognition(1, 0, ear.sample(now_s())))
        await asyncio.sleep(1.0)
        assert ear.fed_samples() == pytest.approx(SAMPLE_RATE_HZ, abs=640)


@pytest.mark.parametrize("again_s", [0.0, 0.01])
@in_virtual_time
async def test_a_turn_that_goes_on_makes_the_earlier_result_void(engines: Engines, again_s: float) -> None:
    """Also when the recogniser had not even begun to finish."""
    ear = Ear(engines)
    async with listening(ear) as group:
        said = ear.mic.say(say("what time is it"))
        await asyncio.sleep(said.end_s - now_s())
        ear.listener.start(m.StartRecognition(1, 0, ear.sample(said.start_s)))
        ear.listener.finish(m.FinishRecognition(1, 0), group)
        if again_s:
            await asyncio.sleep(0)
        ear.listener.start(m.StartRecognition(1, 1, ear.sample(said.start_s)))
        assert len(ear.recognizer.open) == 1
        await asyncio.sleep(0.5)
        assert ear.transcripts == []
        ear.listener.finish(m.FinishRecognition(1, 1), group)
    assert [transcript.text for _, transcript in ear.transcripts] == ["what time is it"]
    assert [event.rev for event in ear.posted if isinstance(event, m.TranscriptReady)] == [1]
    assert ear.recognizer.open == []


@in_virtual_time
async def test_the_end_of_the_source_forgets_the_turn(engines: Engines) -> None:
    ear = Ear(engines)
    async with listening(ear):
        ear.listener.start(m.StartRecognition(1, 0, 0))
    assert ear.recognizer.open == []


@in_virtual_time
async def test_finishing_what_never_began_is_told(engines: Engines) -> None:
    ear = Ear(engines)
    async with listening(ear) as group:
        ear.listener.finish(m.FinishRecognition(7, 0), group)
    (failed,) = ear.posted
    assert isinstance(failed, m.Failed)
    assert (failed.turn, failed.sentence) == (7, RECOGNITION_FAILED)


@pytest.mark.parametrize("free_text", [False, True])
@in_virtual_time
async def test_hints_are_what_is_known_at_the_end_of_the_utterance(engines: Engines, free_text: bool) -> None:
    ear = Ear(engines, free_text, routed=True)
    async with listening(ear) as group:
        said = ear.mic.say(say("what time is it"))
        ear.listener.start(m.StartRecognition(1, 0, ear.sample(said.start_s)))
        await asyncio.sleep(said.end_s - now_s())
        ear.listener.finish(m.FinishRecognition(1, 0), group)
    assert ("free text" in ear.transcripts[0][1].reason) == free_text


@in_virtual_time
async def test_an_hour_of_silence_takes_no_more_memory_than_the_longest_turn(engines: Engines) -> None:
    """In miniature: what is kept before a turn is bounded."""
    ear = Ear(engines)
    async with listening(ear):
        await asyncio.sleep(40.0)
        ear.listener.start(m.StartRecognition(1, 0, 0))
        assert ear.fed_samples() == pytest.approx(30.0 * SAMPLE_RATE_HZ, abs=640)
        assert not np.concatenate(ear.recognizer.fed).any()
