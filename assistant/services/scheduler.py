"""Rings what is due: one task that sleeps until the next moment at which something is to be done."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import datetime, tzinfo

from assistant.services.announcements import announcement
from assistant.services.moments import settled
from assistant.services.repeats import next_wall
from assistant.services.time import Clock, sleep_until
from assistant.storage.database import StorageError
from assistant.storage.due import Due, DueTable, Kind, State

_log = logging.getLogger(__name__)
_LONGEST_SLEEP_S = 30.0  # the wall clock may be set, and the machine may have slept meanwhile
_ANNOUNCE_TIMEOUT_S = 60.0
_HELD_S = 12.0  # a claim to what rings; so long after the end of this process another one rings it
_HOLD_S = 4.0
_UNHEARD_S = 900.0  # nobody has said that it was noticed or given up: its place has vanished
_RETRY_S = 5.0
_MAX_RETRY_S = 300.0
_KEPT_S = 3_600.0  # what has rung can be asked for again for so long
_CLOSE_TIMEOUT_S = 2.0

Announce = Callable[[str, Kind], Awaitable[None]]
"""Says a sentence at once or as soon as somebody can hear it, and repeats it until a person takes notice. Returns
when it is on its way."""


class Scheduler:
    """What is due is announced, and rings until `ended` is called with the words of the announcement. Only then is
    it over, or waits for its next time: a process that dies before rings again after its restart. An announcement
    that fails is repeated, ever more slowly, and holds up no other. Loop thread."""

    def __init__(self, table: DueTable, clock: Clock, zone: tzinfo, announce: Announce) -> None:
        self._table = table
        self._clock = clock
        self._zone = zone
        self._announce = announce
        self._owner = secrets.token_hex(6)
        self._look_again = asyncio.Event()
        self._not_before: dict[str, float] = {}
        self._failures: dict[str, int] = {}
        self._announcing: dict[str, asyncio.Task[None]] = {}
        self._rings: dict[str, str] = {}  # what was announced, by id
        self._over: set[str] = set()
        self._saving: set[asyncio.Task[None]] = set()
        self._closing = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start ringing, what became due while nobody looked first."""
        self._task = self._task or asyncio.create_task(self._run(), name="due")

    def changed(self) -> None:
        """Something came, went, or has another time."""
        self._look_again.set()

    def ended(self, texts: Iterable[str]) -> None:
        """What was announced with these words rings no more: a person took notice, or nobody is there."""
        said = frozenset(texts)
        self._over |= {each for each, text in self._rings.items() if text in said}
        self._look_again.set()

    async def close(self) -> None:
        """Stop; what is due then rings after the next start. Idempotent.

        What is being read or written is let finish: a transaction that is cancelled may leave the database locked.
        """
        self._closing = True
        self._look_again.set()
        task, self._task = self._task, None
        for announcing in self._announcing.values():
            announcing.cancel()
        left = [each for each in (task, *self._announcing.values(), *self._saving) if each is not None]
        if left:
            _, late = await asyncio.wait(left, timeout=_CLOSE_TIMEOUT_S)
            for each in late:
                each.cancel()

    async def _run(self) -> None:
        kept = False
        while not self._closing:
            self._look_again.clear()  # before looking, so that what comes meanwhile is not missed
            try:
                if not kept:
                    await self._keep_the_wall_clock()
                    kept = True
                await self._end()
                wait_s = await self._ring_due()
            except StorageError as error:
                _log.error("timers, alarms and reminders cannot be read: %s", error)
                wait_s = _RETRY_S
            await self._sleep(wait_s)

    async def _keep_the_wall_clock(self) -> None:
        """Seven o'clock is seven o'clock in the zone of today, whatever zone or rules there were when it was set."""
        moved = []
        for due in await self._table.all():
            at = settled(datetime.fromisoformat(due.wall), self._zone).timestamp() if due.wall else due.due_at
            if due.state is State.WAITING and at != due.due_at:
                moved.append(replace(due, due_at=at))
        await self._table.put(moved)
        await self._table.prune(self._clock.now() - _KEPT_S)

    async def _ring_due(self) -> float:
        """Start announcing what is due; seconds until the next may be."""
        now = self._clock.now()
        wait_s = _LONGEST_SLEEP_S
        if self._rings:
            await self._table.hold(self._owner, now + _HELD_S)
            wait_s = _HOLD_S
        rows = [due for due in await self._table.all() if due.state is not State.PAUSED]
        for gone in self._rings.keys() - {due.id for due in rows if due.state is State.RINGING}:
            if gone not in self._announcing:
                del self._rings[gone]  # cancelled or set anew while it rang
        for due in rows:
            if due.id in self._announcing:
                continue
            at = max(due.due_at, self._not_before.get(due.id, 0.0))
            if due.id in self._rings:
                at = due.rang_at + _UNHEARD_S
            if at > now:
                wait_s = min(wait_s, at - now)
            elif await self._table.claim(due, self._owner, now, now + _HELD_S):
                task = asyncio.create_task(self._ring(due), name=f"{due.kind} {due.id}")
                self._announcing[due.id] = task
            else:
                self._not_before[due.id] = now + _RETRY_S  # another process rings it, or died while it did
                wait_s = min(wait_s, _RETRY_S)
        return wait_s

    async def _ring(self, due: Due) -> None:
        try:
            now = self._clock.now()
            text = announcement(due, now, self._zone)
            self._rings[due.id] = text  # before: it may be noticed at once
            async with asyncio.timeout(_ANNOUNCE_TIMEOUT_S):
                await self._announce(text, due.kind)
            saving = asyncio.create_task(self._table.ringing(due, self._owner, now))
            self._saving.add(saving)
            saving.add_done_callback(self._saving.discard)
            await asyncio.shield(saving)
            self._failures.pop(due.id, None)
            self._not_before.pop(due.id, None)
        except Exception as error:
            self._rings.pop(due.id, None)
            failures = self._failures.get(due.id, 0)
            self._failures[due.id] = failures + 1
            self._not_before[due.id] = self._clock.now() + min(_RETRY_S * 2**failures, _MAX_RETRY_S)
            _log.warning("%s %s could not be announced, trying again: %r", due.kind, due.id, error)
        finally:
            self._announcing.pop(due.id, None)
            self._look_again.set()

    async def _end(self) -> None:
        """What rings no more is over, or waits for its next time."""
        over = {each for each in self._over if each not in self._announcing}
        rows = [due for due in await self._table.all() if due.id in over and due.state is State.RINGING]
        await self._table.put(after_ringing(due, self._clock.now(), self._zone) for due in rows)
        self._over -= over
        for each in over:
            self._rings.pop(each, None)
        if rows:
            await self._table.prune(self._clock.now() - _KEPT_S)

    async def _sleep(self, seconds: float) -> None:
        """Until then, or until something changed."""
        await sleep_until(self._clock, seconds, self._look_again)


def after_ringing(due: Due, now: float, zone: tzinfo) -> Due:
    """Over, or at its next time that is still to come."""
    if not due.rule:
        return replace(due, state=State.OVER)
    here = datetime.fromtimestamp(now, zone).replace(tzinfo=None)
    wall = next_wall(due.rule, datetime.fromisoformat(due.wall), here)
    return replace(due, state=State.WAITING, wall=wall.isoformat(), due_at=settled(wall, zone).timestamp())
