"""What the assistant's own database holds of a person. The whole of each table is read: these are thousands of rows at
most, and whose they are is not for SQL to say."""

import json
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from assistant.privacy.footprint import Footprint, leaves
from assistant.storage.audit import AuditTable
from assistant.storage.database import Database

Row = Mapping[str, Any]
Belongs = Callable[[Footprint, Row], bool]


@dataclass(frozen=True, slots=True)
class Table:
    """`key`: the columns that tell its rows apart. `belongs`: whether a row is of a person."""

    store: str
    name: str
    key: tuple[str, ...]
    belongs: Belongs


def _by_time(column: str) -> Belongs:
    return lambda who, row: who.spoke(row["session"], row[column])


TABLES = (
    Table(
        "speakers", "speakers", ("session", "person", "began"), lambda who, row: who.is_them(row["person"])
    ),
    Table("reviews", "reviews", ("id",), _by_time("at")),
    Table("reviews", "opinions", ("id",), _by_time("at")),
    Table(
        "lists",
        "planned",
        ("id",),
        lambda who, row: who.is_them(row["person"]) or who.theirs(row["session"]) or who.said(row["id"]),
    ),
    Table("lists", "due", ("id",), lambda who, row: who.theirs(row["session"]) or who.said(row["id"])),
    Table("lists", "list_items", ("id",), lambda who, row: who.said(row["item"])),
    Table(
        "lists", "made_lists", ("id",), lambda who, row: who.everybody or row["list"].casefold() in who.lists
    ),
    Table("lists", "notes", ("id",), lambda who, row: who.said(row["note"])),
    Table("home", "device_states", ("device",), lambda who, row: who.everybody),
    Table(
        "names",
        "learned_names",
        ("kind", "name"),
        lambda who, row: who.is_them(row["name"]) or who.said(row["name"]),
    ),
)
"""All but the record of calls, whose rows are never deleted for a person."""

UNTOUCHED = {"audit", "audit_head", "migrations"}
"""Tables that are not in `TABLES`."""


async def of(database: Database, table: Table, who: Footprint) -> list[dict[str, Any]]:
    """The rows that are of a person. Raises `StorageError`."""
    async with database.begin() as connection:
        rows = (await connection.execute(text(f"SELECT * FROM {table.name}"))).mappings()
        return [row for each in rows if table.belongs(who, row := dict(each))]


async def erase(database: Database, table: Table, who: Footprint) -> int:
    """Delete these rows. How many there were. Raises `StorageError`."""
    rows = await of(database, table, who)
    where = " AND ".join(f"{column} = :{column}" for column in table.key)
    async with database.begin() as connection:
        for row in rows:
            values = {column: row[column] for column in table.key}
            await connection.execute(text(f"DELETE FROM {table.name} WHERE {where}"), values)
    return len(rows)


async def records(database: Database, who: Footprint) -> list[dict[str, Any]]:
    """The records of calls that are of a person and not erased yet. Raises `StorageError`."""
    async with database.begin() as connection:
        rows = (
            await connection.execute(
                text("SELECT * FROM audit WHERE erased = 0 AND session || person <> '' ORDER BY id")
            )
        ).mappings()
        return [
            dict(row)
            for row in rows
            if (row["person"] and who.is_them(row["person"])) or who.spoke(row["session"], row["at"])
        ]


async def erase_records(database: Database, who: Footprint) -> int:
    """Their personal part is gone afterwards. How many there were. Raises `StorageError`."""
    found = await records(database, who)
    return await AuditTable(database).erase([row["id"] for row in found], time.time())


async def footprint(database: Database, person: str) -> Footprint:
    """Where somebody spoke, and what they made. "": everybody. Raises `StorageError`."""
    if not person:
        return Footprint()
    spans: dict[str, list[tuple[float, float]]] = defaultdict(list)
    bare = Footprint(person)
    async with database.begin() as connection:
        for spoke in (await connection.execute(text("SELECT * FROM speakers"))).mappings():
            if bare.is_them(spoke["person"]):
                spans[spoke["session"]].append((spoke["began"], spoke["ended"]))
    known = Footprint(person, {session: tuple(each) for session, each in spans.items()})
    sessions, texts, lists = set(spans), set[str](), set[str]()
    for row in await records(database, known):
        sessions.add(row["session"])
        made = row["undo"] and row["ok"]  # what can be taken back has changed something
        if row["service"] == "lists.make" and made:
            lists |= set(leaves(_loaded(row["result"])))
        elif made:
            found = [each for name in ("arguments", "result", "undo") for each in leaves(_loaded(row[name]))]
            texts |= set(found)
    return Footprint(person, known.spans, frozenset(sessions), frozenset(texts), frozenset(lists))


def _loaded(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return value
