"""One thread for one engine, shared by several replies.

A reply is a generator that the thread steps. The thread takes the replies in turn, one step each, so two
conversations that share a voice both get their first clause soon; and it steps a reply only while fewer than
`ahead` of its items wait to be taken, so a listener who is slow, or gone, costs neither work nor memory.
"""

import asyncio
import logging
import threading
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterator
from typing import Any, Generic, TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")

CLAUSES_AHEAD = 2


class WorkerClosed(RuntimeError):
    """The worker was closed before, or while, it was asked for something."""


class _Job(Generic[T]):
    """A reply in work. `waiting` counts items made and not yet taken (under the worker's lock); the items
    themselves travel to the event loop, where `queue` holds them, so it never holds more than `waiting`."""

    def __init__(self, make: Callable[[], Iterator[T]], stop: threading.Event) -> None:
        self.make = make
        self.stop = stop
        self.steps: Iterator[T] | None = None
        self.waiting = 0
        self.loop = asyncio.get_running_loop()
        self.queue: asyncio.Queue[tuple[T] | BaseException | None] = asyncio.Queue()

    def post(self, item: tuple[T] | BaseException | None) -> None:
        """Worker thread. A loop that is closed has nobody left to tell."""
        try:
            self.loop.call_soon_threadsafe(self.queue.put_nowait, item)
        except RuntimeError:
            self.stop.set()


class Worker:
    """The thread starts with the first request and is a daemon: an engine that hangs inside a library cannot
    keep the process alive."""

    def __init__(self, name: str, *, ahead: int = CLAUSES_AHEAD) -> None:
        self._name = name
        self._ahead = ahead
        self._jobs: deque[_Job[Any]] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._thread: threading.Thread | None = None

    async def call(self, function: Callable[[], T]) -> T:
        """`function()` on the worker thread; its exception is raised here."""

        def once() -> Iterator[T]:
            yield function()

        stream = self.stream(once, threading.Event())
        try:
            async for result in stream:
                return result
        finally:
            await stream.aclose()
        raise WorkerClosed(f"{self._name} is closed.")

    async def stream(self, make: Callable[[], Iterator[T]], stop: threading.Event) -> AsyncGenerator[T, None]:
        """The items of `make()`, which is called and stepped on the worker thread, in order.

        Closing the iterator early, or cancelling whoever waits for it, sets `stop`.
        Ends early and silently once `stop` is set, at the latest after the step that is under way. An
        exception of the generator is raised here after the items before it; the thread goes on with other
        replies. Raises `WorkerClosed` when the worker is closed.
        """
        job = _Job(make, stop)
        self._submit(job)
        try:
            while not stop.is_set():
                item = await job.queue.get()
                if isinstance(item, BaseException):
                    raise item
                if item is None or stop.is_set():
                    return
                with self._changed:
                    job.waiting -= 1
                    self._changed.notify()
                yield item[0]
        except (GeneratorExit, asyncio.CancelledError):
            # Only an early end sets the flag: a reply of several texts has one flag for all of them.
            stop.set()
            raise
        finally:
            with self._changed:
                self._changed.notify()

    async def close(self, timeout_s: float = 2.0) -> None:
        """End all streams and the thread; returns after `timeout_s` even if a library call hangs.
        Idempotent."""
        with self._changed:
            self._closed = True
            self._changed.notify()
            thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            await asyncio.to_thread(thread.join, timeout_s)
            if thread.is_alive():
                log.warning("%s did not stop within %.0f s; it is left behind.", self._name, timeout_s)

    def _submit(self, job: _Job[Any]) -> None:
        with self._changed:
            if self._closed:
                raise WorkerClosed(f"{self._name} is closed.")
            self._jobs.append(job)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
            self._changed.notify()

    def _run(self) -> None:
        while (job := self._next()) is not None:
            if self._step(job):
                with self._changed:
                    self._jobs.append(job)
        with self._changed:
            left, self._jobs = list(self._jobs), deque()
        for job in left:
            self._finish(job, WorkerClosed(f"{self._name} is closed."))

    def _next(self) -> _Job[Any] | None:
        """Take the first reply that may be stepped or has to be ended; wait for one. None: closed."""
        with self._changed:
            while not self._closed:
                for job in self._jobs:
                    if job.stop.is_set() or job.waiting < self._ahead:
                        self._jobs.remove(job)
                        return job
                self._changed.wait()
            return None

    def _step(self, job: _Job[Any]) -> bool:
        """Whether the reply goes on."""
        if job.stop.is_set():
            return self._finish(job, None)
        try:
            if job.steps is None:
                job.steps = job.make()
            item = next(job.steps)
        except StopIteration:
            return self._finish(job, None)
        except BaseException as error:  # whatever it is, it belongs to the reply, and the thread lives on
            return self._finish(job, error)
        with self._changed:
            job.waiting += 1
        job.post((item,))
        return True

    def _finish(self, job: _Job[Any], end: BaseException | None) -> bool:
        close = getattr(job.steps, "close", None)
        if close is not None:
            try:
                close()
            except Exception:
                log.exception("%s: cleaning up after a reply failed", self._name)
        job.post(end)
        return False
