from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.services.conftest import House, Open
from tests.services.fakes import FakeClock
from tests.services.time.ringing import end_ringing, later, start, until

BERLIN = ZoneInfo("Europe/Berlin")
MORNING = datetime(2026, 11, 25, 10, 20, tzinfo=BERLIN).timestamp()  # a Wednesday


@pytest.fixture
async def house(open_house: Open) -> House:
    return await open_house(clock=FakeClock(MORNING))


@pytest.mark.parametrize(
    ("said", "text", "at"),
    [
        ("remind me to call mum at six", "call mum", "2026-11-25T18:00"),
        ("remind me in twenty minutes to take the bread out", "take the bread out", "2026-11-25T10:40"),
        ("can you remind me tomorrow at eight to water my plants please", "water your plants", "2026-11-26T08:00"),
        ("remind me about the dentist on friday at half past two", "the dentist", "2026-11-27T14:30"),
        ("tomorrow at nine remind me to pay the rent", "pay the rent", "2026-11-26T09:00"),
        ("set a reminder for seven tonight to feed the cat", "feed the cat", "2026-11-25T19:00"),
        ("don't let me forget to buy two eggs tomorrow", "buy two eggs", "2026-11-26T09:00"),
        ("remind me to book a table for two at noon", "book a table for two", "2026-11-25T12:00"),
        ("remind me tomorrow to call the bank at ten", "call the bank", "2026-11-26T10:00"),
        ("remind me every monday at eight to take the bins out", "take the bins out", "2026-11-30T08:00"),
        ("remind me to take my pills every evening at nine", "take your pills", "2026-11-25T21:00"),
        ("remind me that i'm meeting anna in an hour", "you're meeting anna", "2026-11-25T11:20"),
        ("set a reminder to renew my passport on the third of december", "renew your passport", "2026-12-03T09:00"),
        ("remind me to read chapter seven in half an hour", "read chapter seven", "2026-11-25T10:50"),
    ],
)  # fmt: skip
async def test_thing_and_time_are_told_apart(house: House, said: str, text: str, at: str) -> None:
    reminder = await house.did("reminders.add", said=said)
    assert (reminder["text"], reminder["at"][:16]) == (text, at)


async def test_what_is_missing_is_asked_for(house: House) -> None:
    assert await house.refused("reminders.add", said="remind me to call mum") == (
        "needs_time",
        "When shall I remind you?",
    )
    assert await house.refused("reminders.add", said="remind me at six") == (
        "needs_text",
        "What shall I remind you of?",
    )
    done = await house.did("reminders.add", text="to call mum", when="at six", said="at six")
    assert (done["text"], done["spoken"]) == ("call mum", "six o'clock this evening")
    assert (await house.refused("reminders.add", text="call mum", when="purple"))[0] == "bad_moment"
    assert (await house.refused("reminders.add", text="x", when="today at nine in the morning"))[0] == "past"


async def test_a_reminder_is_told_at_its_time(house: House) -> None:
    await start(house)
    await house.did("reminders.add", said="remind me in twenty minutes to take the bread out")
    await house.did("reminders.add", said="remind me every day at noon to stretch")
    await later(house, 1_200)
    await until(lambda: house.said)
    assert (house.said, house.kinds) == (["A reminder: take the bread out."], ["reminder"])
    await end_ringing(house)
    snoozed = await house.did("alarms.snooze", duration="five minutes")
    assert (snoozed["kind"], snoozed["name"]) == ("reminder", "take the bread out")
    await later(house, 300)
    await until(lambda: len(house.said) == 2)
    await end_ringing(house)
    await later(house, 4_500)
    await until(lambda: len(house.said) == 3)
    assert house.said[2] == "A reminder: stretch."
    await end_ringing(house)
    [left] = (await house.did("reminders.list"))["reminders"]
    assert (left["spoken"], left["at"][:16]) == ("every day at noon", "2026-11-26T12:00")


async def test_after_a_restart_it_says_how_late_it_is(open_house: Open) -> None:
    house = await open_house(clock=FakeClock(MORNING))
    await house.did("reminders.add", said="remind me at noon to call mum")
    await house.services.close()
    later = await open_house(clock=FakeClock(MORNING + 3 * 3_600))
    await start(later)
    await until(lambda: later.said)
    assert later.said == ["A reminder from one hour ago: call mum."]


async def test_cancelling(house: House) -> None:
    assert (await house.refused("reminders.cancel", text="x"))[0] == "no_reminders"
    for said in ("call mum at six", "water the plants at seven", "call the bank tomorrow at ten"):
        await house.did("reminders.add", said=f"remind me to {said}")
    code, sentence = await house.refused("reminders.cancel", text="call")
    assert (code, sentence) == ("ambiguous", "Which one do you mean: call mum or call the bank?")
    assert (await house.did("reminders.cancel", text="plants"))["cancelled"][0]["text"] == "water the plants"
    assert (await house.did("reminders.cancel", when="tomorrow"))["cancelled"][0]["text"] == "call the bank"
    assert (await house.refused("reminders.cancel", text="the laundry"))[0] == "unknown_reminder"
    await house.did("undo.last")
    question = await house.call("reminders.cancel", all=True)
    assert question.error_message == "Shall I really cancel all two reminders?"
    await house.answer("reminders.cancel", question, all=True)
    assert (await house.did("reminders.list"))["reminders"] == []
