"""Adding to the chain of records, inside a transaction of the caller's."""

from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from assistant.storage import audit_chain as chain

HEAD = "SELECT last_id, last_hash, kept_from, kept_after FROM audit_head"
_INSERT = text(
    f"INSERT INTO audit ({', '.join(chain.COLUMNS)}) VALUES ({', '.join(f':{name}' for name in chain.COLUMNS)})"
)
_EMPTY: dict[str, Any] = {
    **dict.fromkeys((*chain.PLAIN, *chain.PERSONAL), ""),
    "of_id": 0,
    "ok": 1,
    "took_s": 0.0,
}


def of_stage(stage: str, at: float, **fields: Any) -> dict[str, Any]:
    """The plain and personal fields of a record, empty where they are not given. `at` in seconds since the epoch."""
    return {**_EMPTY, "stage": stage, "at": float(at), **fields}


async def add_to(connection: AsyncConnection) -> chain.Head:
    """Where the chain ends; nobody else adds to it until the transaction is over."""
    # SQLite has one writer at a time anyway; a server locks the row.
    lock = "" if connection.dialect.name == "sqlite" else " FOR UPDATE"
    return chain.Head(*(await connection.execute(text(HEAD + lock))).one())


async def add(connection: AsyncConnection, fields: dict[str, Any]) -> int:
    """One more record, of `of_stage`; its number."""
    head = await add_to(connection)
    row = chain.sealed(fields, head.last + 1, head.hash)
    await connection.execute(_INSERT, row)
    await connection.execute(
        text("UPDATE audit_head SET last_id = :id, last_hash = :hash"), {"id": row["id"], "hash": row["hash"]}
    )
    return int(row["id"])


async def adopt(connection: AsyncConnection) -> None:
    """Records of the time before they formed a chain, in their order; `audit_former` is gone afterwards."""
    found = await connection.execute(text("SELECT * FROM audit_former ORDER BY id"))
    for former in found.mappings().all():
        kept = {name: former[name] for name in _EMPTY if name in former and name != "at"}
        number = await add(connection, of_stage(chain.DONE, former["at"], **kept))
        if former["undone"]:
            await add(connection, of_stage(chain.UNDONE, former["at"], of_id=number))
    await connection.execute(text("DROP TABLE audit_former"))
