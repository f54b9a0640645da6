"""Spans of time, from a Wednesday afternoon in winter on."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from assistant.services.periods import read_period
from assistant.services.service import ServiceError

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 25, 15, 30, tzinfo=BERLIN)


def shown(start: datetime, end: datetime) -> str:
    return f"{start:%a %d %b %H:%M} – {end:%a %d %b %H:%M}"


@pytest.mark.parametrize(
    ("said", "span", "spoken"),
    [
        ("today", "Wed 25 Nov 00:00 – Thu 26 Nov 00:00", "today"),
        ("tomorrow", "Thu 26 Nov 00:00 – Fri 27 Nov 00:00", "tomorrow"),
        ("the day after tomorrow", "Fri 27 Nov 00:00 – Sat 28 Nov 00:00", "on Friday"),
        ("on friday", "Fri 27 Nov 00:00 – Sat 28 Nov 00:00", "on Friday"),
        ("next friday", "Fri 04 Dec 00:00 – Sat 05 Dec 00:00", "on Friday, December fourth"),
        ("on the third of december", "Thu 03 Dec 00:00 – Fri 04 Dec 00:00", "on Thursday, December third"),
        ("december third", "Thu 03 Dec 00:00 – Fri 04 Dec 00:00", "on Thursday, December third"),
        ("monday all day", "Mon 30 Nov 00:00 – Tue 01 Dec 00:00", "on Monday"),
        ("tomorrow at the whole day", "Thu 26 Nov 00:00 – Fri 27 Nov 00:00", "tomorrow"),
        ("in three days", "Sat 28 Nov 00:00 – Sun 29 Nov 00:00", "on Saturday"),
        ("a week from today", "Wed 02 Dec 00:00 – Thu 03 Dec 00:00", "on Wednesday, December second"),
        ("this week", "Wed 25 Nov 00:00 – Mon 30 Nov 00:00", "this week"),
        ("next week", "Mon 30 Nov 00:00 – Mon 07 Dec 00:00", "next week"),
        ("the week after next", "Mon 07 Dec 00:00 – Mon 14 Dec 00:00", "in the week after next"),
        ("this weekend", "Sat 28 Nov 00:00 – Mon 30 Nov 00:00", "this weekend"),
        ("at the weekend", "Sat 28 Nov 00:00 – Mon 30 Nov 00:00", "this weekend"),
        ("next weekend", "Sat 05 Dec 00:00 – Mon 07 Dec 00:00", "next weekend"),
        ("this month", "Sun 01 Nov 00:00 – Tue 01 Dec 00:00", "this month"),
        ("next month", "Tue 01 Dec 00:00 – Fri 01 Jan 00:00", "next month"),
        ("in december", "Tue 01 Dec 00:00 – Fri 01 Jan 00:00", "in December"),
        ("in march", "Mon 01 Mar 00:00 – Thu 01 Apr 00:00", "in March"),
        ("the rest of the week", "Wed 25 Nov 15:30 – Mon 30 Nov 00:00", "for the rest of this week"),
        ("the rest of the day", "Wed 25 Nov 15:30 – Thu 26 Nov 00:00", "for the rest of today"),
        ("the next three days", "Wed 25 Nov 15:30 – Sat 28 Nov 15:30", "from now on"),
        ("in the next two hours", "Wed 25 Nov 15:30 – Wed 25 Nov 17:30", "from now on"),
        ("this afternoon", "Wed 25 Nov 12:00 – Wed 25 Nov 18:00", "this afternoon"),
        ("this evening", "Wed 25 Nov 18:00 – Wed 25 Nov 23:00", "this evening"),
        ("tonight", "Wed 25 Nov 18:00 – Thu 26 Nov 00:00", "tonight"),
        ("in the morning", "Thu 26 Nov 06:00 – Thu 26 Nov 12:00", "tomorrow morning"),
        ("tomorrow morning", "Thu 26 Nov 06:00 – Thu 26 Nov 12:00", "tomorrow morning"),
        ("friday afternoon", "Fri 27 Nov 12:00 – Fri 27 Nov 18:00", "on Friday afternoon"),
        ("on friday in the afternoon", "Fri 27 Nov 12:00 – Fri 27 Nov 18:00", "on Friday afternoon"),
        ("saturday night", "Sat 28 Nov 19:00 – Sun 29 Nov 00:00", "on Saturday night"),
        ("from monday to wednesday", "Mon 30 Nov 00:00 – Thu 03 Dec 00:00",
         "from Monday to Wednesday, December second"),
        ("between friday and monday", "Fri 27 Nov 00:00 – Tue 01 Dec 00:00", "from Friday to Monday"),
    ],
)  # fmt: skip
def test_spans(said: str, span: str, spoken: str) -> None:
    period = read_period(said, NOW, BERLIN)
    assert (shown(period.start, period.end), period.spoken) == (span, spoken)
    assert not period.has_time


@pytest.mark.parametrize(
    ("said", "span", "has_end"),
    [
        ("friday at three", "Fri 27 Nov 15:00 – Fri 27 Nov 16:00", False),
        ("friday at noon", "Fri 27 Nov 12:00 – Fri 27 Nov 13:00", False),
        ("at noon on friday", "Fri 27 Nov 12:00 – Fri 27 Nov 13:00", False),
        ("friday noon", "Fri 27 Nov 12:00 – Fri 27 Nov 13:00", False),
        ("tomorrow at half past nine", "Thu 26 Nov 09:30 – Thu 26 Nov 10:30", False),
        ("three", "Thu 26 Nov 15:00 – Thu 26 Nov 16:00", False),
        ("at six", "Wed 25 Nov 18:00 – Wed 25 Nov 19:00", False),
        ("three in the morning", "Thu 26 Nov 03:00 – Thu 26 Nov 04:00", False),
        ("in two hours", "Wed 25 Nov 17:30 – Wed 25 Nov 18:30", False),
        ("the third of december at a quarter to eleven", "Thu 03 Dec 10:45 – Thu 03 Dec 11:45", False),
        ("tomorrow from two to four", "Thu 26 Nov 14:00 – Thu 26 Nov 16:00", True),
        ("from two to four tomorrow", "Thu 26 Nov 14:00 – Thu 26 Nov 16:00", True),
        ("friday from nine to five", "Fri 27 Nov 09:00 – Fri 27 Nov 17:00", True),
        ("between ten and half past eleven on friday", "Fri 27 Nov 10:00 – Fri 27 Nov 11:30", True),
        ("from ten to twelve on friday", "Fri 27 Nov 10:00 – Fri 27 Nov 12:00", True),
        ("saturday from ten in the evening until two", "Sat 28 Nov 22:00 – Sun 29 Nov 02:00", True),
        ("from eleven to noon tomorrow", "Thu 26 Nov 11:00 – Thu 26 Nov 12:00", True),
    ],
)
def test_times(said: str, span: str, has_end: bool) -> None:
    period = read_period(said, NOW, BERLIN)
    assert (shown(period.start, period.end), period.has_end) == (span, has_end)
    assert period.has_time


@pytest.mark.parametrize(
    ("said", "span", "spoken"),
    [
        (
            "after three tomorrow",
            "Thu 26 Nov 15:00 – Fri 27 Nov 00:00",
            "after three o'clock tomorrow afternoon",
        ),
        (
            "tomorrow after three",
            "Thu 26 Nov 15:00 – Fri 27 Nov 00:00",
            "after three o'clock tomorrow afternoon",
        ),
        ("before noon on friday", "Fri 27 Nov 00:00 – Fri 27 Nov 12:00", "before noon on Friday"),
        ("before six", "Wed 25 Nov 15:30 – Wed 25 Nov 18:00", "before six o'clock this evening"),
    ],
)
def test_spans_with_one_end(said: str, span: str, spoken: str) -> None:
    period = read_period(said, NOW, BERLIN)
    assert (shown(period.start, period.end), period.spoken) == (span, spoken)


@pytest.mark.parametrize(
    "said", ["", "the dentist", "banana", "from here to there", "blue monday morning", "week"]
)
def test_what_is_no_time_is_a_sentence(said: str) -> None:
    with pytest.raises(ServiceError, match="I did not understand when"):
        read_period(said, NOW, BERLIN)


def test_the_day_on_which_clocks_change_is_whole() -> None:
    period = read_period("sunday", datetime(2026, 10, 23, 12, tzinfo=BERLIN), BERLIN)
    assert period.is_day
    assert period.end.timestamp() - period.start.timestamp() == timedelta(hours=25).total_seconds()


@pytest.mark.parametrize(("hour", "day"), [(9, 27), (13, 27), (23, 4)])
def test_a_part_of_a_weekday_that_is_over_is_that_of_next_week(hour: int, day: int) -> None:
    friday = datetime(2026, 11, 27, hour, tzinfo=BERLIN)
    assert read_period("friday afternoon", friday, BERLIN).start.day == day
