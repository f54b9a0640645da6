"""`assistant call`, with the services here and with those of an assistant that is running."""

import json
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path

import pytest

from assistant import instances
from assistant.api.server import ApiServer
from assistant.cli import call as command
from assistant.cli import plugins as listing
from assistant.config.model import Config
from assistant.errors import UserError
from assistant.paths import source_root
from assistant.services.build import Services, create_services
from assistant.services.time import SystemClock
from assistant.storage.due import Kind

UNLOCK = ("target.device=front door", "state=unlocked")


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ASSISTANT_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("ASSISTANT_PLUGINS", str(tmp_path / "plugins"))
    return tmp_path / "state"


@asynccontextmanager
async def an_assistant() -> AsyncIterator[Services]:
    """An assistant's services and API, to be found as a running one."""

    async def silent(text: str, kind: Kind) -> None:
        """No timer is started."""

    services = await create_services(Config(), SystemClock(), silent, lambda event: None)
    api = ApiServer(services.registry)
    await api.start()
    file = instances.register(instances.Instance(os.getpid(), api.port, api.token, time.time(), ""))
    try:
        yield services
    finally:
        file.unlink()
        await api.close()
        await services.close()


async def say(*pairs: str, name: str, as_json: bool = False, yes: bool = False) -> int:
    return await command.call(Config(), name, pairs, as_json, yes)


async def test_without_an_assistant_it_is_done_here(capsys: pytest.CaptureFixture[str]) -> None:
    assert await say("items=milk,eggs", name="lists.add") == 0
    assert json.loads(capsys.readouterr().out)["added"] == ["milk", "eggs"]
    assert await say(name="lists.read", as_json=True) == 0  # another process would find it, too
    assert json.loads(capsys.readouterr().out)["result"]["items"] == ["milk", "eggs"]


async def test_a_running_one_does_it(capsys: pytest.CaptureFixture[str]) -> None:
    async with an_assistant() as running:
        assert await say("target.device=front door", name="home.query") == 0
        [record] = await running.audit.records()
    assert "The front door is locked." in capsys.readouterr().out
    assert (record.service, record.session, record.channel) == ("home.query", "console", "http")


@pytest.mark.parametrize("where", ["here", "running"])
async def test_what_is_risky_needs_a_yes(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with an_assistant() if where == "running" else nullcontext():
        await ask_for_a_yes(monkeypatch)


async def ask_for_a_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match=r"Shall I really unlock the front door\? .*--yes"):
        await say(*UNLOCK, name="home.set")
    assert await locked()
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    for typed, there in (("no", True), ("", True), ("yes", False)):
        monkeypatch.setattr("click.prompt", lambda *args, said=typed, **options: said)
        if there:
            with pytest.raises(UserError, match="Nothing was done"):
                await say(*UNLOCK, name="home.set")
        else:
            assert await say(*UNLOCK, name="home.set") == 0
        assert await locked() is there


async def test_yes_can_be_said_beforehand() -> None:
    assert await say(*UNLOCK, name="home.set", yes=True) == 0
    assert not await locked()


async def locked() -> bool:
    async with command._services(Config()) as request:
        body = {"arguments": {"target": {"device": "front door"}}, "session": "console"}
        answer = await request("POST", "/api/services/home/query", body)
    return bool(answer["result"]["devices"][0]["locked"])


async def test_a_refusal_is_a_sentence_and_a_status(capsys: pytest.CaptureFixture[str]) -> None:
    assert await say(name="timers.cancel") == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("assistant: ")
    with pytest.raises(UserError, match=r"no service 'lists\.burn'.*--list") as raised:
        await say(name="lists.burn")
    assert raised.value.exit_status == 2


async def test_a_service_of_a_plugin_is_called_like_any_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plugins = tmp_path / "plugins"
    plugins.mkdir(mode=0o755)
    copied = plugins / "dice.py"
    copied.write_bytes((source_root() / "docs" / "examples" / "plugin" / "dice.py").read_bytes())
    copied.chmod(0o644)
    assert await say("count=2", name="dice.roll") == 0
    assert len(json.loads(capsys.readouterr().out)["rolled"]) == 2
    await listing.show(as_json=True)
    [shown] = json.loads(capsys.readouterr().out)
    assert (shown["name"], shown["services"], shown["problem"]) == ("dice", ["dice.roll"], "")
    assert await listing.check() == 0
    (plugins / "broken.py").write_text("import nothing_of_the_kind")
    assert await listing.check() == 1
    assert "nothing_of_the_kind" in capsys.readouterr().out
    assert await say("count=2", name="dice.roll") == 0
    assert "broken.py is not loaded" in capsys.readouterr().err


async def test_services_are_listed_with_what_they_take(capsys: pytest.CaptureFixture[str]) -> None:
    await command.show(Config(), as_json=False)
    out = capsys.readouterr().out
    assert "lists.clear" in out
    assert "risky" in out
    assert "duration*=…" in out
    await command.show(Config(), as_json=True)
    listed = {each["name"]: each for each in json.loads(capsys.readouterr().out)}
    assert "duration" in listed["timers.start"]["schema"]["properties"]
