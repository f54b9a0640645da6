"""The record of calls: whoever meddles with it is found out, and what is personal can go without a trace."""

import asyncio
import json
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.storage import audit_chain as chain
from assistant.storage import schema
from assistant.storage.audit import AuditTable, Checked, Record
from assistant.storage.database import Database

DAY_S = 86_400.0
SECRET = "canary-9f3a"


def record(number: int = 0, **changes: Any) -> Record:
    values: dict[str, Any] = {
        "at": 100.0 + number,
        "session": "kitchen",
        "turn": str(number),
        "channel": "voice",
        "service": "lists.add",
        "arguments": {"items": [f"thing {number}"]},
        "decision": "allowed",
        "ok": True,
        "result": {"added": [f"thing {number}"]},
        "error": "",
        "took_s": 0.25,
        "person": "anna",
    }
    return Record(**(values | changes))


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(tmp_path / "a.db")
    yield opened
    await opened.close()


@pytest.fixture
async def written(database: Database) -> Database:
    """Ten records, five of them of beginnings."""
    table = AuditTable(database)
    for number in range(5):
        begun = await table.begin(record(number))
        await table.append(record(number, begun=begun))
    return database


async def verified(database: Database) -> Checked:
    return await AuditTable(database).verify()


def meddle(database: Database, *statements: str) -> None:
    """As somebody does who has the file, and no part of ours."""
    assert database.path is not None
    with sqlite3.connect(database.path) as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


async def test_what_was_only_added_to_is_whole(written: Database) -> None:
    found = await verified(written)
    assert (found.count, found.fault) == (10, None)
    assert found.head.last == 10
    [newest, *_] = await AuditTable(written).records()
    assert newest == record(4, begun=9)
    assert newest.number == 10


CHANGES = {
    **{name: f"UPDATE audit SET {name} = {name} || 'x' WHERE id = 4" for name in chain.PERSONAL},
    "stage": "UPDATE audit SET stage = 'begun' WHERE id = 4",
    "of_id": "UPDATE audit SET of_id = 1 WHERE id = 4",
    "at": "UPDATE audit SET at = at + 0.5 WHERE id = 4",
    "turn": "UPDATE audit SET turn = '7' WHERE id = 4",
    "channel": "UPDATE audit SET channel = 'voicf' WHERE id = 4",
    "service": "UPDATE audit SET service = 'lists.adc' WHERE id = 4",
    "decision": "UPDATE audit SET decision = 'allowee' WHERE id = 4",
    "ok": "UPDATE audit SET ok = 0 WHERE id = 4",
    "took_s": "UPDATE audit SET took_s = 0.26 WHERE id = 4",
    "reason": "UPDATE audit SET reason = 'x' WHERE id = 4",
    "detail": "UPDATE audit SET detail = 'x' WHERE id = 4",
    "salt": "UPDATE audit SET salt = '00' WHERE id = 4",
    "personal": "UPDATE audit SET personal = '00' WHERE id = 4",
    "hash": "UPDATE audit SET hash = '00' WHERE id = 4",
    "erased": "UPDATE audit SET erased = 1 WHERE id = 4",
}


def test_every_column_is_changed_in_some_case() -> None:
    assert set(CHANGES) == set(chain.COLUMNS) - {"id"}


@pytest.mark.parametrize("column", CHANGES)
async def test_a_changed_byte_names_its_record(written: Database, column: str) -> None:
    meddle(written, CHANGES[column])
    fault = (await verified(written)).fault
    assert fault is not None
    assert fault.record == 4, fault


