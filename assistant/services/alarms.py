"""Alarms: once or again and again, at a time that the clocks of the owner's zone show."""

import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Literal, NamedTuple

from pydantic import Field

from assistant.services.alarm_choice import choose, the_one
from assistant.services.durations import seconds_of
from assistant.services.moments import settled, spoken_moment, spoken_time_of_day
from assistant.services.numbers import words
from assistant.services.repeats import next_wall, spoken_rule
from assistant.services.restore import undo_of
from assistant.services.said_when import plan_in
from assistant.services.service import (
    Assessment,
    Done,
    Input,
    NoInput,
    Origin,
    Risk,
    ServiceError,
    service,
)
from assistant.services.silence import silenced
from assistant.services.time import Clock
from assistant.storage.due import Due, DueTable, Kind, State

MAX_ALARMS = 50


class SetInput(Input):
    when: str = Field("", description="When, such as `half past six` or `every weekday at seven`.")
    said: str = Field("", description="The whole sentence, in which the time is looked for otherwise.")
    name: str = Field("", description="What it is for.", max_length=60)


class WhichInput(Input):
    when: str = Field("", description="The time it is set for.")
    name: str = Field("", description="Its name.")
    id: str = Field("", description="Its id.")


class CancelInput(WhichInput):
    all: bool = Field(False, description="Every alarm.")
    ringing_first: bool = Field(False, description="Rather be silent, where one rings or has just rung.")


class ChangeInput(WhichInput):
    to: str = Field("", description="The new time.")
    by: float | str = Field("", description="How much later or earlier, instead of a new time.")
    how: Literal["later", "earlier"] = "later"


