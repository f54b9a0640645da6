"""Work in the background of which only the newest counts."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")

MOST_RESTARTS = 3
"""So often in a row work is given up for a newer wish; then it is let finish, or it would never end."""


class Latest(Generic[T]):
    """Carries out wishes, one at a time, each newer one in place of all before it. Loop thread.

    It waits until no wish has come for `quiet_s`, but at most `patience_s`, so that several changes in a row are
    one. Work that is overtaken is cancelled; work that fails, or takes longer than `timeout_s`, is told to `failed`,
    and the next wish is waited for. A wish equal to what was carried out last is none.
    """

    def __init__(
        self,
        carry_out: Callable[[T], Awaitable[None]],
        failed: Callable[[T, Exception], None],
        *,
        quiet_s: float = 1.0,
        patience_s: float = 5.0,
        timeout_s: float = 600.0,
        done: T | None = None,
    ) -> None:
        """`done`: what is already so."""
        self._carry_out = carry_out
        self._failed = failed
        self._quiet_s = quiet_s
        self._patience_s = patience_s
        self._timeout_s = timeout_s
        self._done = done
        self._wish: T | None = None
        self._at_work_on: T | None = None
        self._came = asyncio.Event()
        self._still = asyncio.Event()
        self._still.set()

    def wish(self, wish: T) -> None:
        """Returns at once. In place of a wish that has not been carried out yet."""
        if wish == self._at_work_on:
            self._wish = None
            self._came.clear()
            return
        self._wish = wish
        self._still.clear()
        self._came.set()

    async def settled(self) -> None:
        """Until the last wish has been carried out, or has failed."""
        await self._still.wait()

    async def run(self) -> None:
        """Until cancelled, which cancels the work under way too."""
        while True:
            await self._came.wait()
            restarts = 0
            while self._wish is not None:
                wish = await self._settled_wish()
                if wish == self._done:
                    continue
                finished = await self._work(wish, overtakable=restarts < MOST_RESTARTS)
                restarts = 0 if finished else restarts + 1
            self._came.clear()
            self._still.set()

    async def _settled_wish(self) -> T:
        """The newest wish, once no other follows it."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._patience_s):
                while True:
                    self._came.clear()
                    try:
                        async with asyncio.timeout(self._quiet_s):
                            await self._came.wait()
                    except TimeoutError:
                        break
        wish, self._wish = self._wish, None
        self._came.clear()
        assert wish is not None
        return wish

    async def _work(self, wish: T, *, overtakable: bool) -> bool:
        """Whether it came to its end, good or bad."""
        self._at_work_on = wish
        work = asyncio.ensure_future(self._bounded(wish))
        try:
            if overtakable:
                await self._until_done_or_overtaken(work)
                if not work.done():
                    return False
            await asyncio.wait([work])
            if (error := work.exception()) is None:
                self._done = wish
            elif isinstance(error, Exception):
                self._failed(wish, error)
            else:
                raise error
            return True
        finally:
            self._at_work_on = None
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)

    async def _until_done_or_overtaken(self, work: "asyncio.Future[None]") -> None:
        while not work.done() and self._wish is None:
            self._came.clear()
            newer = asyncio.ensure_future(self._came.wait())
            either: set[asyncio.Future[Any]] = {work, newer}
            try:
                await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            finally:
                newer.cancel()

    async def _bounded(self, wish: T) -> None:
        async with asyncio.timeout(self._timeout_s):
            await self._carry_out(wish)
