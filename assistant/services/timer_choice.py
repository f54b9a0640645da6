"""Which timers a person means."""

import re
from collections.abc import Sequence

from rapidfuzz import fuzz, process

from assistant.services.durations import seconds_of, spoken_adjective
from assistant.services.numbers import joined
from assistant.services.service import ServiceError
from assistant.storage.due import Due

_NAME_SCORE = 80.0
_SAME_S = 0.5  # durations closer than this are the same


def spoken_timer(timer: Due) -> str:
    """`pasta timer`, or `five minute timer` where it has no name."""
    return f"{timer.name or spoken_adjective(timer.duration_s)} timer"


def choose(
    timers: Sequence[Due], *, name: str = "", duration: float | str = "", id: str = ""
) -> Sequence[Due]:
    """The timers that may be meant; raises `ServiceError` where none can be."""
    chosen = timers
    if id:
        chosen = [timer for timer in chosen if timer.id == id]
    if duration:
        seconds = seconds_of(duration)
        chosen = [timer for timer in chosen if abs(timer.duration_s - seconds) < _SAME_S]
    name = plain_name(name)
    if name:
        exact = [timer for timer in chosen if timer.name == name]
        chosen = exact or _alike(name, chosen)
    if not chosen:
        wanted = name or (spoken_adjective(seconds_of(duration)) if duration else "such")
        raise ServiceError("unknown_timer", f"There is no {wanted} timer.")
    return chosen


def the_one(timers: Sequence[Due], *, name: str = "", duration: float | str = "", id: str = "") -> Due:
    """The one timer that is meant. Raises `ServiceError` where there is none, and `ambiguous` with a question where
    there are several."""
    chosen = choose(timers, name=name, duration=duration, id=id)
    if len(chosen) > 1:
        names = joined([f"the {spoken_timer(timer)}" for timer in chosen], "or")
        raise ServiceError("ambiguous", f"Which one do you mean: {names}?")
    return chosen[0]


def plain_name(name: str) -> str:
    """`the Oven timer` is called `oven`."""
    name = " ".join(name.casefold().replace("-", " ").split())
    name = re.sub(r"^(?:(?:my|the|our|a)\s+)+(?=\S)", "", name)
    return re.sub(r"\s*\btimer$", "", name)


def _alike(name: str, timers: Sequence[Due]) -> Sequence[Due]:
    """Timers of a similar name, or of the duration that a nameless timer is called by."""
    names = [timer.name or spoken_adjective(timer.duration_s) for timer in timers]
    best = process.extractOne(name, names, scorer=fuzz.ratio, score_cutoff=_NAME_SCORE)
    if best is None:
        return []
    return [timer for timer, other in zip(timers, names, strict=True) if other == best[0]]
