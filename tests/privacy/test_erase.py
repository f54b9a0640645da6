"""All that is one person's, found in every store, given out, and gone from the bytes of every file."""

import gzip
import json
import sqlite3
import time
import wave
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from sqlalchemy import text

from assistant import instances, paths
from assistant.bus import Bus
from assistant.cli.commands import group
from assistant.config.model import Config
from assistant.events import TurnEnded, Understood
from assistant.observe.record import TurnTrace
from assistant.observe.store import TraceStore, traces_folder
from assistant.privacy import tables
from assistant.privacy.erase import Everything
from assistant.privacy.keeper import PrivacyKeeper
from assistant.privacy.recordings import RecordingRecognizer, recordings_folder
from assistant.services.build import Services, create_services
from assistant.services.service import Origin
from assistant.services.time import SystemClock
from assistant.storage.audit import AuditTable
from assistant.storage.database import Database
from assistant.storage.names import NameTable
from assistant.storage.reviews import ReviewTable

CANARY = "zanzibarcanary"
HERS, HIS = f"{CANARY} apples", "pears of berta"
NOW = time.time()
RASA_TABLE = (
    "CREATE TABLE events (id INTEGER PRIMARY KEY, sender_id VARCHAR(255) NOT NULL, type_name VARCHAR(255) NOT NULL, "
    "timestamp FLOAT, intent_name VARCHAR(255), action_name VARCHAR(255), data TEXT)"
)


async def _silent(*said: object) -> None:
    """Nothing rings here."""


POLICY = {
    "people": [{"name": "anna", "role": "member"}, {"name": "berta", "role": "member"}],
    "places": [{"name": "api:anna:*", "role": "member"}],
}


async def opened() -> Services:
    config = Config.model_validate({"policy": POLICY})
    return await create_services(config, SystemClock(), _silent, lambda event: None)


async def did(services: Services, name: str, origin: Origin, /, **arguments: Any) -> None:
    outcome = await services.registry.call(name, arguments, origin)
    assert outcome.ok, outcome


def conversation(path: Path, *said: tuple[str, float, str]) -> None:
    """As Rasa's tracker store writes it: sender, time and what was said."""
    with sqlite3.connect(path) as connection:
        connection.execute(RASA_TABLE)
        for sender, at, words in said:
            for kind in ("session_started", "user", "slot"):
                data = json.dumps({"event": kind, "timestamp": at, "text": words})
                connection.execute(
                    "INSERT INTO events (sender_id, type_name, timestamp, data) VALUES (?, ?, ?, ?)",
                    (sender, kind, at, data),
                )
    connection.close()


def trace(session: str, at: float, words: str) -> TurnTrace:
    return TurnTrace(id=f"{int(at)}", session=session, turn=1, at=at, words={"transcript": words})


async def furnish(services: Services) -> None:
    """Anna and Berta speak to the same assistant; both at the console, Anna at a place of her own, too."""
    anna, berta = Origin("console", 1, "http", person="Anna"), Origin("console", 2, "http", person="berta")
    hers = Origin("api:anna:phone", 1, "network")
    await did(services, "lists.add", anna, items=[HERS])
    await did(services, "lists.add", berta, items=[HIS])
    await did(services, "notes.take", anna, note=f"note of {CANARY}")
    await did(services, "notes.take", berta, note="note of berta")
    await did(services, "timers.start", anna, duration="ten minutes", name=f"{CANARY} tea")
    await did(services, "timers.start", berta, duration="ten minutes", name="berta tea")
    await did(services, "reminders.add", hers, text=f"call {CANARY}", when="tomorrow at nine")
    await did(services, "calendar.add", anna, title=f"dinner {CANARY}", when="tomorrow at six")
    await did(services, "calendar.add", berta, title="dinner of berta", when="tomorrow at eight")
    await services.registry.call("lists.read", {"list": CANARY}, anna)
    names, reviews = NameTable(services.database), ReviewTable(services.database)
    await names.learn("items", HERS, NOW)
    await names.learn("items", HIS, NOW)
    await names.learn("people", "anna", NOW)
    async with services.database.begin() as connection:
        await connection.execute(
            text("INSERT INTO speakers VALUES ('shared', 'anna', :a, :b), ('shared', 'berta', :c, :d)"),
            {"a": NOW - 100, "b": NOW - 90, "c": NOW - 50, "d": NOW - 40},
        )
    await reviews.add(NOW - 95, "shared", f"unclear {CANARY}", {"ranking": [], "entities": []})
    await reviews.add(NOW - 45, "shared", "unclear berta", {"ranking": [], "entities": []})


