"""The database: SQLite in the state folder, or any that SQLAlchemy's asyncio engine reaches by URL."""

import asyncio
import contextlib
import os
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from assistant.errors import UserError
from assistant.storage.schema import STEPS, Step, migrate

_OPEN_TIMEOUT_S = 30.0
_CLOSE_TIMEOUT_S = 5.0
_BUSY_MS = 5_000  # how long to wait for another process that writes
_CONNECT_TIMEOUT_S = 5.0
_SERVER_ERRORS = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)
"""What connecting to a server raises beside SQLAlchemy's own."""
_DAMAGED = ("malformed", "not a database", "disk image", "file is encrypted")


class StorageError(UserError):
    """Something could not be read or saved. `str()` is one sentence, fit to be spoken."""


class _Damaged(Exception):
    """The file is no usable SQLite database."""


class Database:
    """One engine. `begin()` gives a transaction; whatever goes wrong inside arrives as a `StorageError`.

    SQLite is used through a single connection in WAL mode: readers of other processes do not wait, and inside
    this process transactions queue up, which is as fast as SQLite's one writer could be anyway.
    """

    def __init__(self, engine: AsyncEngine, path: Path | None, steps: Sequence[Step] = STEPS) -> None:
        self._engine = engine
        self._steps = steps
        self.path = path

    @classmethod
    async def open(
        cls,
        path: Path,
        *,
        url: str = "",
        notice: Callable[[str], None] = lambda sentence: None,
        steps: Sequence[Step] = STEPS,
    ) -> "Database":
        """Open (creating if need be) the SQLite database at `path`, or the one at `url` where that is given.

        `steps`: its schema, where it is another than the assistant's own. The file is readable by its owner
        only. A damaged file is moved aside, `notice` gets a sentence about it, and a new one takes its place.
        Raises `StorageError` for everything else.
        """
        if url:
            return await cls(_server_engine(url), None, steps)._prepared()
        try:
            await asyncio.to_thread(_make_private, path)
        except OSError as error:
            raise StorageError(
                f"I cannot write to {path.parent} ({error.strerror}); make it writable, or set "
                "ASSISTANT_STATE_DIR to another folder."
            ) from error
        try:
            return await cls(_sqlite_engine(path), path, steps)._prepared()
        except _Damaged:
            moved = await asyncio.to_thread(_move_aside, path)
            notice(f"The database {path} was damaged; I moved it to {moved.name} and started a new one.")
            await asyncio.to_thread(_make_private, path)
            try:
                return await cls(_sqlite_engine(path), path, steps)._prepared()
            except _Damaged as error:
                raise StorageError(f"No database can be made at {path}; check that disk.") from error

    @contextlib.asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        """A transaction: committed at the end of the block, rolled back when it raises."""
        try:
            async with self._engine.begin() as connection:
                yield connection
        except (SQLAlchemyError, *_SERVER_ERRORS) as error:
            raise _explained(error, self.path) from error

    async def scrub(self) -> None:
        """Have what was deleted gone from SQLite's files too: no free page and no log holds it. The whole file is
        written anew. On a server this is the server's business. Raises `StorageError`."""
        if self.path is None:
            return
        try:
            async with self._engine.connect() as connection:
                # past SQLAlchemy, which would begin a transaction: neither statement may stand in one
                driver = (await connection.get_raw_connection()).driver_connection
                assert driver is not None
                for statement in ("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
                    async with driver.execute(statement) as cursor:
                        row = await cursor.fetchone()
            if row is None or row[0]:
                raise StorageError(
                    f"The database {self.path} is in use by another program for too long, so what was deleted may "
                    "still be in its log; try again."
                )
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            raise _explained(error, self.path) from error

    async def close(self) -> None:
        """Let go of the database (bounded). Idempotent."""
        with contextlib.suppress(TimeoutError, SQLAlchemyError):
            async with asyncio.timeout(_CLOSE_TIMEOUT_S):
                await self._engine.dispose()

    async def _prepared(self) -> "Database":
        try:
            async with asyncio.timeout(_OPEN_TIMEOUT_S):
                await self._check_and_migrate()
        except BaseException as error:
            await self.close()
            if isinstance(error, TimeoutError):
                raise StorageError(f"The database {self.path or ''} does not answer.") from error
            raise
        return self

    async def _check_and_migrate(self) -> None:
        try:
            async with self._engine.begin() as connection:
                if self.path is not None:
                    verdict = (await connection.execute(text("PRAGMA quick_check(1)"))).scalar()
                    if verdict != "ok":
                        raise _Damaged
                before = await migrate(connection, self._steps)
        except (SQLAlchemyError, *_SERVER_ERRORS) as error:
            if self.path is not None and _is_damage(error):
                raise _Damaged from error
            raise _explained(error, self.path) from error
        if before > self._steps[-1].version:
            raise StorageError(
                f"The database {self.path or ''} was written by a newer version of the assistant; "
                "update this one, or set ASSISTANT_STATE_DIR to another folder."
            )


def _server_engine(url: str) -> AsyncEngine:
    """Raises `StorageError` for a URL that is none of PostgreSQL's."""
    try:
        made = make_url(url)
    except (SQLAlchemyError, ValueError):
        made = None
    if made is None or made.get_backend_name() not in ("postgresql", "postgres"):
        raise StorageError("`storage.url` has to be such as postgresql://USER:PASSWORD@HOST:PORT/DATABASE.")
    made = made.set(drivername="postgresql+asyncpg")
    connect = {"timeout": _CONNECT_TIMEOUT_S, "command_timeout": _OPEN_TIMEOUT_S}
    return create_async_engine(made, pool_pre_ping=True, connect_args=connect)


def _sqlite_engine(path: Path) -> AsyncEngine:
    engine = create_async_engine(
        URL.create("sqlite+aiosqlite", database=str(path)),
        pool_size=1,
        max_overflow=0,
        pool_timeout=_OPEN_TIMEOUT_S,
    )

    @event.listens_for(engine.sync_engine, "connect")
    def connected(connection: Any, record: object) -> None:
        # sqlite3 would start transactions only before the first write, and then fail to upgrade them when
        # another process writes; so it is told to start none, and `begun` starts them as writers at once.
        connection.isolation_level = None
        cursor = connection.cursor()
        # NORMAL: nothing is lost when the process dies; the last moments may be when the power fails.
        for pragma in (
            "journal_mode=WAL",
            "synchronous=NORMAL",
            f"busy_timeout={_BUSY_MS}",
            "foreign_keys=ON",
            "secure_delete=ON",  # deleted words are overwritten with zeros, not only let go of
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begun(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _make_private(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        os.fchmod(descriptor, 0o600)  # SQLite gives its -wal and -shm files the same mode
    finally:
        os.close(descriptor)


def _move_aside(path: Path) -> Path:
    moved = path.with_name(f"{path.name}.damaged-{time.strftime('%Y%m%d-%H%M%S')}")
    number = 1
    while moved.exists():
        number += 1
        moved = path.with_name(f"{path.name}.damaged-{time.strftime('%Y%m%d-%H%M%S')}-{number}")
    path.rename(moved)
    for suffix in ("-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + suffix).rename(moved.with_name(moved.name + suffix))
    return moved


def _is_damage(error: BaseException) -> bool:
    return any(words in str(error).lower() for words in _DAMAGED)


def _explained(error: BaseException, path: Path | None) -> StorageError:
    where = f" {path}" if path else ""
    cause = getattr(error, "orig", None) if isinstance(error, DBAPIError) else None
    words = str(cause or error).lower()
    if isinstance(error, OSError | TimeoutError):
        return StorageError(
            "The database server does not answer; look whether it runs, and at `storage.url`."
        )
    if "disk is full" in words or "no space" in words:
        return StorageError("The disk is full, so I could not save that; free some space and try again.")
    if _is_damage(error):
        return StorageError(f"The database{where} is damaged; restart me and I will start a new one.")
    if "readonly" in words or "unable to open" in words:
        return StorageError(f"I cannot write to the database{where}; check its permissions.")
    if "locked" in words or "busy" in words:
        return StorageError(f"The database{where} is in use by another program for too long; try again.")
    return StorageError(f"The database{where} does not work: {' '.join(str(cause or error).split())[:200]}.")
