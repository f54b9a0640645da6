"""asyncio in virtual time, with real engines in real threads.

A conversation of a minute takes as long as its engines compute. Time stands still while an engine is at work
and while anything on the loop is ready to run; when nothing is, it jumps to the next timer. So no deadline
depends on how fast the machine is, and what happens in which order is the same in each run.

What works in threads has to say so: `with loop.working():` around the wait for it. `asyncio.to_thread` does
by itself.
"""

import asyncio
import functools
import selectors
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

INSTANT_S = 1e-6
"""Times that differ by less are the same: they are sums of floating-point numbers."""

LIMIT_S = 600.0  # virtual: a conversation that goes on for longer hangs


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        super().__init__(_Selector(self))
        self.now_s = 1000.0
        self.at_work = 0

    def time(self) -> float:
        return self.now_s

    @contextmanager
    def working(self) -> Iterator[None]:
        """Time stands still meanwhile."""
        self.at_work += 1
        try:
            yield
        finally:
            self.at_work -= 1

    def run_in_executor(  # type: ignore[override]
        self, executor: Any, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        future = super().run_in_executor(executor, func, *args)
        self.at_work += 1

        def done(_: object) -> None:
            self.at_work -= 1

        future.add_done_callback(done)
        return future


class _Selector(selectors.DefaultSelector):
    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """`timeout` is how long the loop has nothing to do, in virtual seconds."""
        ready = super().select(0)
        if ready or (timeout is not None and timeout <= 0):
            return ready
        if timeout is None or self._loop.at_work:
            return super().select(0.02)  # real: a thread wakes the loop when it has done its work
        self._loop.now_s += timeout
        return []


def virtual_loop() -> VirtualLoop:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    return loop


def now_s() -> float:
    """The clock to inject."""
    return virtual_loop().time()


def in_virtual_time(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """For an async test; it must not leave a task behind."""

    @functools.wraps(test)
    def run(*args: Any, **kwargs: Any) -> None:
        async def bounded() -> None:
            async with asyncio.timeout(LIMIT_S):
                await test(*args, **kwargs)
            assert asyncio.all_tasks() == {asyncio.current_task()}

        with asyncio.Runner(loop_factory=VirtualLoop) as runner:
            runner.run(bounded())

    return run
