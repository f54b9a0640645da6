"""Who asked for what, where, what was decided, and what came of it. Records are only ever added, and aged out from the
oldest on; `assistant.storage.audit_chain` says how they hang together."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from assistant.storage import audit_chain as chain
from assistant.storage.audit_rows import HEAD, add, add_to, of_stage
from assistant.storage.database import Database

_TEXT_LIMIT = 4_000  # characters of arguments or result that are kept
_AT_ONCE = 500  # rows that are read in one go


@dataclass(frozen=True, slots=True)
class Record:
    """`decision`: allowed, confirmed, needs_confirmation, refused; `reason`: why, for whoever reads the record.
    `session` and `room`: where; `channel`: on which way; `person`: who, as far as is known. `at` in seconds since
    the epoch. `undo`: the calls that take it back. `begun`: the number of the record that was made before it was done;
    0: nothing was done, or nothing that changes anything. `number`: its own, once it is written."""

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
    begun: int = 0
    number: int = field(default=0, compare=False)
    erased: bool = False


@dataclass(frozen=True, slots=True)
class Undoable:
    """The newest thing of a session that can be taken back."""

    id: int
    at: float
    service: str
    calls: tuple[dict[str, Any], ...]
    result: Any = None
    """What the call came to, as it is on record."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a look at the whole chain found. `missing`: hashes that were asked for and are not in it."""

    count: int
    head: chain.Head
    fault: chain.Fault | None
    missing: frozenset[str] = frozenset()


