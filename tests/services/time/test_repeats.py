from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.services.moments import settled
from assistant.services.numbers import tokens_of
from assistant.services.repeats import next_wall, plan_of, spoken_rule, try_plan
from assistant.services.said_when import plan_in
from assistant.services.service import ServiceError

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 25, 10, 20, tzinfo=BERLIN)  # a Wednesday

# what is said, the first time, the rule, how it is told
PHRASES = [
    ("seven every weekday", "Thu 11-26 07:00", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "every weekday"),
    ("every weekday at seven", "Thu 11-26 07:00", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "every weekday"),
    ("every morning at half past six", "Thu 11-26 06:30", "FREQ=DAILY", "every day"),
    ("every evening at nine", "Wed 11-25 21:00", "FREQ=DAILY", "every day"),
    ("daily at eight pm", "Wed 11-25 20:00", "FREQ=DAILY", "every day"),
    ("every day", "Thu 11-26 09:00", "FREQ=DAILY", "every day"),
    ("every other day at eight", "Thu 11-26 08:00", "FREQ=DAILY;INTERVAL=2", "every other day"),
    ("every three days at noon", "Wed 11-25 12:00", "FREQ=DAILY;INTERVAL=3", "every three days"),
    ("every monday and thursday at eight", "Thu 11-26 08:00", "FREQ=WEEKLY;BYDAY=MO,TH", "every Monday and Thursday"),
    ("mondays at nine", "Mon 11-30 09:00", "FREQ=WEEKLY;BYDAY=MO", "every Monday"),
    ("on weekdays at six thirty", "Wed 11-25 18:30", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "every weekday"),
    ("every weekend at ten", "Sat 11-28 10:00", "FREQ=WEEKLY;BYDAY=SA,SU", "every weekend"),
    ("each friday at four in the afternoon", "Fri 11-27 16:00", "FREQ=WEEKLY;BYDAY=FR", "every Friday"),
    ("every sunday evening", "Sun 11-29 19:00", "FREQ=WEEKLY;BYDAY=SU", "every Sunday"),
    ("every two weeks on friday", "Fri 11-27 09:00", "FREQ=WEEKLY;BYDAY=FR;INTERVAL=2", "every other week on Friday"),
    ("weekly on monday at nine", "Mon 11-30 09:00", "FREQ=WEEKLY", "every Monday"),
    ("every month on the first at nine", "Tue 12-01 09:00", "FREQ=MONTHLY", "every month on the first"),
    ("every year on the third of december", "Thu 12-03 09:00", "FREQ=YEARLY", "every year on December third"),
    ("half past eight tomorrow", "Thu 11-26 08:30", "", ""),
]  # fmt: skip


@pytest.mark.parametrize(("words", "first", "rule", "spoken"), PHRASES)
def test_what_people_say(words: str, first: str, rule: str, spoken: str) -> None:
    plan = plan_of(words, NOW, BERLIN)
    assert (f"{plan.moment.at:%a %m-%d %H:%M}", plan.rule) == (first, rule)
    assert not rule or spoken_rule(rule, plan.moment.at) == spoken


@pytest.mark.parametrize("words", ["every", "every hour", "every purple", "", "each", "every day at purple"])
def test_what_is_no_repetition(words: str) -> None:
    with pytest.raises(ServiceError, match="I did not understand when"):
        plan_of(words, NOW, BERLIN)


@pytest.mark.parametrize(
    ("rule", "wall", "after", "following"),
    [
        ("FREQ=DAILY", "2026-11-25T07:00", "2026-11-28T09:00", "2026-11-29T07:00"),
        ("FREQ=DAILY;INTERVAL=2", "2026-11-25T07:00", "2026-11-25T07:00", "2026-11-27T07:00"),
        ("FREQ=WEEKLY;BYDAY=FR;INTERVAL=2", "2026-11-27T07:00", "2026-11-27T07:00", "2026-12-11T07:00"),
        ("FREQ=MONTHLY", "2027-01-31T07:00", "2027-01-31T07:00", "2027-03-31T07:00"),  # February has none
        ("FREQ=YEARLY", "2028-02-29T07:00", "2028-02-29T07:00", "2032-02-29T07:00"),
    ],
)
def test_the_next_time(rule: str, wall: str, after: str, following: str) -> None:
    found = next_wall(rule, datetime.fromisoformat(wall), datetime.fromisoformat(after))
    assert found == datetime.fromisoformat(following)


@given(
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]),
    st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1)),
)
def test_every_day_has_one_time_whatever_the_clocks_do(name: str, wall: datetime) -> None:
    zone = ZoneInfo(name)
    wall = wall.replace(second=0, microsecond=0)
    here, following = settled(wall, zone), settled(next_wall("FREQ=DAILY", wall, wall), zone)
    assert timedelta(hours=22) < following - here < timedelta(hours=26)
    # What is shown is what was asked for, or, where the clocks jump over it, at most an hour later.
    shown = here.replace(tzinfo=None)
    assert timedelta(0) <= shown - wall <= timedelta(hours=1)
    assert shown == wall or not _exists(wall, zone)


def _exists(wall: datetime, zone: ZoneInfo) -> bool:
    there = [wall.replace(tzinfo=zone, fold=fold) for fold in (0, 1)]
    return there[0].utcoffset() == there[1].utcoffset() or there[0] < there[1]


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("please wake me up at half past six tomorrow if you can", "11-26 06:30"),
        ("i have an early flight so set an alarm for four in the morning", "11-26 04:00"),
        ("there are two of us and seven bags", None),  # numbers may be anything
    ],
)
def test_in_a_sentence(said: str, at: str | None) -> None:
    plan = plan_in("", said, NOW, BERLIN, waking=True)
    assert (None if plan is None else f"{plan.moment.at:%m-%d %H:%M}") == at


def test_tokens_that_are_nothing() -> None:
    assert try_plan(tokens_of("the plants"), NOW, BERLIN, strict=True) is None
