"""Parts fail; the conversation does not."""

import asyncio
import threading
from collections.abc import Iterator
from typing import cast

import numpy as np
import pytest

from assistant import events
from assistant.bus import Bus
from assistant.conversation.listener import RECOGNITION_FAILED
from assistant.conversation.machine import TOO_SLOW, State, Timing
from assistant.conversation.reply import VOICE_FAILED
from assistant.conversation.session import Session
from assistant.conversation.thinker import DIALOGUE_FAILED
from assistant.dialogue.client import DialogueUnavailable
from assistant.dialogue.engine import Dialogue
from assistant.recognition.base import OnPartial, RecognitionStream, RecognizerUnavailable, Transcript
from assistant.synthesis.engine import Sound
from assistant.synthesis.flite import FliteEngine
from assistant.synthesis.voice import SpokenVoice
from audio.errors import DeviceLost
from audio.frames import Pcm
from tests.conversation.talk import (
    Engines,
    PunctualRecognizer,
    PunctualVoice,
    Script,
    Talk,
    conversation,
    trimmed,
)
from tests.conversation.virtual_time import INSTANT_S, in_virtual_time, now_s
from tests.recognition.speech import needs_flite, say

pytestmark = pytest.mark.skipif(needs_flite, reason="nobody can speak: flite is missing")

LOST = DialogueUnavailable("I lost my train of thought.")


def said(talk: Talk) -> list[str]:
    return [event.text for event in talk.of(events.Spoken)]


# ── the dialogue ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("failure", "sentence"), [(LOST, str(LOST)), (RuntimeError("a fault of ours"), DIALOGUE_FAILED)]
)
@in_virtual_time
async def test_a_dialogue_that_fails_is_told_and_the_next_turn_works(
    engines: Engines, failure: Exception, sentence: str
) -> None:
    script = Script({"turn on the light": [failure], "what time is it": ["It is noon."]})
    async with conversation(engines, script) as talk:
        await talk.turn(say("turn on the light"))
        await talk.turn(say("what time is it"))
    assert said(talk) == [sentence, "It is noon."]


@pytest.mark.parametrize("failure", [LOST, ValueError("no JSON")])
@in_virtual_time
async def test_an_early_parse_that_fails_is_no_loss(engines: Engines, failure: Exception) -> None:
    script = Script({"what time is it": ["It is noon."]}, parse_error=failure)
    async with conversation(engines, script) as talk:
        await talk.turn(say("what time is it"))
    assert said(talk) == ["It is noon."]
    assert script.parsed == ["what time is it"] * 2


@in_virtual_time
async def test_it_fails_in_the_middle_of_an_answer(engines: Engines) -> None:
    script = Script({"what time is it": ["It is.", 0.2, LOST]})
    async with conversation(engines, script) as talk:
        ended = await talk.turn(say("what time is it"))
    assert said(talk) == [f"It is. {LOST}"]
    assert ended.outcome == "answered"
    assert [event.text for event in talk.of(events.Trouble)] == [str(LOST)]


@in_virtual_time
async def test_a_dialogue_that_says_nothing_for_too_long(engines: Engines) -> None:
    script = Script({"what time is it": [100.0, "It is noon."], "turn on the light": ["Okay."]})
    async with conversation(engines, script) as talk:
        await talk.turn(say("what time is it"))
        await talk.turn(say("turn on the light"))
    assert said(talk) == [TOO_SLOW, "Okay."]


@in_virtual_time
async def test_a_dialogue_that_does_not_start(engines: Engines) -> None:
    script = Script(ready=False)
    async with conversation(engines, script) as talk:
        await talk.say(say("what time is it"))
        await asyncio.sleep(10.0)
        script.awake.set()  # it has given up
        await talk.turns(1)
    assert said(talk)[0].endswith("I cannot think.")


# ── recognition ───────────────────────────────────────────────────────────────────────────────────────────


class Moody(PunctualRecognizer):
    """Raises `failure` once, where it is told to: when a stream is made, fed or finished."""

    def __init__(self, engines: Engines, where: str, failure: Exception) -> None:
        assert isinstance(engines.recognizer, PunctualRecognizer)
        super().__init__(engines.recognizer.engine)
        self._where = where
        self._failure: Exception | None = failure

    def trip(self, where: str) -> None:
        if where == self._where and self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure

    def stream(self, on_partial: OnPartial | None = None) -> RecognitionStream:
        self.trip("stream")
        return _MoodyStream(self, super().stream(on_partial))


