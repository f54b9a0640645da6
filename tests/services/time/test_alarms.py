from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from assistant.config.model import Config
from tests.services.conftest import House, Open
from tests.services.fakes import FakeClock
from tests.services.time.ringing import at_rest, end_ringing, later, start, until

BERLIN = ZoneInfo("Europe/Berlin")
MORNING = datetime(2026, 11, 25, 10, 20, tzinfo=BERLIN).timestamp()  # a Wednesday


@pytest.fixture
async def house(open_house: Open) -> House:
    return await open_house(clock=FakeClock(MORNING))


async def test_an_alarm_rings_at_its_time_and_says_so(house: House) -> None:
    await start(house)
    alarm = await house.did("alarms.set", when="half past six")
    assert alarm["at"] == "2026-11-25T18:30:00+01:00"
    assert alarm["spoken"] == "half past six this evening"  # which one it is
    await later(house, 8 * 3600 + 599)
    assert house.said == []
    await later(house, 1)
    await until(lambda: house.said)
    assert house.said == ["It's half past six. This is your alarm."]
    assert house.kinds == ["alarm"]
    [ringing] = (await house.did("alarms.list"))["alarms"]
    assert ringing["ringing"]
    await end_ringing(house)
    assert (await house.did("alarms.list"))["alarms"] == []


async def test_every_weekday_is_not_the_weekend(house: House) -> None:
    await start(house)
    alarm = await house.did("alarms.set", when="seven every weekday")
    assert alarm["spoken"] == "every weekday at seven o'clock in the morning"
    rang = []
    for count in range(1, 11):
        [alarm] = (await house.did("alarms.list"))["alarms"]
        await at_rest(house)
        house.clock.set(datetime.fromisoformat(alarm["at"]).timestamp() - 1)
        await later(house, 0.5)
        assert len(house.said) == count - 1
        await later(house, 0.5)
        await until(partial(lambda n: len(house.said) == n, count))
        rang.append(f"{datetime.fromisoformat(alarm['at']):%a %H:%M}")
        await end_ringing(house)
    days = ["Thu", "Fri", "Mon", "Tue", "Wed", "Thu", "Fri", "Mon", "Tue", "Wed"]
    assert rang == [f"{day} 07:00" for day in days]


@pytest.mark.parametrize(
    ("date", "set_for", "rings"),
    [
        (
            "2026-03-28",
            "half past two in the morning",
            "2026-03-29T03:30:00+02:00",
        ),  # there is no half past two
        ("2026-03-28", "seven every morning", "2026-03-29T07:00:00+02:00"),
        (
            "2026-10-24",
            "half past two in the morning",
            "2026-10-25T02:30:00+02:00",
        ),  # there are two: the first
        ("2026-10-24", "seven every morning", "2026-10-25T07:00:00+01:00"),
    ],
)
async def test_in_the_night_in_which_the_clocks_change(
    open_house: Open, date: str, set_for: str, rings: str
) -> None:
    house = await open_house(
        clock=FakeClock(datetime.fromisoformat(f"{date}T20:00").replace(tzinfo=BERLIN).timestamp())
    )
    await start(house)
    assert (await house.did("alarms.set", when=set_for))["at"] == rings
    due = datetime.fromisoformat(rings).timestamp()
    await later(house, due - house.clock.now() - 1)
    assert house.said == []
    await later(house, 1)
    await until(lambda: house.said)
    await end_ringing(house)
    await later(house, 2 * 3600)
    assert len(house.said) == 1


async def test_seven_stays_seven_in_another_time_zone(open_house: Open) -> None:
    house = await open_house(clock=FakeClock(MORNING))
    await house.did("alarms.set", when="seven tomorrow morning")
    await house.services.close()
    moved = await open_house(Config(timezone="America/New_York"), FakeClock(MORNING))
    await start(moved)
    [alarm] = (await moved.did("alarms.list"))["alarms"]
    assert alarm["at"] == "2026-11-26T07:00:00-05:00"


async def test_not_noticed_before_the_end_of_the_process_it_rings_again(open_house: Open) -> None:
    house = await open_house(clock=FakeClock(MORNING))
    await start(house)
    await house.did("alarms.set", when="in ten minutes")
    await later(house, 600)
    await until(lambda: house.said)
    await until(lambda: not house.services.scheduler._announcing)
    await house.services.close()

    again = await open_house(clock=FakeClock(MORNING + 700))
    await start(again)
    for _ in range(12):
        await later(again, 5)
    await until(lambda: again.said)
    assert again.said == ["Your half past ten alarm was due one minute ago."]
    await end_ringing(again)
    await again.services.close()

    third = await open_house(clock=FakeClock(MORNING + 3_000))
    await start(third)
    await later(third, 600)
    assert third.said == []


