"""Rasa's own table of conversations, as its SQL tracker store and its SQL event broker write it."""

import asyncio
import contextlib
import json
import sqlite3
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from assistant.storage.database import StorageError

_TIMEOUT_S = 30.0
_BUSY_MS = 10_000
_ERRORS = (OSError, SQLAlchemyError, sqlite3.Error, asyncpg.PostgresError, asyncpg.InterfaceError)
_OLD = """
    SELECT id FROM events AS old WHERE timestamp < :before AND (
        NOT EXISTS (SELECT 1 FROM events AS other WHERE other.sender_id = old.sender_id AND other.timestamp >= :before)
        OR id < (SELECT max(id) FROM events AS other WHERE other.sender_id = old.sender_id
                 AND other.type_name = 'session_started'))"""
"""Events of conversations that are over, and of former sessions of those that go on: Rasa reads the last one only."""


class Conversations:
    """The events at a file or URL. Each method raises `StorageError`; it finds nothing where there is no such table."""

    def __init__(self, engine: AsyncEngine, file: Path | None) -> None:
        self._engine = engine
        self._file = file

    @classmethod
    def at(cls, file: Path | None, url: str = "") -> "Conversations":
        """Of a SQLite file, or of PostgreSQL."""
        if url:
            made = make_url(url).set(drivername="postgresql+asyncpg")
            return cls(create_async_engine(made, connect_args={"timeout": 5.0}), None)
        engine = create_async_engine(URL.create("sqlite+aiosqlite", database=str(file)))

        @event.listens_for(engine.sync_engine, "connect")
        def connected(connection: Any, record: object) -> None:
            connection.isolation_level = None
            cursor = connection.cursor()
            for pragma in (f"busy_timeout={_BUSY_MS}", "secure_delete=ON", "temp_store=MEMORY"):
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()

        @event.listens_for(engine.sync_engine, "begin")
        def begun(connection: Any) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

        return cls(engine, file)

    async def senders(self) -> list[str]:
        """The names of the conversations that are kept."""
        async with self._begin() as connection:
            if not await _there(connection):
                return []
            rows = await connection.execute(text("SELECT DISTINCT sender_id FROM events ORDER BY sender_id"))
            return [str(row[0]) for row in rows]

    async def of(self, senders: Iterable[str]) -> list[dict[str, Any]]:
        """The events of these, in their order, as Rasa stored them."""
        found: list[dict[str, Any]] = []
        async with self._begin() as connection:
            for sender in senders if await _there(connection) else ():
                rows = await connection.execute(
                    text("SELECT data FROM events WHERE sender_id = :sender ORDER BY id"), {"sender": sender}
                )
                found += [{"conversation": sender, **json.loads(row[0])} for row in rows]
        return found

    async def erase(self, senders: Iterable[str]) -> int:
        """Delete the events of these. How many there were."""
        count = 0
        async with self._begin() as connection:
            for sender in senders if await _there(connection) else ():
                done = await connection.execute(
                    text("DELETE FROM events WHERE sender_id = :sender"), {"sender": sender}
                )
                count += done.rowcount
        return count

    async def prune(self, before: float) -> int:
        """Delete what was said before a time (seconds since the epoch) and is needed no more. How many events."""
        async with self._begin() as connection:
            if not await _there(connection):
                return 0
            done = await connection.execute(
                text(f"DELETE FROM events WHERE id IN ({_OLD})"), {"before": before}
            )
            return int(done.rowcount)

    async def scrub(self) -> None:
        """Have what was deleted gone from the file, too. Nobody else may use it meanwhile."""
        if self._file is None:
            return
        async with self._failing():
            await (
                self._engine.dispose()
            )  # an idle connection of ours would keep the file from being written anew
            await asyncio.to_thread(_write_anew, self._file)

    async def close(self) -> None:
        """Idempotent."""
        await self._engine.dispose()

    @asynccontextmanager
    async def _begin(self) -> AsyncIterator[AsyncConnection]:
        async with self._failing(), self._engine.begin() as connection:
            yield connection

    @asynccontextmanager
    async def _failing(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                yield
        except (TimeoutError, *_ERRORS) as error:
            where = self._file or "that Rasa writes to"
            raise StorageError(
                f"The conversations {where} cannot be reached ({type(error).__name__}); is Rasa running, or the server "
                "down?"
            ) from error


def _write_anew(file: Path) -> None:
    with contextlib.closing(
        sqlite3.connect(file, timeout=_BUSY_MS / 1000, isolation_level=None)
    ) as connection:
        connection.execute("PRAGMA temp_store=MEMORY")
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


async def _there(connection: AsyncConnection) -> bool:
    sqlite = connection.dialect.name == "sqlite"
    sql = (
        "SELECT count(*) FROM sqlite_master WHERE name = 'events'"
        if sqlite
        else "SELECT count(*) FROM information_schema.tables WHERE table_name = 'events'"
    )
    return bool((await connection.execute(text(sql))).scalar())
