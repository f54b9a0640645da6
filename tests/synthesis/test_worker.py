"""One thread, several replies: order, fairness, back-pressure, stopping, errors."""

import asyncio
import threading
from collections.abc import Iterator

import pytest

from assistant.synthesis.worker import CLAUSES_AHEAD, Worker, WorkerClosed


async def until(condition: object) -> None:
    assert callable(condition)
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 -- the thread under test knows nothing of events
            await asyncio.sleep(0.002)


async def test_items_arrive_in_order_from_one_other_thread() -> None:
    worker = Worker("test")
    threads: set[int] = set()

    def make() -> Iterator[int]:
        for number in range(20):
            threads.add(threading.get_ident())
            yield number

    assert [n async for n in worker.stream(make, threading.Event())] == list(range(20))
    assert len(threads) == 1
    assert threading.get_ident() not in threads
    await worker.close()


async def test_it_works_ahead_no_further_than_allowed() -> None:
    worker = Worker("test")
    made: list[int] = []

    def make() -> Iterator[int]:
        for number in range(50):
            made.append(number)
            yield number

    stream = worker.stream(make, threading.Event())
    assert await anext(stream) == 0
    await until(lambda: len(made) == 1 + CLAUSES_AHEAD)
    await worker.call(lambda: None)  # the thread had every chance to go on
    assert len(made) == 1 + CLAUSES_AHEAD
    await stream.aclose()
    await worker.close()


async def test_a_listener_who_does_not_listen_holds_nobody_up() -> None:
    worker = Worker("test")
    slow = worker.stream(lambda: iter(range(100)), threading.Event())
    await anext(slow)
    async with asyncio.timeout(5):
        assert [n async for n in worker.stream(lambda: iter(range(10)), threading.Event())] == list(range(10))
    await slow.aclose()
    await worker.close()


async def test_two_replies_take_turns() -> None:
    worker = Worker("test", ahead=100)
    order: list[str] = []
    gate = threading.Event()

    def make(name: str) -> Iterator[int]:
        gate.wait(5)
        for number in range(5):
            order.append(name)
            yield number

    async def drain(name: str) -> None:
        async for _ in worker.stream(lambda: make(name), threading.Event()):
            pass

    async with asyncio.TaskGroup() as group:
        group.create_task(drain("a"))
        group.create_task(drain("b"))
        await asyncio.sleep(0)
        gate.set()
    assert "".join(order[:6]) in ("ababab", "aababa", "aabbab")
    await worker.close()


async def test_stop_ends_it_and_cleans_up_on_the_thread() -> None:
    worker = Worker("test")
    closed = threading.Event()
    stop = threading.Event()

    def make() -> Iterator[int]:
        try:
            yield from range(1000)
        finally:
            closed.set()

    got = []
    async for number in worker.stream(make, stop):
        got.append(number)
        if number == 3:
            stop.set()
    assert got == [0, 1, 2, 3]
    await until(closed.is_set)
    await worker.close()


async def test_cancelling_the_listener_stops_the_reply() -> None:
    worker = Worker("test")
    stop, entered, release = threading.Event(), threading.Event(), threading.Event()
    steps: list[int] = []

    def make() -> Iterator[int]:
        for number in range(1000):
            steps.append(number)
            entered.set()
            release.wait(5)
            yield number

    async def listen() -> None:
        async for _ in worker.stream(make, stop):
            pass

    task = asyncio.create_task(listen())
    await until(entered.is_set)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert stop.is_set()
    release.set()
    await worker.call(lambda: None)
    assert len(steps) <= 2
    await worker.close()


async def test_an_error_comes_after_what_was_made_and_the_thread_lives_on() -> None:
    worker = Worker("test")

    def make() -> Iterator[int]:
        yield 1
        raise ValueError("broken")

    got: list[int] = []

    async def listen() -> None:
        async for number in worker.stream(make, threading.Event()):
            got.append(number)

    with pytest.raises(ValueError, match="broken"):
        await listen()
    assert got == [1]
    assert await worker.call(lambda: 7) == 7
    await worker.close()


async def test_closing_ends_what_runs_and_refuses_what_comes() -> None:
    worker = Worker("test")
    stream = worker.stream(lambda: iter(range(1000)), threading.Event())
    await anext(stream)
    await worker.close()
    await worker.close()

    async def rest() -> list[int]:
        return [n async for n in stream]

    with pytest.raises(WorkerClosed):
        await rest()
    with pytest.raises(WorkerClosed):
        await worker.call(lambda: 1)


async def test_closing_is_bounded_when_a_library_hangs() -> None:
    worker = Worker("test")
    release, entered = threading.Event(), threading.Event()

    def hang() -> None:
        entered.set()
        release.wait(20)

    task = asyncio.create_task(worker.call(hang))
    await until(entered.is_set)
    async with asyncio.timeout(2):
        await worker.close(timeout_s=0.1)
    task.cancel()
    release.set()