class _MoodyStream:
    def __init__(self, owner: Moody, stream: RecognitionStream) -> None:
        self._owner = owner
        self._stream = stream

    def feed(self, pcm: Pcm) -> None:
        self._owner.trip("feed")
        self._stream.feed(pcm)

    async def finish(self) -> Transcript:
        self._owner.trip("finish")
        return await self._stream.finish()

    def cancel(self) -> None:
        self._stream.cancel()


@pytest.mark.parametrize("where", ["stream", "feed", "finish"])
@in_virtual_time
async def test_a_recogniser_that_fails_once(engines: Engines, where: str) -> None:
    moody = Moody(engines, where, RuntimeError("a fault of the library"))
    script = Script({"what time is it": ["It is noon."]})
    async with conversation(Engines(moody, engines.voice), script) as talk:
        await talk.turn(say("turn on the light"))
        await talk.turn(say("what time is it"))
        assert all(stream not in moody.open for stream in moody.open[:-1])
    assert said(talk) == [RECOGNITION_FAILED, "It is noon."]


@in_virtual_time
async def test_a_recogniser_that_says_what_to_do_is_quoted(engines: Engines) -> None:
    moody = Moody(engines, "finish", RecognizerUnavailable("The model is damaged; fetch it again."))
    async with conversation(Engines(moody, engines.voice)) as talk:
        await talk.turn(say("turn on the light"))
    assert said(talk) == ["The model is damaged; fetch it again."]


@in_virtual_time
async def test_noise_is_not_answered(engines: Engines) -> None:
    noise = np.random.default_rng(1).normal(0, 3000, 16_000).astype(np.int16)
    async with conversation(engines) as talk:
        await talk.say(noise)
        await asyncio.sleep(3.0)
    assert said(talk) == []
    assert talk.script.asked == []
    assert all(event.outcome == "nothing-heard" for event in talk.of(events.TurnEnded))


@in_virtual_time
async def test_who_does_not_stop_talking_is_cut_and_answered(engines: Engines) -> None:
    async with conversation(engines, timing=Timing(max_turn_s=2.0)) as talk:
        talk.mic.say(np.concatenate([trimmed(say("turn off the lamp in the bedroom"))] * 3))
        ended = await talk.turns(1)
    assert ended.outcome == "answered"
    assert 1.9 < talk.of(events.Heard)[0].at_s - talk.events[0].at_s < 2.5


# ── voice and loudspeaker ─────────────────────────────────────────────────────────────────────────────────


class Hoarse(FliteEngine):
    """Speaks `clauses` times after it was started, then no more."""

    def __init__(self, clauses: int) -> None:
        super().__init__("slt")
        self._left = clauses + 1  # with the first it is measured

    def synthesize(self, text: str) -> Iterator[Sound]:
        if not self._left:
            raise RuntimeError("a fault of the library")
        self._left -= 1
        yield from super().synthesize(text)


@pytest.mark.parametrize("clauses", [0, 1])
@in_virtual_time
async def test_a_voice_that_fails_leaves_the_text(engines: Engines, clauses: int) -> None:
    voice = SpokenVoice(Hoarse(clauses))
    script = Script({"what time is it": ["It is noon.", 2.0, "Have a good meal."]})
    async with conversation(Engines(engines.recognizer, PunctualVoice(voice)), script) as talk:
        await voice.start()
        ended = await talk.turn(say("what time is it", "rms"))
        asked_s = talk.of(events.Understood)[0].at_s
        assert ended.at_s - asked_s < 4.0  # it waits for the dialogue, and then for nothing else
        await talk.turn(say("turn on the light"))
        await voice.close()
    assert [event.text for event in talk.of(events.Replied)][:2] == ["It is noon.", "Have a good meal."]
    assert talk.of(events.Spoken)[0].heard == "It is noon. Have a good meal."
    assert ended.outcome == "answered"
    assert {event.text for event in talk.of(events.Trouble)} == {VOICE_FAILED}