def furnish_files(state: Path, cache: Path) -> None:
    said = [("console", NOW, CANARY), ("shared", NOW - 95, CANARY), ("api:anna:phone", NOW, CANARY)]
    conversation(state / "dialogue.db", *said, ("api:berta:phone", NOW, "i am berta"))
    store = TraceStore(traces_folder(), max_bytes=10**6, max_days=30, wall=time.time)
    store.append([trace("shared", NOW - 95, CANARY), trace("shared", NOW - 45, "words of berta")])
    (state / "log").mkdir(exist_ok=True)
    (state / "log" / "rasa.log").write_text(f"something with {CANARY}\n")
    (state / "assistant.db.damaged-20260101-000000").write_bytes(CANARY.encode() * 9)
    (cache / "language-models" / "abc").mkdir(parents=True)
    (cache / "language-models" / "abc" / "dict").write_text(f"{CANARY} Z AE N\n")
    recordings_folder().mkdir()
    for session, at in (("shared", NOW - 95), ("shared", NOW - 45), ("api%3Aanna%3Aphone", NOW)):
        with wave.open(str(recordings_folder() / f"{session}@{at:.3f}.wav"), "wb") as file:
            file.setparams((1, 2, 16_000, 0, "NONE", ""))
            file.writeframes(CANARY.encode() * 2 if at != NOW - 45 else b"berta berta ")


def holding(words: str) -> list[str]:
    """Every file in state and cache with these words in its bytes, also those that were packed."""
    found = []
    for folder in (paths.state_dir(), paths.cache_dir()):
        for path in folder.rglob("*"):
            content = path.read_bytes() if path.is_file() else b""
            content = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
            if words.encode() in content.lower():
                found.append(path.name)
    return found


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    for name in ("state", "cache"):
        monkeypatch.setenv(f"ASSISTANT_{name.upper()}_DIR", str(tmp_path / name))
        (tmp_path / name).mkdir()
    monkeypatch.setenv("ASSISTANT_CONFIG", str(tmp_path / "config.toml"))
    return tmp_path / "state", tmp_path / "cache"


@pytest.fixture
async def kept(folders: tuple[Path, Path]) -> tuple[Path, Path]:
    services = await opened()
    await furnish(services)
    await services.close()
    furnish_files(*folders)
    return folders


async def test_nothing_of_an_erased_person_is_in_any_byte(kept: tuple[Path, Path]) -> None:
    before = holding(CANARY)
    assert {"assistant.db", "dialogue.db", "calendar.ics", "rasa.log", "dict"} <= set(before)
    async with Everything(Config()) as everything:
        receipt = await everything.erase("anna")
    assert holding(CANARY) == []
    assert holding("anna") == []
    counts = receipt.counts
    expected = {"conversations": 9, "traces": 1, "appointments": 1, "recordings": 2, "logs": 1, "damaged": 1}
    assert {name: counts[name] for name in expected} == expected
    assert counts["record"] >= 11  # five things that she did, each with its beginning, and what she asked
    assert counts["lists"] == 4
    assert counts["names"] == 2
    assert CANARY not in json.dumps(receipt.as_dict())
    async with Everything(Config()) as everything:
        again = await everything.erase("anna")
    assert sum(again.counts.values()) == 0


async def test_what_is_anothers_stays_and_the_record_is_whole(kept: tuple[Path, Path]) -> None:
    async with Everything(Config()) as everything:
        await everything.erase("ANNA")
    assert holding("berta")
    services = await opened()
    try:
        read = await services.registry.call("lists.read", {}, Origin("console"))
        assert read.result["items"] == [HIS]
        timers = await services.registry.call("timers.list", {}, Origin("console"))
        assert "berta tea" in str(timers.result)
        assert [each.text for each in await ReviewTable(services.database).all(NOW)] == ["unclear berta"]
        assert (await AuditTable(services.database).verify()).fault is None
        records = await AuditTable(services.database).records(limit=1000)
        assert {each.person for each in records if not each.erased} == {"berta", ""}
        assert {each.service for each in records if each.erased} >= {
            "lists.add",
            "notes.take",
            "timers.start",
        }
    finally:
        await services.close()
    with sqlite3.connect(kept[0] / "dialogue.db") as connection:
        assert [*connection.execute("SELECT DISTINCT sender_id FROM events")] == [("api:berta:phone",)]
    assert "words of berta" in "".join(path.read_text() for path in traces_folder().iterdir())
    assert [path.name.partition("@")[0] for path in recordings_folder().iterdir()] == ["shared"]
    assert "dinner of berta" in (kept[0] / "calendar.ics").read_text().lower().replace("\r\n ", "")


async def test_everybody_is_erased(kept: tuple[Path, Path]) -> None:
    async with Everything(Config()) as everything:
        await everything.erase("")
    assert holding(CANARY) == []
    assert holding("berta") == []
    database = await Database.open(kept[0] / "assistant.db")
    assert (await AuditTable(database).verify()).fault is None
    await database.close()


