"""`assistant audit`: what was done, by whom, and whether the record of it is whole."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from assistant.cli.commands import group, json_option, with_settings
from assistant.cli.common import Settings, echo, print_json, run

if TYPE_CHECKING:
    from assistant.config import Config
    from assistant.storage.audit import AuditTable, Record

BROKEN = 1


@group.group("audit", short_help="What was done, by whom, and whether the record is whole.")
def audit_group() -> None:
    """The record of every call of a service: who, where, what was proposed, decided, and what came of it."""


@audit_group.command("show", short_help="The newest records.")
@click.option("--last", type=click.IntRange(1), default=20, metavar="N", help="So many (20).")
@click.option("--session", default=None, metavar="NAME", help="Of one session, such as sound or console.")
@json_option
@with_settings
def audit_show(settings: Settings, last: int, session: str | None, as_json: bool) -> None:
    """The newest records, newest first, and what was begun without an end: whoever did it was killed, or does it
    still."""
    run(show(settings.load(), last, session, as_json))


@audit_group.command("verify", short_help="Whether nobody has meddled with it.")
@click.option(
    "--hash", "hashes", multiple=True, metavar="HASH", help="A newest hash of earlier, to be in it still."
)
@json_option
@with_settings
def audit_verify(settings: Settings, hashes: tuple[str, ...], as_json: bool) -> None:
    """Whether each record is as it was written, and none is missing, moved or put in; exits with 1 and names the record
    where not.

    Note down the newest hash somewhere else: with --hash HASH it shows later that the record of that day is still the
    one there was.
    """
    run(verify(settings.load(), hashes, as_json))


async def show(config: "Config", last: int, session: str | None, as_json: bool) -> None:
    """Newest first."""
    async with table(config) as audit:
        records = await audit.records(session, last) if audit else []
        open_ones = await audit.unfinished(last) if audit else []
    unfinished = [each for each in open_ones if session is None or each.session == session]
    if as_json:
        print_json({"records": [asdict(each) for each in records], "unfinished": [*map(asdict, unfinished)]})
        return
    for each in unfinished:
        echo(f"{_line(each)}  begun, and not ended")
    for each in records:
        outcome = "done" if each.ok else each.error or "not done"
        echo(f"{_line(each)}  {each.decision}: {each.reason}  → {outcome}")
    if not (records or unfinished):
        echo("Nothing is on record.")


async def verify(config: "Config", hashes: tuple[str, ...], as_json: bool) -> int:
    """The exit status: `BROKEN` where somebody has meddled with the record."""
    async with table(config) as audit:
        if audit is None:
            echo("Nothing is on record.")
            return BROKEN if hashes else 0
        found = await audit.verify(hashes)
    faults = [str(found.fault)] if found.fault else []
    faults += [f"The record with the hash {each} is not there any more." for each in sorted(found.missing)]
    head = found.head
    if as_json:
        print_json({"records": found.count, "head": asdict(head), "faults": faults})
    elif faults:
        for fault in faults:
            echo(fault)
    else:
        kept = f", those before {head.kept_from} were kept long enough" if head.kept_from > 1 else ""
        echo(f"All {found.count} records are as they were written{kept}.\nNewest hash: {head.hash or 'none'}")
    return BROKEN if faults else 0


def _line(record: "Record") -> str:
    when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(record.at))
    who = " ".join(filter(None, (record.session, record.person, record.room)))
    if record.erased:
        return f"{record.number:>6}  {when}  {record.service} (who and what was erased)"
    return f"{record.number:>6}  {when}  {who}  {record.service} {_short(record.arguments)}"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 120 else f"{text[:119]}…"


@asynccontextmanager
async def table(config: "Config") -> "AsyncIterator[AuditTable | None]":
    """None where there is no database yet."""
    from assistant import paths
    from assistant.storage.audit import AuditTable
    from assistant.storage.database import Database

    path, url = paths.state_dir() / "assistant.db", config.storage.url.get_secret_value()
    if not url and not await asyncio.to_thread(path.exists):
        yield None
        return
    database = await Database.open(path, url=url)
    try:
        yield AuditTable(database)
    finally:
        await database.close()
