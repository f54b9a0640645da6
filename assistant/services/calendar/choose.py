"""Which appointment is meant."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from rapidfuzz import fuzz

from assistant.services.calendar.occurrence import Occurrence
from assistant.services.calendar.spoken import when
from assistant.services.numbers import joined
from assistant.services.service import ServiceError

_SCORE = 78.0
_NEAR = 6.0  # scores closer than this are alike
# Said of anything in a calendar; they tell nothing apart unless nothing else is said.
_KINDS = frozenset({"appointment", "appointments", "event", "events", "meeting", "meetings", "date", "entry"})
_EMPTY = frozenset({"the", "my", "our", "a", "an", "with", "at", "for", "of", "that", "this"})


def alike(title: str, found: Iterable[Occurrence]) -> list[Occurrence]:
    """Those whose title is most like what was said, in their order; none where none is alike."""
    scored = [(score(title, one.title), one) for one in found]
    best = max((points for points, _ in scored), default=0.0)
    return [one for points, one in scored if points >= max(_SCORE, best - _NEAR)]


def score(said: str, title: str) -> float:
    """0 to 100, whatever is said around what matters: `the dentist appointment` is `Dentist`."""
    wanted, there = _words(said), _words(title)
    if not wanted or not there:
        return 0.0
    core = [word for word in wanted if word not in _KINDS]
    told = " ".join(core or wanted)
    whole = fuzz.token_sort_ratio(" ".join(wanted), " ".join(there))
    return max(whole, 0.97 * _covered(told.split(), there), 0.97 * fuzz.ratio(told, " ".join(there)))


def single(title: str, found: Sequence[Occurrence], now: datetime) -> Occurrence:
    """The one that is meant: of a series the next one. Raises `ServiceError` where it is none, or not clear which."""
    if not found:
        raise ServiceError("unknown_appointment", f"There is no {_thing(title)} in your calendar.")
    firsts: dict[str, Occurrence] = {}
    for one in found:
        firsts.setdefault(one.uid, one)
    if len(firsts) > 1:
        choices = [f"{one.title} {when(one, now)}" for one in list(firsts.values())[:3]]
        raise ServiceError("ambiguous", f"Which one do you mean: {joined(choices, 'or')}?")
    return found[0]


def _thing(title: str) -> str:
    bare = re.sub(r"^(?:(?:the|my|our|a|an)\s+)+", "", title.strip())
    return bare or "appointment then"


def _covered(wanted: Sequence[str], there: Sequence[str]) -> float:
    """How well each word that was said is found in the title: the worst of them."""
    return min(max(fuzz.ratio(word, other) for other in there) for word in wanted)


def _words(text: str) -> list[str]:
    words = re.findall(r"[^\W_]+", text.casefold().replace("'s", "").replace("’s", ""))
    return [word for word in words if word not in _EMPTY] or words