def test_every_table_of_the_database_is_looked_at(kept: tuple[Path, Path]) -> None:
    """Who makes a new one says whose its rows are."""
    with sqlite3.connect(kept[0] / "assistant.db") as connection:
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert names - {"sqlite_sequence"} == {table.name for table in tables.TABLES} | tables.UNTOUCHED


def typed(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(group, ["privacy", *words])
    return result.exit_code, result.output + (str(result.exception) if result.exception else "")


def test_a_person_is_given_all_of_theirs_and_nothing_else(kept: tuple[Path, Path], tmp_path: Path) -> None:
    target = tmp_path / "anna.zip"
    status, shown = typed("export", "anna", str(target))
    assert status == 0, shown
    assert target.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(target) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    receipt = json.loads(content["receipt.json"])
    assert receipt["counts"]["conversations"] == 9
    for name in (
        "record",
        "list_items",
        "notes",
        "due",
        "reviews",
        "conversations",
        "traces",
        "appointments",
    ):
        assert CANARY in content[f"{name}.json"].decode().lower(), name
    assert len([name for name in content if name.startswith("recordings/")]) == 2
    assert all(HIS.encode() not in each for each in content.values())
    assert holding(CANARY)  # nothing was deleted


def test_while_an_assistant_runs_nothing_is_erased(
    kept: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    running = instances.Instance(4242, 1, "token", 0.0, "")
    monkeypatch.setattr(instances, "find", lambda: running)
    status, shown = typed("erase", "anna", "--yes")
    assert status != 0
    assert "process 4242" in shown
    assert holding(CANARY)


@pytest.mark.parametrize("words", [["erase"], ["erase", "anna", "--all"], ["export", "x.zip"]])
def test_whose_it_is_has_to_be_said(kept: tuple[Path, Path], words: list[str]) -> None:
    assert typed(*words)[0] == 2


def test_without_a_yes_nothing_is_erased(kept: tuple[Path, Path]) -> None:
    status, shown = typed("erase", "anna")
    assert status != 0
    assert "needs a yes" in shown
    assert holding(CANARY)


def test_what_is_kept_is_shown(kept: tuple[Path, Path]) -> None:
    status, shown = typed()
    assert status == 0
    assert "dialogue.db" in shown
    listed = {each["name"]: each for each in json.loads(typed("--json")[1])}
    assert listed["conversations"]["bytes"] > 0


async def test_who_spoke_is_noted_where_it_is_known(folders: tuple[Path, Path]) -> None:
    database = await Database.open(folders[0] / "assistant.db")
    bus, persons = Bus(), {"console": ("", "anna"), "sound": ("kitchen", "")}
    keeper = PrivacyKeeper(Config(), database, bus, persons.get, now=lambda: 1000.0, clock=lambda: 50.0)
    async with keeper:
        for session in persons:
            here: dict[str, Any] = {"at_s": 50.0, "session": session, "turn": 1}
            bus.publish(Understood(**here, text="hello", intent="greet", confidence=1.0))
            bus.publish(TurnEnded(**here, outcome="answered", began_s=47.0))
    async with database.begin() as connection:
        rows = await connection.execute(text("SELECT * FROM speakers"))
        assert [tuple(row) for row in rows] == [("console", "anna", 997.0, 1000.0)]
    await database.close()


async def test_a_recording_is_made_for_who_wants_it_and_of_the_whole_turn(tmp_path: Path) -> None:
    class Echo:
        name = "echo"

        async def start(self) -> None: ...

        async def close(self) -> None: ...

        def stream(self, on_partial: object = None) -> "Echo":
            return self

        def feed(self, pcm: object) -> None: ...

        async def finish(self) -> str:
            return "text"

        def cancel(self) -> None: ...

    times = iter([10.0, 11.0, 20.0])
    kept: list[float] = []
    recognizer = RecordingRecognizer(Echo(), "a:b", tmp_path / "r", kept.append, lambda: next(times))  # type: ignore[arg-type]
    first, second = (np.arange(length, dtype=np.int16) for length in (8_000, 16_000))
    for sound in (first, second, -first):  # the second goes on with the first
        stream = recognizer.stream()
        stream.feed(sound)
        assert await stream.finish() == "text"  # type: ignore[comparison-overlap]
    files = sorted((tmp_path / "r").iterdir())
    assert [path.name for path in files] == ["a%3Ab@11.000.wav", "a%3Ab@20.000.wav"]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    with wave.open(str(files[0])) as file:
        assert file.getnframes() == 16_000
        assert file.readframes(20_000) == second.tobytes()
    assert kept == [0.5, 1.0, 0.5]
