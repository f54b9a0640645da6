"""Who asked for what, where, what was decided, and what came of it. Rows are only ever added and aged out."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from assistant.storage.database import Database

_TEXT_LIMIT = 4_000  # characters of arguments or result that are kept


@dataclass(frozen=True, slots=True)
class Record:
    """`decision`: allowed, confirmed, needs_confirmation, refused; `reason`: why, for whoever reads the record.
    `session` and `room`: where; `channel`: on which way; `person`: who, as far as is known. `at` in seconds since
    the epoch. `undo`: the calls that take it back."""

    at: float
    session: str
    turn: str
    channel: str
    service: str
    arguments: Any
    decision: str
    ok: bool
    result: Any
    error: str
    took_s: float
    undo: tuple[dict[str, Any], ...] = ()
    room: str = ""
    person: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Undoable:
    """The newest thing of a session that can be taken back."""

    id: int
    at: float
    service: str
    calls: tuple[dict[str, Any], ...]
    result: Any = None
    """What the call came to, as it is on record."""


class AuditTable:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(self, record: Record) -> int:
        """The number of the record."""
        async with self._database.begin() as connection:
            rows = await connection.execute(
                text(
                    "INSERT INTO audit (at, session, turn, channel, service, arguments, decision, ok, "
                    "result, error, took_s, undo, room, person, reason) VALUES (:at, :session, :turn, "
                    ":channel, :service, :arguments, :decision, :ok, :result, :error, :took_s, :undo, "
                    ":room, :person, :reason) RETURNING id"
                ),
                {
                    "at": record.at,
                    "session": record.session,
                    "turn": record.turn,
                    "channel": record.channel,
                    "service": record.service,
                    "arguments": _json(record.arguments)[:_TEXT_LIMIT],
                    "decision": record.decision,
                    "ok": int(record.ok),
                    "result": _json(record.result)[:_TEXT_LIMIT],
                    "error": record.error[:_TEXT_LIMIT],
                    "took_s": record.took_s,
                    "undo": _json(record.undo) if record.undo else "",
                    "room": record.room,
                    "person": record.person,
                    "reason": record.reason,
                },
            )
            return int(rows.scalar_one())

    async def records(self, session: str | None = None, limit: int = 100) -> list[Record]:
        """The newest records, newest first; those of one session, or all."""
        where = "WHERE session = :session" if session is not None else ""
        async with self._database.begin() as connection:
            rows = await connection.execute(
                text(
                    "SELECT at, session, turn, channel, service, arguments, decision, ok, result, error, "
                    f"took_s, undo, room, person, reason FROM audit {where} ORDER BY id DESC LIMIT :limit"
                ),
                {"limit": limit} | ({"session": session} if session is not None else {}),
            )
            return [
                Record(
                    at=row.at,
                    session=row.session,
                    turn=row.turn,
                    channel=row.channel,
                    service=row.service,
                    arguments=_loaded(row.arguments),
                    decision=row.decision,
                    ok=bool(row.ok),
                    result=_loaded(row.result),
                    error=row.error,
                    took_s=row.took_s,
                    undo=tuple(json.loads(row.undo)) if row.undo else (),
                    room=row.room,
                    person=row.person,
                    reason=row.reason,
                )
                for row in rows
            ]

    async def last_undoable(self, session: str, since: float) -> Undoable | None:
        found = await self._undoable(session, since, "ORDER BY id DESC LIMIT 1", {})
        return found[0] if found else None

    async def undoable(self, session: str, since: float, records: Sequence[int]) -> list[Undoable]:
        """Of these records of a session those that can be taken back still, newest first."""
        numbers = {f"record{place}": number for place, number in enumerate(records)}
        if not numbers:
            return []
        within = ", ".join(f":{name}" for name in numbers)
        return await self._undoable(session, since, f"AND id IN ({within}) ORDER BY id DESC", numbers)

    async def _undoable(
        self, session: str, since: float, more: str, values: dict[str, Any]
    ) -> list[Undoable]:
        async with self._database.begin() as connection:
            rows = await connection.execute(
                text(
                    "SELECT id, at, service, undo, result FROM audit WHERE session = :session AND undo <> '' "
                    f"AND undone = 0 AND ok = 1 AND at >= :since {more}"
                ),
                {"session": session, "since": since, **values},
            )
            return [
                Undoable(row.id, row.at, row.service, tuple(json.loads(row.undo)), _loaded(row.result))
                for row in rows
            ]

    async def mark_undone(self, record: int) -> None:
        async with self._database.begin() as connection:
            await connection.execute(text("UPDATE audit SET undone = 1 WHERE id = :id"), {"id": record})

    async def prune(self, before: float) -> None:
        """Forget records from before a time (seconds since the epoch)."""
        async with self._database.begin() as connection:
            await connection.execute(text("DELETE FROM audit WHERE at < :before"), {"before": before})


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _loaded(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return value  # it was longer than is kept
