"""What people ask of their calendar, with a file and with a real server behind it."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.services.calendar import texts
from tests.services.calendar.conftest import BERLIN, NOW
from tests.services.conftest import House


async def agenda(house: House, when: str) -> str:
    return str((await house.did("calendar.read", when=when))["agenda"])


async def test_an_appointment_is_made_and_told(home: House) -> None:
    done = await home.did(
        "calendar.add", title="lunch with Anna", when="on friday at noon", duration="an hour"
    )
    assert (done["when"], done["clash"]) == ("at noon on Friday", "")
    assert await agenda(home, "friday") == "at noon, Lunch with Anna"
    assert await agenda(home, "tomorrow") == ""
    found = await home.did("calendar.find", title="the lunch")
    assert (found["title"], found["when"]) == ("Lunch with Anna", "at noon on Friday")
    assert found["appointments"][0]["end"] == "2026-10-23T13:00:00+02:00"


async def test_making_is_undone(home: House) -> None:
    await home.did("calendar.add", title="lunch", when="friday noon")
    await home.did("undo.last")
    assert await agenda(home, "friday") == ""
    assert (await home.refused("undo.last"))[0] == "nothing_to_undo"


@pytest.mark.parametrize(
    ("when", "duration", "start", "end"),
    [
        ("tomorrow at nine", "", "2026-10-22T09:00:00+02:00", "2026-10-22T10:00:00+02:00"),
        ("tomorrow at nine", "half an hour", "2026-10-22T09:00:00+02:00", "2026-10-22T09:30:00+02:00"),
        ("tomorrow from two to four", "", "2026-10-22T14:00:00+02:00", "2026-10-22T16:00:00+02:00"),
        ("three", "", "2026-10-22T15:00:00+02:00", "2026-10-22T16:00:00+02:00"),
        ("on saturday", "", "2026-10-24", "2026-10-25"),
        ("from saturday to monday", "", "2026-10-24", "2026-10-27"),
        ("on december third", "", "2026-12-03", "2026-12-04"),
        # the night in which the clocks go back: two real hours
        (
            "sunday at one in the morning",
            "two hours",
            "2026-10-25T01:00:00+02:00",
            "2026-10-25T02:00:00+01:00",
        ),
    ],
)
async def test_when_it_is(local: House, when: str, duration: str, start: str, end: str) -> None:
    done = await local.did("calendar.add", title="something", when=when, duration=duration)
    assert (done["start"], done["end"]) == (start, end)


@pytest.mark.parametrize(
    ("when", "code", "sentence"),
    [
        ("friday afternoon", "needs_time", "At what time on Friday afternoon?"),
        ("next week", "needs_time", "At what time next week?"),
        ("someday", "bad_period", "I did not understand when someday is."),
        ("today at nine in the morning", "past", "At nine o'clock this morning is over already."),
        ("yesterday", "past", "Yesterday is over already."),
    ],
)
async def test_when_it_cannot_be(local: House, when: str, code: str, sentence: str) -> None:
    assert await local.refused("calendar.add", title="x", when=when) == (code, sentence)


async def test_what_clashes_is_told(home: House) -> None:
    await home.did("calendar.add", title="team meeting", when="friday at noon", duration="half an hour")
    await home.did("calendar.add", title="holiday", when="friday")
    done = await home.did("calendar.add", title="lunch", when="friday from noon to one")
    assert done["clash"] == "Team meeting from noon to half past twelve"
    after = await home.did("calendar.add", title="walk", when="friday at one")
    assert after["clash"] == ""
    assert await home.refused("calendar.add", title="Lunch", when="friday at noon") == (
        "already_there",
        "Lunch is in your calendar already, at noon on Friday.",
    )


@pytest.mark.parametrize(
    ("to", "when"),
    [
        ("thursday at three", "at three o'clock tomorrow afternoon"),
        ("half past four", "at half past four in the afternoon on Friday"),
        ("nine", "at nine o'clock in the morning on Friday"),
        ("monday", "at noon on Monday"),
        ("half an hour later", "at half past twelve in the afternoon on Friday"),
        ("by an hour earlier", "at eleven o'clock in the morning on Friday"),
        ("back by two hours", "at two o'clock in the afternoon on Friday"),
    ],
)
async def test_moving(local: House, to: str, when: str) -> None:
    await local.did("calendar.add", title="dentist", when="friday at noon", duration="90 minutes")
    done = await local.did("calendar.move", title="the dentist appointment", to=to)
    assert (done["when"], done["from"]) == (when, "at noon on Friday")
    start, end = (datetime.fromisoformat(done[each]) for each in ("start", "end"))
    assert end - start == timedelta(minutes=90)
    assert (await local.did("calendar.find", title="dentist"))["when"] == when
    await local.did("undo.last")
    assert (await local.did("calendar.find", title="dentist"))["when"] == "at noon on Friday"


async def test_moving_on_a_server_and_taking_it_back(home: House) -> None:
    await home.did("calendar.add", title="dentist", when="friday at noon")
    await home.did("calendar.add", title="lunch", when="thursday at three")
    done = await home.did("calendar.move", title="dentist", to="thursday at three")
    assert done["clash"] == "Lunch from three o'clock to four o'clock"
    assert await agenda(home, "thursday") == "at three o'clock, Dentist; at three o'clock, Lunch"
    await home.did("undo.last")
    assert await agenda(home, "thursday") == "at three o'clock, Lunch"
    assert await agenda(home, "friday") == "at noon, Dentist"


async def test_deleting_asks_and_names_it_and_is_undone(home: House) -> None:
    await home.did("calendar.add", title="dentist", when="friday at noon")
    question = await home.call("calendar.delete", title="dentist")
    assert question.error_message == "Shall I really delete Dentist, at noon on Friday?"
    assert await agenda(home, "friday") != ""
    await home.did("calendar.delete", title="dentist", confirmed=True)
    assert await agenda(home, "friday") == ""
    await home.did("undo.last")
    assert await agenda(home, "friday") == "at noon, Dentist"


async def test_which_of_two_is_asked(local: House) -> None:
    await local.did("calendar.add", title="dentist", when="friday at noon")
    await local.did("calendar.add", title="dentist", when="monday at nine")
    assert await local.refused("calendar.move", title="dentist", to="four") == (
        "ambiguous",
        "Which one do you mean: Dentist at noon on Friday or Dentist at nine o'clock in the morning on Monday?",
    )
    done = await local.did("calendar.move", title="dentist", when="monday", to="four")
    assert done["when"] == "at four o'clock in the afternoon on Monday"
    assert (await local.refused("calendar.delete", title="the plumber"))[1] == (
        "There is no plumber in your calendar."
    )


async def test_one_is_named_by_its_time_alone(local: House) -> None:
    await local.did("calendar.add", title="dentist", when="friday at noon")
    assert await local.refused("calendar.delete", when="friday at nine") == (
        "unknown_appointment",
        "There is no appointment then in your calendar.",
    )
    assert (await local.refused("calendar.delete"))[1] == "Which appointment do you mean?"
    done = await local.did("calendar.delete", when="friday at noon", confirmed=True)
    assert done["spoken"] == "I've deleted Dentist, at noon on Friday."


@pytest.fixture
def week(tmp_path: Path) -> Path:
    """The calendar file of `local`, as other programs wrote it."""
    parts = (texts.BERLIN, texts.TEAM, texts.TRIP, texts.CALL, texts.OUTLOOK, texts.FLOATING, texts.BIRTHDAY)
    path = tmp_path / "calendar.ics"
    path.write_text(texts.calendar(*parts), newline="")
    return path


async def test_questions_about_the_week(local: House, week: Path) -> None:
    day = await local.did("calendar.read", when="friday")
    assert day["agenda"] == (
        "all day, Grandma's birthday; at ten o'clock, Review; at four o'clock, Call with the tax adviser; "
        "at six o'clock in the evening, Yoga"
    )
    assert (await local.did("calendar.read", when="friday afternoon"))["count"] == 2  # with the birthday
    assert await agenda(local, "next week") == ""
    assert (
        await agenda(local, "the week after next")
        == "on Tuesday, November third, at eleven o'clock, Team meeting"
    )
    assert (await local.did("calendar.find"))["title"] == "Review"  # before the birthday, which is all day
    team = await local.did("calendar.find", title="team meeting")
    assert team["when"] == "at eleven o'clock in the morning on Tuesday, November third"
    assert await local.refused("calendar.find", title="choir") == (
        "unknown_appointment",
        "I find no choir in your calendar.",
    )


@pytest.mark.parametrize(
    ("when", "duration", "free", "taken_by"),
    [
        ("friday at ten", "", False, "Review from ten o'clock to eleven o'clock"),
        ("friday at eleven", "", True, ""),
        ("friday at half past nine", "twenty minutes", True, ""),
        ("friday afternoon", "", False, "Call with the tax adviser from four o'clock to quarter to five"),
        ("friday from one to three", "", True, ""),
        ("tomorrow", "", True, ""),
    ],
)
async def test_whether_there_is_time(
    local: House, week: Path, when: str, duration: str, free: bool, taken_by: str
) -> None:
    done = await local.did("calendar.free", when=when, duration=duration)
    assert (done["free"], done["taken_by"]) == (free, taken_by)


async def test_a_span_is_free_in_part(local: House, week: Path) -> None:
    assert (await local.did("calendar.free", when="friday afternoon"))["partly"]
    assert not (await local.did("calendar.free", when="friday at ten"))["partly"]
    await local.did("calendar.add", title="fair", when="friday from noon to six")
    assert not (await local.did("calendar.free", when="friday afternoon"))["partly"]


async def test_when_there_is_time(local: House, week: Path) -> None:
    done = await local.did("calendar.slots", when="friday", duration="two hours")
    assert done["spoken"] == (
        "on Friday from eight o'clock to ten o'clock, from eleven o'clock to four o'clock".replace(
            "o'clock, from", "o'clock or from"
        )
    )
    done = await local.did("calendar.slots", when="friday", duration="an hour")
    assert [slot["start"][11:16] for slot in done["slots"]] == ["08:00", "11:00", "16:45", "19:00"]
    today = await local.did("calendar.slots", when="today", duration="an hour")
    assert [slot["start"][11:16] for slot in today["slots"]] == ["15:30"]
    assert (await local.did("calendar.slots", when="friday", duration="ten hours"))["slots"] == []


async def test_one_of_a_series(local: House, week: Path) -> None:
    question = await local.call("calendar.delete", title="team meeting")
    assert question.error_message == (
        "Shall I really delete Team meeting, at eleven o'clock in the morning on Tuesday, November third, "
        "only that once?"
    )
    await local.did("calendar.delete", title="team meeting", confirmed=True)
    found = await local.did("calendar.find", title="team meeting")
    assert found["appointments"][0]["start"] == "2026-11-17T09:00:00+01:00"
    await local.did("calendar.move", title="team meeting", to="wednesday the eighteenth of november at ten")
    found = await local.did("calendar.find", title="team meeting")
    assert found["appointments"][0]["start"] == "2026-11-18T10:00:00+01:00"
    await local.did("undo.last")
    await local.did("undo.last")
    found = await local.did("calendar.find", title="team meeting")
    assert found["appointments"][0]["start"] == "2026-11-03T11:00:00+01:00"
    assert week.read_text().count("UID:team") == 3  # noqa: ASYNC240 (three components)


async def test_what_others_changed_is_not_undone(local: House, tmp_path: Path) -> None:
    await local.did("calendar.add", title="dentist", when="friday at noon")
    path = tmp_path / "calendar.ics"
    path.write_text(path.read_text().replace("SUMMARY:Dentist", "SUMMARY:Dentist in town"), newline="")
    assert await local.refused("undo.last") == (
        "changed",
        "That appointment was changed since, so I leave it as it is.",
    )
    assert await agenda(local, "friday") == "at noon, Dentist in town"


async def test_a_whole_day_is_moved_to_another(local: House) -> None:
    await local.did("calendar.add", title="holiday", when="friday")
    done = await local.did("calendar.move", title="holiday", to="monday")
    assert (done["all_day"], done["start"], done["when"]) == (True, "2026-10-26", "on Monday, all day")


async def test_a_guest_hears_and_changes_nothing(local: House) -> None:
    calls: list[tuple[str, dict[str, Any]]] = [
        ("calendar.read", {}),
        ("calendar.add", {"title": "x", "when": "friday"}),
        ("calendar.put_back", {"uid": "x"}),
    ]
    for name, arguments in calls:
        outcome = await local.call(name, **arguments, session="browser:ab12")
        assert outcome.error_code == "forbidden"


async def test_today_what_is_over_is_left_out(local: House) -> None:
    await local.did("calendar.add", title="tea", when="today at four")
    await local.did("calendar.add", title="supper", when="today at seven")
    assert NOW.astimezone(BERLIN).hour == 15
    await local.clock.advance(2 * 3600)
    done = await local.did("calendar.read")
    assert (done["agenda"], done["over"]) == ("at seven o'clock in the evening, Supper", 1)
