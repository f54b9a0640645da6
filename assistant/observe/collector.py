"""From the events of a conversation to the traces of its turns."""

import secrets
import time
from collections.abc import Callable

from assistant import events
from assistant.observe.draft import Draft
from assistant.observe.lag import LagMonitor
from assistant.observe.record import TurnTrace

MOST_DRAFTS = 64
"""Turns that are under way, or whose end was never told, such as those of a session that was closed."""
RESTING = ("idle", "listening")


class Collector:
    """An observer of the bus: each turn that ends is handed to `keep`, which must not wait. Loop thread.

    `clock` is the conversations' clock, `wall` gives seconds since the epoch, `new_id` 32 hexadecimal digits.
    """

    def __init__(
        self,
        keep: Callable[[TurnTrace], None],
        *,
        keep_words: bool = False,
        lag: LagMonitor | None = None,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        new_id: Callable[[], str] = lambda: secrets.token_hex(16),
    ) -> None:
        self._keep = keep
        self._keep_words = keep_words
        self._lag = lag
        self._clock = clock
        self._wall = wall
        self._new_id = new_id
        self._drafts: dict[tuple[str, int], Draft] = {}
        self._wakes: dict[str, list[events.Event]] = {}  # by session, for the next turn that ends there

    def __call__(self, event: events.Event) -> None:
        match event:
            case events.TurnEnded():
                self._ended(event)
            case events.WakeWordJudged():
                waiting = self._wakes.setdefault(event.session, [])
                waiting.append(event)
                del waiting[:-MOST_DRAFTS]
            case events.StateChanged() if event.state in RESTING:
                self._take(event, begins=False)  # after the end of a turn, no turn begins by it
            case _ if event.turn > 0:
                self._take(event, begins=True)

    def _take(self, event: events.Event, *, begins: bool) -> None:
        key = event.session, event.turn
        if key not in self._drafts and begins:
            self._drafts[key] = Draft(self._keep_words)
            while len(self._drafts) > MOST_DRAFTS:
                del self._drafts[next(iter(self._drafts))]
        if key in self._drafts:
            self._drafts[key].take(event)

    def _ended(self, event: events.TurnEnded) -> None:
        draft = self._drafts.pop((event.session, event.turn), None) or Draft(self._keep_words)
        for wake in self._wakes.pop(event.session, []):
            draft.take(wake)
        offset_s = self._wall() - self._clock()
        trace = draft.finish(
            event,
            id=self._new_id(),
            wall_s=lambda at_s: at_s + offset_s,
            lag=self._lag.since(event.began_s) if self._lag is not None else None,
        )
        self._keep(trace)
