"""Timers that outlive the process: they ring late rather than never."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC
from typing import Any, Literal

from pydantic import Field

from assistant.services.durations import seconds_of, spoken_duration
from assistant.services.numbers import words
from assistant.services.restore import undo_of
from assistant.services.service import Done, Input, NoInput, Origin, Risk, ServiceError, service
from assistant.services.silence import silenced
from assistant.services.time import Clock
from assistant.services.timer_choice import choose, plain_name, spoken_timer, the_one
from assistant.storage.due import Due, DueTable, Kind, State

MAX_DURATION_S = 7 * 86_400.0
MAX_TIMERS = 50
_AGAIN_S = 3_600.0  # "again" means a timer that rang so long ago at most


class StartInput(Input):
    duration: float | str = Field(description="Seconds as a number, or words such as `five minutes`.")
    name: str = Field("", description="What it is for, such as `pasta`.", max_length=60)


class WhichInput(Input):
    name: str = Field("", description="Its name.")
    duration: float | str = Field("", description="How long it was set for.")
    id: str = Field("", description="Its id.")


class CancelInput(WhichInput):
    all: bool = Field(False, description="Every timer.")
    ringing_first: bool = Field(False, description="Rather be silent, where one rings or has just rung.")


class ChangeInput(Input):
    by: float | str = Field(description="How much: seconds, or words such as `five minutes`.")
    how: Literal["set", "add", "take"] = Field(
        "set", description="`set`: so much is left from now on; `add` or `take` so much."
    )
    name: str = Field("", description="Its name.")
    id: str = Field("", description="Its id.")


class TimerServices:
    """`changed` is called when a timer came, went or has another end, so that the scheduler looks again."""

    def __init__(self, table: DueTable, clock: Clock, changed: Callable[[], None]) -> None:
        self._table = table
        self._clock = clock
        self._changed = changed

    @service("timers.start", "Start a timer.", Risk.REVERSIBLE)
    async def start(self, asked: StartInput, origin: Origin) -> Done:
        duration_s = _length(seconds_of(asked.duration))
        if len(await self._table.all(Kind.TIMER)) >= MAX_TIMERS:
            raise ServiceError(
                "too_many", f"There are {words(MAX_TIMERS)} timers already; cancel one of them first."
            )
        timer = Due(
            secrets.token_hex(6),
            Kind.TIMER,
            plain_name(asked.name),
            origin.session,
            self._clock.now() + duration_s,
            duration_s=duration_s,
        )
        await self._table.put([timer])
        self._changed()
        return Done(self._started(timer), undo_of(new=[timer]))

    @service("timers.cancel", "Cancel a timer.", Risk.REVERSIBLE, stops=True)
    async def cancel(self, asked: CancelInput, origin: Origin) -> Done:
        if asked.ringing_first and await silenced(self._table, Kind.TIMER, self._clock.now(), UTC):
            self._changed()
            return Done({"cancelled": [], "silenced": True})
        timers = await self._running()
        chosen: Sequence[Due] = timers
        if not asked.all:
            chosen = [the_one(timers, name=asked.name, duration=asked.duration, id=asked.id)]
        await self._table.remove(timer.id for timer in chosen)
        self._changed()
        cancelled = [{"name": timer.name, "spoken": f"the {spoken_timer(timer)}"} for timer in chosen]
        return Done({"cancelled": cancelled}, undo_of(chosen))

    @service("timers.change", "Make a timer longer or shorter.", Risk.REVERSIBLE)
    async def change(self, asked: ChangeInput, origin: Origin) -> Done:
        timer = the_one(await self._running(), name=asked.name, id=asked.id)
        by_s, left_s = seconds_of(asked.by), self._left_s(timer)
        left_s = {"set": by_s, "add": left_s + by_s, "take": left_s - by_s}[asked.how]
        if left_s <= 0:
            spoken = spoken_duration(self._left_s(timer), units=2)
            raise ServiceError("too_short", f"The {spoken_timer(timer)} has only {spoken} left.")
        left_s = _length(left_s)
        duration_s = by_s if asked.how == "set" else timer.duration_s + left_s - self._left_s(timer)
        changed = self._with_left(replace(timer, duration_s=max(1.0, duration_s)), left_s)
        await self._table.put([changed])
        self._changed()
        return Done(self._described(changed), undo_of([timer]))

    @service("timers.pause", "Let a timer stand still.", Risk.REVERSIBLE, stops=True)
    async def pause(self, asked: WhichInput, origin: Origin) -> Done:
        running = [timer for timer in await self._running() if timer.state is not State.PAUSED]
        if not running:
            raise ServiceError("paused", "It is paused already.")
        timer = the_one(running, name=asked.name, duration=asked.duration, id=asked.id)
        paused = replace(timer, state=State.PAUSED, left_s=max(1.0, self._left_s(timer)))
        await self._table.put([paused])
        self._changed()
        return Done(self._described(paused), undo_of([timer]))

    @service("timers.resume", "Let a paused timer run on.", Risk.REVERSIBLE)
    async def resume(self, asked: WhichInput, origin: Origin) -> Done:
        paused = [timer for timer in await self._running() if timer.state is State.PAUSED]
        if not paused:
            raise ServiceError("not_paused", "There is no paused timer.")
        timer = the_one(paused, name=asked.name, duration=asked.duration, id=asked.id)
        running = replace(timer, state=State.WAITING, due_at=self._clock.now() + timer.left_s, left_s=0.0)
        await self._table.put([running])
        self._changed()
        return Done(self._described(running), undo_of([timer]))

    @service(
        "timers.repeat", "Start a timer that runs or has rung again from its beginning.", Risk.REVERSIBLE
    )
    async def repeat(self, asked: WhichInput, origin: Origin) -> Done:
        now = self._clock.now()
        running = await self._table.all(Kind.TIMER)
        rung = [
            due
            for due in await self._table.rung(now - _AGAIN_S)
            if due.kind is Kind.TIMER and due not in running
        ]
        if not running and not rung:
            raise ServiceError("no_timers", "There is no timer that I could start again.")
        if asked.name or asked.duration or asked.id:
            timer = choose([*running, *rung], name=asked.name, duration=asked.duration, id=asked.id)[0]
        else:
            timer = rung[0] if rung else the_one(running)
        again = replace(timer, state=State.WAITING, due_at=now + timer.duration_s, left_s=0.0, rang_at=0.0)
        await self._table.put([again])
        self._changed()
        return Done(self._started(again), undo_of([timer]))

    @service("timers.list", "Tell which timers are running.", Risk.READ)
    async def list(self, asked: NoInput, origin: Origin) -> dict[str, Any]:
        return {"timers": [self._described(timer) for timer in await self._table.all(Kind.TIMER)]}

    @service("timers.remaining", "Tell how long timers have left.", Risk.READ)
    async def remaining(self, asked: WhichInput, origin: Origin) -> dict[str, Any]:
        chosen = choose(await self._running(), name=asked.name, duration=asked.duration, id=asked.id)
        return {"timers": [self._described(timer) for timer in chosen]}

    async def _running(self) -> Sequence[Due]:
        timers = await self._table.all(Kind.TIMER)
        if not timers:
            raise ServiceError("no_timers", "There is no timer running.")
        return timers

    def _left_s(self, timer: Due) -> float:
        return timer.left_s if timer.state is State.PAUSED else max(0.0, timer.due_at - self._clock.now())

    def _with_left(self, timer: Due, left_s: float) -> Due:
        """Paused it stays paused; what rings runs on."""
        if timer.state is State.PAUSED:
            return replace(timer, left_s=left_s)
        return replace(timer, state=State.WAITING, due_at=self._clock.now() + left_s)

    def _started(self, timer: Due) -> dict[str, Any]:
        return {
            "id": timer.id,
            "name": timer.name,
            "duration_s": timer.duration_s,
            "spoken_duration": spoken_duration(timer.duration_s),
            "spoken_name": spoken_timer(timer),
        }

    def _described(self, timer: Due) -> dict[str, Any]:
        left_s = self._left_s(timer)
        return {
            "id": timer.id,
            "name": timer.name,
            "duration_s": timer.duration_s,
            "remaining_s": round(left_s, 1),
            "paused": timer.state is State.PAUSED,
            "ringing": timer.state is State.RINGING,
            "spoken_remaining": spoken_duration(left_s, units=2),
            "spoken_name": spoken_timer(timer),
        }


def _length(seconds: float) -> float:
    if seconds > MAX_DURATION_S:
        longest = spoken_duration(MAX_DURATION_S)
        raise ServiceError("too_long", f"A timer can run for {longest} at most.")
    return seconds
