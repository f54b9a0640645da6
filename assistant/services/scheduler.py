"""Rings the timers: one task that sleeps until the next one is due."""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Awaitable, Callable

from assistant.services.durations import spoken_duration
from assistant.services.time import Clock
from assistant.services.timers import spoken_name
from assistant.storage.database import StorageError
from assistant.storage.timers import Timer, TimerTable

_log = logging.getLogger(__name__)
_LONGEST_SLEEP_S = 30.0  # the wall clock may be set, and the machine may have slept meanwhile
_ANNOUNCE_TIMEOUT_S = 60.0
_CLAIM_S = 90.0  # longer than an announcement may take, so that no second process rings meanwhile
_LATE_S = 30.0  # from which on the announcement says how late it is
_RETRY_S = 5.0
_MAX_RETRY_S = 300.0
_CLOSE_TIMEOUT_S = 2.0

Announce = Callable[[str], Awaitable[None]]


class TimerScheduler:
    """A timer is forgotten when `announce` has returned for it; a process that dies in the middle of that
    rings again after its restart. An announcement that fails is repeated, ever more slowly, and holds up no
    other timer.
    """

    def __init__(self, table: TimerTable, clock: Clock, announce: Announce) -> None:
        self._table = table
        self._clock = clock
        self._announce = announce
        self._owner = secrets.token_hex(6)
        self._look_again = asyncio.Event()
        self._not_before: dict[str, float] = {}
        self._failures: dict[str, int] = {}
        self._ringing: dict[str, asyncio.Task[None]] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start ringing, what became due while nobody looked first."""
        self._task = self._task or asyncio.create_task(self._run(), name="timers")

    def changed(self) -> None:
        """A timer came or went."""
        self._look_again.set()

    async def close(self) -> None:
        """Stop; what is due then rings after the next start. Idempotent."""
        tasks = [task for task in (self._task, *self._ringing.values()) if task is not None]
        self._task = None
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=_CLOSE_TIMEOUT_S)

    async def _run(self) -> None:
        while True:
            self._look_again.clear()  # before looking, so that a timer that comes meanwhile is not missed
            try:
                wait_s = await self._ring_due()
            except StorageError as error:
                _log.error("timers cannot be read: %s", error)
                wait_s = _RETRY_S
            await self._sleep(wait_s)

    async def _ring_due(self) -> float:
        """Start ringing what is due; seconds until the next may be."""
        now = self._clock.now()
        wait_s = _LONGEST_SLEEP_S
        for timer in await self._table.all():
            due_at = max(timer.due_at, self._not_before.get(timer.id, 0.0))
            if timer.id in self._ringing:
                continue
            if due_at > now:
                wait_s = min(wait_s, due_at - now)
            elif await self._table.claim(timer.id, self._owner, now, now + _CLAIM_S):
                task = asyncio.create_task(self._ring(timer), name=f"timer {timer.id}")
                self._ringing[timer.id] = task
            else:
                self._not_before[timer.id] = now + _RETRY_S  # another process rings it, or died while it did
                wait_s = min(wait_s, _RETRY_S)
        return wait_s

    async def _ring(self, timer: Timer) -> None:
        try:
            async with asyncio.timeout(_ANNOUNCE_TIMEOUT_S):
                await self._announce(announcement(timer, self._clock.now()))
            await self._table.remove([timer.id])
            self._failures.pop(timer.id, None)
            self._not_before.pop(timer.id, None)
        except Exception as error:
            failures = self._failures.get(timer.id, 0)
            self._failures[timer.id] = failures + 1
            self._not_before[timer.id] = self._clock.now() + min(_RETRY_S * 2**failures, _MAX_RETRY_S)
            _log.warning("timer %s could not be announced, trying again: %r", timer.id, error)
        finally:
            self._ringing.pop(timer.id, None)
            self._look_again.set()

    async def _sleep(self, seconds: float) -> None:
        """Until then, or until something changed."""
        waits = [
            asyncio.ensure_future(self._clock.sleep(seconds)),
            asyncio.ensure_future(self._look_again.wait()),
        ]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.gather(*waits, return_exceptions=True)


def announcement(timer: Timer, now: float) -> str:
    """`Your pasta timer is done.`, or how long ago it was where nobody could say so then."""
    late_s = now - timer.due_at
    if late_s < _LATE_S:
        return f"Your {spoken_name(timer)} is done."
    return f"Your {spoken_name(timer)} was done {spoken_duration(late_s, units=1)} ago."
