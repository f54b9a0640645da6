"""What people thought of answers, as they said it or as it showed in what they did next. Each is kept for 90 days,
without any words."""

from dataclasses import dataclass

from sqlalchemy import text

from assistant.storage.database import Database

KEPT_S = 90 * 86_400.0


@dataclass(frozen=True, slots=True)
class Opinion:
    """`at` in seconds since the epoch. `session` and `turn`: of the answer. `opinion`: one of `SAID` or `SHOWN`. `way`:
    the channel on which it was said; empty where it showed."""

    at: float
    session: str
    turn: int
    opinion: str
    way: str


SAID = {"good": "said to be right", "bad": "said to be wrong"}
SHOWN = {
    "rephrased": "said again in other words within 30 seconds",
    "cancelled": "stopped or taken back",
    "abandoned": "a question of the assistant's that nobody answered",
}


class OpinionTable:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, opinion: Opinion) -> None:
        """Of two that were said of the same answer the newer counts; what has been kept long enough is forgotten."""
        values = {
            "at": opinion.at,
            "session": opinion.session,
            "turn": opinion.turn,
            "opinion": opinion.opinion,
            "way": opinion.way,
            "oldest": opinion.at - KEPT_S,
            "recent": opinion.at - 86_400.0,  # turns are numbered anew at each start
        }
        same = "session = :session AND turn = :turn AND at >= :recent"
        kinds = "('good', 'bad')" if opinion.opinion in SAID else "(:opinion)"
        async with self._database.begin() as connection:
            await connection.execute(
                text(f"DELETE FROM opinions WHERE at < :oldest OR ({same} AND opinion IN {kinds})"), values
            )
            await connection.execute(
                text(
                    "INSERT INTO opinions (at, session, turn, opinion, way) "
                    "VALUES (:at, :session, :turn, :opinion, :way)"
                ),
                values,
            )

    async def since(self, at: float) -> list[Opinion]:
        """The oldest first."""
        async with self._database.begin() as connection:
            rows = await connection.execute(
                text("SELECT at, session, turn, opinion, way FROM opinions WHERE at >= :at ORDER BY id"),
                {"at": at},
            )
            return [Opinion(row.at, row.session, row.turn, row.opinion, row.way) for row in rows]
