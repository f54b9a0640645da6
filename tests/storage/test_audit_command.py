"""`assistant audit`, as a person types it."""

import json
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner

from assistant.cli.commands import group
from assistant.storage.audit import AuditTable
from assistant.storage.database import Database
from tests.storage.test_audit import record


@pytest.fixture
async def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ASSISTANT_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("ASSISTANT_CONFIG", str(tmp_path / "none.toml"))
    database = await Database.open(tmp_path / "assistant.db")
    table = AuditTable(database)
    begun = await table.begin(record(1, person="anna"))
    await table.append(record(1, person="anna", begun=begun))
    await table.begin(record(2, session="hall"))
    await database.close()
    return tmp_path


def typed(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(group, ["audit", *words])
    return result.exit_code, result.output


def test_who_did_what_is_shown_and_what_has_no_end(folder: Path) -> None:
    status, shown = typed("show")
    assert status == 0
    unfinished, done = shown.splitlines()
    assert "hall" in unfinished
    assert "begun, and not ended" in unfinished
    assert all(word in done for word in ("kitchen", "anna", "lists.add", "allowed", "done"))
    assert len(json.loads(typed("show", "--session", "hall", "--json")[1])["unfinished"]) == 1


def test_meddling_is_named_and_is_a_failure(folder: Path) -> None:
    status, shown = typed("verify")
    assert (status, shown.splitlines()[0]) == (0, "All 3 records are as they were written.")
    noted = shown.split()[-1]
    assert typed("verify", "--hash", noted)[0] == 0
    with sqlite3.connect(folder / "assistant.db") as connection:
        connection.execute("UPDATE audit SET person = 'berta' WHERE id = 2")
    connection.close()
    assert typed("verify") == (1, "Record 2 was changed.\n")


def test_a_hash_that_is_not_there_is_a_failure(folder: Path) -> None:
    status, shown = typed("verify", "--hash", "abc", "--json")
    assert status == 1
    assert "abc" in json.loads(shown)["faults"][0]
