"""What files of other programs hold, in the owner's time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from assistant.services.calendar.file import parse_calendar, split
from assistant.services.calendar.occurrence import Occurrence, later, length, occurrences
from assistant.services.calendar.store import CalendarUnavailable
from tests.services.calendar import texts

BERLIN = ZoneInfo("Europe/Berlin")
TOKYO = ZoneInfo("Asia/Tokyo")


def found(text: str, start: datetime, days: int, zone: ZoneInfo = BERLIN) -> list[Occurrence]:
    resources = split(parse_calendar(text.encode(), "The test"))
    return occurrences(resources, start, start + timedelta(days=days), zone, writable=True)


def spoken(occurrence: Occurrence) -> str:
    return f"{occurrence.start:%m-%d %H:%M}–{occurrence.end:%m-%d %H:%M} {occurrence.title}"


def test_a_series_keeps_its_hour_over_the_change_of_the_clocks_and_its_exceptions() -> None:
    weeks = found(texts.calendar(texts.BERLIN, texts.TEAM), datetime(2026, 10, 19, tzinfo=BERLIN), 30)
    assert [spoken(one) for one in weeks] == [
        "10-20 09:00–10-20 09:30 Team meeting",
        "11-03 11:00–11-03 11:30 Team meeting",  # moved; 27 October is left out, 10 November called off
        "11-17 09:00–11-17 09:30 Team meeting",
    ]
    assert [one.start.astimezone(UTC).hour for one in weeks] == [7, 10, 8]
    assert all(one.repeats for one in weeks)
    assert weeks[0].location == "Room 4"


def test_one_day_of_many_kinds() -> None:
    text = texts.calendar(
        texts.BERLIN,
        texts.TRIP,
        texts.CALL,
        texts.OUTLOOK,
        texts.FLOATING,
        texts.BIRTHDAY,
        texts.TODO,
        texts.BROKEN,
    )
    day = found(text, datetime(2026, 10, 23, tzinfo=BERLIN), 1)
    assert [(spoken(one), one.all_day, one.busy) for one in day] == [
        ("10-23 00:00–10-24 00:00 Grandma's birthday", True, False),
        ("10-23 10:00–10-23 11:00 Review", False, True),
        ("10-23 16:00–10-23 16:45 Call with the tax adviser", False, True),
        ("10-23 18:00–10-23 19:00 Yoga", False, True),
    ]
    assert not day[1].repeats


def test_elsewhere_the_same_is_at_another_hour_but_a_day_is_a_day() -> None:
    text = texts.calendar(texts.BERLIN, texts.TRIP, texts.CALL, texts.FLOATING)
    assert [spoken(one) for one in found(text, datetime(2026, 10, 23, tzinfo=TOKYO), 2, TOKYO)] == [
        "10-23 18:00–10-23 19:00 Yoga",
        "10-23 23:00–10-23 23:45 Call with the tax adviser",
        "10-24 00:00–10-26 00:00 Trip to Vienna",
    ]


def test_the_day_on_which_the_clocks_change_has_25_hours() -> None:
    trip = found(texts.calendar(texts.TRIP), datetime(2026, 10, 25, tzinfo=BERLIN), 1)
    assert [spoken(one) for one in trip] == ["10-24 00:00–10-26 00:00 Trip to Vienna"]
    assert length(trip[0]) == timedelta(hours=49)
    before = datetime(2026, 10, 25, 1, 30, tzinfo=BERLIN)
    assert later(before, timedelta(hours=2)) == datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN, fold=1)


def test_what_ends_as_the_period_begins_is_not_in_it() -> None:
    text = texts.calendar(texts.BERLIN, texts.TEAM)
    assert found(text, datetime(2026, 10, 20, 9, 30, tzinfo=BERLIN), 1) == []
    assert len(found(text, datetime(2026, 10, 20, 9, 29, tzinfo=BERLIN), 1)) == 1


@pytest.mark.parametrize(
    "text", ["", "hello", "<html></html>", "BEGIN:VCALENDAR\nBEGIN:VEVENT\n", "\x00\x01"]
)
def test_what_is_no_calendar_is_a_sentence(text: str, tmp_path: Path) -> None:
    with pytest.raises(CalendarUnavailable, match="is not an iCalendar file"):
        parse_calendar(text.encode(), "The calendar file x")


@pytest.mark.parametrize("often", ["SECONDLY", "MINUTELY"])
def test_what_repeats_all_the_time_is_left_out(often: str) -> None:
    flood = texts.CALL.replace("DURATION:PT45M", f"DURATION:PT1S\nRRULE:FREQ={often}")
    text = texts.calendar(flood, texts.FLOATING)
    day = found(text, datetime(2026, 10, 23, tzinfo=BERLIN), 1)
    assert [one.title for one in day] == ["Yoga"]
