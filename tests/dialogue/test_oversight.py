"""Stopping parts of the assistant and going on with them by voice, and what people say about its answers: the real
Rasa, its actions, and the real services."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from assistant.bus import Bus
from assistant.events import Understood
from assistant.oversight.reviews import ReviewKeeper
from assistant.oversight.switches import Switch
from assistant.services.oversight import SWITCHED_OFF
from assistant.storage.opinions import OpinionTable
from assistant.storage.reviews import ReviewTable
from tests.dialogue.house import House

pytestmark = [pytest.mark.rasa, pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]

NOW = 1_700_000_000.0


@pytest.fixture
def place(sender: str) -> str:
    """One of this machine: its owner speaks there."""
    return sender.replace(":", "-")


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def _everything_goes_on(house: House) -> AsyncIterator[None]:
    """For the tests that come after."""
    yield
    for switch in house.services.switches.on:
        await house.services.switches.set(switch, False)


async def test_nothing_is_done_until_a_yes_and_questions_are_answered_meanwhile(
    house: House, place: str
) -> None:
    stopped = await house.say(place, "don't do anything any more")
    assert stopped.did == [("oversight.stop", {"switch": "no-actions"})]
    assert "I won't do anything from now on" in stopped.text
    refused = await house.say(place, "add cinnamon to the shopping list")
    assert (refused.text, refused.did) == (SWITCHED_OFF, [])
    assert (await house.say(f"{place}-elsewhere", "turn on the kitchen light")).did == []
    assert (await house.say(place, "what time is it")).services == ["clock.time"]
    question = await house.say(place, "you can do things again")
    assert question.text == "Shall I really do things again?"
    await house.say(place, "no")
    assert house.services.switches.no_actions
    await house.say(place, "you can do things again")
    answer = await house.say(place, "yes")
    assert answer.did == [("oversight.resume", {"switch": "no-actions"})]
    assert answer.text == "All right, I can do things again."
    assert not house.services.switches.no_actions


async def test_a_yes_from_another_place_does_not_count(house: House, place: str) -> None:
    await house.say(place, "stop using the language model")
    assert house.services.switches.no_model
    assert (
        "Shall I really use the language model"
        in (await house.say(place, "use the language model again")).text
    )
    assert (await house.say(f"{place}b", "yes")).did == []
    assert house.services.switches.no_model


async def test_it_is_silent_and_speaks_again_without_a_question(house: House, place: str) -> None:
    assert (await house.say(place, "mute yourself")).services == ["oversight.stop"]
    assert house.services.switches.on == (Switch.MUTE,)
    assert (await house.say(place, "you can speak again")).services == ["oversight.resume"]
    assert not house.services.switches.mute


async def test_what_is_said_of_an_answer(house: House, place: str) -> None:
    assert (await house.say(place, "that was wrong")).text == "I'm told not to keep anything for review."
    bus, reviews = Bus(), ReviewTable(house.services.database)
    opinions = OpinionTable(house.services.database)
    async with ReviewKeeper(reviews, opinions, bus, lambda: NOW) as keeper:
        house.services.oversight.attach(keeper)
        nothing_yet = await house.say(place, "bad answer")
        assert nothing_yet.text == "I haven't said anything yet that you could mean."
        turn = house.turns[place] + 1
        await house.say(place, "what time is it")
        bus.publish(
            Understood(
                at_s=0.0, session=place, turn=turn, text="what time is it", intent="ask_time", confidence=0.9
            )
        )
        bad = await house.say(place, "that was wrong")
        assert bad.did == [("oversight.feedback", {"good": False})]
        assert "I've kept that" in bad.text
        assert (await house.say(place, "remember this for review")).services == ["oversight.remember"]
        assert (await house.say(place, "that was a good answer")).did == [
            ("oversight.feedback", {"good": True})
        ]
    [review] = [each for each in await reviews.all(NOW) if each.session == place]
    assert (review.why, review.text) == ("complaint, request", "what time is it")
    assert [each.opinion for each in await opinions.since(NOW)] == ["good"]
