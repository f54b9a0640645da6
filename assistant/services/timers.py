"""Timers that outlive the process: they ring late rather than never."""

import re
import secrets
from collections.abc import Callable, Sequence
from typing import Any

from pydantic import Field
from rapidfuzz import fuzz, process

from assistant.services.durations import seconds_of, spoken_adjective, spoken_duration
from assistant.services.numbers import joined, words
from assistant.services.service import Call, Done, Input, NoInput, Origin, Risk, ServiceError, service
from assistant.services.time import Clock
from assistant.storage.timers import Timer, TimerTable

MAX_DURATION_S = 7 * 86_400.0
MAX_TIMERS = 50
_NAME_SCORE = 80.0
_SAME_S = 0.5  # durations closer than this are the same


class StartInput(Input):
    duration: float | str = Field(description="Seconds as a number, or words such as `five minutes`.")
    name: str = Field("", description="What it is for, such as `pasta`.", max_length=60)


class WhichInput(Input):
    name: str = Field("", description="Its name.")
    duration: float | str = Field("", description="How long it was set for.")
    id: str = Field("", description="Its id.")


class CancelInput(WhichInput):
    all: bool = Field(False, description="Every timer.")


class RestartInput(Input):
    timers: tuple[tuple[str, float, float], ...] = Field(
        description="Name, duration and end (epoch) of each."
    )


class TimerServices:
    """`changed` is called when a timer came or went, so that the scheduler looks again."""

    def __init__(self, table: TimerTable, clock: Clock, changed: Callable[[], None]) -> None:
        self._table = table
        self._clock = clock
        self._changed = changed

    @service("timers.start", "Start a timer.", Risk.REVERSIBLE)
    async def start(self, asked: StartInput, origin: Origin) -> Done:
        duration_s = seconds_of(asked.duration)
        if duration_s > MAX_DURATION_S:
            longest = spoken_duration(MAX_DURATION_S)
            raise ServiceError("too_long", f"A timer can run for {longest} at most.")
        if len(await self._table.all()) >= MAX_TIMERS:
            raise ServiceError(
                "too_many", f"There are {words(MAX_TIMERS)} timers already; cancel one of them first."
            )
        timer = Timer(
            secrets.token_hex(6),
            _plain(asked.name),
            duration_s,
            self._clock.now() + duration_s,
            origin.session,
        )
        await self._table.add(timer)
        self._changed()
        result = {
            "id": timer.id,
            "name": timer.name,
            "duration_s": duration_s,
            "spoken_duration": spoken_duration(duration_s),
            "spoken_name": spoken_name(timer),
        }
        return Done(result, (Call("timers.cancel", {"id": timer.id}),))

    @service("timers.cancel", "Cancel a timer.", Risk.REVERSIBLE, stops=True)
    async def cancel(self, asked: CancelInput, origin: Origin) -> Done:
        timers = await self._running()
        chosen = timers if asked.all else _choose(timers, asked)
        if not asked.all and len(chosen) > 1:
            names = joined([f"the {spoken_name(timer)}" for timer in chosen])
            raise ServiceError("ambiguous", f"Which one do you mean: {names}?".replace(" and the", " or the"))
        await self._table.remove(timer.id for timer in chosen)
        self._changed()
        again = [(timer.name, timer.duration_s, timer.due_at) for timer in chosen]
        return Done(
            {"cancelled": [{"name": timer.name, "spoken": f"the {spoken_name(timer)}"} for timer in chosen]},
            (Call("timers.restore", {"timers": again}),),
        )

    @service("timers.restore", "Let cancelled timers run on to the end they had.", Risk.REVERSIBLE)
    async def restore(self, asked: RestartInput, origin: Origin) -> dict[str, Any]:
        for name, duration_s, due_at in asked.timers[:MAX_TIMERS]:
            await self._table.add(Timer(secrets.token_hex(6), name, duration_s, due_at, origin.session))
        self._changed()
        return {"restored": len(asked.timers)}

    @service("timers.list", "Tell which timers are running.", Risk.READ)
    async def list(self, asked: NoInput, origin: Origin) -> dict[str, Any]:
        return {"timers": [self._described(timer) for timer in await self._table.all()]}

    @service("timers.remaining", "Tell how long timers have left.", Risk.READ)
    async def remaining(self, asked: WhichInput, origin: Origin) -> dict[str, Any]:
        timers = await self._running()
        chosen = _choose(timers, asked)
        return {"timers": [self._described(timer) for timer in chosen]}

    async def _running(self) -> Sequence[Timer]:
        timers = await self._table.all()
        if not timers:
            raise ServiceError("no_timers", "There is no timer running.")
        return timers

    def _described(self, timer: Timer) -> dict[str, Any]:
        remaining_s = max(0.0, timer.due_at - self._clock.now())
        return {
            "id": timer.id,
            "name": timer.name,
            "duration_s": timer.duration_s,
            "remaining_s": round(remaining_s, 1),
            "spoken_remaining": spoken_duration(remaining_s, units=2),
            "spoken_name": spoken_name(timer),
        }


def spoken_name(timer: Timer) -> str:
    """`pasta timer`, or `five minute timer` where it has no name."""
    return f"{timer.name or spoken_adjective(timer.duration_s)} timer"


def _choose(timers: Sequence[Timer], asked: WhichInput) -> Sequence[Timer]:
    """The timers that may be meant; raises where none can be."""
    chosen = timers
    if asked.id:
        chosen = [timer for timer in chosen if timer.id == asked.id]
    if asked.duration:
        seconds = seconds_of(asked.duration)
        chosen = [timer for timer in chosen if abs(timer.duration_s - seconds) < _SAME_S]
    name = _plain(asked.name)
    if name:
        exact = [timer for timer in chosen if timer.name == name]
        chosen = exact or _alike(name, chosen)
    if not chosen:
        wanted = name or (spoken_adjective(seconds_of(asked.duration)) if asked.duration else "such")
        raise ServiceError("unknown_timer", f"There is no {wanted} timer.")
    return chosen


def _alike(name: str, timers: Sequence[Timer]) -> Sequence[Timer]:
    """Timers of a similar name, or of the duration that a nameless timer is called by."""
    names = [timer.name or spoken_adjective(timer.duration_s) for timer in timers]
    best = process.extractOne(name, names, scorer=fuzz.ratio, score_cutoff=_NAME_SCORE)
    if best is None:
        return []
    return [timer for timer, other in zip(timers, names, strict=True) if other == best[0]]


def _plain(name: str) -> str:
    name = " ".join(name.casefold().replace("-", " ").split())
    name = re.sub(r"^(?:(?:my|the|our|a)\s+)+(?=\S)", "", name)
    return re.sub(r"\s*\btimer$", "", name)
