"""The time is taken out of a sentence, and what is left is what is to be done."""

from datetime import datetime

import pytest

from assistant.services.routines.when import timed
from tests.services.routines.conftest import ZONE

NOW = datetime(2026, 11, 27, 15, 0, tzinfo=ZONE)  # a Friday

MOMENTS = [
    ("turn off the lights at eight", "turn off the lights", "2026-11-27 20:00"),
    ("turn the lights on at eight", "turn the lights on", "2026-11-27 20:00"),
    ("Please turn off all the lights at half past ten tonight.", "turn off all the lights", "2026-11-27 22:30"),
    ("in ten minutes turn off the fan", "turn off the fan", "2026-11-27 15:10"),
    ("turn off the fan in ten minutes please", "turn off the fan", "2026-11-27 15:10"),
    ("turn it off in half an hour", "turn it off", "2026-11-27 15:30"),
    ("could you close the blinds tomorrow evening", "close the blinds", "2026-11-28 19:00"),
    ("tomorrow at noon close the blinds", "close the blinds", "2026-11-28 12:00"),
    ("lights off at eleven", "lights off", "2026-11-27 23:00"),
    ("at quarter past six can you turn on the radio", "turn on the radio", "2026-11-27 18:15"),
    ("turn everything off tonight at eleven", "turn everything off", "2026-11-27 23:00"),
    ("set the heating to twenty one degrees at six in the morning", "set the heating to twenty one degrees",
     "2026-11-28 06:00"),
    ("dim the bedroom light to ten percent at ten thirty", "dim the bedroom light to ten percent",
     "2026-11-27 22:30"),
    ("in twenty minutes good night", "good night", "2026-11-27 15:20"),
    ("start movie night at eight", "start movie night", "2026-11-27 20:00"),
    ("unlock the front door on monday at seven", "unlock the front door", "2026-11-30 07:00"),
]  # fmt: skip

REPEATED = [
    ("every weekday at seven turn on the heating", "turn on the heating", "2026-11-30 07:00"),
    ("turn on the heating every day at six thirty", "turn on the heating", "2026-11-27 18:30"),
    ("lock the door every night at eleven", "lock the door", "2026-11-27 23:00"),
    ("on saturdays at nine open the curtains", "open the curtains", "2026-11-28 09:00"),
]

TIMERS = [
    ("when the timer ends turn off the oven", "turn off the oven", ""),
    ("turn off the oven when the pasta timer is done", "turn off the oven", "pasta"),
    ("once my egg timer goes off then turn on the kitchen light", "turn on the kitchen light", "egg"),
    ("after the timer turn off the stove", "turn off the stove", ""),
    ("turn off the stove after the egg timer", "turn off the stove", "egg"),
    ("as soon as the timer is up open the blinds please", "open the blinds", ""),
]

NOW_OR_NEVER = [
    "turn on the light in the kitchen",
    "turn off the lights",
    "turn off the lights now",
    "turn on the light in the second bedroom",
    "set the lamp to fifty percent",
    "set the temperature to twenty one",
    "make it a bit brighter",
    "at eight",
    "every day",
    "set the living room to twenty degrees",
    "turn on both of the lights",
    "turn on the heating today",
    "i say good night",
    "please start movie night",
]


@pytest.mark.parametrize(("said", "what", "when"), MOMENTS)
def test_a_moment(said: str, what: str, when: str) -> None:
    found = timed(said, NOW, ZONE)
    assert found is not None
    assert found.plan is not None
    assert (found.what, f"{found.plan.moment.at:%Y-%m-%d %H:%M}", found.plan.rule) == (what, when, "")


@pytest.mark.parametrize(("said", "what", "first"), REPEATED)
def test_a_repetition(said: str, what: str, first: str) -> None:
    found = timed(said, NOW, ZONE)
    assert found is not None
    assert found.plan is not None
    assert (found.what, f"{found.plan.moment.at:%Y-%m-%d %H:%M}") == (what, first)
    assert found.plan.rule


@pytest.mark.parametrize(("said", "what", "timer"), TIMERS)
def test_the_end_of_a_timer(said: str, what: str, timer: str) -> None:
    found = timed(said, NOW, ZONE)
    assert found is not None
    assert (found.what, found.plan, found.timer) == (what, None, timer)


@pytest.mark.parametrize(
    "said", ["turn off the lights at two this afternoon", "today at noon close the blinds"]
)
def test_a_time_that_is_over_is_one(said: str) -> None:
    found = timed(said, NOW, ZONE)
    assert found is not None
    assert found.past


@pytest.mark.parametrize("said", NOW_OR_NEVER)
def test_no_time(said: str) -> None:
    assert timed(said, NOW, ZONE) is None
