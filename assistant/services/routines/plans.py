"""What is to be done later: planned, listed, cancelled, and done."""

import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, tzinfo
from typing import Any

from pydantic import Field

from assistant.services.moments import spoken_moment
from assistant.services.numbers import joined, words
from assistant.services.registry import Registry
from assistant.services.repeats import spoken_rule
from assistant.services.routines.meant import for_later, plan_meant, timer_meant
from assistant.services.routines.when import polite_off, timed
from assistant.services.service import (
    Assessment,
    Call,
    Done,
    Input,
    NoInput,
    Origin,
    Risk,
    ServiceError,
    service,
)
from assistant.services.steps import assess, carry_out
from assistant.services.time import Clock
from assistant.storage.due import DueTable, Kind
from assistant.storage.planned import NEVER, Planned, PlannedTable

MOST_PLANS = 50
_ELAPSED = re.compile(r"^(?:in|after)\b|\b(?:from now|later)$")
_NOT_FOR_LATER = ("plans.", "undo.", "commands.fill")


class PlannedCall(Input):
    service: str
    arguments: dict[str, Any] = Field({})


class SaidInput(Input):
    said: str = Field(description="The sentence.")


class AddInput(Input):
    said: str = Field(description="When, or a sentence with the time in it: `turn off the lights at eight`.")
    calls: tuple[PlannedCall, ...] = Field(
        description="What is to be called then.", min_length=1, max_length=8
    )


class WhichInput(Input):
    id: str = Field("", description="Its id.")
    what: str = Field("", description="Some of its words; empty: the one that was planned last.")
    all: bool = Field(False, description="Everything that is planned.")


class RestoreInput(Input):
    plans: tuple[dict[str, Any], ...]


class RunInput(Input):
    id: str


@dataclass(frozen=True, slots=True)
class _When:
    due_at: float
    wall: str = ""
    rule: str = ""
    after: str = ""
    after_name: str = ""


