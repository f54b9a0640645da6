from typing import Any

import pytest

from tests.services.conftest import House
from tests.services.time.ringing import end_ringing, later, start, until


async def left(house: House, **which: Any) -> float:
    [timer] = (await house.did("timers.remaining", **which))["timers"]
    return float(timer["remaining_s"])


@pytest.mark.parametrize(
    ("change", "then"),
    [
        ({"by": "ten minutes"}, 600.0),
        ({"by": "five minutes", "how": "add"}, 540.0),
        ({"by": "two minutes", "how": "take"}, 120.0),
    ],
)
async def test_longer_and_shorter(house: House, change: dict[str, Any], then: float) -> None:
    await house.did("timers.start", duration="five minutes", name="pasta")
    await house.clock.advance(60)
    assert (await house.did("timers.change", **change))["remaining_s"] == then
    assert await left(house) == then
    await house.did("undo.last")
    assert await left(house) == 240.0


async def test_it_is_not_shortened_below_nothing(house: House) -> None:
    await house.did("timers.start", duration="five minutes", name="pasta")
    assert await house.refused("timers.change", by="six minutes", how="take") == (
        "too_short",
        "The pasta timer has only five minutes left.",
    )
    assert (await house.refused("timers.change", by="eight days", how="add"))[0] == "too_long"


async def test_of_several_the_one_that_was_named(house: House) -> None:
    await house.did("timers.start", duration="five minutes", name="pasta")
    await house.did("timers.start", duration="ten minutes", name="rice")
    assert (await house.refused("timers.change", by="one minute", how="add"))[0] == "ambiguous"
    await house.did("timers.change", by="one minute", how="add", name="rice")
    assert (await left(house, name="pasta"), await left(house, name="rice")) == (300.0, 660.0)


async def test_a_paused_timer_stands_still(house: House) -> None:
    await start(house)
    assert (await house.refused("timers.pause"))[0] == "no_timers"
    await house.did("timers.start", duration="five minutes")
    assert (await house.refused("timers.resume"))[0] == "not_paused"
    await later(house, 60)
    assert (await house.did("timers.pause"))["paused"]
    await later(house, 3_600)
    assert house.said == []
    assert await left(house) == 240.0
    assert (await house.refused("timers.pause"))[0] == "paused"
    await house.did("timers.change", by="one minute", how="add")  # and stays paused
    assert (await house.did("timers.list"))["timers"][0]["paused"]
    await house.did("timers.resume")
    await later(house, 299)
    assert house.said == []
    await later(house, 1)
    await until(lambda: house.said)


async def test_again(house: House) -> None:
    await start(house)
    assert (await house.refused("timers.repeat"))[0] == "no_timers"
    await house.did("timers.start", duration="one minute", name="plank")
    await later(house, 60)
    await until(lambda: house.said)
    await end_ringing(house)
    assert (await house.did("timers.repeat"))["name"] == "plank"
    await later(house, 30)
    assert await left(house) == 30.0
    await house.did("timers.repeat")  # what still runs begins anew
    assert await left(house) == 60.0
    await house.did("undo.last")
    assert await left(house) == 30.0


async def test_a_timer_that_rings_goes_on_for_a_while(house: House) -> None:
    await start(house)
    await house.did("timers.start", duration="one minute", name="tea")
    await later(house, 60)
    await until(lambda: house.said and not house.services.scheduler._announcing)
    await house.did("timers.change", by="two minutes", how="add")
    await later(house, 119)
    assert len(house.said) == 1
    await later(house, 1)
    await until(lambda: len(house.said) == 2)


async def test_stopping_the_one_that_rings_leaves_the_others(house: House) -> None:
    await start(house)
    await house.did("timers.start", duration="one minute", name="tea")
    await house.did("timers.start", duration="an hour", name="bread")
    await later(house, 60)
    await until(lambda: house.said)
    await end_ringing(house)
    assert await house.did("timers.cancel", ringing_first=True) == {"cancelled": [], "silenced": True}
    assert await left(house) == 3_540.0
    await later(house, 180)
    assert (await house.did("timers.cancel", ringing_first=True))["cancelled"][0]["name"] == "bread"
