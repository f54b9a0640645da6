"""Each fault of a machine is found, said in a sentence, and hides nothing else."""

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from assistant.config import Config, load
from assistant.config.generation import Generation, LocalModel, ModelServer
from assistant.doctor import (
    Check,
    as_json,
    dialogue,
    exit_status,
    language,
    machine,
    network,
    render,
    run_checks,
)
from assistant.doctor import run as run_module
from assistant.errors import UserError
from assistant.generation.discover import Found
from assistant.generation.endpoint import Endpoint
from tests import piper_fixture, whisper_fixture


@pytest.fixture(autouse=True)
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("STATE", "CACHE", "MODELS"):
        monkeypatch.setenv(f"ASSISTANT_{name}_DIR", str(tmp_path / name.lower()))
    monkeypatch.setenv("ASSISTANT_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))


def one(checks: Sequence[Check], name: str) -> Check:
    (found,) = [check for check in checks if check.name == name]
    return found


async def probe(name: str, *overrides: str) -> list[Check]:
    return await run_module._probe(name, load(overrides=overrides, environ={}), asyncio.Semaphore(1))


async def test_everything_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with Rasa missing, a wake word that is none and a broken configuration: all of it is said, and
    what works is seen to work."""
    monkeypatch.setenv("ASSISTANT_RASA_PYTHON", "/nowhere/python")
    config = load(overrides=['listening.wake_words=["hey_nobody"]'], environ={})
    checks = await run_checks(config, fault=UserError("config.toml, line 3: there is no setting audio.volum"))
    assert checks[0].name == "configuration"
    assert checks[0].status == "fail"
    assert "line 3" in checks[0].detail
    assert one(checks, "Rasa").status == "fail"
    assert one(checks, "Rasa").mend == "script/setup"
    assert 'no wake word "hey_nobody"' in one(checks, "wake words").detail
    assert one(checks, "dialogue model").mend == "assistant train"
    assert one(checks, "embedded recogniser").status == "ok"
    assert one(checks, "Whisper").mend == "assistant models get base.en"
    for name in ("Python", "packages", "port", "memory", "clock", "state folder", "disk space"):
        assert one(checks, name).status in ("ok", "warn"), one(checks, name)
    assert len({check.name for check in checks}) == len(checks)
    assert exit_status(checks) == 1


async def test_a_check_that_raises_or_hangs_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    async def raises() -> Check:
        raise ZeroDivisionError("what nobody thought of")

    async def hangs() -> Check:
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(run_module, "QUICK_S", 0.05)
    (raised,) = await run_module._quick("a", raises)
    assert (raised.status, raised.detail) == (
        "fail",
        "the check itself failed: ZeroDivisionError: what nobody thought of",
    )
    (hung,) = await run_module._quick("b", hangs)
    assert (hung.status, hung.detail) == ("fail", "no answer within 0 s")


async def test_a_model_that_kills_its_process_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    crash = "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"
    monkeypatch.setattr(run_module, "PROBE", ("-c", crash))
    (found,) = await probe("Whisper")
    assert (found.name, found.status) == ("Whisper", "fail")
    assert "SIGSEGV" in found.detail


async def test_a_model_that_never_loads_is_stopped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    note = tmp_path / "pid"
    hang = (
        f"import os, time, pathlib; pathlib.Path({str(note)!r}).write_text(str(os.getpid())); time.sleep(60)"
    )
    monkeypatch.setattr(run_module, "PROBE", ("-c", hang))
    monkeypatch.setattr(run_module, "PROBE_S", 1.0)
    (found,) = await probe("voice")
    assert (found.status, found.detail) == ("fail", "does not finish loading within 1 s")
    with pytest.raises(ProcessLookupError):
        os.kill(int(note.read_text()), 0)


async def test_what_libraries_print_is_not_taken_for_findings(monkeypatch: pytest.MonkeyPatch) -> None:
    noisy = """
import ctypes, sys
from assistant.doctor import probe
from assistant.doctor.check import ok
def look(config):
    print("noise of Python's", flush=True)
    ctypes.CDLL(None).puts(b"noise of a library")
    ctypes.CDLL(None).fflush(None)
    return [ok("voice", "fine")]
probe.look = look
probe.PROBES["voice"] = ("assistant.doctor.probe", "look")
probe.main()
"""
    monkeypatch.setattr(run_module, "PROBE", ("-c", noisy))
    assert await probe("voice") == [Check("voice", "ok", "fine")]


async def test_damaged_whisper_model(tmp_path: Path) -> None:
    folder = tmp_path / "models" / "whisper" / "base.en"
    folder.mkdir(parents=True)
    for name in ("config.json", "model.bin", "tokenizer.json", "vocabulary.json"):
        (folder / name).write_text("{}")
    (found,) = await probe("Whisper")
    assert found.status == "fail"
    assert str(folder) in found.detail
    (folder / "model.bin").unlink()
    (found,) = await probe("Whisper")
    assert found.detail == "the model base.en is not whole: model.bin is missing"
    assert found.mend == "assistant models get base.en"


async def test_models_that_load(tmp_path: Path) -> None:
    """Small ones in the real formats, loaded by the real engines."""
    shutil.copytree(whisper_fixture.FOLDER, tmp_path / "models" / "whisper" / "tiny.en")
    piper_fixture.build(tmp_path / "models" / "piper")
    (found,) = await probe("Whisper")
    assert (found.status, found.mend) == ("ok", "")
    found = one(await probe("voice"), "Piper voice")
    assert found.status == "ok"
    assert "en_US-tiny-low loads" in found.detail


async def test_damaged_voice(tmp_path: Path) -> None:
    folder = tmp_path / "models" / "piper"
    folder.mkdir(parents=True)
    (folder / "en_GB-alba-medium.onnx").write_bytes(b"not a graph")
    (folder / "en_GB-alba-medium.onnx.json").write_text("{}")
    found = one(await probe("voice"), "Piper voice")
    assert found.status == "fail"
    assert found.mend == "assistant models get en_GB-alba-medium"


async def test_models_that_were_asked_for_must_be_there() -> None:
    (found,) = await probe("Whisper", "recognition.whisper.model=small.en")
    assert (found.status, found.mend) == ("fail", "assistant models get small.en")
    (found,) = await probe("Whisper", "recognition.engine=sphinx")
    assert found.status == "ok"
    (found,) = await probe("voice", "voice.engine=piper")
    assert (found.status, found.mend) == ("fail", "assistant models get en_US-ljspeech-medium")


async def test_device_that_was_named_must_be_there() -> None:
    checks = await probe("sound", "audio.input_device=No Such Thing")
    if checks[0].status == "fail":
        pytest.skip("PortAudio is not installed")
    assert one(checks, "microphone").status == "fail"


@pytest.mark.parametrize(("body", "status", "detail"), [("", 0, ""), ("no interpreter", 1, "does not run")])
async def test_rasa_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, status: int, detail: str
) -> None:
    """A Python without Rasa in it, and a file that is no program."""
    python = Path(sys.executable)
    if body:
        python = tmp_path / "python"
        python.write_text(body)
        python.chmod(0o755)
    monkeypatch.setenv("ASSISTANT_RASA_PYTHON", str(python))
    found = await dialogue.rasa(load(environ={}))
    assert found.status == "fail"
    assert detail in found.detail
    if not body:
        assert "No package metadata was found for rasa" in found.detail


def test_port_in_use() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]
        assert network.port(number).status == "fail"
        assert str(number) in network.port(number).detail
    assert network.port(number).status == "ok"


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs /proc")
@pytest.mark.parametrize(("command", "disturbs"), [("run", True), ("say", False)])
def test_another_assistant(tmp_path: Path, command: str, disturbs: bool) -> None:
    program = tmp_path / "assistant"
    program.write_text(f"#!{sys.executable}\nprint(1, flush=True)\ninput()")
    program.chmod(0o755)
    with subprocess.Popen([program, command], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        found = machine.others()
        other.kill()
    assert (str(other.pid) in found.detail) == disturbs
    assert found.status == "warn" or not disturbs


def test_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where a folder should be")
    found = one(machine.folders(), "state folder")
    assert found.status == "fail"
    assert "ASSISTANT_STATE_DIR" in found.mend
    assert one(machine.folders(), "cache folder").status == "ok"


def test_time_zone() -> None:
    assert machine.clock("Europe/Berlin").status == "ok"
    assert machine.clock("").status == "ok"
    assert machine.clock("Middle-earth/Shire").detail == "there is no time zone 'Middle-earth/Shire'"
    assert machine.clock("../../etc").status == "fail"


def test_clock_in_the_past(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: 0.0)
    assert machine.clock("").mend == "sudo timedatectl set-ntp true"


def test_key_that_others_can_read(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[generation]\napi_key = "k"')
    path.chmod(0o644)
    assert machine.configuration(load(path, environ={}), path).mend == f"chmod 600 {path}"
    path.chmod(0o600)
    assert machine.configuration(load(path, environ={}), path).status == "ok"


NO_FILE = LocalModel(model="none")


async def models(request: web.Request) -> web.Response:
    if request.headers.get("Authorization") != "Bearer right":
        return web.Response(status=401)
    return web.json_response({"data": [{"id": "small"}, {"id": "big"}]})


async def text(request: web.Request) -> web.Response:
    return web.Response(text="hello")


@pytest.mark.parametrize(
    ("settings", "status", "word"),
    [
        ({"model": "big", "api_key": SecretStr("right")}, "ok", "big at http://127.0.0.1"),
        ({"model": "huge", "api_key": SecretStr("right")}, "fail", "no model huge"),
        ({"model": "big", "api_key": SecretStr("wrong")}, "fail", "refuses the key"),
        ({"path": "/nothing"}, "warn", "status 404"),
        ({"path": "/text"}, "fail", "no OpenAI-compatible server"),
    ],
)
async def test_language_model(settings: dict[str, Any], status: str, word: str) -> None:
    app = web.Application()
    app.router.add_get("/v1/models", models)
    app.router.add_get("/text/models", text)
    async with TestServer(app) as server:
        url = str(server.make_url(settings.pop("path", "/v1")))
        (found,) = await language.language_models(Generation(url=url, local=NO_FILE, **settings))
    assert (found.status, word in found.detail) == (status, True)


async def test_language_model_that_is_not_there() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://me:secret@127.0.0.1:{unused.getsockname()[1]}/v1"
        (found,) = await language.language_models(Generation(url=url, local=NO_FILE))
    assert found.status == "fail"
    assert "secret" not in found.detail
    (found,) = await language.language_models(Generation(discover=False, local=NO_FILE))
    assert (found.status, "there is none" in found.detail) == ("ok", True)


async def test_language_models_that_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = Found("Ollama", Endpoint("http://127.0.0.1:11434/v1", "llama"))

    async def look() -> list[Found]:
        return [here]

    monkeypatch.setattr(language, "look", look)
    monkeypatch.setenv("ASSISTANT_MODELS_DIR", str(tmp_path))
    (found,) = await language.language_models(Generation())
    assert found.detail == "found: llama at http://127.0.0.1:11434/v1 (Ollama)"
    (tmp_path / "language").mkdir()
    (tmp_path / "language" / "small.gguf").write_bytes(b"GGUF")
    _, local = await language.language_models(Generation())
    assert (local.status, "small.gguf" in local.detail) == ("ok", True)
    monkeypatch.setattr(language, "llama_installed", lambda: False)
    _, local = await language.language_models(Generation())
    assert (local.status, "uv sync" in local.mend) == ("warn", True)
    (missing,) = await language.language_models(
        Generation(discover=False, local=LocalModel(model="qwen2.5-0.5b-instruct"))
    )
    assert missing.mend == "assistant models get qwen2.5-0.5b-instruct"


async def test_a_language_model_whose_key_is_missing(tmp_path: Path) -> None:
    further = ModelServer(url="https://models.example.org/v1", api_key_file=tmp_path / "key")
    (found,) = await language.language_models(Generation(models=(further,), local=NO_FILE))
    assert (found.status, "cannot be read" in found.detail) == ("fail", True)


def test_report() -> None:
    checks = [Check("voice", "ok", "loads"), Check("microphone", "fail", "gone", "plug it in")]
    assert render(checks).splitlines() == [
        "ok    voice       loads",
        "FAIL  microphone  gone",
        "                  -> plug it in",
        "",
        "2 checks: 1 fine, 0 to know about, 1 to mend.",
    ]
    assert json.loads(as_json(checks))[1]["mend"] == "plug it in"
    assert (exit_status(checks), exit_status(checks[:1])) == (1, 0)
    assert render(checks[:1]).endswith("All 1 checks are fine.")


def test_no_secret_goes_to_the_probes() -> None:
    config = Config(generation=Generation(api_key=SecretStr("12345678")))
    assert "12345678" not in config.model_dump_json()
