"""Traces of real conversations, in virtual time."""

import asyncio
from collections.abc import Sequence

import pytest

from assistant.events import WakeWordJudged
from assistant.observe.collector import Collector
from assistant.observe.lag import LagMonitor
from assistant.observe.record import TurnTrace
from assistant.observe.trace import STAGES
from assistant.observe.waterfall import waterfall
from tests.conversation.conftest import engines, flite, sphinx  # noqa: F401
from tests.conversation.talk import Engines, Line, Script, Talk, conversation
from tests.conversation.virtual_time import in_virtual_time, now_s, virtual_loop
from tests.recognition.speech import needs_flite, say

pytestmark = pytest.mark.skipif(needs_flite, reason="nobody can speak: flite is missing")

EPOCH_S = 1_700_000_000.0
SCRIPT: dict[str, Sequence[Line]] = {"what time is it": ["It is noon."]}


def collected(talk: Talk, *, keep_words: bool = False, lag: LagMonitor | None = None) -> list[TurnTrace]:
    kept: list[TurnTrace] = []
    collector = Collector(
        kept.append,
        keep_words=keep_words,
        lag=lag,
        clock=now_s,
        wall=lambda: now_s() + EPOCH_S,
        new_id=lambda: f"{len(kept) + 1:032x}",
    )
    talk.bus.observe(collector)
    return kept


@in_virtual_time
async def test_a_spoken_turn(engines: Engines) -> None:  # noqa: F811
    async with conversation(engines, Script(SCRIPT)) as talk:
        kept = collected(talk)
        ended = await talk.turn(say("what time is it", "rms"))
    (trace,) = kept
    assert (trace.session, trace.turn, trace.outcome, trace.engine) == ("here", 1, "answered", "sphinx")
    assert list(trace.stages_s) == list(STAGES)
    assert trace.stages_s == ended.stages_s
    assert trace.at == pytest.approx(EPOCH_S + (ended.speech_end_s or 0.0), abs=0.001)
    assert trace.began_s < -0.5  # the person spoke for so long
    assert (trace.intent, trace.characters) == ("intent of the script", len("what time is it"))
    assert trace.heard_characters == len("It is noon.")
    assert [pause["completeness"] for pause in trace.pauses] == ["open"]
    assert [state["state"] for state in trace.states] == ["user speaking", "paused", "thinking", "speaking"]
    assert trace.counts == {"input_samples_dropped": 0, "detector_frames_dropped": 0}
    assert trace.overhead_s is not None
    assert 0.0 <= trace.overhead_s < 0.01  # time stands still while anything works
    assert TurnTrace.from_line(trace.line()) == trace
    assert all(len(line) <= 80 for line in waterfall(trace).splitlines())


@in_virtual_time
async def test_no_word_is_kept_unless_the_owner_wants_it(engines: Engines) -> None:  # noqa: F811
    async with conversation(engines, Script(SCRIPT)) as talk:
        silent, full = collected(talk), collected(talk, keep_words=True)
        await talk.turn(say("what time is it", "rms"))
    assert "noon" not in silent[0].line()
    assert "what time" not in silent[0].line()
    assert silent[0].words == {}
    assert full[0].words["transcript"] == "what time is it"
    assert full[0].words["replies"] == ["It is noon."]
    assert full[0].words["heard"] == "It is noon."


@in_virtual_time
async def test_a_typed_turn_and_an_announcement(engines: Engines) -> None:  # noqa: F811
    async with conversation(engines, Script(SCRIPT)) as talk:
        kept = collected(talk)
        talk.session.enter("what time is it")
        await talk.turns(1)
        talk.session.announce("Ding.")
        await talk.turns(2)
    typed, announced = kept
    assert typed.stages_s["asked"] == 0.0
    assert typed.engine == ""
    assert typed.overhead_s is not None
    assert (announced.stages_s, announced.overhead_s, announced.outcome) == ({}, None, "answered")
    assert [reply["source"] for reply in announced.replies] == ["announcement"]


@in_virtual_time
async def test_wakes_belong_to_the_turn_that_ends_next(engines: Engines) -> None:  # noqa: F811
    async with conversation(engines, Script(SCRIPT)) as talk:
        kept = collected(talk)
        for probability, accepted in ((0.4, False), (0.98, True)):
            talk.bus.publish(
                WakeWordJudged(
                    at_s=now_s(),
                    session="here",
                    turn=0,
                    word="hey_jarvis",
                    probability=probability,
                    accepted=accepted,
                )
            )
        for count in (1, 2):
            talk.session.enter("what time is it")
            await talk.turns(count)
    assert [wake["accepted"] for wake in kept[0].wakes] == [False, True]
    assert kept[1].wakes == []


@in_virtual_time
async def test_an_interrupted_answer(engines: Engines) -> None:  # noqa: F811
    story = "Once upon a time there was a king who had three daughters and no son."
    async with conversation(engines, Script({"what time is it": [story]})) as talk:
        kept = collected(talk)
        talk.session.enter("what time is it")
        await talk.until(lambda: talk.session.state.speaking)
        await asyncio.sleep(1.0)
        talk.session.interrupt()
        await talk.turns(1)
    assert (kept[0].outcome, kept[0].interrupted) == ("interrupted", True)
    assert 0 < kept[0].heard_characters < len(story)


@in_virtual_time
async def test_the_lag_of_the_loop_is_that_of_the_turn() -> None:
    lag = LagMonitor(asyncio.get_running_loop())
    lag.start()
    await asyncio.sleep(1.0)
    virtual_loop().now_s += 0.4  # something blocks
    await asyncio.sleep(1.0)
    after_s = now_s()
    assert lag.since(0.0) is not None
    worst = lag.since(0.0)
    assert worst is not None
    assert 0.3 < worst.max_s <= 0.4
    await asyncio.sleep(1.0)
    calm = lag.since(after_s)
    assert calm is not None
    assert calm.max_s < 0.001
    virtual_loop().now_s += 0.2  # is blocking still
    blocked = lag.since(after_s)
    assert blocked is not None
    assert blocked.max_s > 0.1
    lag.close()
    assert lag.since(now_s() + 1.0) is None
