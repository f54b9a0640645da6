"""Turns for somebody to look at: those that were not understood for sure, and those that something was wrong with. Each
is kept for 30 days."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from assistant.storage.database import Database

KEPT_S = 30 * 86_400.0


@dataclass(frozen=True, slots=True)
class Review:
    """`at` in seconds since the epoch. `why`: one or more of `REASONS`, with commas between them. `parse`: the intents
    that it may have been, best first, with their confidence, and what was named. `guess`: what was asked back; empty
    where nothing was. `answer`: what was said, as far as it is kept. `outcome`: see `OUTCOMES`, `status`: see
    `STATUSES`."""

    id: int
    at: float
    session: str
    text: str
    parse: dict[str, Any]
    guess: str
    outcome: str
    why: str = "unsure"
    turn: int = 0
    answer: str = ""
    status: str = ""


REASONS = {
    "unsure": "it was not understood for sure",
    "misunderstood": "it was not understood, twice in a row",
    "blocked": "a sentence was not said, because it must not be",
    "complaint": "somebody said that the answer was wrong",
    "crisis": "somebody may be in danger",
    "request": "somebody wanted it to be looked at",
}

OUTCOMES = {
    "": "nothing more was said",
    "yes": "the guess was right",
    "no": "the guess was wrong",
    "other": "something else was said",
    "answered": "nothing was asked; it was answered freely",
}

STATUSES = {"": "open", "accepted": "accepted", "rejected": "rejected"}
_COLUMNS = "id, at, session, said, parse, guess, outcome, why, turn, answer, status"


class ReviewTable:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self,
        at: float,
        session: str,
        said: str,
        parse: dict[str, Any],
        *,
        why: str = "unsure",
        turn: int = 0,
        answer: str = "",
    ) -> int:
        """Its number. What has been kept long enough is forgotten."""
        async with self._database.begin() as connection:
            await connection.execute(text("DELETE FROM reviews WHERE at < :oldest"), {"oldest": at - KEPT_S})
            rows = await connection.execute(
                text(
                    "INSERT INTO reviews (at, session, said, parse, guess, outcome, why, turn, answer, status) "
                    "VALUES (:at, :session, :said, :parse, '', '', :why, :turn, :answer, '') RETURNING id"
                ),
                {
                    "at": at,
                    "session": session,
                    "said": said,
                    "parse": json.dumps(parse, ensure_ascii=False, default=str),
                    "why": why,
                    "turn": turn,
                    "answer": answer,
                },
            )
            return int(rows.scalar_one())

    async def settle(self, number: int, **values: str) -> None:
        """What became known of it: `guess`, `outcome`, `why`, `answer`, `status`."""
        unknown = values.keys() - {"guess", "outcome", "why", "answer", "status"}
        if unknown:
            raise ValueError(f"no columns that change: {', '.join(sorted(unknown))}")
        columns = ", ".join(f"{column} = :{column}" for column in values)
        async with self._database.begin() as connection:
            await connection.execute(
                text(f"UPDATE reviews SET {columns} WHERE id = :number"), {**values, "number": number}
            )

    async def all(self, now: float) -> list[Review]:
        """Those of the last 30 days, newest first."""
        return await self._found("WHERE at >= :oldest ORDER BY id DESC", {"oldest": now - KEPT_S})

    async def one(self, number: int) -> Review | None:
        found = await self._found("WHERE id = :number", {"number": number})
        return found[0] if found else None

    async def _found(self, where: str, values: dict[str, Any]) -> list[Review]:
        async with self._database.begin() as connection:
            rows = await connection.execute(text(f"SELECT {_COLUMNS} FROM reviews {where}"), values)
            return [
                Review(
                    row.id,
                    row.at,
                    row.session,
                    row.said,
                    json.loads(row.parse),
                    row.guess,
                    row.outcome,
                    row.why,
                    row.turn,
                    row.answer,
                    row.status,
                )
                for row in rows
            ]

    async def clear(self) -> int:
        """Forget all. How many there were."""
        async with self._database.begin() as connection:
            return int((await connection.execute(text("DELETE FROM reviews"))).rowcount)
