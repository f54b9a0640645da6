"""The worker thread: fair, bounded, and hard to kill."""

import asyncio
import threading

import pytest

from assistant.recognition.base import RecognizerUnavailable
from assistant.recognition.worker import Priority, Worker


class Gate:
    """Keeps the worker busy until it is opened."""

    def __init__(self, worker: Worker) -> None:
        self._open = threading.Event()
        self.begun = threading.Event()
        self.job = worker.submit(self._wait)

    def _wait(self, stop: threading.Event) -> None:
        self.begun.set()
        while not self._open.wait(0.01):
            if stop.is_set():
                return

    def open(self) -> None:
        self._open.set()


async def test_finals_come_before_partials_and_those_before_work_ahead() -> None:
    worker = Worker("test")
    gate = Gate(worker)
    order: list[str] = []

    def job(name: str, priority: Priority) -> "asyncio.Future[None]":
        return worker.submit(lambda _stop: order.append(name), priority)

    jobs = [
        job("ahead", Priority.AHEAD),
        job("partial of a", Priority.PARTIAL),
        job("partial of b", Priority.PARTIAL),
        job("final of c", Priority.FINAL),
        job("final of d", Priority.FINAL),
    ]
    gate.open()
    await asyncio.wait_for(asyncio.gather(*jobs), 5)
    assert order == ["final of c", "final of d", "partial of a", "partial of b", "ahead"]
    await worker.close()


async def test_a_crashed_job_tells_its_owner_and_nobody_else() -> None:
    worker = Worker("test")

    def crash(_stop: threading.Event) -> None:
        raise ValueError("no such sound")

    def leave(_stop: threading.Event) -> None:
        raise SystemExit(3)

    with pytest.raises(ValueError, match="no such sound"):
        await worker.submit(crash)
    with pytest.raises(RuntimeError, match="SystemExit"):
        await worker.submit(leave)
    assert await worker.submit(lambda _stop: 42) == 42
    await worker.close()


async def test_cancelling_stops_a_running_job_and_forgets_a_waiting_one() -> None:
    worker = Worker("test")
    gate = Gate(worker)
    ran = threading.Event()
    waiting = worker.submit(lambda _stop: ran.set())
    await asyncio.to_thread(gate.begun.wait, 5)
    waiting.cancel()
    gate.job.cancel()
    assert await asyncio.wait_for(worker.submit(lambda _stop: "next"), 5) == "next"
    assert not ran.is_set()
    await worker.close()


async def test_too_many_jobs_are_refused_in_a_sentence() -> None:
    worker = Worker("test", capacity=2)
    gate = Gate(worker)
    await asyncio.to_thread(gate.begun.wait, 5)
    jobs = [worker.submit(lambda _stop: None) for _ in range(2)]
    with pytest.raises(RecognizerUnavailable, match="2 jobs waiting"):
        worker.submit(lambda _stop: None)
    gate.open()
    await asyncio.wait_for(asyncio.gather(*jobs), 5)
    await worker.close()


async def test_closing_waits_no_longer_than_it_may_for_a_job_that_hangs() -> None:
    worker = Worker("test")
    hanging, begun = threading.Event(), threading.Event()

    def hang(_stop: threading.Event) -> None:
        begun.set()
        hanging.wait(30)

    job = worker.submit(hang)
    await asyncio.to_thread(begun.wait, 5)
    loop = asyncio.get_running_loop()
    before_s = loop.time()
    await worker.close(timeout_s=0.1)
    assert loop.time() - before_s < 5
    with pytest.raises(RecognizerUnavailable, match="closed"):
        await job
    with pytest.raises(RecognizerUnavailable, match="closed"):
        worker.submit(lambda _stop: None)
    hanging.set()


async def test_the_thread_ends_with_close() -> None:
    worker = Worker("a worker of its own")
    await worker.submit(lambda _stop: None)
    await worker.close()
    assert "a worker of its own" not in {thread.name for thread in threading.enumerate()}
