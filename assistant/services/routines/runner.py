"""Does what is planned when its time has come: one task that sleeps until the next."""

import asyncio
import logging
from dataclasses import replace
from datetime import datetime, tzinfo

from assistant.services.background import Tell
from assistant.services.moments import settled, spoken_moment
from assistant.services.registry import Outcome, Registry
from assistant.services.repeats import next_wall
from assistant.services.service import Origin
from assistant.services.time import Clock, sleep_until
from assistant.storage.database import StorageError
from assistant.storage.due import DueTable, Kind, State
from assistant.storage.planned import NEVER, Planned, PlannedTable

_log = logging.getLogger(__name__)
LATE_S = 900.0
"""What could not be done in time is done as late as this; after that it is only told of."""
LONGEST_SLEEP_S = 30.0  # the wall clock may be set, and the machine may have slept meanwhile
_LOST_S = 120.0  # from when on a process that began something and has not finished it is taken for dead
_RETRY_S = 5.0
_RUNG_S = 7 * 86_400.0
_CLOSE_TIMEOUT_S = 2.0


class PlanRunner:
    """What acts is done once or not at all: a process that dies over it does not do it again after its restart, but
    says so. Loop thread."""

    def __init__(
        self,
        table: PlannedTable,
        timers: DueTable,
        clock: Clock,
        zone: tzinfo,
        registry: Registry,
        tell: Tell,
    ) -> None:
        self._table = table
        self._timers = timers
        self._clock = clock
        self._zone = zone
        self._registry = registry
        self._tell = tell
        self._look_again = asyncio.Event()
        self._rests = asyncio.Event()
        self._doing: dict[str, asyncio.Task[None]] = {}
        self._task: asyncio.Task[None] | None = None

    async def settled(self) -> None:
        """Until all that is due by now is done. It has to be started."""
        while True:
            self._rests.clear()
            self._look_again.set()
            await self._rests.wait()
            if not self._doing:
                return
            await asyncio.wait(self._doing.values())

    def start(self) -> None:
        """Start, with what became due while nobody looked."""
        self._task = self._task or asyncio.create_task(self._run(), name="plans")

    def changed(self) -> None:
        """Something came or went, or a timer did."""
        self._look_again.set()

    async def close(self) -> None:
        """Stop. Idempotent."""
        tasks = [task for task in (self._task, *self._doing.values()) if task is not None]
        self._task = None
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=_CLOSE_TIMEOUT_S)

    async def _run(self) -> None:
        while True:
            self._look_again.clear()  # before looking, so that what comes meanwhile is not missed
            try:
                await self._follow_timers()
                wait_s: float | None = await self._do_due()
            except StorageError as error:
                _log.error("what is planned cannot be read: %s", error)
                wait_s = _RETRY_S
            if not self._look_again.is_set():
                self._rests.set()
            await self._sleep(wait_s)

    async def _follow_timers(self) -> None:
        """What waits for a timer is due when that is over, and is dropped when it was cancelled."""
        waiting = [plan for plan in await self._table.all() if plan.after]
        if not waiting:
            return
        running = {timer.id: timer for timer in await self._timers.all(Kind.TIMER)}
        over = {timer.id: timer for timer in await self._timers.rung(self._clock.now() - _RUNG_S)}
        for plan in waiting:
            timer = running.get(plan.after) or over.get(plan.after)
            if timer is None and plan.due_at <= self._clock.now():
                continue  # it was over, and is forgotten by now
            if timer is None:
                _log.info("%s is not done, because its timer was cancelled", plan.what)
                await self._table.remove([plan.id])
                continue
            stands = timer.state is State.PAUSED
            due_at = NEVER if stands else timer.due_at
            if due_at != plan.due_at and not plan.begun_at:
                await self._table.put([replace(plan, due_at=due_at)])

    async def _do_due(self) -> float | None:
        """Begin what is due; seconds until the next may be, None where nothing is planned."""
        now = self._clock.now()
        plans = await self._table.all()
        wait_s = LONGEST_SLEEP_S
        for plan in plans:
            if plan.id in self._doing:
                continue
            if plan.begun_at:
                if now - plan.begun_at > _LOST_S:
                    await self._interrupted(plan)
                else:
                    wait_s = min(wait_s, plan.begun_at + _LOST_S - now + 1)
            elif plan.due_at > now:
                wait_s = min(wait_s, plan.due_at - now)
            elif await self._table.begin(plan, now):
                begun = replace(plan, begun_at=now)
                self._doing[plan.id] = asyncio.create_task(self._do(begun), name=f"plan {plan.id}")
        return wait_s if plans else None

    async def _do(self, plan: Planned) -> None:
        try:
            late_s = self._clock.now() - plan.due_at
            if late_s > LATE_S:
                at = spoken_moment(datetime.fromtimestamp(plan.due_at, self._zone), self._now())
                self._tell(plan.session, f"I missed what was planned for {at}: {plan.what}.")
            else:
                origin = Origin(plan.session, 0, plan.channel, room=plan.room, person=plan.person)
                outcome = await self._registry.call("plans.run", {"id": plan.id}, origin)
                for sentence in told(plan, outcome):
                    self._tell(plan.session, sentence)
            await self._over(plan)
        except StorageError as error:
            _log.error("%s: %s", plan.what, error)
        finally:
            self._doing.pop(plan.id, None)
            self._look_again.set()

    async def _interrupted(self, plan: Planned) -> None:
        self._tell(
            plan.session, f"I was interrupted over what was planned, and may not have done it: {plan.what}."
        )
        await self._over(plan)

    async def _over(self, plan: Planned) -> None:
        """Forget it, or let it wait for its next time; not where it was cancelled meanwhile."""
        if await self._table.find(plan.id) is None:
            return
        if not plan.rule:
            await self._table.remove([plan.id])
            return
        wall = next_wall(plan.rule, datetime.fromisoformat(plan.wall), self._now().replace(tzinfo=None))
        due_at = settled(wall, self._zone).timestamp()
        await self._table.put([replace(plan, wall=wall.isoformat(), due_at=due_at, begun_at=0.0)])

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock.now(), self._zone)

    async def _sleep(self, seconds: float | None) -> None:
        """Until then, or until something changed."""
        if seconds is None:
            await self._look_again.wait()
            return
        await sleep_until(self._clock, seconds, self._look_again)


def told(plan: Planned, outcome: Outcome) -> list[str]:
    """What there is to say: what was asked about, and what went wrong. That a light went off is seen."""
    if outcome.ok:
        failed = [f"I could not do all that was planned: {plan.what}."] if outcome.result["failed"] else []
        return [*failed, *map(str, outcome.result["failed"]), *map(str, outcome.result["said"])]
    if outcome.error_code == "needs_confirmation":
        return [f"I did not do what was planned, because it needs your yes: {plan.what}."]
    return [f"I could not do what was planned: {plan.what}. {outcome.error_message}"]
