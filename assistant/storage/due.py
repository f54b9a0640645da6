"""What rings at its time: timers, alarms and reminders, in wall-clock time so that they outlive the process."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum

from sqlalchemy import text

from assistant.storage.database import Database


class Kind(StrEnum):
    TIMER = "timer"
    ALARM = "alarm"
    REMINDER = "reminder"


class State(StrEnum):
    WAITING = "waiting"
    PAUSED = "paused"  # a timer that stands still
    RINGING = "ringing"  # it was announced, and nobody has taken notice yet
    OVER = "over"  # kept for a while, so that it can be asked for again


@dataclass(frozen=True, slots=True)
class Due:
    """`due_at` and `rang_at` (0: it has not) in seconds since the epoch. `name`: what it is for, may be empty.

    `wall`: the date and time that the clocks are to show, `2026-11-26T07:00`; empty where a length of time was asked
    for. `rule`: how it repeats, as an RFC 5545 recurrence rule; empty: not at all. `duration_s` of a timer; `left_s`
    of one that is paused.
    """

    id: str
    kind: Kind
    name: str
    session: str
    due_at: float
    state: State = State.WAITING
    wall: str = ""
    rule: str = ""
    duration_s: float = 0.0
    left_s: float = 0.0
    rang_at: float = 0.0


_COLUMNS = "id, kind, name, session, due_at, state, wall, rule, duration_s, left_s, rang_at"
_NAMES = _COLUMNS.split(", ")
_PUT = text(
    f"INSERT INTO due ({_COLUMNS}) VALUES ({', '.join(f':{name}' for name in _NAMES)}) "
    "ON CONFLICT (id) DO UPDATE SET claimed_by = '', claimed_until = 0, "
    + ", ".join(f"{name} = excluded.{name}" for name in _NAMES if name != "id")
)


class DueTable:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, rows: Iterable[Due]) -> None:
        """Add them, or let those of the same id be like these, claimed by nobody."""
        async with self._database.begin() as connection:
            for row in rows:
                await connection.execute(_PUT, asdict(row))

    async def all(self, kind: Kind | None = None) -> list[Due]:
        """Those that are not over, the one due first first."""
        return await self._select("state <> 'over'", kind, "due_at, id")

    async def rung(self, since: float) -> list[Due]:
        """What rings or has rung, the last first."""
        return await self._select(f"rang_at > 0 AND rang_at >= {float(since)!r}", None, "rang_at DESC, id")

    async def remove(self, ids: Iterable[str]) -> None:
        async with self._database.begin() as connection:
            for each in ids:
                await connection.execute(text("DELETE FROM due WHERE id = :id"), {"id": each})

    async def prune(self, before: float) -> None:
        """Forget what was over by then."""
        async with self._database.begin() as connection:
            await connection.execute(
                text("DELETE FROM due WHERE state = 'over' AND rang_at < :before"), {"before": before}
            )

    async def claim(self, row: Due, owner: str, now: float, until: float) -> bool:
        """Reserve it for ringing, unless it has changed or somebody else has it, so that of two processes on one
        database only one rings it. A claim ends at `until`: a process that dies while it rings does not take it
        with it."""
        async with self._database.begin() as connection:
            done = await connection.execute(
                text(
                    "UPDATE due SET claimed_by = :owner, claimed_until = :until "
                    "WHERE id = :id AND due_at = :due_at AND state IN ('waiting', 'ringing') "
                    "AND (claimed_by IN ('', :owner) OR claimed_until <= :now)"
                ),
                {"owner": owner, "until": until, "id": row.id, "due_at": row.due_at, "now": now},
            )
            return done.rowcount == 1

    async def ringing(self, row: Due, owner: str, rang_at: float) -> None:
        """It was announced by `owner`, who holds the claim."""
        async with self._database.begin() as connection:
            await connection.execute(
                text(
                    "UPDATE due SET state = 'ringing', rang_at = :rang_at WHERE id = :id AND claimed_by = :owner"
                ),
                {"id": row.id, "owner": owner, "rang_at": rang_at},
            )

    async def hold(self, owner: str, until: float) -> None:
        """Renew the claims of `owner`."""
        async with self._database.begin() as connection:
            await connection.execute(
                text("UPDATE due SET claimed_until = :until WHERE claimed_by = :owner AND state <> 'over'"),
                {"owner": owner, "until": until},
            )

    async def _select(self, condition: str, kind: Kind | None, order: str) -> list[Due]:
        where = f"{condition} AND kind = '{kind}'" if kind else condition
        async with self._database.begin() as connection:
            rows = await connection.execute(
                text(f"SELECT {_COLUMNS} FROM due WHERE {where} ORDER BY {order}")
            )
            return [_due(row) for row in rows]


def _due(row: Iterable[object]) -> Due:
    values = dict(zip(_NAMES, row, strict=True))
    return Due(**{**values, "kind": Kind(values["kind"]), "state": State(values["state"])})  # type: ignore[arg-type]
