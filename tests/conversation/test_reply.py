"""A reply on its own: the real voice, a loudspeaker in virtual time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from assistant.conversation.reply import MAX_TEXTS, Reply
from audio.errors import CannotWrite
from audio.frames import SAMPLE_RATE_HZ, Pcm
from tests.conversation.room import Loudspeaker
from tests.conversation.talk import Engines
from tests.conversation.virtual_time import INSTANT_S, in_virtual_time, now_s

FIRST = "The first clause is here, and the second one follows."


class Told:
    """What a reply told, and when."""

    def __init__(self) -> None:
        self.stages: dict[str, float] = {}
        self.heard_s: list[float] = []
        self.troubles: list[str] = []

    def stage(self, name: str) -> None:
        self.stages.setdefault(name, now_s())

    def heard(self) -> None:
        self.heard_s.append(now_s())


@asynccontextmanager
async def replying(
    engines: Engines, loudspeaker: Loudspeaker | None
) -> AsyncIterator[tuple[Reply, Told, asyncio.TaskGroup]]:
    told = Told()
    reply = Reply(
        engines.voice, loudspeaker, on_stage=told.stage, on_heard=told.heard, on_trouble=told.troubles.append
    )
    async with asyncio.TaskGroup() as group:
        reply.start(group)
        yield reply, told, group


@in_virtual_time
async def test_texts_are_spoken_in_order_and_heard_when_all_has_left(engines: Engines) -> None:
    loudspeaker = Loudspeaker()
    async with replying(engines, loudspeaker) as (reply, told, _):
        begun_s = now_s()
        reply.say(FIRST)
        await asyncio.sleep(1.0)
        assert told.heard_s == []
        reply.say("And this is the end.")
        reply.close()
    assert told.heard_s == [pytest.approx(loudspeaker.silent_since_s)]
    assert reply.heard() == reply.text == f"{FIRST} And this is the end."
    assert told.stages["first_clause"] == pytest.approx(begun_s)
    assert told.stages["first_sound"] == pytest.approx(begun_s, abs=0.005)
    gaps = [b.start_s - a.end_s for a, b in zip(loudspeaker.played, loudspeaker.played[1:], strict=False)]
    assert max(gaps) < INSTANT_S  # no silence between clauses, nor between texts


@pytest.mark.parametrize("stopped_s", [0.0, 0.05, 0.7, 1.4, 2.1])
@in_virtual_time
async def test_stopping_it_is_instant_and_tells_what_was_heard(engines: Engines, stopped_s: float) -> None:
    loudspeaker = Loudspeaker()
    async with replying(engines, loudspeaker) as (reply, told, _):
        reply.say(FIRST)
        await asyncio.sleep(stopped_s)
        heard = reply.stop()
        stopped_at_s = now_s()
        assert reply.stop() == heard
    assert now_s() == stopped_at_s  # its task ends by itself, and at once
    assert loudspeaker.silent_since_s <= stopped_at_s + INSTANT_S
    assert told.heard_s == []
    assert FIRST.startswith(heard)
    assert len(heard) == pytest.approx(len(FIRST) * stopped_s / 2.9, abs=9)


@in_virtual_time
async def test_more_texts_than_can_wait_are_shown(engines: Engines) -> None:
    """And the reply ends all the same."""
    loudspeaker = Loudspeaker()
    async with replying(engines, loudspeaker) as (reply, told, _):
        for number in range(MAX_TEXTS + 20):
            reply.say(f"{number}.")
        reply.close()
    assert len(told.heard_s) == 1
    assert reply.text.endswith(f" {MAX_TEXTS + 19}.")
    assert loudspeaker.written_samples > 20 * SAMPLE_RATE_HZ


@pytest.mark.parametrize("text", ["", "…", "?!"])
@in_virtual_time
async def test_a_text_with_nothing_to_say(engines: Engines, text: str) -> None:
    async with replying(engines, Loudspeaker()) as (reply, told, _):
        reply.say(text)
        reply.close()
    assert len(told.heard_s) == 1
    assert set(told.stages) <= {"voice"}


@in_virtual_time
async def test_without_a_loudspeaker_it_counts_as_heard(engines: Engines) -> None:
    async with replying(engines, None) as (reply, told, _):
        reply.say(FIRST)
        assert reply.heard() == FIRST
        reply.close()
    assert len(told.heard_s) == 1


class FullDisk(Loudspeaker):
    async def write(self, pcm: Pcm) -> None:
        if len(self.played) >= 3:
            raise CannotWrite("answers.wav cannot be written: No space left on device.")
        await super().write(pcm)


@in_virtual_time
async def test_sound_that_cannot_be_kept_is_said_once(engines: Engines) -> None:
    async with replying(engines, FullDisk()) as (reply, told, _):
        reply.say(FIRST)
        await asyncio.sleep(3.0)
        reply.say("More.")
        assert told.heard_s == []
        reply.close()
    assert told.troubles == ["answers.wav cannot be written: No space left on device."]
    assert len(told.heard_s) == 1
    assert reply.heard() == f"{FIRST} More."


@in_virtual_time
async def test_a_loudspeaker_of_another_rate(engines: Engines) -> None:
    class Fine(Loudspeaker):
        sample_rate_hz = 48_000

    fine, plain = Fine(), Loudspeaker()
    for loudspeaker in (fine, plain):
        async with replying(engines, loudspeaker) as (reply, _, _):
            reply.say("Good morning.")
            reply.close()
    assert fine.written_samples == pytest.approx(3 * plain.written_samples, rel=0.01)
