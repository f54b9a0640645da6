"""Turns that were not understood for sure, for their owner to look at. Each is kept for 30 days."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from assistant.storage.database import Database

KEPT_S = 30 * 86_400.0


@dataclass(frozen=True, slots=True)
class Review:
    """`at` in seconds since the epoch. `parse`: the intents that it may have been, best first, with their confidence,
    and what was named. `guess`: what was asked back; empty where nothing was. `outcome`: see `OUTCOMES`."""

    id: int
    at: float
    session: str
    text: str
    parse: dict[str, Any]
    guess: str
    outcome: str


OUTCOMES = {
    "": "nothing more was said",
    "yes": "the guess was right",
    "no": "the guess was wrong",
    "other": "something else was said",
    "answered": "nothing was asked; it was answered freely",
}


class ReviewTable:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, at: float, session: str, said: str, parse: dict[str, Any]) -> int:
        """Its number. What has been kept long enough is forgotten."""
        async with self._database.begin() as connection:
            await connection.execute(text("DELETE FROM reviews WHERE at < :oldest"), {"oldest": at - KEPT_S})
            rows = await connection.execute(
                text(
                    "INSERT INTO reviews (at, session, said, parse, guess, outcome) "
                    "VALUES (:at, :session, :said, :parse, '', '') RETURNING id"
                ),
                {
                    "at": at,
                    "session": session,
                    "said": said,
                    "parse": json.dumps(parse, ensure_ascii=False, default=str),
                },
            )
            return int(rows.scalar_one())

    async def settle(self, number: int, *, guess: str | None = None, outcome: str | None = None) -> None:
        """What was asked back, or what came of it."""
        for column, value in (("guess", guess), ("outcome", outcome)):
            if value is not None:
                async with self._database.begin() as connection:
                    await connection.execute(
                        text(f"UPDATE reviews SET {column} = :value WHERE id = :number"),
                        {"value": value, "number": number},
                    )

    async def all(self, now: float) -> list[Review]:
        """Those of the last 30 days, newest first."""
        async with self._database.begin() as connection:
            rows = await connection.execute(
                text(
                    "SELECT id, at, session, said, parse, guess, outcome FROM reviews WHERE at >= :oldest "
                    "ORDER BY id DESC"
                ),
                {"oldest": now - KEPT_S},
            )
            return [
                Review(row.id, row.at, row.session, row.said, json.loads(row.parse), row.guess, row.outcome)
                for row in rows
            ]

    async def clear(self) -> int:
        """Forget all. How many there were."""
        async with self._database.begin() as connection:
            return int((await connection.execute(text("DELETE FROM reviews"))).rowcount)
