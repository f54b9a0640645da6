"""Wake words that did not count, as observers are told of them."""

import asyncio
from dataclasses import replace

import pytest

from assistant import events
from assistant.conversation.machine import NOTHING_HEARD
from tests.conversation.talk import Engines, conversation
from tests.conversation.virtual_time import in_virtual_time
from tests.recognition.speech import needs_flite, say

pytestmark = pytest.mark.skipif(needs_flite, reason="nobody can speak: flite is missing")


@in_virtual_time
async def test_a_wake_word_without_words_is_dropped_without_a_sound(engines: Engines) -> None:
    async with conversation(engines, open_mic=False, wake_words=["hey_jarvis"], chime=True) as talk:
        talk.session._state = replace(talk.session.state, wake_needs_words=True)
        await talk.say(say("hey jarvis", "rms"))
        await asyncio.sleep(8.0)
        assert talk.loudspeaker.played == []
        await talk.turn(say("hey jarvis. turn on the light", "rms"))
    woken, dropped, again = talk.of(events.WakeWordJudged)
    assert (woken.word, woken.accepted, woken.reason) == ("hey_jarvis", True, "")
    assert (dropped.accepted, dropped.reason, dropped.probability) == (False, "no words", woken.probability)
    assert again.accepted
    assert [text for _, text, _ in talk.script.asked] == ["turn on the light"]


@in_virtual_time
async def test_otherwise_a_person_is_told(engines: Engines) -> None:
    async with conversation(engines, open_mic=False, wake_words=["hey_jarvis"]) as talk:
        await talk.say(say("hey jarvis", "rms"))
        await talk.turns(1)
    assert [event.text for event in talk.of(events.Spoken)] == [NOTHING_HEARD]


@in_virtual_time
async def test_a_near_miss_is_told_with_its_probability(engines: Engines) -> None:
    async with conversation(engines, open_mic=False, wake_words=["hey_jarvis:1"]) as talk:
        await talk.say(say("hey jarvis", "rms", trail_s=2.0))
    (near,) = talk.of(events.WakeWordJudged)
    assert (near.accepted, near.reason) == (False, "near miss")
    assert 0.5 < near.probability < 1.0
