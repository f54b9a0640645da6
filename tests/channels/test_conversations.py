"""Typed conversations of others, with a scripted dialogue in virtual time."""

import asyncio
from contextlib import suppress
from typing import cast

import pytest

from assistant.app import Assistant
from assistant.channels.conversations import MOST_OF_CALLER, MOST_WAITING, CannotConverse, Conversations
from assistant.config.model import Config
from assistant.dialogue.engine import Dialogue
from tests.conversation.talk import Script
from tests.conversation.virtual_time import in_virtual_time


def assistant_with(script: Script) -> Assistant:
    assistant = Assistant(Config())
    assistant.dialogue = cast(Dialogue, script)
    return assistant


def clock() -> float:
    return asyncio.get_running_loop().time()


@in_virtual_time
async def test_each_has_a_conversation_of_its_own_and_they_do_not_wait_for_each_other() -> None:
    script = Script({"slow": [5.0, "At last."], "hello": ["Good morning."]})
    async with Conversations(assistant_with(script), clock=clock) as conversations:
        slow = asyncio.create_task(conversations.turn("api:a:1", "slow"))
        await asyncio.sleep(0.1)
        quick = await conversations.turn("mqtt:b", "hello", room="kitchen", person="Ann")
        assert not slow.done()
        assert quick.record.replies[0]["text"] == "Good morning."
        assert (await slow).record.replies[0]["text"] == "At last."
    assert [sender for sender, _, _ in script.asked] == ["api:a:1", "mqtt:b"]


@in_virtual_time
async def test_who_asks_too_much_is_refused_and_nobody_else_waits() -> None:
    """All conversations of one caller together, under way and in a minute; the owner's own are not counted."""
    script = Script({"slow": [5.0, "At last."], "hello": ["Good morning."]})
    assistant = assistant_with(script)
    most = assistant.config.oversight.turns_per_minute
    async with Conversations(assistant, clock=clock) as conversations:
        flood = [asyncio.create_task(conversations.turn(f"api:a:{n}", "slow")) for n in range(20)]
        await asyncio.sleep(0.1)
        refused = [task.exception() for task in flood if task.done()]
        assert len(refused) == 20 - MOST_OF_CALLER
        assert {str(error) for error in refused} == {"That was asked too often. Please wait a moment."}
        for other in ("api:b:1", "mqtt:hall", "conversation-c"):
            assert (await conversations.turn(other, "hello")).record.replies[0]["text"] == "Good morning."
        await asyncio.gather(*flood, return_exceptions=True)
        with suppress(CannotConverse):
            for _ in range(most + 1):
                await conversations.turn("api:a:1", "hello")
        with pytest.raises(CannotConverse, match="too often"):
            await conversations.turn("api:a:99", "hello")
        await conversations.turn("api:b:1", "hello")
        await asyncio.sleep(60)
        await conversations.turn("api:a:99", "hello")


@in_virtual_time
async def test_room_and_person_are_those_of_each_turn() -> None:
    assistant = assistant_with(Script({"hello": [1.0, "Good morning."]}))
    seen = []

    async with Conversations(assistant, clock=clock) as conversations:
        for room, person in (("kitchen", "Ann"), ("", "")):
            turn = asyncio.create_task(conversations.turn("mqtt:a", "hello", room=room, person=person))
            await asyncio.sleep(0.5)
            seen.append(assistant._whereabouts("mqtt:a"))
            await turn
    assert seen == [("kitchen", "Ann"), ("", "")]
    assert assistant._whereabouts("mqtt:a") is None, "it is over, and forgotten"


@in_virtual_time
async def test_who_does_not_wait_any_more_does_not_confuse_the_next() -> None:
    script = Script({"first": [3.0, "One."], "second": ["Two."]})
    async with Conversations(assistant_with(script), clock=clock) as conversations:
        gone = asyncio.create_task(conversations.turn("a", "first"))
        await asyncio.sleep(1.0)
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)
        turn = await conversations.turn("a", "second")
        assert [reply["text"] for reply in turn.record.replies] == ["Two."]
    assert [text for _, text, _ in script.asked] == ["first", "second"]


@in_virtual_time
async def test_idle_ones_end_and_the_one_that_was_used_longest_ago_makes_room() -> None:
    script = Script({"hello": ["Good morning."], "slow": [50.0, "At last."]})
    async with Conversations(assistant_with(script), most=2, idle_s=60.0, clock=clock) as conversations:
        await conversations.turn("a", "hello")
        await asyncio.sleep(10)
        await conversations.turn("b", "hello")
        await conversations.turn("c", "hello")
        assert list(conversations.names) == ["b", "c"]
        await asyncio.sleep(61)
        await conversations.turn("d", "hello")
        assert list(conversations.names) == ["d"]
        busy = [asyncio.create_task(conversations.turn(name, "slow")) for name in ("d", "e")]
        await asyncio.sleep(1)
        with pytest.raises(CannotConverse, match="too many"):
            await conversations.turn("f", "hello")
        for task in busy:
            task.cancel()


@in_virtual_time
async def test_one_conversation_waits_for_a_few_turns_only() -> None:
    script = Script({"slow": [1.0, "Done."]})
    async with Conversations(assistant_with(script), clock=clock) as conversations:
        turns = [asyncio.create_task(conversations.turn("a", "slow")) for _ in range(MOST_WAITING)]
        await asyncio.sleep(0.1)
        with pytest.raises(CannotConverse, match="One thing after the other"):
            await conversations.turn("a", "slow")
        assert [turn.record.turn for turn in await asyncio.gather(*turns)] == [1, 2, 3, 4]


@in_virtual_time
async def test_the_end_is_told_to_those_who_wait() -> None:
    script = Script({"slow": [50.0, "At last."]})
    async with Conversations(assistant_with(script), clock=clock) as conversations:
        turn = asyncio.create_task(conversations.turn("a", "slow"))
        await asyncio.sleep(1)
    with pytest.raises(CannotConverse, match="shutting down"):
        await turn
    with pytest.raises(CannotConverse, match="shutting down"):
        await conversations.turn("a", "slow")
