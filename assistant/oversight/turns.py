"""The last turns of each conversation, as far as somebody may still speak of them."""

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import Any

MOST_TURNS = 8
MOST_SESSIONS = 128


@dataclass(slots=True, eq=False)
class Turn:
    """`item`: its number in the table of reviews, once it is there. `whys`: why it is."""

    session: str
    number: int
    said: str = ""
    intent: str = ""
    parse: dict[str, Any] = field(default_factory=dict)
    replies: list[str] = field(default_factory=list)
    item: int | None = None
    whys: list[str] = field(default_factory=list)
    settled: set[str] = field(default_factory=set)  # what is known of it that is written once

    @property
    def answer(self) -> str:
        return " ".join(self.replies)


class LastTurns:
    """Loop thread; bounded."""

    def __init__(self) -> None:
        self._sessions: OrderedDict[str, deque[Turn]] = OrderedDict()

    def of(self, session: str, number: int) -> Turn:
        """The turn of this number, a new one where it is not known."""
        known = self._sessions.setdefault(session, deque(maxlen=MOST_TURNS))
        self._sessions.move_to_end(session)
        while len(self._sessions) > MOST_SESSIONS:
            self._sessions.popitem(last=False)
        if (turn := self.known(session, number)) is None:
            turn = Turn(session, number)
            known.append(turn)
        return turn

    def known(self, session: str, number: int) -> Turn | None:
        return next((turn for turn in self._sessions.get(session, ()) if turn.number == number), None)

    def before(self, session: str, number: int) -> list[Turn]:
        """Those before turn `number`, the last one first."""
        return [turn for turn in reversed(self._sessions.get(session, ())) if turn.number < number]
