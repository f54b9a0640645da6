"""Keeps turns that somebody should look at, with what came of them.

    Understood (nlu_fallback) ─▶ unsure, or misunderstood where the turn before was not understood either
    SentenceBlocked           ─▶ blocked
    Crisis                    ─▶ crisis
    opinion (not good)        ─▶ complaint
    remember                  ─▶ request

There is one item for each turn, with each reason once. It watches the bus and writes in a task of its own.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from types import TracebackType
from typing import Any, Self

from assistant import events
from assistant.bus import Bus
from assistant.oversight.turns import LastTurns, Turn
from assistant.oversight.writer import Writer
from assistant.safety.redaction import redact
from assistant.storage.opinions import Opinion, OpinionTable
from assistant.storage.reviews import ReviewTable

UNSURE = "nlu_fallback"
GUESS = "guess"  # source of the question that is asked back
ABOUT_ANSWERS = frozenset({"complain", "praise", "flag_review", "deny"})
"""Intents of turns that are about the one before."""
_OUTCOMES = {"affirm": "yes", "deny": "no", "stop": "no"}
_NAMED = ("entity", "value", "start", "end")


class ReviewKeeper:
    """`async with ReviewKeeper(reviews, opinions, bus, now):` turns are kept meanwhile. Loop thread; `now` in seconds
    since the epoch."""

    def __init__(
        self, reviews: ReviewTable, opinions: OpinionTable, bus: Bus, now: Callable[[], float]
    ) -> None:
        self._reviews = reviews
        self._opinions = opinions
        self._bus = bus
        self._now = now
        self._turns = LastTurns()
        self._asked: dict[str, Turn] = {}  # whose guess waits for its yes or no
        self._one = asyncio.Lock()  # so that two reasons for a turn do not make two items
        self._writer = Writer("reviews")

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
        """What has happened so far is written, within a moment."""
        self._stop()
        await self._writer.__aexit__(kind, error, traceback)

    # ── what people say of answers ────────────────────────────────────────────────────────────────────────

    async def opinion(self, session: str, at_turn: int, *, good: bool, turn: int, way: str) -> bool:
        """An answer was right or not: that of `turn`, 0 for the last before `at_turn`. False where there is no such
        turn. Raises `UserError`."""
        about = self._about(session, at_turn, turn)
        if about is None:
            return False
        said = "good" if good else "bad"
        await self._opinions.add(Opinion(self._now(), session, about.number, said, way))
        if not good:
            await self._item(about, "complaint")
        return True

    async def remember(self, session: str, at_turn: int, *, turn: int) -> bool:
        """Somebody wants a turn to be looked at. As for `opinion`."""
        about = self._about(session, at_turn, turn)
        if about is None:
            return False
        await self._item(about, "request")
        return True

    def _about(self, session: str, at_turn: int, turn: int) -> Turn | None:
        if turn:
            return self._turns.known(session, turn)
        before = self._turns.before(session, at_turn or 2**62)
        return next((each for each in before if each.intent not in ABOUT_ANSWERS and each.said), None)

    # ── what is noticed ───────────────────────────────────────────────────────────────────────────────────

    def _observe(self, event: events.Event) -> None:
        match event:
            case events.Understood():
                self._understood(event)
            case events.Replied():
                self._replied(event)
            case events.SentenceBlocked():
                self._later(self._turns.of(event.session, event.turn), "blocked")
            case events.Crisis():
                turn = self._turns.of(event.session, event.turn)
                turn.said = event.text
                self._later(turn, "crisis")

    def _understood(self, event: events.Understood) -> None:
        turn = self._turns.of(event.session, event.turn)
        asked = self._asked.pop(event.session, None)
        if asked is not None and asked is not turn:
            self._writer.put(partial(self._settle, asked, outcome=_OUTCOMES.get(event.intent, "other")))
        turn.said, turn.intent = event.text, event.intent
        turn.parse = {
            "ranking": [list(each) for each in event.ranking if each[0] != UNSURE],
            "entities": [{key: each[key] for key in _NAMED if key in each} for each in event.entities],
        }
        if event.intent == UNSURE:
            before = self._turns.before(event.session, event.turn)
            streak = [each.intent == UNSURE for each in before[:2]]
            again = streak[:1] == [True] and streak != [True, True]  # of three in a row the second one tells
            self._later(turn, "misunderstood" if again else "unsure")

    def _replied(self, event: events.Replied) -> None:
        turn = self._turns.of(event.session, event.turn)
        turn.replies.append(event.text)
        values: dict[str, str] = {"answer": turn.answer}
        if turn.intent == UNSURE:
            if event.source == GUESS:
                self._asked[event.session] = turn
                values["guess"] = event.text
            elif self._asked.get(event.session) is not turn and "outcome" not in turn.settled:
                turn.settled.add("outcome")
                values["outcome"] = "answered"
        if turn.whys:
            self._writer.put(partial(self._settle, turn, **values))

    def _later(self, turn: Turn, why: str) -> None:
        if why not in turn.whys:
            turn.whys.append(why)
            self._writer.put(partial(self._item, turn, why))

    async def _item(self, turn: Turn, why: str) -> None:
        """It is in the table, with this reason."""
        if why not in turn.whys:
            turn.whys.append(why)
        async with self._one:
            whys = ", ".join(turn.whys)
            if turn.item is None:
                more: dict[str, Any] = {"why": whys, "turn": turn.number, "answer": redact(turn.answer)}
                said, parse = redact(turn.said), turn.parse
                if said != turn.said:  # and the places of what was named in it are others
                    parse = {**parse, "entities": []}
                turn.item = await self._reviews.add(self._now(), turn.session, said, parse, **more)
            else:
                await self._reviews.settle(turn.item, why=whys)

    async def _settle(self, turn: Turn, **values: str) -> None:
        if turn.item is not None:
            await self._reviews.settle(turn.item, **{name: redact(value) for name, value in values.items()})
