"""What people seem to think of answers, from the words of what they do next, and never from how they sound.

    rephrased   within 30 s after the answer much the same is said again: it was not understood, or not believed
    cancelled   the answer is stopped, or what it did is taken back or put right within 30 s
    abandoned   the answer was a question, and nobody says anything for 30 s

They are proxies: kept apart from what people say of answers, and never turned into one figure.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from types import TracebackType
from typing import Any, Self

from rapidfuzz import fuzz

from assistant import events
from assistant.bus import Bus
from assistant.oversight.reviews import UNSURE
from assistant.oversight.writer import Writer
from assistant.storage.opinions import Opinion, OpinionTable

SOON_S = 30.0
ALIKE = 60.0
"""Of 100, by `token_set_ratio`: how alike two sentences are of which one is the other said again."""
TAKING_BACK = frozenset({"undo", "correct"})
MOST_SESSIONS = 128
_OPEN = frozenset({UNSURE, "out_of_scope"})


@dataclass(slots=True)
class _Last:
    """The turn of a session that was answered last. `at_s`: when that ended, on the conversation's clock; None while it
    lasts."""

    number: int
    said: str = ""
    intent: str = ""
    entities: list[tuple[str, Any]] = field(default_factory=list)
    asks: bool = False
    failed: bool = False
    outcome: str = ""
    at_s: float | None = None


class Satisfaction:
    """`async with Satisfaction(table, bus, now):` opinions that show are kept meanwhile. Loop thread."""

    def __init__(self, table: OpinionTable, bus: Bus, now: Callable[[], float]) -> None:
        self._table = table
        self._bus = bus
        self._now = now
        self._last: dict[str, _Last] = {}
        self._current: dict[str, _Last] = {}
        self._writer = Writer("opinions")

    async def __aenter__(self) -> Self:
        await self._writer.__aenter__()
        self._stop = self._bus.observe(self._observe)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop()
        await self._writer.__aexit__(kind, error, traceback)

    def _observe(self, event: events.Event) -> None:
        self._abandoned(event.at_s)
        match event:
            case events.Understood():
                self._understood(event)
            case events.Replied():
                turn = self._turn(event)
                turn.asks = event.text.rstrip().endswith("?")
                turn.failed = turn.failed or event.source.startswith("error:")
            case events.TurnEnded():
                self._ended(event)

    def _turn(self, event: events.Event) -> _Last:
        turn = self._current.get(event.session)
        if turn is None or turn.number != event.turn:
            turn = self._current[event.session] = _Last(event.turn)
            while len(self._current) > MOST_SESSIONS:
                del self._current[next(iter(self._current))]
        return turn

    def _understood(self, event: events.Understood) -> None:
        turn = self._turn(event)
        turn.said, turn.intent = event.text, event.intent
        turn.entities = sorted((str(e.get("entity")), e.get("value")) for e in event.entities)
        before = self._last.pop(event.session, None)
        if before is None or before.at_s is None or event.at_s > before.at_s + SOON_S:
            return
        if event.intent in TAKING_BACK and before.outcome != "stopped":
            self._keep(event.session, before, "cancelled")
        elif _again(before, turn):
            self._keep(event.session, before, "rephrased")

    def _ended(self, event: events.TurnEnded) -> None:
        turn = self._current.pop(event.session, None)
        if turn is None or turn.number != event.turn or not turn.said:
            return
        turn.at_s, turn.outcome = event.at_s, event.outcome
        if event.outcome == "stopped":
            self._keep(event.session, turn, "cancelled")
        self._last[event.session] = turn
        while len(self._last) > MOST_SESSIONS:
            del self._last[next(iter(self._last))]

    def _abandoned(self, at_s: float) -> None:
        """Seen at the next event, whenever that is."""
        for session, turn in list(self._last.items()):
            if turn.at_s is not None and at_s > turn.at_s + SOON_S:
                del self._last[session]
                if turn.asks and turn.outcome == "answered":
                    self._keep(session, turn, "abandoned")

    def _keep(self, session: str, turn: _Last, opinion: str) -> None:
        self._writer.put(partial(self._table.add, Opinion(self._now(), session, turn.number, opinion, "")))


def _again(before: _Last, now: _Last) -> bool:
    """The same is wanted as before, which had not led to it. Another room, or off in place of on, is another wish."""
    if before.asks or fuzz.token_set_ratio(before.said, now.said) < ALIKE:
        return False
    missed = before.intent in _OPEN or before.failed
    return missed or (before.intent == now.intent and before.entities == now.entities)
