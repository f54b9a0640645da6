"""Questions that wait for a yes.

The registry asks, and only its own question can be answered: a yes carries the nonce of the question, comes from
the same place, in a later turn, within 15 s, once, and means the very call that was asked about.
"""

import enum
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from assistant.services.policy import NO_PERSON
from assistant.services.service import Origin

VALID_S = 15.0
MOST_PER_PLACE = 8
MOST = 256


class Refusal(enum.StrEnum):
    """Why a yes does not count; for the record."""

    UNKNOWN = "no such question, or it was answered already"
    LATE = "the yes came too late"
    ELSEWHERE = "the yes came from another place"
    NOBODY = "no person said yes"
    SAME_TURN = "question and yes are of one turn"
    OTHER = "the question was about something else"


@dataclass(frozen=True, slots=True)
class _Pending:
    asked: str
    question: str
    place: tuple[str, str]
    turn: str
    until_s: float


class Confirmations:
    """In memory: a restart forgets every question. Loop thread; `monotonic` in seconds."""

    def __init__(
        self, monotonic: Callable[[], float], nonce: Callable[[], str] = lambda: secrets.token_urlsafe(16)
    ) -> None:
        self._monotonic = monotonic
        self._nonce = nonce
        self._pending: dict[str, _Pending] = {}  # oldest first

    def issue(self, service: str, arguments: object, question: str, origin: Origin) -> str:
        """The nonce of a new question."""
        self._forget_old(_place(origin))
        nonce = self._nonce()
        self._pending[nonce] = _Pending(
            _key(service, arguments),
            question,
            _place(origin),
            str(origin.turn),
            self._monotonic() + VALID_S,
        )
        return nonce

    def redeem(self, service: str, arguments: object, question: str, origin: Origin) -> Refusal | None:
        """None: `origin` said yes to exactly this. The question is gone afterwards, whatever the answer.

        `question` is what would be asked now: what the names stand for can have changed since."""
        found = self._pending.get(origin.confirmation)
        if found is None:
            return Refusal.UNKNOWN
        if origin.channel in NO_PERSON:
            return Refusal.NOBODY
        if found.place != _place(origin):
            return Refusal.ELSEWHERE  # and it stays open for the place where it was asked
        del self._pending[origin.confirmation]
        if self._monotonic() >= found.until_s:
            return Refusal.LATE
        if found.asked != _key(service, arguments) or found.question != question:
            return Refusal.OTHER
        if found.turn == str(origin.turn) != "0":
            return Refusal.SAME_TURN
        return None

    def _forget_old(self, place: tuple[str, str]) -> None:
        now = self._monotonic()
        self._pending = {nonce: each for nonce, each in self._pending.items() if each.until_s > now}
        here = [nonce for nonce, each in self._pending.items() if each.place == place]
        for nonce in (*here[: max(0, len(here) - MOST_PER_PLACE + 1)], *list(self._pending)[: -MOST + 1]):
            self._pending.pop(nonce, None)


def _place(origin: Origin) -> tuple[str, str]:
    return origin.channel, origin.session


def _key(service: str, arguments: object) -> str:
    return json.dumps([service, arguments], sort_keys=True, default=str)
