"""Running assistants find each other by their files, and only those that are really there."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from assistant import instances
from assistant.api.server import ApiServer
from assistant.config.model import Audio, Config, Names
from assistant.instances import HEALTH_TIMEOUT_S, Instance, NotThere, in_daemon_thread
from assistant.services.registry import Registry
from assistant.services.time import SystemClock
from assistant.storage.audit import Record


class NoAudit:
    async def append(self, record: Record) -> None:
        """Nothing is called here."""


@asynccontextmanager
async def served() -> AsyncIterator[ApiServer]:
    api = ApiServer(Registry(SystemClock(), NoAudit(), lambda event: None))
    await api.start()
    try:
        yield api
    finally:
        await api.close()


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "state"
    monkeypatch.setenv("ASSISTANT_STATE_DIR", str(folder))
    return folder


def instance(api: ApiServer, *, pid: int | None = None, token: str = "", started: float = 1.0) -> Instance:
    return Instance(pid or os.getpid(), api.port, token or api.token, started, "settings")


def dead_pid() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


async def test_who_is_there_is_found_and_can_be_asked() -> None:
    async with served() as api:
        path = instances.register(instance(api))
        found = await in_daemon_thread(instances.find)
        assert found == instance(api)
        answer = await in_daemon_thread(lambda: found.request("GET", "/api/services", timeout_s=5.0))
        assert answer == {"services": []}
    assert path.exists()  # its owner removes it


async def test_the_file_is_for_its_owner_alone(state: Path) -> None:
    async with served() as api:
        path = instances.register(instance(api))
    assert path == state / "instances" / f"{os.getpid()}.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert set(json.loads(path.read_text())) == {"pid", "port", "token", "started", "settings"}
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    assert api.token not in repr(instance(api))


async def test_another_state_folder_is_another_assistant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with served() as api:
        instances.register(instance(api))
        monkeypatch.setenv("ASSISTANT_STATE_DIR", str(tmp_path / "other"))
        assert await in_daemon_thread(instances.find) is None


async def test_where_nobody_ever_was() -> None:
    assert await in_daemon_thread(instances.find) is None


async def test_of_several_the_last_that_started(state: Path) -> None:
    async with served() as first, served() as second:
        older = instances.register(instance(first, started=1.0))
        older.rename(older.with_name("older.json"))
        instances.register(instance(second, started=2.0))
        assert await in_daemon_thread(instances.find) == instance(second, started=2.0)
        await second.close()
        assert await in_daemon_thread(instances.find) == instance(first, started=1.0)


async def test_the_file_of_a_dead_process_is_removed() -> None:
    async with served() as api:
        path = instances.register(instance(api, pid=dead_pid()))
        assert await in_daemon_thread(instances.find) is None
    assert not path.exists()


async def test_a_number_that_another_process_has_now_is_not_believed() -> None:
    """Its port is closed, or somebody else's who does not take the token."""
    async with served() as api:
        path = instances.register(instance(api, token="of somebody who is no more"))
        assert await in_daemon_thread(instances.find) is None
        assert not path.exists()
        path = instances.register(instance(api))
    assert await in_daemon_thread(instances.find) is None
    assert not path.exists()


async def test_one_that_hangs_is_not_waited_for_and_left_alone() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        path = instances.register(Instance(os.getpid(), deaf.getsockname()[1], "t", 1.0, "s"))
        begun_s = time.monotonic()
        assert await in_daemon_thread(instances.find) is None
        assert time.monotonic() - begun_s < HEALTH_TIMEOUT_S + 4.0
    assert path.exists()


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"pid": "x", "port": 1, "token": "", "started": 0, "settings": ""}',
        '{"pid": -1, "port": 1, "token": "", "started": 0, "settings": ""}',
        '{"pid": 99999999999999999999, "port": 1, "token": "", "started": 0, "settings": ""}',
        "\x00\xff",
    ],
)
def test_a_damaged_file_is_removed(state: Path, content: str) -> None:
    path = state / "instances" / "7.json"
    path.parent.mkdir(parents=True)
    path.write_text(content, encoding="latin-1")
    assert instances.find() is None
    assert not path.exists()


async def test_an_answer_that_is_none() -> None:
    async with served() as api:
        there = instance(api)
        with pytest.raises(NotThere, match="404"):
            await in_daemon_thread(lambda: there.request("GET", "/api/nothing", timeout_s=5.0))


async def test_errors_of_a_thread_reach_who_waits() -> None:
    with pytest.raises(ZeroDivisionError):
        await in_daemon_thread(lambda: 1 // 0)


# ── which settings matter ─────────────────────────────────────────────────────────────────────────────────


def test_settings_of_sound_do_not_matter_and_names_do() -> None:
    key = instances.settings_key(Config())
    assert instances.settings_key(Config(audio=Audio(volume=0.5))) == key
    assert instances.settings_key(Config(names=Names(people=("Ada",)))) != key
    assert instances.settings_key(Config(units="imperial")) != key


def test_sentences_that_were_changed_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sentences = tmp_path / "project" / "data" / "nlu" / "a.yml"
    sentences.parent.mkdir(parents=True)
    sentences.write_text("nlu: []")
    monkeypatch.setenv("ASSISTANT_RASA_PROJECT", str(tmp_path / "project"))
    key = instances.settings_key(Config())
    assert instances.settings_key(Config()) == key
    os.utime(sentences, (1, 1))
    assert instances.settings_key(Config()) != key
