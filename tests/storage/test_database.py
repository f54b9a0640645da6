import asyncio
import os
import signal
import sqlite3
import stat
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from assistant.storage.audit import AuditTable, Record
from assistant.storage.database import Database, StorageError
from assistant.storage.due import Due, DueTable, Kind
from assistant.storage.home import DeviceStateTable
from assistant.storage.lists import ListTable
from assistant.storage.schema import Step


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _names(folder: Path, word: str) -> list[str]:
    return [file.name for file in folder.iterdir() if word in file.name]


def _holding(folder: Path, words: bytes) -> list[str]:
    return [file.name for file in folder.iterdir() if words in file.read_bytes()]


def _record(**changes: object) -> Record:
    values = {
        "at": 100.0,
        "session": "kitchen",
        "turn": "1",
        "channel": "voice",
        "service": "lists.add",
        "arguments": {"items": ["milk"]},
        "decision": "allowed",
        "ok": True,
        "result": {"added": ["milk"]},
        "error": "",
        "took_s": 0.1,
        "undo": (),
    }
    return Record(**(values | changes))  # type: ignore[arg-type]


async def test_files_are_private_and_contents_survive(tmp_path: Path) -> None:
    path = tmp_path / "state" / "assistant.db"
    database = await Database.open(path)
    await ListTable(database).add("shopping", ["milk", "eggs"])
    assert _mode(path.parent) == 0o700
    assert {_mode(file) for file in path.parent.iterdir()} == {0o600}
    await database.close()
    await database.close()

    database = await Database.open(path)
    assert await ListTable(database).items("shopping") == ["milk", "eggs"]
    await database.close()


