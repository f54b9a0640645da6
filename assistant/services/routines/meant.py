"""Which plan, timer or service is meant."""

from collections.abc import Sequence

from rapidfuzz import fuzz, process

from assistant.services.registry import Registry
from assistant.services.service import Risk, ServiceError
from assistant.storage.due import Due
from assistant.storage.planned import Planned

_ALIKE = 70.0
_OWN_TIME = frozenset(
    [
        "alarms", "calendar", "clipboard", "clock", "dictation", "due", "lists", "notes", "plans", "reminders",
        "reviews", "snooze", "timers", "undo",
    ]
)  # fmt: skip
"""Domains in which a time is a part of what is asked: an alarm at eight is set now, and "see you at eight" is typed."""


def for_later(registry: Registry, any_words: frozenset[str]) -> list[str]:
    """Services that act, of domains in which a time means nothing else. `any_words`: those that take free words, of
    which the time may be a part."""
    return [
        spec.name
        for spec in registry.specs()
        if spec.name.split(".")[0] not in _OWN_TIME
        and (spec.risk is not Risk.READ or spec.name.startswith("commands."))
        and spec.name not in any_words | {"commands.fill"}
    ]


def timer_meant(timers: Sequence[Due], name: str) -> Due:
    """The timer that is meant. Raises `ServiceError` where there is none, or more than one."""
    if not timers:
        raise ServiceError("no_timers", "There is no timer running.")
    meant = list(timers)
    if name:
        named = {timer.name: timer for timer in timers if timer.name}
        best = process.extractOne(name, list(named), scorer=fuzz.ratio, score_cutoff=_ALIKE)
        if best is None:
            raise ServiceError("unknown_timer", f"There is no {name} timer.")
        meant = [named[best[0]]]
    if len(meant) > 1:
        raise ServiceError("ambiguous", "There are several timers; say which one.")
    return meant[0]


def plan_meant(plans: Sequence[Planned], plan_id: str, words: str, session: str) -> Planned:
    """The one that is meant: by its id or its words, else the last that was planned here, else the last."""
    if plan_id:
        found = next((plan for plan in plans if plan.id == plan_id), None)
    elif words:
        best = process.extractOne(
            words, [plan.what for plan in plans], scorer=fuzz.token_set_ratio, score_cutoff=_ALIKE
        )
        found = plans[best[2]] if best else None
    else:
        here = [plan for plan in plans if plan.session == session]
        found = max(here or plans, key=lambda plan: plan.made_at)
    if found is None:
        raise ServiceError("unknown_plan", "Nothing like that is planned.")
    return found
