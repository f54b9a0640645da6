"""Lists and what stands on them, in the order it was said."""

from collections.abc import Iterable

from sqlalchemy import text

from assistant.storage.database import Database


class ListTable:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def names(self) -> list[str]:
        """Lists that hold something."""
        async with self._database.begin() as connection:
            rows = await connection.execute(
                text("SELECT list FROM list_items GROUP BY list ORDER BY min(id)")
            )
            return [str(row[0]) for row in rows]

    async def items(self, name: str) -> list[str]:
        async with self._database.begin() as connection:
            rows = await connection.execute(
                text("SELECT item FROM list_items WHERE list = :list ORDER BY id"), {"list": name}
            )
            return [str(row[0]) for row in rows]

    async def add(self, name: str, items: Iterable[str]) -> None:
        async with self._database.begin() as connection:
            for item in items:
                await connection.execute(
                    text("INSERT INTO list_items (list, item) VALUES (:list, :item)"),
                    {"list": name, "item": item},
                )

    async def remove(self, name: str, items: Iterable[str]) -> None:
        async with self._database.begin() as connection:
            for item in items:
                await connection.execute(
                    text("DELETE FROM list_items WHERE list = :list AND item = :item"),
                    {"list": name, "item": item},
                )

    async def clear(self, name: str) -> None:
        async with self._database.begin() as connection:
            await connection.execute(text("DELETE FROM list_items WHERE list = :list"), {"list": name})
