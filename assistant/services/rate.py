"""How often services may be called: a token bucket for each place, person and service.

Places share none of them, so that whoever asks too much is too much for nobody else.
"""

from collections.abc import Callable

from assistant.services.service import Origin, place_of

MOST_BUCKETS = 1_024


class RateLimit:
    """`most` takings of one key in `period_s`, all at once or spread out; 0: no limit. Loop thread."""

    def __init__(self, most: int, monotonic: Callable[[], float], *, period_s: float = 60.0) -> None:
        self._most = most
        self._per_s = most / period_s
        self._monotonic = monotonic
        self._buckets: dict[tuple[str, ...], tuple[float, float]] = {}  # tokens, at; used last at the end

    def take(self, *key: str) -> bool:
        """Whether one more is within the limit."""
        if self._most == 0:
            return True
        now = self._monotonic()
        tokens, at = self._buckets.pop(key, (float(self._most), now))
        tokens = min(float(self._most), tokens + (now - at) * self._per_s)
        if taken := tokens >= 1:
            tokens -= 1
        if len(self._buckets) >= MOST_BUCKETS:
            self._buckets.pop(next(iter(self._buckets)))
        self._buckets[key] = (tokens, now)
        return taken


class CallLimits:
    """`per_service` calls of one service from one place in a minute; `per_place` of all services from one place, and by
    one person at whatever place of this machine: who calls from elsewhere may say to be anybody. Loop thread."""

    def __init__(self, per_service: int, per_place: int, monotonic: Callable[[], float]) -> None:
        self._services = RateLimit(per_service, monotonic)
        self._places = RateLimit(per_place, monotonic)
        self._people = RateLimit(per_place, monotonic)

    def exceeded(self, origin: Origin, service: str) -> str:
        """What is used up, for the record; empty where one more call is within all limits."""
        place = caller_of(origin.session)
        if not self._services.take(origin.channel, place, service):
            return "rate limit of the service"
        if not self._places.take(origin.channel, place):
            return "rate limit of the place"
        here = ":" not in origin.session
        if here and origin.person and not self._people.take(origin.person.casefold()):
            return "rate limit of the person"
        return ""


def caller_of(session: str) -> str:
    """Who cannot be somebody else by another name: of `api:NAME:CONVERSATION`, in which a caller chooses the last word,
    it is `api:NAME`."""
    return ":".join(place_of(session).split(":")[:2])
