"""A house in which things ring, in virtual time."""

import asyncio
from collections.abc import Callable

from tests.services.conftest import House

_TIMEOUT_S = 10.0


async def start(house: House) -> None:
    """Let things ring; what is due already has been announced afterwards or is about to be."""
    resting = house.clock.resting()
    house.services.start()
    await resting


async def at_rest(house: House) -> None:
    """The scheduler has seen all that there is, and sleeps."""
    scheduler = house.services.scheduler
    await until(lambda: not scheduler._announcing)
    for _ in range(2):  # a look that was under way when it was told, and one after it
        resting = house.clock.resting()
        scheduler.changed()
        await asyncio.wait_for(resting, _TIMEOUT_S)


async def later(house: House, seconds: float) -> None:
    """Let time pass."""
    await at_rest(house)
    await house.clock.advance(seconds)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(_TIMEOUT_S):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0.002)


async def end_ringing(house: House) -> None:
    """A person takes notice of all that rings."""
    scheduler = house.services.scheduler
    await until(lambda: not scheduler._announcing)
    scheduler.ended(house.said)
    await until(lambda: not scheduler._over and not scheduler._rings)
    await at_rest(house)
