"""A person talks over an answer; and the assistant hears itself."""

import asyncio
import re
import threading

import pytest

from assistant import events
from assistant.conversation.machine import BargeIn, Phase
from assistant.dialogue.client import DialogueUnavailable, TurnDone
from audio.frames import SAMPLE_RATE_HZ
from tests.conversation.talk import Engines, Line, Script, Talk, conversation
from tests.conversation.virtual_time import INSTANT_S, in_virtual_time, now_s
from tests.recognition.speech import needs_flite, say

pytestmark = pytest.mark.skipif(needs_flite, reason="nobody can speak: flite is missing")

STORY = (
    "Once upon a time there was a king who had three daughters.",
    "The eldest could sing, the second could dance, and the youngest knew how to be silent.",
)


def story(*then: Line) -> Script:
    return Script({"what time is it": [*STORY, *then], "stop": ["Okay."]})


async def telling(talk: Talk, seconds: float) -> None:
    """The answer has been audible for so long."""
    await talk.say(say("what time is it", "rms"))
    await talk.until(lambda: bool(talk.loudspeaker.played))
    await asyncio.sleep(talk.loudspeaker.played[0].start_s + seconds - now_s())


def spoken_s(talk: Talk) -> float:
    """How long the loudspeaker has been audible."""
    return talk.loudspeaker.played_samples / SAMPLE_RATE_HZ


@in_virtual_time
async def test_the_wake_word_silences_the_answer_at_once(engines: Engines) -> None:
    async with conversation(engines, story(), open_mic=False, wake_words=["hey_jarvis"]) as talk:
        await talk.say(say("hey jarvis", "rms"))
        await telling(talk, 2.0)
        talk.mic.say(say("hey jarvis", "rms"))
        ended = await talk.turns(1)
        assert talk.loudspeaker.silent_since_s <= ended.at_s + INSTANT_S
        await talk.turn(say("stop", "rms"))
    interrupted, okay = talk.of(events.Spoken)
    assert interrupted.interrupted
    assert ended.outcome == "interrupted"
    assert [text for _, text, _ in talk.script.asked] == ["what time is it", "stop"]
    assert okay.text == "Okay."
    assert talk.script.was_heard == [("here", interrupted.heard)]
    assert list(talk.session.history)[1] == ("assistant", interrupted.heard)


@in_virtual_time
async def test_the_wake_word_and_the_next_command_in_one_breath(engines: Engines) -> None:
    async with conversation(engines, story(), wake_words=["hey_jarvis"]) as talk:
        await telling(talk, 2.0)
        talk.mic.say(say("hey jarvis. turn on the light", "rms"))
        await talk.turns(2)
    assert [text for _, text, _ in talk.script.asked] == ["what time is it", "turn on the light"]


@in_virtual_time
async def test_what_counts_as_heard_is_what_was_played(engines: Engines) -> None:
    async with conversation(engines, story()) as talk:
        await telling(talk, 2.5)
        talk.session.interrupt()
        audible = spoken_s(talk)
    (spoken,) = talk.of(events.Spoken)
    assert spoken.text.startswith(spoken.heard)
    assert 20 < len(spoken.heard) < len(STORY[0])
    assert re.fullmatch(r".*\w", spoken.heard)
    assert 2.4 < audible < 2.7
    assert engines.voice is not None
    alone = 0
    async for clause in engines.voice.speak(spoken.heard, threading.Event(), cacheable=False):
        alone += len(clause.pcm)
    assert alone / SAMPLE_RATE_HZ == pytest.approx(audible, abs=0.7)  # a last word is longer, and may be cut


@in_virtual_time
async def test_words_over_the_answer_are_the_next_turn_from_the_first_on(engines: Engines) -> None:
    async with conversation(engines, story(), barge_in=BargeIn.SPEECH) as talk:
        await telling(talk, 2.0)
        await talk.say(say("turn off the lamp in the bedroom", lead_s=0))
        await talk.turns(2)
    assert talk.ducked == [True, False]
    assert [text for _, text, _ in talk.script.asked][1] == "turn off the lamp in the bedroom"
    interrupted = talk.of(events.Spoken)[0]
    assert interrupted.interrupted
    assert interrupted.heard
    assert talk.script.was_heard == [("here", interrupted.heard)]


@in_virtual_time
async def test_a_short_noise_does_not_lose_the_answer(engines: Engines) -> None:
    async with conversation(engines, story(), barge_in=BargeIn.SPEECH) as talk:
        await telling(talk, 2.0)
        talk.mic.say(say("yes", "rms", lead_s=0)[: int(0.35 * SAMPLE_RATE_HZ)])
        ended = await talk.turns(1)
    assert talk.ducked == [True, False]
    assert ended.outcome == "answered"
    assert talk.of(events.Spoken)[0].heard == " ".join(STORY)
    assert talk.script.was_heard == []


