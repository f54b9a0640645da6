"""Typed conversations, with a scripted dialogue in virtual time."""

import asyncio
from typing import Any, cast

import pytest

from assistant import events
from assistant.app import Assistant
from assistant.channels.record import TurnRecord
from assistant.channels.typed import SESSION, ConversationOver, TypedConversation
from assistant.config.model import Config
from assistant.dialogue.engine import Dialogue
from assistant.storage.due import Kind
from tests.conversation.talk import Script
from tests.conversation.virtual_time import in_virtual_time


def assistant_with(script: Script) -> Assistant:
    """One that has not been started: only what sessions need is there."""
    assistant = Assistant(Config())
    assistant.dialogue = cast(Dialogue, script)
    return assistant


@in_virtual_time
async def test_one_turn_after_the_other() -> None:
    script = Script({"hello": [1.0, "Good morning."], "what time is it": ["It is noon.", "Or later."]})
    async with TypedConversation(assistant_with(script)) as talk:
        first, second = await asyncio.gather(talk.turn("hello"), talk.turn("what time is it"))
    assert [reply["text"] for reply in first.replies] == ["Good morning."]
    assert [reply["text"] for reply in second.replies] == ["It is noon.", "Or later."]
    assert (first.turn, second.turn) == (1, 2)
    assert [sender for sender, _, _ in script.asked] == [SESSION] * 2
    assert second.stages_s["first_text"] < 0.1  # it has not waited for the first in its own time
    assert talk.unfinished == []


@in_virtual_time
async def test_a_conversation_that_ends_in_the_middle_of_a_turn() -> None:
    script = Script({"hello": ["Good morning.", 20.0, "How are you?"]})
    talk = TypedConversation(assistant_with(script))
    async with talk:
        turn = asyncio.create_task(talk.turn("hello"))
        await asyncio.sleep(1.0)
    with pytest.raises(ConversationOver):
        await turn
    assert [reply["text"] for reply in talk.unfinished[0].replies] == ["Good morning."]


@in_virtual_time
async def test_timers_ring_where_somebody_listens_and_wait_for_them() -> None:
    assistant = assistant_with(Script({"hello": ["Good morning."]}))
    said: list[tuple[str, str]] = []

    def watch(event: events.Event) -> None:
        if isinstance(event, events.Replied):
            said.append((event.session, event.text))

    assistant.bus.observe(watch)
    async with TypedConversation(assistant) as talk:
        ringing = asyncio.create_task(assistant._announce("Your timer is done.", Kind.TIMER))
        await talk.turn("hello")
        await asyncio.sleep(5.0)
        assert not ringing.done()
        room = assistant.session("sound", open_mic=False)
        running = asyncio.create_task(room.run())
        await room.until(lambda: len(said) == 2)
        await ringing
        running.cancel()
        await asyncio.wait({running})
        late = asyncio.create_task(assistant._announce("Your other timer is done.", Kind.TIMER))
        await asyncio.sleep(5.0)
        assert not late.done()  # whose loudspeaker is gone does not hear it
        late.cancel()
        await asyncio.wait({late})
    assert said == [("console", "Good morning."), ("sound", "Your timer is done.")]


# ── records of another process ────────────────────────────────────────────────────────────────────────────


def record() -> TurnRecord:
    services: list[dict[str, Any]] = [
        {"service": "home.set", "input": {"state": "on"}, "ok": True, "result": {"on": True}, "took_s": 0.01},
        {"service": "home.set", "input": {}, "ok": False, "error": "No such light.", "took_s": 0.0},
    ]
    return TurnRecord(
        turn=3,
        transcript="turn on the light",
        intent="turn_on",
        confidence=0.9,
        entities=[{"entity": "device", "value": "light"}],
        services=services,
        replies=[{"text": "Okay.", "source": "template"}],
        troubles=[{"part": "voice", "text": "It is hoarse."}],
        outcome="answered",
        stages_s={"done": 0.2},
    )


def test_a_record_survives_the_journey_and_tells_the_same() -> None:
    sent = record().as_dict()
    came = TurnRecord.from_dict({**sent, "of a later version": 1})
    assert came == record()
    kinds = [type(event) for event in came.events("console")]
    assert kinds == [
        events.Understood,
        events.ServiceCalled,
        events.ServiceCalled,
        events.Replied,
        events.Trouble,
        events.TurnEnded,
    ]
    assert {event.turn for event in came.events("console")} == {3}


def test_what_is_no_record() -> None:
    with pytest.raises(TypeError):
        TurnRecord.from_dict({"transcript": "hello"})
