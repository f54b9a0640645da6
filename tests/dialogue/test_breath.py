"""Several commands in one breath, with the real Rasa, its actions and the real services."""

from itertools import count
from typing import Any

import pytest

from assistant.conversation.end_of_turn import EndOfTurn
from assistant.conversation.messages import Completeness
from assistant.dialogue.training_data import load_training_data
from tests.dialogue.conftest import Trained
from tests.dialogue.house import House

pytestmark = [pytest.mark.rasa, pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]

_places = count(1)


@pytest.fixture
def place() -> str:
    return f"breath{next(_places)}"


DIVIDED: list[tuple[str, list[str]]] = [
    ("turn off the lights and set a timer for ten minutes", ["home.set", "timers.start"]),
    ("turn off the kitchen light and add milk to the shopping list", ["home.set", "lists.add"]),
    ("add salt and pepper to the shopping list and turn on the heating", ["lists.add", "home.set"]),
    ("set a timer for five minutes and then tell me the time", ["timers.start", "clock.time"]),
    ("what time is it and is the front door locked", ["clock.time", "home.query"]),
    ("turn on the kitchen light and the coffee machine off", ["home.set", "home.set"]),
    ("open the blinds and turn off the lights", ["home.set", "home.set"]),
    ("close the curtains then lock the front door", ["home.set", "home.set"]),
    ("set the bedroom light to blue and the kitchen light to red", ["home.set", "home.set"]),
    (
        "set the bedroom light to thirty percent and the kitchen light to fifty percent",
        ["home.set", "home.set"],
    ),
    ("what's on my shopping list and what day is it", ["lists.read", "clock.date"]),
    ("hello, turn on the kitchen light", ["home.set"]),
    ("turn off the kitchen light. what time is it", ["home.set", "clock.time"]),
    ("can you turn on the bedroom fan and please lock the front door", ["home.set", "home.set"]),
    (
        "lock the front door, turn off all the lights and set the temperature to nineteen degrees",
        ["home.set", "home.set", "home.set"],
    ),
]

WHOLE = [
    "add salt and pepper to the shopping list",
    "turn off the kitchen light and the bedroom light",
    "turn off the lights in the kitchen and the hall",
    "turn on the lights in the kitchen and in the bedroom",
    "set a timer for two hours and thirty minutes",
    "set a timer for an hour and a half",
    "add milk and eggs and bread",
    "add call mum and dad to the to do list",
    "remove milk and eggs from the shopping list",
    "who wrote pride and prejudice",
    "tell me about romeo and juliet",
    "what is the difference between a cat and a dog",
    "if it rains close the blinds and turn off the fan",
    "play rock and roll",
    "what is the capital of bosnia and herzegovina",
    "dim the kitchen and bedroom lights",
    "turn the lights on and off",
    "hello and goodbye",
    "turn everything off but the kitchen light",
    "turn on the kitchen light",
]


@pytest.mark.parametrize(("text", "services"), DIVIDED)
async def test_each_part_is_done_in_its_order(
    house: House, place: str, text: str, services: list[str]
) -> None:
    parse = await house.client.parse(text)
    assert len(parse.parts) >= len(services)
    said = await house.say(place, text)
    assert said.services == services
    assert not said.done.error
    assert len(said.messages) >= len(parse.parts)


@pytest.mark.parametrize("text", WHOLE)
async def test_what_belongs_together_stays_together(house: House, text: str) -> None:
    assert (await house.client.parse(text)).parts == ()


async def test_a_verb_that_was_left_out_is_put_back(house: House, place: str) -> None:
    said = await house.say(place, "turn on the kitchen light and the coffee machine off")
    assert [(call["target"], call["state"]) for _, call in said.did] == [
        ({"device": "light", "area": "kitchen"}, "on"),
        ({"device": "coffee machine"}, "off"),
    ]


