"""The owner's routines as services: `routines.NAME` for each."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import datetime, time, timedelta, tzinfo
from functools import partial

from assistant.config.routines import Routine
from assistant.services.background import Background, Tell
from assistant.services.moments import settled
from assistant.services.registry import Registry
from assistant.services.repeats import next_wall
from assistant.services.service import (
    ASIDE,
    Assessment,
    Call,
    Done,
    NoInput,
    Origin,
    Risk,
    ServiceError,
    Spec,
)
from assistant.services.steps import RANK, Carried, assess, carry_out
from assistant.storage.planned import Planned, PlannedTable

_log = logging.getLogger(__name__)
_MOST_S = 60.0
_SENTENCE_S = 15.0
_PLANNED = "routine:"

Ask = Callable[[str, str], Awaitable[str]]
"""(session, sentence) → what is answered. Raises OSError or TimeoutError where nobody answers."""


class RoutineServices:
    """`ask` is set by whoever has a dialogue; without, sentences fail. Loop thread."""

    def __init__(self, routines: Iterable[Routine], registry: Registry, tell: Tell | None) -> None:
        self._routines = {routine.name: routine for routine in routines}
        self._registry = registry
        self.background = Background(tell)
        self.ask: Ask | None = None

    def declared(self) -> Iterable[Spec]:
        """A service for each routine."""
        for routine in self._routines.values():
            yield Spec(
                name=f"routines.{routine.name}",
                description=routine.description or f"The routine {routine.name.replace('_', ' ')}.",
                risk=Risk.REVERSIBLE,
                input=NoInput,
                run=partial(self._call, routine),
                assess=partial(self._assess, routine),
                timeout_s=self.background.waits_s(_MOST_S) + 2.0,
            )

    async def close(self) -> None:
        """End what is running. Idempotent and bounded."""
        await self.background.close()

    async def _assess(self, routine: Routine, asked: NoInput, origin: Origin) -> Assessment:
        """As risky as its steps. What a sentence would need a yes for is not done."""
        least = Assessment(Risk.REVERSIBLE)
        inner = await assess(self._registry, _calls(routine), origin)
        return max(least, inner, key=lambda each: RANK[each.risk])

    async def _call(self, routine: Routine, asked: NoInput, origin: Origin) -> Done:
        if ASIDE in origin.session:
            raise ServiceError("nested", "A routine cannot be part of a routine's sentences.")
        return await self.background.run(
            f"routine {routine.name}", origin.session, self._carry_out(routine, origin), _MOST_S
        )

    async def _carry_out(self, routine: Routine, origin: Origin) -> Done:
        try:
            async with asyncio.timeout(_MOST_S - 1):
                carried = await carry_out(self._registry, _calls(routine), origin)
                answers = [await self._answer(sentence, origin) for sentence in routine.ask]
        except TimeoutError as error:
            raise ServiceError("timeout", "That took too long, so I gave up.") from error
        return Done(_result(routine, carried, answers), carried.undo)

    async def _answer(self, sentence: str, origin: Origin) -> str:
        session = f"{origin.session}{ASIDE}{secrets.token_hex(4)}"
        if self.ask is None:
            return f"I could not do this: {sentence}."
        try:
            async with asyncio.timeout(_SENTENCE_S):
                return await self.ask(session, sentence)
        except (OSError, TimeoutError) as error:
            _log.warning("a sentence of a routine was not answered: %r", error)
            return f"I could not do this: {sentence}."

    async def schedule(self, table: PlannedTable, now: datetime, zone: tzinfo) -> None:
        """Plan the routines that have a time of day, and forget those that have none any more. One whose time has not
        changed keeps the moment it waits for, so that one that was missed is told of."""
        known = {plan.id: plan for plan in await table.all() if plan.id.startswith(_PLANNED)}
        wanted = {
            plan.id: plan for plan in map(partial(_plan, now=now, zone=zone), self._routines.values()) if plan
        }
        await table.remove(known.keys() - wanted.keys())
        await table.put(
            plan
            for name, plan in wanted.items()
            if name not in known
            or (known[name].rule, known[name].wall[11:16]) != (plan.rule, plan.wall[11:16])
        )


def _calls(routine: Routine) -> list[Call]:
    return [Call(step.service, step.arguments) for step in routine.steps]


def _result(routine: Routine, carried: Carried, answers: list[str]) -> dict[str, object]:
    if carried.failed and not carried.results and not answers:
        raise ServiceError("failed", carried.failed[0])
    said = routine.answer or " ".join((*carried.said, *answers)) or "Done."
    return {"spoken": " ".join((said, *carried.failed))}


def _plan(routine: Routine, now: datetime, zone: tzinfo) -> Planned | None:
    """At its time of day, for its owner, who wrote it into the settings, which is a yes."""
    if not routine.at:
        return None
    days = ",".join(day[:2].upper() for day in routine.days)
    rule = f"FREQ=WEEKLY;BYDAY={days}" if days else "FREQ=DAILY"
    here = now.astimezone(zone).replace(tzinfo=None)
    hour, minute = map(int, routine.at.split(":"))
    yesterday = datetime.combine(here.date() - timedelta(days=1), time(hour, minute))
    wall = next_wall(rule, yesterday, here)
    plan = Planned(
        id=f"{_PLANNED}{routine.name}",
        what=routine.name.replace("_", " "),
        calls=({"service": f"routines.{routine.name}", "arguments": {}},),
        session="routines",
        channel="console",
        due_at=0.0,
        wall=wall.isoformat(),
        rule=rule,
        confirmed=True,
        made_at=now.timestamp(),
    )
    return replace(plan, due_at=settled(wall, zone).timestamp())
