"""Everything that must survive, in a real PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from assistant.config.model import Config
from assistant.events import Event
from assistant.privacy.erase import Everything
from assistant.services.build import Services, create_services
from assistant.services.service import Origin
from assistant.services.time import SystemClock
from assistant.storage.audit import AuditTable
from assistant.storage.database import Database, StorageError
from tests.servers import PostgreSQL, postgresql
from tests.storage.test_audit import record

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server() -> AsyncIterator[PostgreSQL]:
    async with postgresql("assistant", "other") as made:
        yield made


async def _silent(*said: object) -> None:
    pass


async def opened(url: str, folder: Path) -> Services:
    events: list[Event] = []
    config = Config.model_validate({"storage": {"url": url}})
    return await create_services(
        config, SystemClock(), _silent, events.append, database_path=folder / "unused.db"
    )


async def test_services_keep_what_they_have_there_and_find_it_again(
    server: PostgreSQL, tmp_path: Path
) -> None:
    url = server.url("assistant")
    first = await opened(url, tmp_path)
    here = Origin("kitchen", 1, "console")
    calls = {
        "lists.add": {"items": ["milk"]},
        "home.set": {"target": {"device": "floor lamp"}, "state": "on"},
    }
    for service, arguments in calls.items():
        outcome = await first.registry.call(service, arguments, here)
        assert outcome.ok, outcome
    await first.close()
    again = await opened(url, tmp_path)
    read = await again.registry.call("lists.read", {}, here)
    assert read.ok, read
    assert "milk" in str(read.result)
    lamp = await again.registry.call("home.query", {"target": {"device": "floor lamp"}}, here)
    assert lamp.result["devices"][0]["on"] is True
    undone = await again.registry.call("undo.last", {}, Origin("kitchen", 2, "console"))
    assert undone.ok, undone
    await again.close()
    assert not (tmp_path / "unused.db").exists()
    assert int(server.query("assistant", "SELECT count(*) FROM audit")[0]) >= 4


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("postgresql://assistant:wrong@127.0.0.1:{port}/assistant", "password"),
        ("postgresql://assistant:{password}@127.0.0.1:{port}/nothing", "does not exist"),
        ("postgresql://assistant:s3cret@127.0.0.1:9/assistant", "server does not answer"),
        ("postgresql://assistant:s3cret@no.such.host.invalid/assistant", "server does not answer"),
        ("mysql://assistant:s3cret@127.0.0.1/assistant", r"`storage\.url`"),
        ("s3cret", r"`storage\.url`"),
        ("postgresql://assistant:s3cret@127.0.0.1:port/assistant", r"`storage\.url`"),
    ],
)
async def test_what_does_not_work_is_said_without_the_password(
    server: PostgreSQL, tmp_path: Path, url: str, why: str
) -> None:
    _, _, rest = server.url("x").partition("assistant:")
    url = url.format(port=server.server.port, password=rest.partition("@")[0])
    with pytest.raises(StorageError, match=why) as error:
        await Database.open(tmp_path / "unused.db", url=url)
    assert "s3cret" not in str(error.value)


async def test_a_server_that_dies_is_a_sentence_and_then_it_works_again(
    server: PostgreSQL, tmp_path: Path
) -> None:
    services = await opened(server.url("other"), tmp_path)
    here = Origin("kitchen", 1, "console")
    assert (await services.registry.call("lists.add", {"items": ["tea"]}, here)).ok
    await server.server.kill()
    outcome = await services.registry.call("lists.add", {"items": ["salt"]}, here)
    assert (outcome.ok, outcome.error_code) == (False, "storage")
    assert "s3cret" not in outcome.error_message
    await server.server.start()
    assert (await services.registry.call("lists.add", {"items": ["salt"]}, here)).ok
    await services.close()


async def test_writers_of_several_machines_make_one_chain(server: PostgreSQL, tmp_path: Path) -> None:
    url = server.url("other")
    databases = [await Database.open(tmp_path / "unused.db", url=url) for _ in range(4)]

    async def write(database: Database, session: str) -> None:
        table = AuditTable(database)
        for number in range(20):
            begun = await table.begin(record(number, session=session))
            await table.append(record(number, session=session, begun=begun))

    before = (await AuditTable(databases[0]).verify()).count
    async with asyncio.TaskGroup() as group:
        for place, database in enumerate(databases):
            group.create_task(write(database, f"room {place}"))
    table = AuditTable(databases[0])
    numbers = [each.number for each in await table.records("room 2")]
    assert await table.erase(numbers, 1.0) == 20
    found = await table.verify()
    assert (found.fault, found.count) == (None, before + 161)
    server.query("other", f"UPDATE audit SET ok = 0 WHERE id = {before + 9}")
    fault = (await table.verify()).fault
    assert fault is not None
    assert fault.record == before + 9
    for database in databases:
        await database.close()


async def test_a_person_is_erased_from_the_servers_tables(
    server: PostgreSQL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("STATE", "CACHE"):
        monkeypatch.setenv(f"ASSISTANT_{name}_DIR", str(tmp_path / name))
    await server.create("talks")
    server.query(
        "talks",
        "CREATE TABLE events (id SERIAL PRIMARY KEY, sender_id VARCHAR(255), type_name VARCHAR(255), "
        "timestamp FLOAT, intent_name VARCHAR(255), action_name VARCHAR(255), data TEXT); "
        "INSERT INTO events (sender_id, type_name, timestamp, data) VALUES ('api:anna:phone', 'user', 1, '{}'), "
        "('api:berta:phone', 'user', 1, '{}')",
    )
    urls = {"storage": {"url": server.url("assistant")}, "dialogue": {"tracker_store": server.url("talks")}}
    config = Config.model_validate(urls)
    services = await opened(server.url("assistant"), tmp_path)
    assert (await services.registry.call("lists.add", {"items": ["plums"]}, Origin("anna", 1, "console"))).ok
    await services.close()
    async with Everything(config) as everything:
        found, _ = await everything.of("anna")
        assert "plums" in str(found["list_items"])
        receipt = await everything.erase("anna")
    assert receipt.counts["conversations"] == 1
    assert receipt.counts["record"] == 2
    assert server.query("talks", "SELECT sender_id FROM events") == ["api:berta:phone"]
    assert server.query("assistant", "SELECT item FROM list_items WHERE item = 'plums'") == []
    assert server.query("assistant", "SELECT id FROM audit WHERE arguments LIKE '%plums%'") == []
    database = await Database.open(tmp_path / "unused.db", url=server.url("assistant"))
    assert (await AuditTable(database).verify()).fault is None
    await database.close()