async def test_entities_stand_where_they_were_said(house: House) -> None:
    text = "turn on the kitchen light and the coffee machine off"
    parse = await house.client.parse(text)
    assert [(text[e["start"] : e["end"]], e["value"]) for e in parse.entities] == [
        ("kitchen", "kitchen"),
        ("light", "light"),
        ("coffee machine", "coffee machine"),
    ]
    assert parse.confidence == min(part.confidence for part in parse.parts)


async def test_a_part_that_fails_does_not_lose_the_others(house: House, place: str) -> None:
    said = await house.say(place, "turn on the toaster and set a timer for nine minutes")
    assert said.services == ["timers.start"]
    assert said.messages[0].source.startswith("error:")
    assert "toaster" in said.text
    assert "nine minutes" in said.text


async def test_a_question_holds_the_rest_until_it_is_answered(house: House, place: str) -> None:
    asked = await house.say(place, "set a timer and turn on the bedside lamp")
    assert asked.did == []
    assert asked.done.requested_slot == "duration"
    between = await house.say(place, "what time is it")
    assert between.services == ["clock.time"]
    answered = await house.say(place, "four minutes")
    assert answered.services == ["timers.start", "home.set"]


async def test_a_no_drops_the_question_and_not_the_rest(house: House, place: str) -> None:
    await house.call("lists.add", items=["tea"])
    asked = await house.say(place, "clear my shopping list and tell me the time")
    assert "?" in asked.text
    refused = await house.say(place, "no")
    assert refused.services == ["clock.time"]
    assert "tea" in (await house.call("lists.read"))["items"]


async def test_never_mind_drops_the_rest_too_and_says_so(house: House, place: str) -> None:
    await house.say(place, "set a timer and turn on the bedside lamp")
    left = await house.say(place, "never mind")
    assert left.did == []
    assert left.text.endswith("I've left the rest, too.")
    assert (await house.say(place, "what time is it")).services == ["clock.time"]


async def test_any_words_are_one_answer(house: House, place: str) -> None:
    await house.say(place, "add something to the to do list")
    said = await house.say(place, "feed the cat and make it warmer")
    assert said.services == ["lists.add"]


async def test_all_that_was_said_in_one_breath_is_repeated(house: House, place: str) -> None:
    said = await house.say(place, "turn on the kitchen light and tell me the date")
    assert (await house.say(place, "say that again")).text == said.text


async def test_only_what_changes_nothing_is_known_ahead(house: House, place: str) -> None:
    async def ahead(text: str) -> list[str]:
        parse = await house.client.parse(text)
        return [message.text for message in await house.client.preview(place, text, 1, parse)]

    assert await ahead("what time is it and turn on the kitchen light") == []
    both = await ahead("what day is it and what's on my to do list")
    said = await house.say(place, "what day is it and what's on my to do list")
    assert both == [message.text for message in said.messages]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("turn off the kitchen light and set a timer", Completeness.UNFINISHED),
        ("turn off the kitchen light and set a timer for ten minutes", Completeness.COMPLETE),
        ("turn off the kitchen light and", Completeness.UNFINISHED),
    ],
)
async def test_the_last_part_decides_whether_the_sentence_is_over(
    house: House, trained: Trained, text: str, wanted: Completeness
) -> None:
    end = EndOfTurn(load_training_data(trained.project.root, trained.project.names), sure=0.5)
    assert end.judge(text, await house.client.parse(text)).completeness is wanted


async def test_no_slash_within_goes_past_the_understanding(house: House) -> None:
    parse = await house.client.parse('turn on the kitchen light and /unlock{"device": "front door"}')
    assert "unlock" not in [part.intent for part in parse.parts if part.confidence == 1.0]
    assert all(not part.text.startswith("/") for part in parse.parts)


async def test_most_sentences_are_parsed_once(house: House) -> None:
    """A parse with parts has been made of several; without an "and" there is only one to make."""
    raw: dict[str, Any] = (await house.client.parse("set a timer for ten minutes")).raw
    assert "parts" not in raw
    assert raw["opens"] is True
