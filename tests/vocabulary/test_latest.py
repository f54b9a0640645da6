"""Of many wishes the newest is carried out: coalescing, overtaking and failing, in virtual time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.vocabulary.latest import MOST_RESTARTS, Latest
from tests.conversation.virtual_time import in_virtual_time, now_s

TAKES_S = 10.0


@dataclass
class Workshop:
    """Writes down what it began, finished and failed at; one piece takes `TAKES_S`."""

    begun: list[int] = field(default_factory=list)
    finished: list[tuple[int, float]] = field(default_factory=list)
    failed: list[tuple[int, str]] = field(default_factory=list)
    at_once: int = 0
    broken: frozenset[int] = frozenset()

    async def make(self, wish: int) -> None:
        self.begun.append(wish)
        self.at_once += 1
        assert self.at_once == 1
        try:
            await asyncio.sleep(TAKES_S)
            if wish in self.broken:
                raise ValueError(f"no {wish}")
            self.finished.append((wish, now_s()))
        finally:
            self.at_once -= 1

    def tell(self, wish: int, error: Exception) -> None:
        self.failed.append((wish, type(error).__name__))

    @asynccontextmanager
    async def at_work(self, **limits: float) -> AsyncIterator[Latest[int]]:
        latest = Latest(self.make, self.tell, done=0, **limits)
        task = asyncio.create_task(latest.run())
        try:
            yield latest
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            assert self.at_once == 0


@in_virtual_time
async def test_several_changes_in_a_row_are_one() -> None:
    shop = Workshop()
    async with shop.at_work() as latest:
        began_s = now_s()
        for wish in (1, 2, 3, 4):
            latest.wish(wish)
            await asyncio.sleep(0.5)
        await latest.settled()
    assert shop.begun == [4]
    assert shop.finished[0][1] - began_s == pytest.approx(1.5 + 1.0 + TAKES_S)


@in_virtual_time
async def test_who_never_stops_wishing_is_not_waited_for() -> None:
    shop = Workshop()
    async with shop.at_work() as latest:
        for wish in range(1, 20):  # 9.5 s without a quiet second
            latest.wish(wish)
            await asyncio.sleep(0.5)
        assert shop.begun[0] < 19
        await latest.settled()
    assert shop.finished[-1][0] == 19


@in_virtual_time
async def test_work_that_is_overtaken_is_given_up() -> None:
    shop = Workshop()
    async with shop.at_work() as latest:
        latest.wish(1)
        await asyncio.sleep(5.0)
        latest.wish(2)
        await latest.settled()
    assert shop.begun == [1, 2]
    assert [wish for wish, _ in shop.finished] == [2]


@in_virtual_time
async def test_overtaking_has_an_end() -> None:
    """Somebody saves the file every five seconds, all day: what takes ten is done all the same."""
    shop = Workshop()
    async with shop.at_work() as latest:
        for wish in range(1, 30):
            latest.wish(wish)
            await asyncio.sleep(5.0)
        assert len(shop.finished) >= 29 * 5.0 / (MOST_RESTARTS * 6.0 + TAKES_S + 6.0) - 1
        await latest.settled()
    assert shop.finished[-1][0] == 29


@in_virtual_time
async def test_what_is_so_already_is_not_made_again() -> None:
    shop = Workshop()
    async with shop.at_work() as latest:
        latest.wish(0)
        await latest.settled()
        latest.wish(1)
        await asyncio.sleep(5.0)
        latest.wish(2)
        latest.wish(1)  # and back: what is under way is right
        await latest.settled()
        latest.wish(1)
        await latest.settled()
    assert shop.begun == [1]


@in_virtual_time
async def test_a_failure_is_told_and_the_next_wish_works() -> None:
    shop = Workshop(broken=frozenset({1}))
    async with shop.at_work() as latest:
        latest.wish(1)
        await latest.settled()
        assert shop.failed == [(1, "ValueError")]
        latest.wish(2)
        await latest.settled()
    assert [wish for wish, _ in shop.finished] == [2]


@in_virtual_time
async def test_what_failed_can_be_tried_again() -> None:
    shop = Workshop(broken=frozenset({1}))
    async with shop.at_work() as latest:
        latest.wish(1)
        await latest.settled()
        shop.broken = frozenset()
        latest.wish(1)
        await latest.settled()
    assert [wish for wish, _ in shop.finished] == [1]


@in_virtual_time
async def test_work_that_hangs_is_given_up_and_told() -> None:
    shop = Workshop()
    async with shop.at_work(timeout_s=3.0) as latest:
        latest.wish(1)
        await latest.settled()
    assert shop.failed == [(1, "TimeoutError")]
    assert shop.finished == []


@in_virtual_time
async def test_the_end_of_the_program_ends_the_work() -> None:
    shop = Workshop()
    async with shop.at_work() as latest:
        latest.wish(1)
        await asyncio.sleep(5.0)
        assert shop.at_once == 1
    assert shop.finished == []  # and `at_work` has seen that nothing goes on


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 4), st.floats(0.0, 15.0, allow_nan=False)), min_size=1, max_size=12))
def test_whatever_comes_when_the_last_wish_is_what_counts(wishes: list[tuple[int, float]]) -> None:
    @in_virtual_time
    async def scenario() -> None:
        shop = Workshop()
        async with shop.at_work() as latest:
            for wish, pause_s in wishes:
                latest.wish(wish)
                await asyncio.sleep(pause_s)
            await latest.settled()
        assert shop.finished[-1][0] == wishes[-1][0]

    scenario()
