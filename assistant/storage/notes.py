"""Notes, in the order they were taken."""

from dataclasses import dataclass

from sqlalchemy import text

from assistant.storage.database import Database


@dataclass(frozen=True, slots=True)
class Note:
    """`at` in seconds since the epoch."""

    id: int
    note: str
    at: float


class NoteTable:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> list[Note]:
        """Every note, the latest first."""
        async with self._database.begin() as connection:
            rows = await connection.execute(text("SELECT id, note, at FROM notes ORDER BY at DESC, id DESC"))
            return [Note(*row) for row in rows]

    async def add(self, note: str, at: float) -> None:
        async with self._database.begin() as connection:
            await connection.execute(
                text("INSERT INTO notes (note, at) VALUES (:note, :at)"), {"note": note, "at": at}
            )

    async def remove(self, note: int) -> None:
        async with self._database.begin() as connection:
            await connection.execute(text("DELETE FROM notes WHERE id = :id"), {"id": note})
