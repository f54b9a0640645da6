"""Timers that are running, in wall-clock time so that they outlive the process."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import text

from assistant.storage.database import Database


@dataclass(frozen=True, slots=True)
class Timer:
    """`due_at` in seconds since the epoch. `name` is empty where none was given."""

    id: str
    name: str
    duration_s: float
    due_at: float
    session: str


class TimerTable:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, timer: Timer) -> None:
        async with self._database.begin() as connection:
            await connection.execute(
                text(
                    "INSERT INTO timers (id, name, duration_s, due_at, session) "
                    "VALUES (:id, :name, :duration_s, :due_at, :session)"
                ),
                {
                    "id": timer.id,
                    "name": timer.name,
                    "duration_s": timer.duration_s,
                    "due_at": timer.due_at,
                    "session": timer.session,
                },
            )

    async def all(self) -> list[Timer]:
        """Every timer, the one due first first."""
        async with self._database.begin() as connection:
            rows = await connection.execute(
                text("SELECT id, name, duration_s, due_at, session FROM timers ORDER BY due_at, id")
            )
            return [Timer(*row) for row in rows]

    async def remove(self, ids: Iterable[str]) -> None:
        async with self._database.begin() as connection:
            for timer in ids:
                await connection.execute(text("DELETE FROM timers WHERE id = :id"), {"id": timer})

    async def claim(self, timer: str, owner: str, now: float, until: float) -> bool:
        """Reserve a timer for ringing, so that of two processes on one database only one rings it. A claim
        ends at `until`: a process that dies while it rings does not take the timer with it."""
        async with self._database.begin() as connection:
            done = await connection.execute(
                text(
                    "UPDATE timers SET claimed_by = :owner, claimed_until = :until "
                    "WHERE id = :id AND (claimed_by IN ('', :owner) OR claimed_until <= :now)"
                ),
                {"owner": owner, "until": until, "id": timer, "now": now},
            )
            return done.rowcount == 1