async def test_a_block_that_raises_changes_nothing(tmp_path: Path) -> None:
    database = await Database.open(tmp_path / "a.db")

    async def fails() -> None:
        async with database.begin() as connection:
            await connection.execute(text("INSERT INTO list_items (list, item) VALUES ('a', 'b')"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fails()
    assert await ListTable(database).names() == []
    await database.close()


@pytest.mark.parametrize("damage", ["garbage", "torn"])
async def test_a_damaged_file_is_moved_aside_with_a_notice(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "a.db"
    if damage == "garbage":
        path.write_bytes(b"this is no database, whatever its name says" * 100)
    else:
        database = await Database.open(path)
        await ListTable(database).add("shopping", [f"item number {n}" for n in range(500)])
        await database.close()
        content = bytearray(path.read_bytes())
        content[4096:] = os.urandom(len(content) - 4096)
        path.write_bytes(content)
    notices: list[str] = []
    database = await Database.open(path, notice=notices.append)
    assert await ListTable(database).names() == []
    await ListTable(database).add("shopping", ["milk"])
    await database.close()
    assert len(notices) == 1
    assert "damaged" in notices[0]
    assert _names(tmp_path, "damaged")


async def test_a_full_disk_is_a_sentence_and_loses_nothing_saved(tmp_path: Path) -> None:
    database = await Database.open(tmp_path / "a.db")
    lists = ListTable(database)
    await lists.add("shopping", ["milk"])
    async with database.begin() as connection:
        pages = (await connection.execute(text("PRAGMA page_count"))).scalar()
        await connection.execute(text(f"PRAGMA max_page_count = {pages}"))  # SQLite then reports SQLITE_FULL
    with pytest.raises(StorageError, match=r"^The disk is full"):
        await lists.add("shopping", ["x" * 1000] * 100)
    assert await lists.items("shopping") == ["milk"]
    await database.close()


async def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="ASSISTANT_STATE_DIR"):
        await Database.open(tmp_path / "file" / "a.db")


async def test_a_newer_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    await (await Database.open(path)).close()
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO migrations VALUES (999, 'from the future', 0)")
    connection.close()
    with pytest.raises(StorageError, match="newer version"):
        await Database.open(path)
    assert path.exists()


async def test_a_process_killed_while_writing_damages_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    program = (
        "import asyncio, sys\nfrom pathlib import Path\n"
        "from assistant.storage.database import Database\nfrom assistant.storage.lists import ListTable\n"
        "async def main():\n"
        "    lists = ListTable(await Database.open(Path(sys.argv[1])))\n"
        "    for n in range(100000):\n"
        "        await lists.add('shopping', [str(n)])\n"
        "        print(n, flush=True)\n"
        "asyncio.run(main())\n"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, str(path), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    last = -1
    async for line in process.stdout:
        last = int(line)
        if last == 20:
            process.send_signal(signal.SIGKILL)
    await asyncio.wait_for(process.wait(), 10)
    notices: list[str] = []
    database = await Database.open(path, notice=notices.append)
    items = await ListTable(database).items("shopping")
    await database.close()
    assert notices == []
    assert items[: last + 1] == [str(n) for n in range(last + 1)]


async def test_a_claim_holds_until_it_ends(tmp_path: Path) -> None:
    first, second = await Database.open(tmp_path / "a.db"), await Database.open(tmp_path / "a.db")
    due = Due("t1", Kind.TIMER, "pasta", "kitchen", 160.0, duration_s=60.0)
    await DueTable(first).put([due])
    assert await DueTable(first).claim(due, "one", now=160.0, until=220.0)
    assert not await DueTable(second).claim(due, "two", now=161.0, until=221.0)
    assert await DueTable(second).claim(due, "two", now=220.0, until=280.0)
    assert await DueTable(second).all() == [due]
    await first.close()
    await second.close()


async def test_audit_keeps_what_was_asked_and_finds_what_can_be_undone(tmp_path: Path) -> None:
    database = await Database.open(tmp_path / "a.db")
    audit = AuditTable(database)
    undo = ({"service": "lists.remove", "arguments": {"items": ["milk"]}},)
    await audit.append(_record(undo=undo))
    await audit.append(_record(session="bedroom", result={"added": ["y" * 9000]}, at=200.0))
    found = await audit.last_undoable("kitchen", since=50.0)
    assert found is not None
    assert found.calls == undo
    assert await audit.last_undoable("kitchen", since=101.0) is None
    assert await audit.last_undoable("bedroom", since=0.0) is None
    await audit.mark_undone(found.id, 300.0)
    assert await audit.last_undoable("kitchen", since=50.0) is None
    newest, oldest = await audit.records()
    assert oldest == _record(undo=undo)
    assert newest.session == "bedroom"
    assert len(newest.result) == 4000
    await audit.prune(150.0, 300.0)
    assert [record.session for record in await audit.records()] == ["bedroom"]
    await database.close()


async def test_device_states_are_replaced(tmp_path: Path) -> None:
    database = await Database.open(tmp_path / "a.db")
    table = DeviceStateTable(database)
    await table.save({"lamp": {"on": True, "brightness": 30}})
    await table.save({"lamp": {"on": False}})
    assert await table.all() == {"lamp": {"on": False}}
    await database.close()


async def test_what_was_deleted_is_gone_from_the_bytes_of_every_file(tmp_path: Path) -> None:
    database = await Database.open(tmp_path / "a.db")
    table = ListTable(database)
    await table.add("shopping", [f"canary-{number}" for number in range(500)])
    assert _holding(tmp_path, b"canary-77")
    await table.clear("shopping")
    await database.scrub()
    assert _holding(tmp_path, b"canary-") == []
    await table.add("shopping", ["milk"])
    assert await table.items("shopping") == ["milk"]
    await database.close()


async def test_a_database_with_a_schema_of_its_own(tmp_path: Path) -> None:
    steps = (Step(1, "words", ("CREATE TABLE words (word TEXT NOT NULL)",)),)
    database = await Database.open(tmp_path / "a.db", steps=steps)
    async with database.begin() as connection:
        await connection.execute(text("INSERT INTO words VALUES ('here')"))
        tables = await connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'"))
        assert {row[0] for row in tables} == {"words", "migrations"}
    await database.close()