async def test_a_repeated_alarm_that_was_missed_for_days_rings_once_and_goes_on(open_house: Open) -> None:
    house = await open_house(clock=FakeClock(MORNING))
    await house.did("alarms.set", when="every day at seven")
    await house.services.close()
    later = await open_house(clock=FakeClock(MORNING + 3 * 86_400))
    await start(later)
    await until(lambda: later.said)
    assert later.said == ["Your seven o'clock alarm was due two days ago."]
    await end_ringing(later)
    [alarm] = (await later.did("alarms.list"))["alarms"]
    assert alarm["at"] == "2026-11-29T07:00:00+01:00"


async def test_snoozing_while_it_rings_and_after(house: House) -> None:
    assert (await house.refused("alarms.snooze"))[0] == "nothing_rang"
    await start(house)
    await house.did("alarms.set", when="every day at noon", name="pills")
    await later(house, 6_000)
    await until(lambda: house.said)
    await end_ringing(house)  # "snooze" is a turn, and any turn takes notice
    snoozed = await house.did("alarms.snooze", duration="ten minutes")
    assert (snoozed["spoken_name"], snoozed["spoken"]) == ("pills alarm", "ten past twelve this afternoon")
    await later(house, 600)
    await until(lambda: len(house.said) == 2)
    assert house.said[1] == "It's ten past twelve. This is your pills alarm."
    await end_ringing(house)
    assert (await house.did("alarms.snooze"))["spoken_duration"] == "nine minutes"
    at = [alarm["at"] for alarm in (await house.did("alarms.list"))["alarms"]]
    assert at == ["2026-11-25T12:19:00+01:00", "2026-11-26T12:00:00+01:00"]  # and tomorrow as ever
    await house.did("undo.last")
    assert len((await house.did("alarms.list"))["alarms"]) == 1


async def test_what_rang_long_ago_is_not_snoozed(house: House) -> None:
    await start(house)
    await house.did("alarms.set", when="noon")
    await later(house, 6_000)
    await until(lambda: house.said)
    await end_ringing(house)
    await later(house, 1_900)
    assert (await house.refused("alarms.snooze"))[0] == "nothing_rang"


async def test_choosing_one_of_several(house: House) -> None:
    assert await house.refused("alarms.cancel") == ("no_alarms", "There is no alarm set.")
    for when in ("seven tomorrow morning", "half past eight every weekday", "nine in the evening"):
        await house.did("alarms.set", when=when)
    await house.did("alarms.set", when="tomorrow at six", name="the gym alarm")
    code, sentence = await house.refused("alarms.cancel")
    assert code == "ambiguous"
    assert sentence == (
        "Which one do you mean: nine o'clock tonight, six o'clock tomorrow morning, "
        "seven o'clock tomorrow morning or half past eight tomorrow morning?"
    )
    assert (await house.did("alarms.cancel", when="seven o'clock"))["cancelled"][0]["at"][11:16] == "07:00"
    assert (await house.did("alarms.cancel", when="nine"))["cancelled"][0]["at"][11:16] == "21:00"
    assert (await house.did("alarms.cancel", name="gym"))["cancelled"][0]["name"] == "gym"
    assert await house.refused("alarms.cancel", when="at five") == (
        "unknown_alarm",
        "There is no alarm at five.",
    )
    await house.did("undo.last")
    assert [alarm["name"] for alarm in (await house.did("alarms.list"))["alarms"]] == ["gym", ""]


async def test_all_of_them_only_after_a_yes(house: House) -> None:
    await house.did("alarms.set", when="seven tomorrow")
    await house.did("alarms.set", when="eight tomorrow")
    question = await house.call("alarms.cancel", all=True)
    assert (question.error_code, question.error_message) == (
        "needs_confirmation",
        "Shall I really cancel all two alarms?",
    )
    assert len((await house.did("alarms.list"))["alarms"]) == 2
    done = await house.answer("alarms.cancel", question, all=True)
    assert len(done.result["cancelled"]) == 2
    await house.did("alarms.set", when="seven tomorrow")
    await house.did("alarms.cancel", all=True)  # a single one is no great loss


