"""The page about privacy says what the code does, and old things go in time."""

import os
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text

from assistant import paths
from assistant.config.model import Config
from assistant.privacy.recordings import recordings_folder
from assistant.privacy.retention import DAY_S, retain
from assistant.privacy.stores import as_markdown
from assistant.storage.audit import AuditTable
from assistant.storage.database import Database
from assistant.storage.names import NameTable
from assistant.storage.reviews import ReviewTable
from tests.privacy.test_erase import conversation
from tests.storage.test_audit import record

NOW = 1_900_000_000.0


def test_the_page_has_the_table_of_the_code() -> None:
    page = (paths.source_root() / "docs" / "privacy.md").read_text(encoding="utf-8")
    assert as_markdown() in page, "put what assistant.privacy.stores.as_markdown() gives into docs/privacy.md"


async def test_what_was_kept_long_enough_is_deleted_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSISTANT_STATE_DIR", str(tmp_path))
    days = {"conversation_days": 10, "record_days": 20, "names_days": 30, "log_days": 5, "keep_audio_days": 3}
    config = Config.model_validate({"privacy": days})
    database = await Database.open(tmp_path / "assistant.db")
    audit, names, reviews = AuditTable(database), NameTable(database), ReviewTable(database)
    for age, name in ((21, "old"), (19, "new")):
        await audit.append(record(at=NOW - age * DAY_S, session=name))
        async with database.begin() as connection:
            values = {"name": name, "at": NOW - age * DAY_S}
            await connection.execute(text("INSERT INTO speakers VALUES (:name, :name, :at, :at)"), values)
    for age, name in ((31, "old"), (29, "new")):
        await names.learn("items", name, NOW - age * DAY_S)
        await reviews.add(NOW - age * DAY_S, "sound", name, {})
    ages = {"over": 11, "recent": 9}
    conversation(
        tmp_path / "dialogue.db",
        *((name, NOW - age * DAY_S, f"said {name}") for name, age in ages.items()),
        ("long", NOW - 40 * DAY_S, "said long ago"),
        ("long", NOW - 1 * DAY_S, "said lately"),
    )
    for folder, age in ((recordings_folder(), 3), (tmp_path / "log", 5)):
        folder.mkdir()
        for name, days_ago in (("old.wav", age + 1), ("new.wav", age - 1)):
            (folder / name).write_text(name)
            os.utime(folder / name, (NOW - days_ago * DAY_S,) * 2)
    done = await retain(config, database, NOW, rasa_runs=False)
    expected = {"record": 1, "speakers": 1, "learned_names": 1, "reviews": 1, "recordings": 1, "logs": 1}
    assert {name: done[name] for name in expected} == expected
    assert [each.session for each in await audit.records()] == ["new"]
    assert (await audit.verify()).fault is None
    assert await names.all() == {"items": ["new"]}
    for folder in (recordings_folder(), tmp_path / "log"):
        assert [path.name for path in folder.iterdir()] == ["new.wav"]
    await database.close()
    with sqlite3.connect(tmp_path / "dialogue.db") as rasa:
        kept = {row[0] for row in rasa.execute("SELECT DISTINCT sender_id FROM events")}
    assert kept == {"recent", "long"}
    raw = (tmp_path / "dialogue.db").read_bytes()
    assert b"said lately" in raw
    assert b"said long ago" not in raw
    assert b"said over" not in raw


async def test_a_store_that_cannot_be_reached_keeps_no_other_from_being_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("ASSISTANT_STATE_DIR", str(tmp_path))
    (tmp_path / "dialogue.db").write_bytes(b"this is no database" * 300)
    database = await Database.open(tmp_path / "assistant.db")
    done = await retain(Config(), database, NOW, rasa_runs=False)
    assert "conversations" not in done
    assert {"record", "logs", "speakers"} <= set(done)
    assert "conversations" in caplog.text
    await database.close()