class AuditTable:
    """Writers on one database, in this process or others, add one after the other."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, record: Record) -> int:
        """It is about to be done. The number of the record."""
        async with self._database.begin() as connection:
            return await add(connection, _fields(record, chain.BEGUN))

    async def append(self, record: Record) -> int:
        """What came of it. The number of the record."""
        async with self._database.begin() as connection:
            return await add(connection, _fields(record, chain.DONE))

    async def records(self, session: str | None = None, limit: int = 100) -> list[Record]:
        """The newest records of what came of calls, newest first; those of one session, or all."""
        where = "AND session = :session" if session is not None else ""
        return await self._records(f"stage = 'done' {where}", limit, {"session": session})

    async def unfinished(self, limit: int = 100) -> list[Record]:
        """What was begun, and of which nobody knows whether it was done: whoever did it was killed meanwhile, or does
        it still."""
        ended = "SELECT of_id FROM audit WHERE stage = 'done'"
        return await self._records(f"stage = 'begun' AND id NOT IN ({ended})", limit, {})

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
                    "AND stage = 'done' AND ok = 1 AND at >= :since AND NOT EXISTS (SELECT 1 FROM audit undone "
                    f"WHERE undone.stage = 'undone' AND undone.of_id = audit.id) {more}"
                ),
                {"session": session, "since": since, **values},
            )
            return [
                Undoable(row.id, row.at, row.service, tuple(json.loads(row.undo)), _loaded(row.result))
                for row in rows
            ]

    async def mark_undone(self, record: int, at: float) -> None:
        """`at` in seconds since the epoch."""
        async with self._database.begin() as connection:
            await add(connection, of_stage(chain.UNDONE, at, of_id=record))

    async def prune(self, before: float, at: float) -> int:
        """Forget the records from before a time (seconds since the epoch, as `at`, which is now). How many."""
        async with self._database.begin() as connection:
            head = await add_to(connection)
            first = await _scalar(connection, "SELECT min(id) FROM audit WHERE at >= :at", at=before)
            first = first if first is not None else head.last + 1
            if first <= head.kept_from:
                return 0
            after = await _scalar(connection, "SELECT hash FROM audit WHERE id = :id", id=first - 1)
            await connection.execute(text("DELETE FROM audit WHERE id < :first"), {"first": first})
            await connection.execute(
                text("UPDATE audit_head SET kept_from = :first, kept_after = :after"),
                {"first": first, "after": after},
            )
            detail = json.dumps({"from": first, "after": after})
            await add(connection, of_stage(chain.PRUNED, at, detail=detail))
            return int(first - head.kept_from)

    async def erase(self, numbers: Iterable[int], at: float) -> int:
        """The personal part of these records is gone afterwards, and the chain says so. How many had one."""
        wanted = sorted(set(numbers))
        gone = chain.emptied(at)
        sets = ", ".join(f"{name} = :{name}" for name in gone)
        async with self._database.begin() as connection:
            await add_to(connection)
            done: list[int] = []
            for number in wanted:
                changed = await connection.execute(
                    text(f"UPDATE audit SET {sets} WHERE id = :id AND erased = 0"), {**gone, "id": number}
                )
                done += [number] * changed.rowcount
            if done:
                await add(connection, of_stage(chain.ERASED, at, detail=chain.ranges_of(done)))
        return len(done)

    async def verify(self, hashes: Iterable[str] = ()) -> Checked:
        """Whether the chain is whole, and holds these hashes, which somebody noted down. Writers go on meanwhile."""
        verifier = chain.Verifier(await self._head(), wanted=frozenset(hashes))
        at, fault = 0, None
        while fault is None:
            async with self._database.begin() as connection:
                found = await connection.execute(
                    text(
                        f"SELECT {', '.join(chain.COLUMNS)} FROM audit WHERE id > :at AND id <= :last "
                        "ORDER BY id LIMIT :limit"
                    ),
                    {"at": at, "last": verifier.head.last, "limit": _AT_ONCE},
                )
                rows = [dict(row) for row in found.mappings()]
            if not rows:
                fault = verifier.end()
                break
            fault, at = verifier.look(rows), rows[-1]["id"]
        if fault is None:
            fault = await self._put_in()
        missing = verifier.wanted - verifier.seen - {verifier.head.kept_after}
        return Checked(verifier.count, verifier.head, fault, missing)

    async def _put_in(self) -> chain.Fault | None:
        """A record behind the last that was written."""
        async with self._database.begin() as connection:
            last = (await connection.execute(text(HEAD))).one().last_id
            more = await _scalar(connection, "SELECT min(id) FROM audit WHERE id > :last", last=last)
        return chain.Fault(int(more), "was put in") if more is not None else None

    async def _head(self) -> chain.Head:
        async with self._database.begin() as connection:
            return chain.Head(*(await connection.execute(text(HEAD))).one())

    async def _records(self, where: str, limit: int, values: dict[str, Any]) -> list[Record]:
        async with self._database.begin() as connection:
            rows = await connection.execute(
                text(f"SELECT * FROM audit WHERE {where} ORDER BY id DESC LIMIT :limit"),
                {"limit": limit} | {name: value for name, value in values.items() if value is not None},
            )
            return [_record(row) for row in rows.mappings()]


async def _scalar(connection: AsyncConnection, sql: str, **values: Any) -> Any:
    return (await connection.execute(text(sql), values)).scalar()


def _fields(record: Record, stage: str) -> dict[str, Any]:
    """As they are stored, and as the chain covers them."""
    return of_stage(
        stage,
        record.at,
        of_id=record.begun,
        turn=record.turn,
        channel=record.channel,
        service=record.service,
        decision=record.decision,
        ok=int(record.ok),
        took_s=float(record.took_s),
        reason=record.reason,
        session=record.session,
        room=record.room,
        person=record.person,
        arguments=_json(record.arguments)[:_TEXT_LIMIT],
        result=_json(record.result)[:_TEXT_LIMIT],
        error=record.error[:_TEXT_LIMIT],
        undo=_json(record.undo) if record.undo else "",
    )


def _record(row: Any) -> Record:
    return Record(
        at=row["at"],
        session=row["session"],
        turn=row["turn"],
        channel=row["channel"],
        service=row["service"],
        arguments=_loaded(row["arguments"]),
        decision=row["decision"],
        ok=bool(row["ok"]),
        result=_loaded(row["result"]),
        error=row["error"],
        took_s=row["took_s"],
        undo=tuple(json.loads(row["undo"])) if row["undo"] else (),
        room=row["room"],
        person=row["person"],
        reason=row["reason"],
        begun=row["of_id"],
        number=row["id"],
        erased=bool(row["erased"]),
    )


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _loaded(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return value  # it was longer than is kept
