"""One thread for one engine, shared fairly by all who speak at the same time."""

import asyncio
import contextlib
import enum
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from assistant.recognition.base import RecognizerUnavailable

T = TypeVar("T")

Work = Callable[[threading.Event], T]
"""Runs in the worker thread. Long work polls the event, and once it is set returns or raises at once: nobody
wants its result any more."""


class Priority(enum.IntEnum):
    """Somebody waits for a FINAL; a PARTIAL is a courtesy; an AHEAD is work that may turn out useful."""

    FINAL = 0
    PARTIAL = 1
    AHEAD = 2


@dataclass(slots=True, eq=False)
class _Job:
    work: Work[Any]
    stop: threading.Event
    loop: asyncio.AbstractEventLoop
    future: "asyncio.Future[Any]"


class Worker:
    """A queue for each priority, first come, first served; each stream keeps at most one job of a priority
    waiting, so streams take turns. Methods are for the loop thread. The thread starts with the first job."""

    def __init__(self, name: str, *, capacity: int = 64) -> None:
        self._name = name
        self._capacity = capacity
        self._queues: dict[Priority, deque[_Job]] = {priority: deque() for priority in Priority}
        self._wakeup = threading.Condition()
        self._running: _Job | None = None
        self._thread: threading.Thread | None = None
        self._closed = False

    def submit(self, work: Work[T], priority: Priority = Priority.FINAL) -> "asyncio.Future[T]":
        """Queue `work`. Cancelling the future takes it out of the queue, or sets its stop flag.

        Raises `RecognizerUnavailable` when closed, or when `capacity` jobs are waiting.
        """
        loop = asyncio.get_running_loop()
        job = _Job(work, threading.Event(), loop, loop.create_future())
        with self._wakeup:
            if self._closed:
                raise RecognizerUnavailable(f"The recogniser {self._name} has been closed.")
            if sum(map(len, self._queues.values())) >= self._capacity:
                raise RecognizerUnavailable(
                    f"The recogniser {self._name} has {self._capacity} jobs waiting: try again in a moment."
                )
            self._queues[priority].append(job)
            if self._thread is None:
                # A daemon: a decoder that hangs in native code must not keep the process from ending.
                self._thread = threading.Thread(target=self._serve, name=self._name, daemon=True)
                self._thread.start()
            self._wakeup.notify()
        job.future.add_done_callback(lambda future: self._forget(job) if future.cancelled() else None)
        return job.future

    async def close(self, timeout_s: float = 2.0) -> None:
        """End all jobs with `RecognizerUnavailable` and wait for the thread to end, at most `timeout_s`.
        Idempotent."""
        with self._wakeup:
            self._closed = True
            jobs = [job for queue in self._queues.values() for job in queue]
            for queue in self._queues.values():
                queue.clear()
            if self._running is not None:
                jobs.append(self._running)
            self._wakeup.notify()
        for job in jobs:
            job.stop.set()
            if job.loop is asyncio.get_running_loop():
                self._refuse(job)
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join, timeout_s)

    def _refuse(self, job: _Job) -> None:
        if not job.future.done():
            job.future.set_exception(RecognizerUnavailable(f"The recogniser {self._name} has been closed."))
            job.future.exception()  # who does not wait for the job need not be told

    def _forget(self, job: _Job) -> None:
        job.stop.set()
        with self._wakeup:
            for queue in self._queues.values():
                with contextlib.suppress(ValueError):
                    queue.remove(job)

    def _serve(self) -> None:
        while (job := self._next()) is not None:
            result: Any = None
            error: BaseException | None = None
            try:
                result = job.work(job.stop)
            except (
                BaseException
            ) as raised:  # also what a library raises to end the program: the thread lives on
                error = raised
            with self._wakeup:
                self._running = None
            # RuntimeError: the loop has been closed, so nobody is left to be told
            with contextlib.suppress(RuntimeError):
                job.loop.call_soon_threadsafe(_settle, job.future, result, error)
            del job, result, error  # a thread that waits must not keep a model or an utterance alive

    def _next(self) -> _Job | None:
        with self._wakeup:
            while not self._closed:
                for queue in self._queues.values():
                    if queue:
                        self._running = queue.popleft()
                        return self._running
                self._wakeup.wait()
            return None


def _settle(future: "asyncio.Future[Any]", result: Any, error: BaseException | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(result)
    elif isinstance(error, Exception) and not isinstance(error, StopIteration):
        future.set_exception(error)
    else:  # a future does not take StopIteration, and SystemExit would end the loop
        future.set_exception(RuntimeError(f"{type(error).__name__}: {error}"))
