"""Corrections, pronouns and undoing, with the real Rasa, its actions and the real services."""

from itertools import count
from typing import Any

import pytest

from tests.dialogue.house import House

pytestmark = [pytest.mark.rasa, pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]

_places = count(1)


@pytest.fixture
def place() -> str:
    return f"corrected{next(_places)}"


async def off(house: House) -> None:
    await house.call("home.set", target={"kind": "light", "all": True}, state="off")


@pytest.mark.parametrize(
    "correction",
    ["no the bedroom", "i meant the bedroom", "no i said the bedroom", "not the kitchen the bedroom"],
)
async def test_another_room_was_meant(house: House, place: str, correction: str) -> None:
    await off(house)
    await house.say(place, "turn on the kitchen light")
    assert await house.is_on(device="kitchen light")
    said = await house.say(place, correction)
    assert said.services[-2:] == ["undo.last", "home.set"]
    assert not await house.is_on(device="kitchen light")
    assert await house.is_on(device="bedroom light")
    assert len(said.messages) == 1  # that the first is undone goes without saying


@pytest.mark.parametrize(
    ("first", "correction", "service", "expected"),
    [
        (
            "set a timer for five minutes",
            "make that ten minutes",
            "timers.start",
            {"duration": "ten minutes"},
        ),
        (
            "set a timer for five minutes",
            "no fifteen minutes",
            "timers.start",
            {"duration": "fifteen minutes"},
        ),
        (
            "add cheese to the shopping list",
            "no eggs not cheese",
            "lists.add",
            {"list": "shopping", "items": ["eggs"]},
        ),
        (
            "add bread to the shopping list",
            "i meant butter",
            "lists.add",
            {"list": "shopping", "items": ["butter"]},
        ),
        (
            "make the bedroom light red",
            "no blue",
            "home.set",
            {"target": {"device": "light", "area": "bedroom"}, "color": "blue"},
        ),
        (
            "set the temperature to eighteen degrees",
            "i meant twenty three degrees",
            "home.set",
            {"target": {"kind": "climate"}, "temperature": 23},
        ),
    ],
)
async def test_the_correction_is_made_whatever_was_asked_for(
    house: House, place: str, first: str, correction: str, service: str, expected: dict[str, Any]
) -> None:
    before = await house.say(place, first)
    assert before.services == [service]
    said = await house.say(place, correction)
    assert said.did[-1] == (service, expected)
    assert "undo.last" in said.services


async def test_make_that_another_length(house: House, place: str) -> None:
    """Whether the timer is changed or made anew, there is one, of the new length."""
    await house.say(place, "set a noodle timer for five minutes")
    await house.say(place, "make that ten minutes")
    timers = [each for each in (await house.call("timers.list"))["timers"] if each["name"] == "noodle"]
    assert len(timers) == 1
    assert 595 < timers[0]["remaining_s"] <= 600


async def test_a_request_of_two_sentences_is_corrected_as_one(house: House, place: str) -> None:
    await house.say(place, "set a timer")
    await house.say(place, "six minutes")
    said = await house.say(place, "no make that seven minutes")
    assert said.did[-1] == ("timers.start", {"duration": "seven minutes"})
    assert "undo.last" in said.services


async def test_of_several_in_one_breath_the_last_is_corrected(house: House, place: str) -> None:
    await off(house)
    await house.say(place, "turn on the kitchen light and set a timer for twenty minutes")
    said = await house.say(place, "no thirty minutes")
    assert said.did[-1] == ("timers.start", {"duration": "thirty minutes"})
    assert await house.is_on(device="kitchen light")


async def test_a_question_is_asked_again_for_another_room(house: House, place: str) -> None:
    await house.say(place, "is the kitchen light on")
    said = await house.say(place, "and in the bedroom")
    assert said.services == ["home.query"]
    assert said.did[0][1]["target"]["area"] == "bedroom"


@pytest.mark.parametrize(
    "more", ["same for the bedroom", "and the bedroom too", "do the same in the bedroom"]
)
async def test_the_same_for_another_room_keeps_the_first(house: House, place: str, more: str) -> None:
    await off(house)
    await house.say(place, "turn on the kitchen light")
    said = await house.say(place, more)
    assert said.services == ["home.set"]
    assert await house.is_on(device="kitchen light")
    assert await house.is_on(device="bedroom light")


