"""Events reach whoever watches, and nobody who watches can disturb the conversation."""

import asyncio
import logging

import pytest

from assistant.bus import Bus
from assistant.events import Event


def event(turn: int) -> Event:
    return Event(at_s=0.0, session="here", turn=turn)


def test_observers_are_called_at_once_and_in_order() -> None:
    bus, seen = Bus(), list[tuple[str, int]]()
    bus.observe(lambda event: seen.append(("first", event.turn)))
    stop = bus.observe(lambda event: seen.append(("second", event.turn)))
    bus.publish(event(1))
    stop()
    stop()
    bus.publish(event(2))
    assert seen == [("first", 1), ("second", 1), ("first", 2)]


def test_an_observer_that_raises_is_not_called_again(caplog: pytest.LogCaptureFixture) -> None:
    bus, calls, seen = Bus(), list[int](), list[int]()

    def broken(event: Event) -> None:
        calls.append(event.turn)
        raise BrokenPipeError("nobody reads")

    bus.observe(broken)
    bus.observe(lambda event: seen.append(event.turn))
    with caplog.at_level(logging.ERROR):
        bus.publish(event(1))
        bus.publish(event(2))
    assert (calls, seen) == ([1], [1, 2])
    assert "nobody reads" in caplog.text


def test_an_observer_may_leave_while_it_is_called() -> None:
    bus, seen = Bus(), list[int]()

    def once(event: Event) -> None:
        seen.append(event.turn)
        stop()

    stop = bus.observe(once)
    bus.observe(lambda event: seen.append(-event.turn))
    bus.publish(event(1))
    bus.publish(event(2))
    assert seen == [1, -1, -2]


async def test_a_subscription_gives_events_as_they_come() -> None:
    bus = Bus()
    subscription = bus.subscribe()
    seen: list[int] = []

    async def read() -> None:
        async for each in subscription:
            seen.append(each.turn)

    reading = asyncio.create_task(read())
    for turn in (1, 2):
        bus.publish(event(turn))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert seen == list(range(1, turn + 1))
    bus.publish(event(3))
    subscription.close()
    bus.publish(event(4))
    async with asyncio.timeout(5):
        await reading
    assert seen == [1, 2, 3]


async def test_who_is_too_slow_loses_the_oldest_and_it_is_counted() -> None:
    bus = Bus()
    subscription = bus.subscribe(3)
    for turn in range(1, 11):
        bus.publish(event(turn))
    subscription.close()
    async with asyncio.timeout(5):
        assert [each.turn async for each in subscription] == [8, 9, 10]
    assert subscription.dropped == 7
