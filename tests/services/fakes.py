"""A clock that tests move, so that hours pass in microseconds."""

import asyncio
import heapq

_TIMEOUT_S = 30.0


class FakeClock:
    def __init__(self, now: float = 1_790_000_000.0) -> None:
        self._now = now
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._count = 0
        self._resting: list[asyncio.Future[None]] = []

    def now(self) -> float:
        return self._now

    def set(self, now: float) -> None:
        """As somebody does who sets a clock, or a machine that has slept."""
        self._now = now

    def monotonic(self) -> float:
        return self._now

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.get_running_loop().create_future()
        self._count += 1
        heapq.heappush(self._sleepers, (self._now + seconds, self._count, woken))
        resting, self._resting = self._resting, []
        for waiter in resting:
            waiter.set_result(None)
        await woken

    def next_wake(self) -> float | None:
        """When the next sleeper wakes."""
        return min((at for at, _, woken in self._sleepers if not woken.done()), default=None)

    def resting(self) -> "asyncio.Future[None]":
        """Done when somebody goes to sleep after this was called: whoever was at work has finished."""
        waiter = asyncio.get_running_loop().create_future()
        self._resting.append(waiter)
        return waiter

    async def advance(self, seconds: float) -> None:
        """Let time pass; each sleeper wakes at its moment and goes to sleep again before time goes on."""
        end = self._now + seconds
        while self._sleepers and self._sleepers[0][0] <= end:
            at, _, woken = heapq.heappop(self._sleepers)
            if woken.done():
                continue
            self._now = max(self._now, at)
            resting = self.resting()
            woken.set_result(None)
            await asyncio.wait_for(resting, _TIMEOUT_S)
        self._now = end