async def test_it_is_what_was_switched_last(house: House, place: str) -> None:
    await house.say(place, "turn on the floor lamp")
    await house.say(place, "thank you")
    await house.say(place, "turn it off again")
    assert not await house.is_on(device="floor lamp")


async def test_the_other_one_is_what_was_offered_and_not_taken(house: House, place: str) -> None:
    await off(house)
    asked = await house.say(place, "turn on the lamp")
    assert "floor lamp" in asked.text
    assert "bedside lamp" in asked.text
    assert asked.done.requested_slot == "pending"
    await house.say(place, "the floor lamp")
    assert await house.is_on(device="floor lamp")
    await house.say(place, "no the other one")
    assert not await house.is_on(device="floor lamp")
    assert await house.is_on(device="bedside lamp")


async def test_nothing_is_corrected_after_something_else(house: House, place: str) -> None:
    await off(house)
    await house.say(place, "turn on the kitchen light")
    await house.say(place, "what time is it")
    said = await house.say(place, "no the bedroom")
    assert "undo.last" not in said.services
    assert await house.is_on(device="kitchen light")


async def test_a_correction_of_nothing_asks_what_is_meant(house: House, place: str) -> None:
    said = await house.say(place, "no the bedroom")
    assert said.did == []
    assert "?" in said.text


async def test_what_was_wrong_is_asked_for_and_put_right(house: House, place: str) -> None:
    await off(house)
    await house.say(place, "turn on the kitchen light")
    asked = await house.say(place, "that's the wrong one")
    assert "?" in asked.text
    await house.say(place, "the bedroom light")
    assert not await house.is_on(device="kitchen light")
    assert await house.is_on(device="bedroom light")


async def test_taking_back_the_locking_of_a_door_asks_first(house: House, place: str) -> None:
    await house.say(place, "lock the front door")
    asked = await house.say(place, "undo that")
    if "?" in asked.text:  # it was unlocked before
        await house.say(place, "no")
    assert (await house.call("home.query", target={"device": "front door"}))["devices"][0]["locked"]


@pytest.mark.parametrize(
    ("first", "words"),
    [
        ("turn on the bedside lamp", ["bedside lamp", "back as it was"]),
        ("set a timer for eleven minutes", ["cancelled", "eleven minute timer"]),
        ("add candles to the shopping list", ["taken candles off", "shopping"]),
    ],
)
@pytest.mark.parametrize("undo", ["undo that", "put it back", "cancel that"])
async def test_it_says_what_was_undone(
    house: House, place: str, first: str, words: list[str], undo: str
) -> None:
    await off(house)
    await house.say(place, first)
    said = await house.say(place, undo)
    assert said.sources == ["service:undo.last"]
    assert all(word in said.text for word in words), said.text


async def test_saying_it_again_goes_further_back(house: House, place: str) -> None:
    await house.say(place, "add pears to the shopping list")
    await house.say(place, "add apples to the shopping list")
    await house.say(place, "undo that")
    await house.say(place, "undo that")
    items = (await house.call("lists.read"))["items"]
    assert not {"pears", "apples"} & set(items)
    assert "nothing" in (await house.say(place, "undo that")).text


async def test_undo_is_no_answer_to_a_question_for_any_words(house: House, place: str) -> None:
    await house.say(place, "add something to the to do list")
    said = await house.say(place, "undo that")
    assert said.did == []
    assert said.done.active_loop is None


async def test_never_mind_takes_nothing_back(house: House, place: str) -> None:
    await house.say(place, "turn on the floor lamp")
    said = await house.say(place, "never mind")
    assert said.did == []
    assert await house.is_on(device="floor lamp")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("what can you do with lights", "dim the bedroom light"),
        ("what can i say about timers", "pasta timer"),
        ("help me with lists", "shopping list"),
        ("what can you do", "timers"),
    ],
)
async def test_what_it_can_do_by_topic(house: House, place: str, text: str, word: str) -> None:
    assert word in (await house.say(place, text)).text
