"""The schema, as ordered steps. A step that has been released never changes; a change is a new step.

The statements are plain SQL that SQLite and PostgreSQL both take; `{serial}` is the one thing they spell
differently.
"""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from assistant.storage.audit_rows import adopt


@dataclass(frozen=True, slots=True)
class Step:
    """`then`: what no statement can say, done after them in the same transaction."""

    version: int
    name: str
    statements: tuple[str, ...]
    then: Callable[[AsyncConnection], Awaitable[None]] | None = None


STEPS = (
    Step(
        1,
        "timers, lists, home, audit",
        (
            """CREATE TABLE timers (
                id TEXT PRIMARY KEY,
                name TEXT NOT NULL,
                duration_s DOUBLE PRECISION NOT NULL,
                due_at DOUBLE PRECISION NOT NULL,
                session TEXT NOT NULL,
                claimed_by TEXT NOT NULL DEFAULT '',
                claimed_until DOUBLE PRECISION NOT NULL DEFAULT 0)""",
            """CREATE TABLE list_items (
                id {serial},
                list TEXT NOT NULL,
                item TEXT NOT NULL)""",
            "CREATE INDEX list_items_list ON list_items (list)",
            "CREATE TABLE device_states (device TEXT PRIMARY KEY, state TEXT NOT NULL)",
            """CREATE TABLE audit (
                id {serial},
                at DOUBLE PRECISION NOT NULL,
                session TEXT NOT NULL,
                turn TEXT NOT NULL,
                channel TEXT NOT NULL,
                service TEXT NOT NULL,
                arguments TEXT NOT NULL,
                decision TEXT NOT NULL,
                ok INTEGER NOT NULL,
                result TEXT NOT NULL,
                error TEXT NOT NULL,
                took_s DOUBLE PRECISION NOT NULL,
                undo TEXT NOT NULL DEFAULT '',
                undone INTEGER NOT NULL DEFAULT 0)""",
            "CREATE INDEX audit_session ON audit (session, id)",
        ),
    ),
    Step(
        2,
        "learned names",
        (
            """CREATE TABLE learned_names (
                kind TEXT NOT NULL,
                name TEXT NOT NULL,
                used_at DOUBLE PRECISION NOT NULL,
                PRIMARY KEY (kind, name))""",
        ),
    ),
    Step(
        3,
        "who called, from which room, and why it was decided so",
        tuple(
            f"ALTER TABLE audit ADD COLUMN {column} TEXT NOT NULL DEFAULT ''"
            for column in ("room", "person", "reason")
        ),
    ),
    Step(
        4,
        "lists that were made, notes",
        (
            "CREATE TABLE made_lists (id {serial}, list TEXT NOT NULL UNIQUE)",
            """CREATE TABLE notes (
                id {serial},
                note TEXT NOT NULL,
                at DOUBLE PRECISION NOT NULL)""",
        ),
    ),
    Step(
        5,
        "what is planned",
        (
            """CREATE TABLE planned (
                id TEXT PRIMARY KEY,
                what TEXT NOT NULL,
                calls TEXT NOT NULL,
                session TEXT NOT NULL,
                channel TEXT NOT NULL,
                due_at DOUBLE PRECISION NOT NULL,
                room TEXT NOT NULL,
                person TEXT NOT NULL,
                wall TEXT NOT NULL,
                rule TEXT NOT NULL,
                "after" TEXT NOT NULL,
                after_name TEXT NOT NULL,
                confirmed INTEGER NOT NULL,
                made_at DOUBLE PRECISION NOT NULL,
                begun_at DOUBLE PRECISION NOT NULL)""",
        ),
    ),
    Step(
        6,
        "timers, alarms and reminders are all due at some time",
        (
            """CREATE TABLE due (
                id TEXT PRIMARY KEY,
                kind TEXT NOT NULL,
                name TEXT NOT NULL,
                session TEXT NOT NULL,
                due_at DOUBLE PRECISION NOT NULL,
                state TEXT NOT NULL,
                wall TEXT NOT NULL DEFAULT '',
                rule TEXT NOT NULL DEFAULT '',
                duration_s DOUBLE PRECISION NOT NULL DEFAULT 0,
                left_s DOUBLE PRECISION NOT NULL DEFAULT 0,
                rang_at DOUBLE PRECISION NOT NULL DEFAULT 0,
                claimed_by TEXT NOT NULL DEFAULT '',
                claimed_until DOUBLE PRECISION NOT NULL DEFAULT 0)""",
            "INSERT INTO due (id, kind, name, session, due_at, state, duration_s) "
            "SELECT id, 'timer', name, session, due_at, 'waiting', duration_s FROM timers",
            "DROP TABLE timers",
        ),
    ),
    Step(
        7,
        "turns that were not understood for sure",
        (
            """CREATE TABLE reviews (
                id {serial},
                at DOUBLE PRECISION NOT NULL,
                session TEXT NOT NULL,
                said TEXT NOT NULL,
                parse TEXT NOT NULL,
                guess TEXT NOT NULL,
                outcome TEXT NOT NULL)""",
        ),
    ),
    Step(
        8,
        "the record of calls is a chain",
        (
            "DROP INDEX audit_session",
            "ALTER TABLE audit RENAME TO audit_former",
            """CREATE TABLE audit (
                id INTEGER PRIMARY KEY,
                stage TEXT NOT NULL,
                of_id INTEGER NOT NULL,
                at DOUBLE PRECISION NOT NULL,
                turn TEXT NOT NULL,
                channel TEXT NOT NULL,
                service TEXT NOT NULL,
                decision TEXT NOT NULL,
                ok INTEGER NOT NULL,
                took_s DOUBLE PRECISION NOT NULL,
                reason TEXT NOT NULL,
                detail TEXT NOT NULL,
                session TEXT NOT NULL,
                room TEXT NOT NULL,
                person TEXT NOT NULL,
                arguments TEXT NOT NULL,
                result TEXT NOT NULL,
                error TEXT NOT NULL,
                undo TEXT NOT NULL,
                salt TEXT NOT NULL,
                personal TEXT NOT NULL,
                erased DOUBLE PRECISION NOT NULL,
                hash TEXT NOT NULL)""",
            "CREATE INDEX audit_sessions ON audit (session, id)",
            "CREATE INDEX audit_stages ON audit (stage, of_id)",
            "CREATE INDEX audit_times ON audit (at)",
            """CREATE TABLE audit_head (
                last_id INTEGER NOT NULL,
                last_hash TEXT NOT NULL,
                kept_from INTEGER NOT NULL,
                kept_after TEXT NOT NULL)""",
            "INSERT INTO audit_head VALUES (0, '', 1, '')",
        ),
        then=adopt,
    ),
    Step(
        9,
        "who spoke at a place, and when",
        (
            """CREATE TABLE speakers (
                session TEXT NOT NULL,
                person TEXT NOT NULL,
                began DOUBLE PRECISION NOT NULL,
                ended DOUBLE PRECISION NOT NULL)""",
            "CREATE INDEX speakers_persons ON speakers (person)",
        ),
    ),
    Step(
        10,
        "what people should look at, and what they thought of answers",
        (
            "ALTER TABLE reviews ADD COLUMN why TEXT NOT NULL DEFAULT 'unsure'",
            "ALTER TABLE reviews ADD COLUMN turn BIGINT NOT NULL DEFAULT 0",
            "ALTER TABLE reviews ADD COLUMN answer TEXT NOT NULL DEFAULT ''",
            "ALTER TABLE reviews ADD COLUMN status TEXT NOT NULL DEFAULT ''",
            """CREATE TABLE opinions (
                id {serial},
                at DOUBLE PRECISION NOT NULL,
                session TEXT NOT NULL,
                turn BIGINT NOT NULL,
                opinion TEXT NOT NULL,
                way TEXT NOT NULL)""",
            "CREATE INDEX opinions_at ON opinions (at)",
        ),
    ),
)

LATEST = STEPS[-1].version


async def migrate(connection: AsyncConnection, steps: Sequence[Step] = STEPS) -> int:
    """Take the steps that are still missing, inside the caller's transaction, and return the version that the
    database had before (0: it was new). Does nothing to one that is newer than the last of `steps`."""
    sqlite = connection.dialect.name == "sqlite"
    serial = (
        "INTEGER PRIMARY KEY AUTOINCREMENT" if sqlite else "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"
    )
    await connection.execute(
        text(
            "CREATE TABLE IF NOT EXISTS migrations "
            "(version INTEGER PRIMARY KEY, name TEXT NOT NULL, at DOUBLE PRECISION NOT NULL)"
        )
    )
    before = int((await connection.execute(text("SELECT max(version) FROM migrations"))).scalar() or 0)
    for step in steps:
        if step.version <= before:
            continue
        for statement in step.statements:
            await connection.execute(text(statement.format(serial=serial)))
        if step.then is not None:
            await step.then(connection)
        await connection.execute(
            text("INSERT INTO migrations (version, name, at) VALUES (:version, :name, :at)"),
            {"version": step.version, "name": step.name, "at": time.time()},
        )
    return before
