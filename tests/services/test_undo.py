"""Taking back: in its own place, for a while, once, and as risky as what it does."""

import asyncio

from tests.services.conftest import House

DOOR = {"device": "front door"}


async def items(house: House) -> list[str]:
    read: list[str] = (await house.did("lists.read"))["items"]
    return read


async def test_what_is_a_quarter_of_an_hour_old_stays(house: House) -> None:
    await house.did("lists.add", items=["milk"])
    await house.clock.advance(900)
    await house.did("lists.add", items=["eggs"])
    await house.clock.advance(1)
    await house.did("undo.last")
    assert (await house.refused("undo.last"))[0] == "nothing_to_undo"
    assert await items(house) == ["milk"]


async def test_another_place_has_nothing_to_take_back(house: House) -> None:
    await house.did("lists.add", items=["milk"])
    assert (await house.refused("undo.last", session="bedroom"))[0] == "nothing_to_undo"
    assert await items(house) == ["milk"]


async def test_said_twice_at_once_it_goes_two_steps_back(house: House) -> None:
    for item in ("milk", "eggs", "tea"):
        await house.did("lists.add", items=[item])
    outcomes = await asyncio.gather(house.call("undo.last"), house.call("undo.last"))
    assert all(outcome.ok for outcome in outcomes)
    assert await items(house) == ["milk"]


async def test_its_yes_is_one_to_what_was_asked_and_to_nothing_that_came_between(house: House) -> None:
    await house.did("home.set", target=DOOR, state="unlocked", confirmed=True)
    await house.did("home.set", target=DOOR, state="locked")
    question = await house.call("undo.last")
    assert question.error_message == "Shall I really unlock the front door?"
    await house.did("lists.add", items=["milk"])
    refused = await house.answer("undo.last", question)
    assert refused.ok  # taking milk off needs no yes, so none is redeemed
    assert (await house.did("home.query", target=DOOR))["devices"][0]["locked"] is True
    question = await house.call("undo.last")
    assert (await house.answer("undo.last", question)).ok
    assert (await house.did("home.query", target=DOOR))["devices"][0]["locked"] is False
    done = [(r.service, r.decision) for r in await house.services.audit.records(limit=3)]
    assert done[1:] == [("undo.last", "confirmed"), ("home.restore", "confirmed")]


async def test_some_calls_are_taken_back_whatever_was_done_since(house: House) -> None:
    first = await house.call("lists.add", items=["milk"])
    second = await house.call("lists.add", items=["eggs"])
    await house.did("lists.add", items=["tea"])
    undone = await house.did("undo.last", records=[first.record, second.record])
    assert await items(house) == ["tea"]
    assert (undone["undone"], undone["was"]["added"]) == ("lists.add", ["eggs"])  # the newest of them
    assert undone["records"] == [second.record, first.record]
    again = await house.refused("undo.last", records=[first.record])
    assert again[0] == "nothing_to_undo"


async def test_records_of_another_place_cannot_be_taken_back(house: House) -> None:
    added = await house.call("lists.add", items=["milk"])
    assert added.as_answer()["record"] == added.record > 0
    refused = await house.refused("undo.last", session="bedroom", records=[added.record])
    assert refused[0] == "nothing_to_undo"
    assert await items(house) == ["milk"]


async def test_what_cannot_be_taken_back_has_no_record_to_name(house: House) -> None:
    assert "record" not in (await house.call("clock.time")).as_answer()