class PlanServices:
    """`changed` is called when something came or went, so that whoever carries it out looks again. Loop thread."""

    def __init__(
        self,
        table: PlannedTable,
        timers: DueTable,
        clock: Clock,
        zone: tzinfo,
        registry: Registry,
        changed: Callable[[], None],
        any_words: frozenset[str] = frozenset(),
    ) -> None:
        """`any_words`: services that take free words, of which a time may be a part."""
        self._table = table
        self._timers = timers
        self._clock = clock
        self._zone = zone
        self._registry = registry
        self._changed = changed
        self._any_words = any_words

    @service("plans.understand", "Tell whether a sentence says when something is to be done.", Risk.READ)
    async def understand(self, asked: SaidInput, origin: Origin) -> dict[str, Any]:
        """`timed`: whether it does; `what`: the sentence without its time; `services`: those that are for later."""
        found = timed(asked.said, self._now(), self._zone)
        if found is None:
            return {"timed": False, "what": asked.said, "services": []}
        return {"timed": True, "what": found.what, "services": for_later(self._registry, self._any_words)}

    @service("plans.add", "Do something later.", Risk.REVERSIBLE, assess="_assess_add")
    async def add(self, asked: AddInput, origin: Origin) -> Done:
        what, when = await self._read(asked)
        if len(await self._table.all()) >= MOST_PLANS:
            raise ServiceError("too_many", f"{words(MOST_PLANS).capitalize()} things are planned already.")
        calls = _calls(asked)
        risk = (await assess(self._registry, calls, origin)).risk
        plan = Planned(
            id=secrets.token_hex(6),
            what=what,
            calls=tuple({"service": call.service, "arguments": call.arguments} for call in calls),
            session=origin.session,
            channel=origin.channel,
            room=origin.room,
            person=origin.person,
            confirmed=risk is Risk.RISKY,  # then the registry has asked for this, and had its yes
            made_at=self._clock.now(),
            **asdict(when),
        )
        await self._table.put([plan])
        self._changed()
        spoken = self._when(plan)
        return Done(
            {"id": plan.id, "what": what, "when": spoken, "spoken": f"Okay, planned: {what}, {spoken}."},
            (Call("plans.cancel", {"id": plan.id}),),
        )

    @service("plans.list", "Tell what is planned.", Risk.READ)
    async def list(self, asked: NoInput, origin: Origin) -> dict[str, Any]:
        plans = await self._table.all()
        told = [f"{plan.what}, {self._when(plan)}" for plan in plans]
        each = {"what", "session", "id"}
        return {
            "plans": [
                {**{k: v for k, v in asdict(plan).items() if k in each}, "when": self._when(plan)}
                for plan in plans
            ],
            "spoken": _listed(told),
        }

    @service("plans.cancel", "Do not do what was planned.", Risk.REVERSIBLE, stops=True)
    async def cancel(self, asked: WhichInput, origin: Origin) -> Done:
        plans = await self._table.all()
        if not plans:
            raise ServiceError("no_plans", "Nothing is planned.")
        chosen = plans if asked.all else [plan_meant(plans, asked.id, asked.what, origin.session)]
        await self._table.remove(plan.id for plan in chosen)
        self._changed()
        again = [asdict(plan) for plan in chosen]
        named = joined([f"{plan.what}, {self._when(plan)}" for plan in chosen])
        spoken = f"I won't do it: {named}." if len(chosen) == 1 else f"I've cancelled {_count(len(chosen))}."
        return Done({"cancelled": [plan.what for plan in chosen], "spoken": spoken}, (_restoring(again),))

    @service("plans.restore", "Plan again what was cancelled.", Risk.REVERSIBLE, assess="_assess_restore")
    async def restore(self, asked: RestoreInput, origin: Origin) -> dict[str, Any]:
        # Whoever says so is who it is done for: these arguments may come from anywhere.
        who = {
            "session": origin.session,
            "channel": origin.channel,
            "room": origin.room,
            "person": origin.person,
        }
        plans = [Planned(**{**plan, **who}) for plan in asked.plans[:MOST_PLANS]]
        await self._table.put(plans)
        self._changed()
        return {"restored": len(plans)}

    @service("plans.run", "Do now what is planned.", Risk.REVERSIBLE, assess="_assess_run", timeout_s=60.0)
    async def run(self, asked: RunInput, origin: Origin) -> Done:
        plan = await self._found(asked.id)
        carried = await carry_out(self._registry, calls_of(plan), origin)
        if carried.failed and not carried.results:
            raise ServiceError("failed", carried.failed[0])
        result = {"what": plan.what, "said": list(carried.said), "failed": list(carried.failed)}
        return Done(result, carried.undo)

    async def _assess_add(self, asked: AddInput, origin: Origin) -> Assessment:
        """As risky as what is planned; the question says when."""
        _, when = await self._read(asked)
        assessed = await assess(self._registry, _calls(asked), origin)
        if assessed.risk is Risk.READ:
            return Assessment(Risk.REVERSIBLE)
        # "in ten minutes" is another time in the next minute, and the question has to be the same when the yes comes.
        found = timed(asked.said, self._now(), self._zone)
        elapsed = found is not None and _ELAPSED.search(found.phrase)
        spoken = found.phrase if found and elapsed else self._when_of(when)
        return Assessment(assessed.risk, f"{assessed.question.removesuffix('?')} {spoken}?")

    async def _assess_run(self, asked: RunInput, origin: Origin) -> Assessment:
        plan = await self._found(asked.id)
        assessed = await assess(self._registry, calls_of(plan), origin)
        return Assessment(Risk.REVERSIBLE) if plan.confirmed and assessed.risk is Risk.RISKY else assessed

    async def _assess_restore(self, asked: RestoreInput, origin: Origin) -> Assessment:
        """What comes back needs the yes that it needed before."""
        try:
            plans = [Planned(**plan) for plan in asked.plans]
            return await assess(self._registry, [call for plan in plans for call in calls_of(plan)], origin)
        except (TypeError, KeyError) as error:
            raise ServiceError("bad_plan", "That is no plan of mine.") from error

    async def _found(self, plan: str) -> Planned:
        found = await self._table.find(plan)
        if found is None:
            raise ServiceError("unknown_plan", "That is not planned any more.")
        return found

    async def _read(self, asked: AddInput) -> tuple[str, _When]:
        """What is to be done in the person's words, and when."""
        for call in asked.calls:
            if call.service.startswith(_NOT_FOR_LATER):
                raise ServiceError("not_for_later", "That cannot be done later.")
        found = timed(asked.said, self._now(), self._zone)
        if found is None:
            raise ServiceError("bad_moment", "I did not understand when that is to be done.")
        if found.past:
            raise ServiceError("past", f"I can't do that {found.phrase}: that is over.")
        what = _mine_to_yours(polite_off(found.what))
        if found.plan is None:
            timer = timer_meant(await self._timers.all(Kind.TIMER), found.timer or "")
            return what, _When(NEVER, after=timer.id, after_name=found.timer or "")
        at = found.plan.moment.at
        wall = at.replace(tzinfo=None).isoformat() if found.plan.rule else ""
        return what, _When(at.timestamp(), wall, found.plan.rule)

    def _when(self, plan: Planned) -> str:
        return self._when_of(_When(plan.due_at, plan.wall, plan.rule, plan.after, plan.after_name))

    def _when_of(self, when: _When) -> str:
        """`at eight o'clock this evening`, `every weekday, first at …`, `at the end of the timer`."""
        if when.after:
            return f"at the end of the {f'{when.after_name} ' if when.after_name else ''}timer"
        at = datetime.fromtimestamp(when.due_at, self._zone)
        first = f"at {spoken_moment(at, self._now())}"
        return f"{spoken_rule(when.rule, at)}, first {first}" if when.rule else first

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock.now(), self._zone)


def calls_of(plan: Planned) -> list[Call]:
    return [Call(call["service"], dict(call["arguments"])) for call in plan.calls]


def _calls(asked: AddInput) -> list[Call]:
    return [Call(call.service, call.arguments) for call in asked.calls]


def _restoring(plans: Sequence[dict[str, Any]]) -> Call:
    return Call("plans.restore", {"plans": [{**plan, "calls": list(plan["calls"])} for plan in plans]})


def _listed(told: Sequence[str]) -> str:
    if not told:
        return "Nothing is planned."
    return f"{_count(len(told)).capitalize()} {'is' if len(told) == 1 else 'are'} planned: {'; '.join(told)}."


def _count(count: int) -> str:
    return f"{words(count)} thing{'' if count == 1 else 's'}"


def _mine_to_yours(what: str) -> str:
    return " ".join({"my": "your", "our": "your"}.get(word, word) for word in what.split())
