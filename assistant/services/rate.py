"""How often a service may be called from one place: a token bucket for each."""

from collections.abc import Callable

MOST_BUCKETS = 1_024


class RateLimit:
    """`per_minute` calls of one service from one place, all at once or spread out; 0: no limit. Loop thread."""

    def __init__(self, per_minute: int, monotonic: Callable[[], float]) -> None:
        self._per_minute = per_minute
        self._monotonic = monotonic
        self._buckets: dict[tuple[str, ...], tuple[float, float]] = {}  # tokens, at; used last at the end

    def take(self, *key: str) -> bool:
        """Whether one more is within the limit."""
        if self._per_minute == 0:
            return True
        now = self._monotonic()
        tokens, at = self._buckets.pop(key, (float(self._per_minute), now))
        tokens = min(float(self._per_minute), tokens + (now - at) * self._per_minute / 60)
        if taken := tokens >= 1:
            tokens -= 1
        if len(self._buckets) >= MOST_BUCKETS:
            self._buckets.pop(next(iter(self._buckets)))
        self._buckets[key] = (tokens, now)
        return taken
