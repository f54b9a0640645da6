"""Changed objects, read back as others would."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar

from assistant.services.calendar import edit
from assistant.services.calendar.file import parse_calendar, split
from assistant.services.calendar.occurrence import Occurrence, occurrences
from assistant.services.calendar.store import Resource
from tests.services.calendar import texts

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
AUTUMN = datetime(2026, 10, 19, tzinfo=BERLIN)


def unfolded(calendar: Calendar, days: int = 35) -> list[Occurrence]:
    """Written, read again, and unfolded."""
    read = Calendar.from_ical(calendar.to_ical())
    assert isinstance(read, Calendar)
    end = AUTUMN + timedelta(days=days)
    return occurrences([Resource("x", read, "1")], AUTUMN, end, BERLIN, writable=True)


def series() -> list[Occurrence]:
    return unfolded(split(parse_calendar(texts.calendar(texts.BERLIN, texts.TEAM).encode(), "x"))[0].calendar)


def starts(found: list[Occurrence]) -> list[str]:
    return [f"{one.start:%m-%d %H:%M}" for one in found]


def test_a_new_appointment_has_its_zone_with_it() -> None:
    start = datetime(2026, 10, 26, 12, tzinfo=BERLIN)
    made = edit.new_event("u", "Lunch", start, start + timedelta(hours=1), NOW, "Café Rosa")
    text = made.to_ical().decode()
    assert "BEGIN:VTIMEZONE\r\nTZID:Europe/Berlin" in text
    assert len(text) < 3_000
    (one,) = unfolded(made)
    assert (one.title, one.location, one.start, one.all_day) == ("Lunch", "Café Rosa", start, False)


def test_whole_days_are_dates() -> None:
    made = edit.new_event("u", "Holiday", date(2026, 10, 24), date(2026, 10, 27), NOW)
    (one,) = unfolded(made)
    assert (one.all_day, one.end.date()) == (True, date(2026, 10, 27))


def test_one_of_a_series_is_moved_and_the_others_stay() -> None:
    before = series()
    assert starts(before) == ["10-20 09:00", "11-03 11:00", "11-17 09:00"]
    new = datetime(2026, 11, 18, 15, tzinfo=BERLIN)
    after = edit.moved(before[2], new, new + timedelta(minutes=30), NOW)
    assert starts(unfolded(after)) == ["10-20 09:00", "11-03 11:00", "11-18 15:00"]
    moved = unfolded(after)[2]
    assert moved.location == "Room 4"
    assert after.to_ical().count(b"BEGIN:VALARM") == 2  # it still reminds
    # once more: the exception that is there already is changed
    again = edit.moved(moved, new + timedelta(hours=1), new + timedelta(hours=2), NOW)
    assert starts(unfolded(again)) == ["10-20 09:00", "11-03 11:00", "11-18 16:00"]
    assert again.to_ical().count(b"BEGIN:VEVENT") == after.to_ical().count(b"BEGIN:VEVENT")
    assert b"SEQUENCE:2" in again.to_ical()


def test_one_of_a_series_is_taken_out() -> None:
    for number, left in ((0, ["11-03 11:00", "11-17 09:00"]), (1, ["10-20 09:00", "11-17 09:00"])):
        after = edit.without(series()[number], NOW)
        assert after is not None
        assert starts(unfolded(after)) == left


def test_nothing_is_left_of_a_single_one() -> None:
    start = datetime(2026, 10, 26, 12, tzinfo=BERLIN)
    (one,) = unfolded(edit.new_event("u", "Lunch", start, start + timedelta(hours=1), NOW))
    assert edit.without(one, NOW) is None


def test_what_it_came_from_stays() -> None:
    one = series()[0]
    before = one.resource.calendar.to_ical()
    edit.moved(one, one.start + timedelta(hours=1), one.end + timedelta(hours=1), NOW)
    edit.without(one, NOW)
    assert one.resource.calendar.to_ical() == before