@pytest.mark.parametrize(
    ("set_for", "change", "then"),
    [
        ("seven tomorrow morning", {"to": "eight"}, "2026-11-26T08:00"),
        ("seven in the evening", {"to": "half past eight"}, "2026-11-25T20:30"),
        ("eleven tonight", {"to": "twelve"}, "2026-11-26T00:00"),
        ("seven tomorrow morning", {"to": "friday"}, "2026-11-27T07:00"),
        ("seven tomorrow morning", {"to": "saturday at nine"}, "2026-11-28T09:00"),
        ("seven tomorrow morning", {"to": "in ten minutes"}, "2026-11-25T10:30"),
        ("seven tomorrow morning", {"by": "half an hour", "how": "later"}, "2026-11-26T07:30"),
        ("seven tomorrow morning", {"by": 900, "how": "earlier"}, "2026-11-26T06:45"),
        ("seven every weekday", {"to": "quarter to seven"}, "2026-11-26T06:45"),
    ],
)
async def test_another_time(house: House, set_for: str, change: dict[str, Any], then: str) -> None:
    first = await house.did("alarms.set", when=set_for)
    changed = await house.did("alarms.change", **change)
    assert changed["at"][:16] == then
    assert changed["repeats"] == first["repeats"]
    await house.did("undo.last")
    assert (await house.did("alarms.list"))["alarms"] == [first]


async def test_tomorrows_is_left_out_and_no_other(house: House) -> None:
    await house.did("alarms.set", when="seven every weekday")
    done = await house.did("alarms.skip", when="tomorrow")
    assert done == {
        "skipped": "seven o'clock tomorrow morning",
        "next": "every weekday at seven o'clock in the morning",
    }
    [alarm] = (await house.did("alarms.list"))["alarms"]
    assert alarm["at"] == "2026-11-27T07:00:00+01:00"
    assert (await house.refused("alarms.skip", when="tomorrow"))[0] == "unknown_alarm"
    await house.did("undo.last")
    [alarm] = (await house.did("alarms.list"))["alarms"]
    assert alarm["at"] == "2026-11-26T07:00:00+01:00"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"when": "purple"}, "bad_moment"), ({"when": "tomorrow"}, "needs_time"), ({}, "bad_moment"),
        ({"when": "today at nine in the morning"}, "past"), ({"when": "x" * 501}, "bad_arguments"),
    ],
)  # fmt: skip
async def test_what_cannot_be_set(house: House, asked: dict[str, str], code: str) -> None:
    assert (await house.refused("alarms.set", **asked))[0] == code
    assert (await house.did("alarms.list"))["alarms"] == []


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("could you wake me at half past six tomorrow please", "2026-11-26T06:30"),
        ("i need to be up by quarter to seven on friday morning", "2026-11-27T06:45"),
        ("set an alarm for the third of december at nine thirty p m for me", "2026-12-03T21:30"),
    ],
)
async def test_the_time_is_found_in_the_sentence(house: House, said: str, at: str) -> None:
    """Whatever words were taken for it."""
    assert (await house.did("alarms.set", when="half past", said=said))["at"][:16] == at


async def test_twice_the_same_is_one(house: House) -> None:
    await house.did("alarms.set", when="seven tomorrow")
    assert (await house.did("alarms.set", when="seven tomorrow"))["there"]
    assert len((await house.did("alarms.list"))["alarms"]) == 1


async def test_there_is_an_end_to_it(house: House) -> None:
    for minute in range(50):
        await house.did("alarms.set", when=f"tomorrow at 7:{minute:02}")
    code, sentence = await house.refused("alarms.set", when="tomorrow at eight")
    assert code == "too_many"
    assert "fifty alarms" in sentence


async def test_turned_off_while_it_rings_it_stays_for_the_days_to_come(house: House) -> None:
    await start(house)
    await house.did("alarms.set", when="every day at noon")
    await later(house, 6_000)
    await until(lambda: house.said)
    await at_rest(house)
    done = await house.did("alarms.cancel", ringing_first=True)
    assert (done["cancelled"], done["spoken"]) == ([], "Okay.")
    assert [alarm["at"][:16] for alarm in (await house.did("alarms.list"))["alarms"]] == ["2026-11-26T12:00"]
    await later(house, 300)
    assert len(house.said) == 1
    done = await house.did("alarms.cancel", ringing_first=True)  # long after it rang, it means the alarm
    assert done["spoken"] == "I've cancelled the alarm for every day at noon."
