from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from assistant.services.calendar.free import Span, busy, clashes, days, gaps
from assistant.services.calendar.occurrence import Occurrence
from assistant.services.calendar.store import Resource

BERLIN = ZoneInfo("Europe/Berlin")
DAY = datetime(2026, 10, 23, tzinfo=BERLIN)
NOTHING = Resource("x", Calendar())


def event(start: float, end: float, *, takes: bool = True, all_day: bool = False) -> Occurrence:
    """Hours of the day."""
    first, last = DAY + timedelta(hours=start), DAY + timedelta(hours=end)
    return Occurrence("something", first, last, all_day, "", False, takes, first, NOTHING)


def hours(spans: list[Span]) -> list[tuple[float, float]]:
    return [((s.start - DAY) / timedelta(hours=1), (s.end - DAY) / timedelta(hours=1)) for s in spans]


def test_the_time_between() -> None:
    taken = busy([event(9, 10), event(9.5, 11), event(11, 12), event(15, 16), event(13, 14, takes=False)])
    assert hours(taken) == [(9, 12), (15, 16)]
    work = Span(DAY + timedelta(hours=8), DAY + timedelta(hours=18))
    assert hours(gaps(taken, work, timedelta(hours=1))) == [(8, 9), (12, 15), (16, 18)]
    assert hours(gaps(taken, work, timedelta(hours=2))) == [(12, 15), (16, 18)]
    assert hours(gaps([], work, timedelta(hours=10))) == [(8, 18)]
    assert gaps(busy([event(0, 24)]), work, timedelta(minutes=1)) == []


def test_a_birthday_takes_no_hours_but_a_whole_day_is_asked_about_with_it() -> None:
    found = [event(0, 24, all_day=True), event(9, 10)]
    assert clashes(found, DAY + timedelta(hours=9), DAY + timedelta(hours=10)) == [found[1]]
    assert clashes(found, DAY + timedelta(hours=10), DAY + timedelta(hours=11)) == []
    assert clashes(found, DAY, DAY + timedelta(days=1)) == found
    assert busy(found) == [Span(found[1].start, found[1].end)]


def test_days_of_a_week_over_the_change_of_the_clocks() -> None:
    week = Span(DAY + timedelta(hours=15), DAY + timedelta(days=3, hours=9))
    spans = days(week, time(8), time(20))
    assert [f"{s.start:%d %H} {s.end:%H}" for s in spans] == ["23 15 20", "24 08 20", "25 08 20", "26 08 09"]


def test_a_gap_is_measured_in_real_time() -> None:
    """On 25 October from one to three there are three hours."""
    night = Span(datetime(2026, 10, 25, 1, tzinfo=BERLIN), datetime(2026, 10, 25, 3, tzinfo=BERLIN))
    assert gaps([], night, timedelta(hours=3)) == [night]
    spring = Span(datetime(2026, 3, 29, 1, tzinfo=BERLIN), datetime(2026, 3, 29, 4, tzinfo=BERLIN))
    assert gaps([], spring, timedelta(hours=3)) == []


@given(st.lists(st.tuples(st.integers(0, 47), st.integers(1, 12)), max_size=12), st.integers(1, 8))
def test_no_gap_meets_an_appointment_and_none_is_missed(taken: list[tuple[int, int]], at_least: int) -> None:
    found = [event(start / 2, (start + long) / 2) for start, long in taken]
    within = Span(DAY, DAY + timedelta(hours=24))
    free = gaps(busy(found), within, timedelta(minutes=30 * at_least))
    for span in free:
        assert clashes(found, span.start, span.end) == []
    for slot in range(48 - at_least + 1):
        start = DAY + timedelta(minutes=30 * slot)
        end = start + timedelta(minutes=30 * at_least)
        if not any(one.start < end and one.end > start for one in found):
            assert any(span.start <= start and end <= span.end for span in free)


@pytest.mark.parametrize("zone", [BERLIN, UTC])
def test_nothing_is_free_in_no_time(zone: ZoneInfo) -> None:
    assert gaps([], Span(DAY, DAY), timedelta(0)) == []
