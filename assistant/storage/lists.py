"""Lists and what stands on them, in the order it was said."""

from collections.abc import Iterable

from sqlalchemy import text

from assistant.storage.database import Database


class ListTable:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def names(self) -> list[str]:
        """Lists that were made or hold something."""
        async with self._database.begin() as connection:
            made = await connection.execute(text("SELECT list FROM made_lists ORDER BY id"))
            held = await connection.execute(
                text("SELECT list FROM list_items GROUP BY list ORDER BY min(id)")
            )
            return list(dict.fromkeys(str(row[0]) for row in (*made, *held)))

    async def make(self, name: str) -> None:
        async with self._database.begin() as connection:
            await connection.execute(
                text("INSERT INTO made_lists (list) VALUES (:list) ON CONFLICT (list) DO NOTHING"),
                {"list": name},
            )

    async def drop(self, name: str) -> None:
        """The list and all that stands on it."""
        async with self._database.begin() as connection:
            await connection.execute(text("DELETE FROM list_items WHERE list = :list"), {"list": name})
            await connection.execute(text("DELETE FROM made_lists WHERE list = :list"), {"list": name})

    async def move(self, items: Iterable[str], source: str, target: str) -> None:
        """They come to the end of the other list, in their order."""
        wanted = list(items)
        async with self._database.begin() as connection:
            for item in wanted:
                await connection.execute(
                    text("DELETE FROM list_items WHERE list = :list AND item = :item"),
                    {"list": source, "item": item},
                )
                await connection.execute(
                    text("INSERT INTO list_items (list, item) VALUES (:list, :item)"),
                    {"list": target, "item": item},
                )

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