@in_virtual_time
async def test_without_a_voice_answers_are_shown(engines: Engines) -> None:
    script = Script({"what time is it": ["It is noon."]})
    async with conversation(Engines(engines.recognizer, None), script) as talk:
        ended = await talk.turn(say("what time is it", "rms"))
    assert said(talk) == ["It is noon."]
    assert ended.stages_s["done"] < 0.7


@pytest.mark.parametrize("which", ["microphone", "loudspeaker"])
@in_virtual_time
async def test_a_device_that_goes_away_ends_the_conversation(engines: Engines, which: str) -> None:

    async def lose_it() -> None:
        async with conversation(engines, Script({"what time is it": ["It is noon."]})) as talk:
            await talk.say(say("what time is it", "rms"))
            if which == "microphone":
                talk.mic.lost = True
            else:
                talk.loudspeaker.lose()
            await talk.until(lambda: talk.session.over)
            assert talk.of(events.Replied)  # the answer was shown at least

    with pytest.raises(DeviceLost, match=f"{'mic' if which == 'microphone' else 'speaker'}.* is gone"):
        await lose_it()


# ── the end ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("after_s", [0.0, 1.0, 1.6, 2.0, 2.4, 3.0])
@in_virtual_time
async def test_wherever_it_is_cancelled_nothing_is_left(engines: Engines, after_s: float) -> None:
    """In the middle of listening, recognising, thinking, speaking."""
    assert isinstance(engines.recognizer, PunctualRecognizer)
    threads = set(threading.enumerate())
    script = Script({"what time is it": [0.1, "Once upon a time there was a king.", 100.0, "The end."]})
    async with conversation(engines, script) as talk:
        talk.mic.say(say("what time is it", "rms"))
        await asyncio.sleep(after_s)
        talk.cancel()
        await talk.until(lambda: talk.session.over)
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert engines.recognizer.open == []
    assert talk.loudspeaker.silent_since_s <= now_s() + INSTANT_S
    new = {thread.name for thread in set(threading.enumerate()) - threads}
    assert not any(name == "detector" for name in new), new


@in_virtual_time
async def test_what_comes_after_the_end_is_ignored(engines: Engines) -> None:
    async with conversation(engines) as talk:
        await talk.mic.close()
        await talk.until(lambda: talk.session.over)
        talk.session.announce("Your timer is done.")
        talk.session.enter("hello")
        talk.session.interrupt()
    assert talk.events == []


@in_virtual_time
async def test_what_comes_before_the_beginning_is_kept() -> None:
    script = Script({"hello": ["Good morning."]})
    bus = Bus()
    spoken: list[str] = []
    bus.observe(lambda event: spoken.append(event.text) if isinstance(event, events.Spoken) else None)
    session = Session("here", State(), dialogue=cast(Dialogue, script), bus=bus, clock=now_s)
    session.announce("Your timer is done.")
    session.enter("hello")
    running = asyncio.create_task(session.run())
    await session.until(lambda: len(spoken) == 2)
    running.cancel()
    await asyncio.wait({running})
    assert spoken == ["Your timer is done.", "Good morning."]


# ── observers ─────────────────────────────────────────────────────────────────────────────────────────────


@in_virtual_time
async def test_observers_that_are_slow_or_fail_do_not_disturb_the_turn(engines: Engines) -> None:
    script = Script({"what time is it": ["It is noon."]})
    async with conversation(engines, script) as talk:
        unwatched = await talk.turn(say("what time is it", "rms"))
    async with conversation(engines, script) as talk:
        subscription = talk.bus.subscribe(2)
        seen: list[events.Event] = []

        async def watch() -> None:
            async for event in subscription:
                seen.append(event)
                await asyncio.sleep(5.0)

        def fail(event: events.Event) -> None:
            raise BrokenPipeError

        watching = asyncio.create_task(watch())
        talk.bus.observe(fail)
        watched = await talk.turn(say("what time is it", "rms"))
        subscription.close()
        await watching
    assert subscription.dropped > 0
    assert 0 < len(seen) < len(talk.events)
    done_s, done_too_s = watched.stages_s.pop("done"), unwatched.stages_s.pop("done")
    assert watched.stages_s == pytest.approx(unwatched.stages_s)
    assert done_s == pytest.approx(done_too_s, abs=0.05)  # flite's noise moves the end of its last word
