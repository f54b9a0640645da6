"""Names that were learned from what was done, such as things that were put on lists."""

from sqlalchemy import text

from assistant.storage.database import Database

MOST = 300
"""Of each kind; those that were used longest ago are forgotten."""


class NameTable:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> dict[str, list[str]]:
        """Names by kind, those used last first."""
        async with self._database.begin() as connection:
            rows = await connection.execute(
                text("SELECT kind, name FROM learned_names ORDER BY used_at DESC, name")
            )
            names: dict[str, list[str]] = {}
            for kind, name in rows:
                names.setdefault(str(kind), []).append(str(name))
            return names

    async def learn(self, kind: str, name: str, now: float) -> None:
        """`now`: seconds since the epoch."""
        async with self._database.begin() as connection:
            values = {"kind": kind, "name": name, "now": now, "most": MOST}
            await connection.execute(
                text("DELETE FROM learned_names WHERE kind = :kind AND name = :name"), values
            )
            await connection.execute(
                text("INSERT INTO learned_names (kind, name, used_at) VALUES (:kind, :name, :now)"), values
            )
            await connection.execute(
                text(
                    "DELETE FROM learned_names WHERE kind = :kind AND name NOT IN (SELECT name FROM "
                    "learned_names WHERE kind = :kind ORDER BY used_at DESC, name LIMIT :most)"
                ),
                values,
            )

    async def forget(self, name: str | None = None) -> int:
        """One name, of whatever kind, or all. How many there were."""
        async with self._database.begin() as connection:
            condition = "" if name is None else " WHERE name = :name"
            done = await connection.execute(text(f"DELETE FROM learned_names{condition}"), {"name": name})
            return int(done.rowcount)
