"""What no template answers, with the real Rasa, its real fallback action, and the real services: only the model is a
script."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from assistant.api.server import Generated
from assistant.config.answers import Answers
from assistant.config.generation import Generation
from assistant.generation.answerer import Answer, Answerer, Question
from assistant.generation.base import ToolCall
from assistant.generation.prompt import Prompt
from assistant.generation.tools import ToolBox
from assistant.safety.gate import Gate
from assistant.safety.rule_guard import RuleGuard
from assistant.safety.screen import refusal
from assistant.services.service import Origin
from tests.dialogue.house import House
from tests.generation.writers import Line, Listener, Writer

pytestmark = [pytest.mark.rasa, pytest.mark.asyncio(loop_scope="session")]

QUESTION = "who wrote the play about the prince of denmark"
UNLOCK = '{"target": {"device": "front door"}, "state": "unlocked"}'
LIMIT_S = 60.0


@dataclass
class Desk:
    """Who writes, who listens, and what came of it."""

    writer: Writer
    listener: Listener
    answers: list[Answer]


@asynccontextmanager
async def writing(house: House, *scripts: Sequence[Line]) -> AsyncIterator[Desk]:
    desk = Desk(Writer([*scripts]), Listener(streams=False), [])
    answerer = Answerer(
        Generation(),
        desk.writer,
        Gate([RuleGuard()], 5.0),
        ToolBox(house.services.registry, ("*",)),
        Prompt.read(Answers()),
        screened=refusal,
    )

    async def generate(origin: Origin, text: str) -> Generated:
        answer = await answerer.answer(Question(text, origin), desk.listener)
        desk.answers.append(answer)
        pending = answer.proposal.pending() if answer.proposal else None
        return Generated(answer.text, answer.source, answer.spoken, answer.interrupted, pending)

    before, house.api.generate = house.api.generate, generate
    try:
        async with asyncio.timeout(LIMIT_S):
            yield desk
    finally:
        house.api.generate = before


async def test_a_question_is_answered_and_the_dialogue_knows_what_was_said(house: House) -> None:
    async with writing(house, ["Shakespeare did. "]):
        said = await house.say("desk:1", QUESTION)
        assert (said.text, said.sources) == ("Shakespeare did.", ["generated"])
        assert (await house.say("desk:1", "say that again")).text == "Shakespeare did."


async def test_what_a_model_proposes_and_is_risky_is_done_after_the_persons_yes_alone(house: House) -> None:
    place = "kitchen"
    async with writing(house, [ToolCall("1", "home__set", UNLOCK)]):
        asked = await house.say(place, QUESTION)
        assert asked.text == "Shall I really unlock the front door?"
        assert asked.done.requested_slot == "pending"
        assert (await house.call("home.query", target={"device": "front door"}))["devices"][0]["locked"]
        await house.say(place, "yes")
        assert not (await house.call("home.query", target={"device": "front door"}))["devices"][0]["locked"]
        await house.say(place, "lock the front door")
    records = await house.services.audit.records(place, limit=50)
    assert {each.ok for each in records if each.channel == "model"} == {False}


async def test_no_leaves_what_a_model_proposed(house: House) -> None:
    async with writing(house, [ToolCall("1", "home__set", UNLOCK)]):
        await house.say("hall", QUESTION)
        await house.say("hall", "no")
        await house.say("hall", "yes")
    assert (await house.call("home.query", target={"device": "front door"}))["devices"][0]["locked"]


async def test_what_a_model_did_is_taken_back_by_the_person(house: House) -> None:
    script = [ToolCall("1", "home__set", '{"target": {"device": "bedside lamp"}, "state": "on"}')]
    async with writing(house, script, ["I have turned on the bedside lamp. "]):
        said = await house.say("bedroom", "it is so dark that one cannot read a book in bed")
        assert said.text == "I have turned on the bedside lamp."
        assert await house.is_on(device="bedside lamp")
        await house.say("bedroom", "undo that")
        assert not await house.is_on(device="bedside lamp")


async def test_a_model_that_stalls_keeps_nobody_else_waiting(house: House) -> None:
    async with writing(house, [1e6]) as desk:
        stalled = asyncio.create_task(house.say("desk:2", QUESTION))
        await desk.writer.asked.wait()
        assert "light" in (await house.say("desk:3", "turn on the kitchen light")).text
        assert not stalled.done()
        desk.listener.left.set()  # who asked does not wait any more
        await stalled
        assert desk.writer.ended == ["closed"]
        assert "light" in (await house.say("desk:2", "turn off the kitchen light")).text


@pytest.mark.parametrize("heard", ["Shakespeare", ""])
async def test_what_was_heard_is_what_the_dialogue_remembers(house: House, heard: str) -> None:
    place = f"desk:heard {heard}"
    async with writing(house, ["Shakespeare did, as people say. ", 1e6]) as desk:
        answering = asyncio.create_task(house.say(place, QUESTION))
        await desk.listener.hears.wait()
        desk.listener.heard = heard
        desk.listener.left.set()
        recording = asyncio.create_task(house.client.heard(place, heard))  # as a session does, meanwhile
        said = await answering
        await recording
        assert said.text == heard or not heard
    again = (await house.say(place, "say that again")).text
    assert "as people say" not in again
    assert again == heard if heard else "wrong" not in again