@in_virtual_time
async def test_speech_alone_does_not_interrupt_by_default(engines: Engines) -> None:
    async with conversation(engines, story()) as talk:
        await telling(talk, 2.0)
        talk.mic.say(say("turn off the lamp in the bedroom"))
        ended = await talk.turns(1)
    assert ended.outcome == "answered"
    assert talk.of(events.Spoken)[0].heard == " ".join(STORY)


@in_virtual_time
async def test_nothing_of_the_old_answer_follows_an_interruption(engines: Engines) -> None:
    async with conversation(engines, story(2.0, "And then she said a word.")) as talk:
        await telling(talk, 1.0)
        talk.session.interrupt()
        await asyncio.sleep(5.0)
        played_s = spoken_s(talk)
    assert played_s == pytest.approx(1.0, abs=0.1)
    assert all("she said" not in event.text for event in talk.of(events.Replied))
    assert len(talk.of(events.TurnEnded)) == 1


@in_virtual_time
async def test_a_dialogue_that_cannot_be_told_what_was_heard_ends_no_conversation(engines: Engines) -> None:
    script = story()
    script.heard_error = DialogueUnavailable("I lost my train of thought.")
    async with conversation(engines, script) as talk:
        await telling(talk, 1.0)
        talk.session.interrupt()
        await talk.turn(say("stop", "rms"))
    assert len(script.was_heard) == 1
    assert [event.outcome for event in talk.of(events.TurnEnded)] == ["interrupted", "answered"]


@in_virtual_time
async def test_an_announcement_that_is_interrupted_is_none_of_the_dialogues_business(
    engines: Engines,
) -> None:
    async with conversation(engines) as talk:
        talk.session.announce("Your timer for the pasta is done, and has been for an hour.")
        await talk.until(lambda: talk.session.state.phase is Phase.SPEAKING)
        await asyncio.sleep(1.0)
        talk.session.interrupt()
        await talk.turns(1)
    assert talk.of(events.Spoken)[0].interrupted
    assert talk.script.was_heard == []


# ── its own voice ─────────────────────────────────────────────────────────────────────────────────────────

ANSWER = "Okay. Turn off the lamp in the bedroom."


@in_virtual_time
async def test_it_does_not_answer_itself(engines: Engines) -> None:
    """An open loudspeaker that is late, as wireless ones are."""
    script = Script({"what time is it": [ANSWER]})
    async with conversation(engines, script, echo=0.5, echo_delay_s=2.2) as talk:
        await talk.turn(say("what time is it", "rms"))
        ended = await talk.turns(2)
        await asyncio.sleep(5.0)
    assert ended.outcome == "nothing-heard"
    assert len(script.asked) == 1
    echo = talk.of(events.Heard)[1]
    assert echo.text == ""
    assert "lamp in the bedroom" in echo.reason


@in_virtual_time
async def test_its_own_voice_through_the_loudspeaker_is_no_turn(engines: Engines) -> None:
    script = Script({"what time is it": [ANSWER]})
    async with conversation(engines, script, echo=0.5, echo_delay_s=0.08) as talk:
        await talk.turn(say("what time is it", "rms"))
        await asyncio.sleep(5.0)
    assert len(script.asked) == 1
    assert len(talk.of(events.TurnEnded)) == 1


@in_virtual_time
async def test_a_person_may_say_the_same(engines: Engines) -> None:
    script = Script({"what time is it": [ANSWER]})
    async with conversation(engines, script) as talk:
        await talk.turn(say("what time is it", "rms"))
        await asyncio.sleep(3.5)
        await talk.turn(say("turn off the lamp in the bedroom"))
    assert script.asked[1][1] == "turn off the lamp in the bedroom"


@in_virtual_time
async def test_what_a_person_says_to_an_answer_is_no_echo(engines: Engines) -> None:
    script = Script({"what time is it": ["Okay, I've turned the lamp in the bedroom on."]})
    async with conversation(engines, script) as talk:
        await talk.turn(say("what time is it", "rms"))
        await talk.turn(say("turn off the lamp in the bedroom"))
    assert script.asked[1][1] == "turn off the lamp in the bedroom"


@in_virtual_time
async def test_a_question_may_be_answered_in_its_own_words(engines: Engines) -> None:
    question = "Shall I turn on the light, or turn off the lamp in the bedroom?"
    script = Script({"what time is it": [question, TurnDone("form", "choice")]})
    async with conversation(engines, script) as talk:
        await talk.turn(say("what time is it", "rms"))
        await asyncio.sleep(0.3)
        await talk.turn(say("turn off the lamp in the bedroom"))
    assert script.asked[1][1] == "turn off the lamp in the bedroom"