@pytest.mark.parametrize(
    ("statements", "number"),
    [
        (["DELETE FROM audit WHERE id = 4"], 4),
        (["DELETE FROM audit WHERE id >= 9"], 9),
        (["DELETE FROM audit WHERE id <= 3"], 1),
        (["DELETE FROM audit WHERE id <= 3", "UPDATE audit_head SET kept_from = 4"], 4),
        (
            [
                "UPDATE audit_head SET kept_from = 4, kept_after = (SELECT hash FROM audit WHERE id = 3)",
                "DELETE FROM audit WHERE id <= 3",
            ],
            4,
        ),
        (["UPDATE audit SET id = 99 WHERE id = 4", "UPDATE audit SET id = 4 WHERE id = 5"], 4),
        (
            [
                "UPDATE audit SET id = -1 WHERE id = 4",
                "UPDATE audit SET id = 4 WHERE id = 5",
                "UPDATE audit SET id = 5 WHERE id = -1",
            ],
            4,
        ),
        (
            [
                f"INSERT INTO audit SELECT 11, {', '.join(chain.COLUMNS[1:])} FROM audit WHERE id = 10",
            ],
            11,
        ),
        (
            [
                f"INSERT INTO audit SELECT 11, {', '.join(chain.COLUMNS[1:])} FROM audit WHERE id = 10",
                "UPDATE audit_head SET last_id = 11",
            ],
            11,
        ),
        (
            [
                "UPDATE audit SET session='', room='', person='', arguments='', result='', error='', undo='', "
                "salt='', erased=5 WHERE id = 4"
            ],
            4,
        ),
        (["DELETE FROM audit", "UPDATE audit_head SET last_id = 0, last_hash = ''"], 0),
    ],
    ids=[
        "taken out",
        "the newest taken out",
        "the oldest taken out",
        "the beginning moved",
        "the beginning moved with its hash",
        "moved up",
        "swapped",
        "put in",
        "put in and told so",
        "emptied by hand",
        "all taken out and told so",
    ],
)
async def test_what_was_taken_out_moved_or_put_in_is_named(
    written: Database, statements: list[str], number: int
) -> None:
    noted = (await verified(written)).head.hash
    meddle(written, *statements)
    found = await AuditTable(written).verify([noted])
    if number:
        assert found.fault is not None
        assert found.fault.record == number, found.fault
    else:  # a whole new chain: only who noted its newest hash can tell
        assert found.missing == {noted}


async def test_a_hash_that_was_noted_down_stays_in_the_chain(written: Database) -> None:
    noted = (await verified(written)).head.hash
    await AuditTable(written).append(record(9))
    found = await AuditTable(written).verify([noted, "another"])
    assert found.fault is None
    assert found.missing == {"another"}


async def test_old_records_are_forgotten_and_the_rest_is_whole(written: Database) -> None:
    table = AuditTable(written)
    assert await table.prune(102.0, 500.0) == 4
    assert await table.prune(102.0, 501.0) == 0
    found = await verified(written)
    assert (found.fault, found.count, found.head.kept_from) == (None, 7, 5)
    await table.append(record(7))
    assert await table.prune(1000.0, 2000.0) == 8  # all of them
    assert await table.prune(3000.0, 3000.0) == 1  # and what told of that
    assert [each.number for each in await table.records()] == []
    assert (await verified(written)).fault is None
    meddle(written, "DELETE FROM audit")
    assert (await verified(written)).fault is not None


async def test_a_person_is_erased_and_the_chain_holds(written: Database) -> None:
    table = AuditTable(written)
    number = await table.append(record(8, arguments={"items": [SECRET]}, session=SECRET, error=SECRET))
    assert await table.erase([number, number, 2], 700.0) == 2
    assert await table.erase([number], 701.0) == 0
    found = await verified(written)
    assert (found.fault, found.count) == (None, 12)
    [erased, *_] = [each for each in await table.records() if each.number == number]
    assert erased.erased
    assert (erased.service, erased.person, erased.session) == ("lists.add", "", "")
    await written.scrub()
    assert written.path is not None
    files = written.path.parent.iterdir()
    assert [file.name for file in files if SECRET.encode() in file.read_bytes()] == []
    meddle(written, f"UPDATE audit SET person = 'berta' WHERE id = {number}")
    fault = (await verified(written)).fault
    assert fault is not None
    assert fault.record == number


async def test_what_is_erased_cannot_be_found_out_by_trying(written: Database) -> None:
    """The salt is gone, too: the digest of a guess is another."""
    table = AuditTable(written)
    await table.erase([4], 700.0)
    async with written.begin() as connection:
        found = await connection.exec_driver_sql("SELECT salt, personal FROM audit WHERE id = 4")
        salt, personal = tuple(found.one())
    assert salt == ""
    guess: dict[str, Any] = dict.fromkeys(chain.PERSONAL, "")
    guess |= {"session": "kitchen", "person": "anna", "arguments": json.dumps({"items": ["thing 1"]})}
    guess |= {"result": json.dumps({"added": ["thing 1"]})}
    assert chain.digest(guess, "") != personal


