"""What is to be done later, in wall-clock time so that it outlives the process."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import text

from assistant.storage.database import Database

NEVER = 1e15
"""`due_at` of what waits for something else than a moment."""


@dataclass(frozen=True, slots=True)
class Planned:
    """`calls`: services with their arguments, as they were when it was asked for. `what`: the same in the words of who
    asked. `due_at` in seconds since the epoch; `NEVER` while it waits for a timer `after` that stands.

    `wall`: the date and time that the clocks are to show, `2026-11-26T07:00`; empty where a length of time was asked
    for. `rule`: how it repeats (RFC 5545), empty: not at all. `confirmed`: a person said yes to it, or its owner wrote
    it into the settings. `begun_at`: 0, or when it was begun by a process that has not finished it.
    """

    id: str
    what: str
    calls: tuple[dict[str, Any], ...]
    session: str
    channel: str
    due_at: float
    room: str = ""
    person: str = ""
    wall: str = ""
    rule: str = ""
    after: str = ""
    after_name: str = ""
    confirmed: bool = False
    made_at: float = 0.0
    begun_at: float = 0.0


_COLUMNS = (
    "id, what, calls, session, channel, due_at, room, person, wall, rule, after, after_name, confirmed, made_at, "
    "begun_at"
)
_NAMES = _COLUMNS.split(", ")
_SQL = _COLUMNS.replace("after,", '"after",')
_PUT = text(
    f"INSERT INTO planned ({_SQL}) VALUES ({', '.join(f':{name}' for name in _NAMES)}) "
    "ON CONFLICT (id) DO UPDATE SET "
    + ", ".join(f'"{name}" = excluded."{name}"' for name in _NAMES if name != "id")
)


class PlannedTable:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, rows: Iterable[Planned]) -> None:
        """Add them, or let those of the same id be like these."""
        async with self._database.begin() as connection:
            for row in rows:
                values = {**asdict(row), "calls": json.dumps(row.calls), "confirmed": int(row.confirmed)}
                await connection.execute(_PUT, values)

    async def all(self) -> list[Planned]:
        """The one due first first; what waits for something else comes last."""
        async with self._database.begin() as connection:
            rows = await connection.execute(text(f"SELECT {_SQL} FROM planned ORDER BY due_at, made_at, id"))
            return [_planned(row) for row in rows]

    async def find(self, plan: str) -> Planned | None:
        return next((each for each in await self.all() if each.id == plan), None)

    async def remove(self, ids: Iterable[str]) -> None:
        async with self._database.begin() as connection:
            for each in ids:
                await connection.execute(text("DELETE FROM planned WHERE id = :id"), {"id": each})

    async def begin(self, row: Planned, at: float) -> bool:
        """Take it up, unless it has changed or another process on this database did: what acts is done once, or not
        at all, and never twice."""
        async with self._database.begin() as connection:
            done = await connection.execute(
                text(
                    "UPDATE planned SET begun_at = :at WHERE id = :id AND due_at = :due_at AND begun_at = 0"
                ),
                {"at": at, "id": row.id, "due_at": row.due_at},
            )
            return done.rowcount == 1


def _planned(row: Iterable[object]) -> Planned:
    values: dict[str, Any] = dict(zip(_NAMES, row, strict=True))
    return Planned(
        **{**values, "calls": tuple(json.loads(values["calls"])), "confirmed": bool(values["confirmed"])}
    )