class AlarmServices:
    """`changed` is called when an alarm came, went or has another time. `zone`: the owner's."""

    def __init__(self, table: DueTable, clock: Clock, zone: tzinfo, changed: Callable[[], None]) -> None:
        self._table = table
        self._clock = clock
        self._zone = zone
        self._changed = changed

    @service("alarms.set", "Set an alarm.", Risk.REVERSIBLE)
    async def set(self, asked: SetInput, origin: Origin) -> Done:
        plan = plan_in(asked.when, asked.said, self._now(), self._zone, waking=True)
        if plan is None:
            shown = asked.when or "that"
            raise ServiceError("bad_moment", f"I did not understand when {shown} is.")
        if not plan.moment.has_time:
            raise ServiceError("needs_time", "At what time?")
        self._check(plan.moment.at)
        alarms = await self._table.all(Kind.ALARM)
        if len(alarms) >= MAX_ALARMS:
            raise ServiceError(
                "too_many", f"There are {words(MAX_ALARMS)} alarms already; cancel one of them first."
            )
        wall = "" if plan.moment.elapsed else plan.moment.at.replace(tzinfo=None).isoformat()
        alarm = Due(
            secrets.token_hex(6),
            Kind.ALARM,
            _plain(asked.name),
            origin.session,
            plan.moment.at.timestamp(),
            wall=wall,
            rule=plan.rule,
        )
        same = [
            each
            for each in alarms
            if (each.due_at, each.rule, each.name) == (alarm.due_at, alarm.rule, alarm.name)
        ]
        if same:
            return Done(self._described(same[0]) | {"there": True})
        await self._table.put([alarm])
        self._changed()
        return Done(self._described(alarm), undo_of(new=[alarm]))

    @service("alarms.cancel", "Cancel an alarm.", Risk.REVERSIBLE, assess="_assess_cancel", stops=True)
    async def cancel(self, asked: CancelInput, origin: Origin) -> Done:
        if asked.ringing_first and await silenced(self._table, Kind.ALARM, self._clock.now(), self._zone):
            self._changed()
            return Done({"cancelled": [], "spoken": "Okay."})
        alarms = await self._set()
        chosen: Sequence[Due] = alarms if asked.all else [self._the_one(alarms, asked)]
        await self._table.remove(alarm.id for alarm in chosen)
        self._changed()
        gone = [self._described(alarm) for alarm in chosen]
        what = f"the alarm for {gone[0]['spoken']}" if len(gone) == 1 else f"{words(len(gone))} alarms"
        return Done({"cancelled": gone, "spoken": f"I've cancelled {what}."}, undo_of(chosen))

    async def _assess_cancel(self, asked: CancelInput, origin: Origin) -> Assessment:
        """All of several alarms are not given up by a word that was heard wrongly."""
        count = len(await self._table.all(Kind.ALARM)) if asked.all else 0
        if count < 2:
            return Assessment(Risk.REVERSIBLE)
        return Assessment(Risk.RISKY, f"Shall I really cancel all {words(count)} alarms?")

    @service("alarms.change", "Set an alarm to another time.", Risk.REVERSIBLE)
    async def change(self, asked: ChangeInput, origin: Origin) -> Done:
        alarm = self._the_one(await self._set(), asked)
        if asked.by:
            by_s = seconds_of(asked.by) * (1 if asked.how == "later" else -1)
            new = _New(self._at(alarm) + timedelta(seconds=by_s), alarm.rule, alarm.wall != "")
        else:
            new = self._moved(alarm, asked.to)
        self._check(new.at)
        changed = replace(
            alarm,
            wall=new.at.replace(tzinfo=None).isoformat() if new.by_the_clock else "",
            due_at=new.at.timestamp(),
            rule=new.rule,
            state=State.WAITING,
        )
        await self._table.put([changed])
        self._changed()
        return Done(self._described(changed), undo_of([alarm]))

    @service("alarms.skip", "Leave out the next time of an alarm.", Risk.REVERSIBLE)
    async def skip(self, asked: WhichInput, origin: Origin) -> Done:
        alarms = await self._set()
        alarm = choose(alarms, self._now(), self._zone, when=asked.when, name=asked.name, id=asked.id)[0]
        skipped = spoken_moment(self._at(alarm), self._now())
        if alarm.rule:
            wall = datetime.fromisoformat(alarm.wall)
            following = next_wall(alarm.rule, wall, wall)
            due_at = settled(following, self._zone).timestamp()
            later = replace(alarm, state=State.WAITING, wall=following.isoformat(), due_at=due_at)
            await self._table.put([later])
        else:
            await self._table.remove([alarm.id])
        self._changed()
        then = self._described(later) if alarm.rule else {}
        return Done({"skipped": skipped, "next": then.get("spoken", "")}, undo_of([alarm]))

    @service("alarms.list", "Tell which alarms are set.", Risk.READ)
    async def list(self, asked: NoInput, origin: Origin) -> dict[str, Any]:
        return {"alarms": [self._described(alarm) for alarm in await self._table.all(Kind.ALARM)]}

    async def _set(self) -> Sequence[Due]:
        alarms = await self._table.all(Kind.ALARM)
        if not alarms:
            raise ServiceError("no_alarms", "There is no alarm set.")
        return alarms

    def _the_one(self, alarms: Sequence[Due], asked: WhichInput) -> Due:
        return the_one(alarms, self._now(), self._zone, when=asked.when, name=asked.name, id=asked.id)

    def _moved(self, alarm: Due, to: str) -> "_New":
        """The new time; what it does not say stays: the day, morning or evening, the repetition."""
        plan = plan_in(to, "", self._now(), self._zone, waking=True)
        if plan is None:
            raise ServiceError("bad_moment", f"I did not understand when {to or 'that'} is.")
        moment, old = plan.moment, self._at(alarm)
        if moment.elapsed:
            return _New(moment.at, "", False)
        if plan.rule or (moment.has_day and moment.has_time):
            return _New(moment.at, plan.rule or alarm.rule, True)
        if not moment.has_time:  # "move it to friday"
            wall = datetime.combine(moment.at.date(), old.time())
            return _New(settled(wall, self._zone), alarm.rule, True)
        was = old.replace(tzinfo=None)
        wall = datetime.combine(was.date(), moment.at.time())
        if not moment.sure:
            other = wall.replace(hour=(wall.hour + 12) % 24)
            wall = min(wall, other, key=lambda each: _apart(each, was))
        while settled(wall, self._zone) <= self._now():
            wall += timedelta(days=1)
        return _New(settled(wall, self._zone), alarm.rule, True)

    def _check(self, at: datetime) -> None:
        if at <= self._now():
            raise ServiceError("past", "That time has passed already.")

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock.now(), UTC)

    def _at(self, alarm: Due) -> datetime:
        return datetime.fromtimestamp(alarm.due_at, self._zone)

    def _described(self, alarm: Due) -> dict[str, Any]:
        at = self._at(alarm)
        rule = spoken_rule(alarm.rule, at) if alarm.rule else ""
        when = spoken_moment(at, self._now())
        return {
            "id": alarm.id,
            "name": alarm.name,
            "at": at.isoformat(timespec="seconds"),
            "repeats": rule,
            "ringing": alarm.state is State.RINGING,
            "spoken": f"{rule} at {spoken_time_of_day(at)}" if rule else when,
            "spoken_next": when,
        }


class _New(NamedTuple):
    at: datetime
    rule: str
    by_the_clock: bool


def _apart(one: datetime, other: datetime) -> timedelta:
    """On the face of a clock with twenty-four hours."""
    return min(abs(one - other), timedelta(hours=24) - abs(one - other))


def _plain(name: str) -> str:
    """`the Gym alarm` is called `gym`."""
    name = " ".join(name.casefold().split())
    return re.sub(r"^(?:(?:my|the|our|a|an)\s+)+(?=\S)|\s*\balarm$", "", name)
