"""Mute: silence in the middle of a sentence, and answers that are shown only, with the embedded voice in virtual
time."""

import asyncio
from dataclasses import replace

import pytest

from assistant import events
from tests.conversation.talk import Engines, conversation
from tests.conversation.test_interruption import story, telling
from tests.conversation.virtual_time import INSTANT_S, in_virtual_time, now_s
from tests.recognition.speech import needs_flite, say

pytestmark = pytest.mark.skipif(needs_flite, reason="nobody can speak: flite is missing")


@in_virtual_time
async def test_what_is_being_said_ends_in_the_middle_and_the_next_answer_is_only_shown(
    engines: Engines,
) -> None:
    async with conversation(engines, story()) as talk:
        await telling(talk, 1.5)
        talker = talk.session._talker
        talker._mouth = replace(talker._mouth, muted=lambda: True)
        muted_s = now_s()
        talk.session.hush()
        await talk.turns(1)
        assert talk.loudspeaker.silent_since_s <= muted_s + INSTANT_S
        played = talk.loudspeaker.played_samples
        await talk.turn(say("what time is it", "rms"))
        assert talk.loudspeaker.played_samples == played
    first, second = talk.of(events.Spoken)
    assert first.interrupted
    assert second.text.startswith("Once upon a time")


@in_virtual_time
async def test_a_turn_that_is_still_thought_about_goes_on(engines: Engines) -> None:
    async with conversation(engines, story()) as talk:
        talk.session.hush()  # nothing is said yet
        await talk.turn(say("what time is it", "rms"))
        await asyncio.sleep(0)
    [spoken] = talk.of(events.Spoken)
    assert not spoken.interrupted
