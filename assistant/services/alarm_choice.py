"""Which alarms a person means: by their time, their day or their name."""

from collections.abc import Sequence
from datetime import datetime, tzinfo

from rapidfuzz import fuzz, process

from assistant.services.moments import spoken_moment
from assistant.services.numbers import joined, tokens_of
from assistant.services.repeats import Plan, try_plan
from assistant.services.service import ServiceError
from assistant.storage.due import Due

_NAME_SCORE = 80.0


def choose(
    alarms: Sequence[Due], now: datetime, zone: tzinfo, *, when: str = "", name: str = "", id: str = ""
) -> Sequence[Due]:
    """The alarms that may be meant, the next first; raises `ServiceError` where none can be. `now` is aware."""
    chosen = [alarm for alarm in alarms if not id or alarm.id == id]
    plan = try_plan(tokens_of(when), now, zone, waking=True) if when else None
    if plan is not None:
        chosen = [alarm for alarm in chosen if _fits(alarm, plan, zone)]
    if name:
        best = process.extractOne(
            name.casefold(),
            [alarm.name for alarm in chosen if alarm.name],
            scorer=fuzz.ratio,
            score_cutoff=_NAME_SCORE,
        )
        chosen = [alarm for alarm in chosen if best is not None and alarm.name == best[0]]
    if not chosen:
        wanted = f"{name} alarm" if name else f"alarm at {when}" if when else "such alarm"
        raise ServiceError("unknown_alarm", f"There is no {wanted}.".replace("at at ", "at "))
    return chosen


def the_one(
    alarms: Sequence[Due], now: datetime, zone: tzinfo, *, when: str = "", name: str = "", id: str = ""
) -> Due:
    """The one alarm that is meant. Raises `ServiceError`, with a question where there are several."""
    chosen = choose(alarms, now, zone, when=when, name=name, id=id)
    if len(chosen) > 1:
        times = [spoken_moment(datetime.fromtimestamp(each.due_at, zone), now) for each in chosen]
        raise ServiceError("ambiguous", f"Which one do you mean: {joined(times, 'or')}?")
    return chosen[0]


def _fits(alarm: Due, plan: Plan, zone: tzinfo) -> bool:
    """Whether it may be called by that time: `seven` is the alarm of the morning or of the evening."""
    at, moment = datetime.fromtimestamp(alarm.due_at, zone), plan.moment
    if plan.rule and not alarm.rule:
        return False
    if moment.has_day and not plan.rule and at.date() != moment.at.date():
        return False
    if not moment.has_time:
        return True
    if at.minute != moment.at.minute:
        return False
    return at.hour == moment.at.hour or (not moment.sure and at.hour % 12 == moment.at.hour % 12)