async def test_many_writers_make_one_chain(tmp_path: Path) -> None:
    databases = [await Database.open(tmp_path / "a.db") for _ in range(3)]

    async def write(table: AuditTable, first: int) -> None:
        for number in range(first, first + 15):
            await table.append(record(number))

    async with asyncio.TaskGroup() as group:
        for place, database in enumerate(databases):
            group.create_task(write(AuditTable(database), 100 * place))
    found = await verified(databases[0])
    assert (found.fault, found.count) == (None, 45)
    for database in databases:
        await database.close()


async def test_it_can_be_verified_while_records_are_added(written: Database) -> None:
    table = AuditTable(written)

    async def write() -> None:
        for number in range(40):
            await table.append(record(number))

    writing = asyncio.create_task(write())
    while not writing.done():
        assert (await verified(written)).fault is None
    await writing
    assert (await verified(written)).count == 50


async def test_who_is_killed_while_it_acts_leaves_a_beginning_without_an_end(tmp_path: Path) -> None:
    program = (
        "import asyncio, sys\nfrom pathlib import Path\n"
        "from assistant.services.registry import Registry\n"
        "from assistant.services.service import NoInput, Origin, Risk, service\n"
        "from assistant.services.time import SystemClock\n"
        "from assistant.storage.audit import AuditTable\nfrom assistant.storage.database import Database\n"
        "class Door:\n"
        "    @service('door.open', 'Open it.', Risk.REVERSIBLE)\n"
        "    async def open(self, asked: NoInput, origin: Origin) -> dict[str, str]:\n"
        "        print('opening', flush=True)\n"
        "        await asyncio.sleep(600)\n"
        "        return {}\n"
        "async def main():\n"
        "    audit = AuditTable(await Database.open(Path(sys.argv[1])))\n"
        "    registry = Registry(SystemClock(), audit, lambda event: None)\n"
        "    registry.add(Door())\n"
        "    await registry.call('door.open', {}, Origin('hall', 1, 'console', person='anna'))\n"
        "asyncio.run(main())\n"
    )
    path = tmp_path / "a.db"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, str(path), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    assert await asyncio.wait_for(process.stdout.readline(), 60) == b"opening\n"
    process.send_signal(signal.SIGKILL)
    await asyncio.wait_for(process.wait(), 30)
    database = await Database.open(path)
    table = AuditTable(database)
    [begun] = await table.unfinished()
    assert (begun.service, begun.session, begun.person) == ("door.open", "hall", "anna")
    assert await table.records() == []
    assert (await verified(database)).fault is None
    await database.close()


async def test_records_of_an_older_version_become_a_chain(tmp_path: Path) -> None:
    names = [step.name for step in schema.STEPS]
    former = schema.STEPS[: names.index("the record of calls is a chain")]
    older = await Database.open(tmp_path / "a.db", steps=former)
    insert = (
        "INSERT INTO audit (at, session, turn, channel, service, arguments, decision, ok, result, error, took_s, "
        "undo, undone, room, person, reason) VALUES (?, 'kitchen', '1', 'console', 'lists.add', '{\"a\": 1}', "
        "'allowed', 1, '{}', '', 0.5, '[{\"service\": \"lists.remove\", \"arguments\": {}}]', ?, '', 'anna', 'why')"
    )
    async with older.begin() as connection:
        for at, undone in ((10.0, 1), (20.0, 0)):
            await connection.exec_driver_sql(insert, (at, undone))
    await older.close()
    database = await Database.open(tmp_path / "a.db")
    table = AuditTable(database)
    newest, oldest = await table.records()
    assert (newest.at, oldest.at, newest.arguments, newest.person) == (20.0, 10.0, {"a": 1}, "anna")
    assert (await verified(database)).fault is None
    assert (await verified(database)).count == 3
    last = await table.last_undoable("kitchen", 0.0)
    assert last is not None
    assert last.at == 20.0
    await table.mark_undone(last.id, 30.0)
    assert await table.last_undoable("kitchen", 0.0) is None
    await database.close()


@given(st.sets(st.integers(1, 400)))
def test_numbers_are_told_in_ranges(numbers: set[int]) -> None:
    assert set(chain.numbers_of(chain.ranges_of(numbers))) == numbers
