"""The real llama.cpp server, in a child process, with a small model of our own."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path

import aiohttp
import psutil
import pytest
import pytest_asyncio

from assistant import paths
from assistant.config.generation import Generation, LocalModel
from assistant.generation.base import GenerationUnavailable, Message, Piece, Request, Text, Tool, ToolCall
from assistant.generation.endpoint import Limits
from assistant.generation.local_server import PARALLEL, LocalServer
from assistant.generation.models import Models
from training.gguf import pairs

pytest.importorskip("xllamacpp", reason="llama.cpp is not installed (the extra local-llm)")
pytestmark = pytest.mark.asyncio(loop_scope="module")

MODEL = paths.source_root() / "tests" / "fixtures" / "answers-fixture.gguf"
LIMITS = Limits(connect_s=60, first_token_s=90, idle_s=60, total_s=300)
SETTINGS = LocalModel(threads=1, context_tokens=32_768, temperature=0)
SKY, STORY, ENDLESS = pairs.ANSWERS[0], pairs.ANSWERS[4], pairs.ANSWERS[9]
SWITCH = Tool(
    "home__set",
    "Switch a device.",
    {
        "type": "object",
        "properties": {"target": {"type": "object"}, "state": {"type": "string"}},
        "required": ["target"],
    },
)


def _ask(*texts: str, tools: tuple[Tool, ...] = (), max_tokens: int = 1000) -> Request:
    messages = [
        Message("system", "You are the voice of a house. Answer briefly."),
        *(Message("user", each) for each in texts),
    ]
    return Request(messages, tools, max_tokens)


async def _pieces(model: LocalServer | Models, request: Request) -> list[Piece]:
    async with aclosing(model.answer(request)) as pieces:
        return [piece async for piece in pieces]


async def _text(model: LocalServer | Models, request: Request) -> str:
    return "".join(piece.text for piece in await _pieces(model, request) if isinstance(piece, Text))


async def _until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not true():  # noqa: ASYNC110 - a process has no event of ours
            await asyncio.sleep(0.05)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def llama(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LocalServer]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSISTANT_STATE_DIR", str(tmp_path_factory.mktemp("state")))
        server = LocalServer(MODEL, SETTINGS, LIMITS)
        yield server
        await server.close()


async def test_it_starts_when_it_is_asked_and_streams(llama: LocalServer) -> None:
    assert llama.pid is None
    pieces = await _pieces(llama, _ask(SKY.questions[0]))
    assert "".join(piece.text for piece in pieces if isinstance(piece, Text)) == SKY.answer
    assert len(pieces) > 20
    assert llama.pid is not None


async def test_every_answer_of_the_fixture_is_as_it_is_written(llama: LocalServer) -> None:
    known = [pair for pair in (*pairs.ANSWERS, *pairs.HARMFUL) if not pair.endless]
    assert {pair.questions[0]: await _text(llama, _ask(pair.questions[0])) for pair in known} == {
        pair.questions[0]: pair.answer for pair in known
    }
    assert await _text(llama, _ask("who invented the violin")) == pairs.UNKNOWN


async def test_max_tokens_is_the_servers_bound(llama: LocalServer) -> None:
    text = await _text(llama, _ask(STORY.questions[0], max_tokens=12))
    assert STORY.answer.startswith(text)
    assert 0 < len(text) <= 12


async def test_who_stops_listening_stops_the_server(llama: LocalServer) -> None:
    """More endless answers than the server has room for: were they not ended, the last question would have to wait."""
    for _ in range(2 * PARALLEL):
        async with aclosing(llama.answer(_ask(ENDLESS.questions[0], max_tokens=30_000))) as pieces:
            assert [await anext(pieces) for _ in range(5)]
    log = paths.state_dir() / "log" / "llama.log"
    await _until(lambda: log.read_text(errors="replace").count("cancel task") >= 2 * PARALLEL)
    assert await _text(llama, _ask(SKY.questions[0])) == SKY.answer


async def test_several_are_answered_at_once(llama: LocalServer) -> None:
    asked = [*pairs.ANSWERS[:4], pairs.ANSWERS[5]]
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_text(llama, _ask(pair.questions[0]))) for pair in asked]
    assert [task.result() for task in tasks] == [pair.answer for pair in asked]


async def test_a_tool_is_proposed_and_its_result_read(llama: LocalServer) -> None:
    question = pairs.PROPOSALS[0].questions[0]
    (call,) = await _pieces(llama, _ask(question, tools=(SWITCH,)))
    assert isinstance(call, ToolCall)
    assert call.name == "home__set"
    assert (
        call.arguments_json.replace(" ", "") == '{"target":{"device":"light","area":"kitchen"},"state":"on"}'
    )
    so_far = [
        *_ask(question).messages,
        Message("assistant", "", (call,)),
        Message("tool", '{"ok": true}', tool_call_id=call.id),
    ]
    assert await _text(llama, Request(so_far, (SWITCH,))) == pairs.AFTER_A_TOOL


async def test_nobody_else_may_ask_it_and_nothing_is_written_down(llama: LocalServer) -> None:
    assert llama.pid is not None
    process = psutil.Process(llama.pid)
    ports = [each.laddr for each in process.net_connections("tcp") if each.status == psutil.CONN_LISTEN]
    assert [each.ip for each in ports] == ["127.0.0.1"]
    url = f"http://127.0.0.1:{ports[0].port}"
    body = {"messages": [{"role": "user", "content": "hello"}]}
    async with aiohttp.ClientSession() as http:
        for path in ("/v1/chat/completions", "/completion", "/v1/models/x", "/slots", "/props"):
            async with http.post(url + path, json=body) as response:
                assert response.status in (401, 403, 404, 501), path
    assert "--" not in process.cmdline()
    assert not any("key" in each for each in process.cmdline())
    assert process.nice() > psutil.Process().nice()
    await _text(llama, _ask("canary heliotrope seven"))
    assert "canary" not in (paths.state_dir() / "log" / "llama.log").read_text(errors="replace")


async def test_a_crash_is_the_servers_own_and_it_comes_back(llama: LocalServer) -> None:
    before = llama.pid
    assert before is not None
    async with aclosing(llama.answer(_ask(ENDLESS.questions[0], max_tokens=30_000))) as pieces:
        await anext(pieces)
        os.kill(before, signal.SIGKILL)
        with pytest.raises(GenerationUnavailable) as caught:
            async for _ in pieces:
                pass
    assert caught.value.begun
    await _until(lambda: llama.pid not in (before, None))
    async with asyncio.timeout(90):
        while True:
            try:
                assert await _text(llama, _ask(SKY.questions[0])) == SKY.answer
                return
            except GenerationUnavailable:
                await asyncio.sleep(0.2)


async def test_it_is_gone_when_it_is_closed(llama: LocalServer) -> None:
    pid = llama.pid
    assert pid is not None
    await llama.close()
    await llama.close()
    assert not psutil.pid_exists(pid)
    assert llama.pid is None


@pytest.mark.timeout(120)
async def test_it_is_gone_when_the_assistant_is_killed(tmp_path: Path) -> None:
    script = (
        "import asyncio\nfrom tests.generation import test_llama as test\n"
        "async def main():\n    server = test.LocalServer(test.MODEL, test.SETTINGS, test.LIMITS)\n"
        "    await test._text(server, test._ask('hello'))\n    print(server.pid, flush=True)\n"
        "    await asyncio.sleep(600)\n"
        "asyncio.run(main())\n"
    )
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, cwd=paths.source_root(), stdout=asyncio.subprocess.PIPE,
        env=os.environ | {"ASSISTANT_STATE_DIR": str(tmp_path)},
    )  # fmt: skip
    assert parent.stdout is not None
    pid = int(await asyncio.wait_for(parent.stdout.readline(), 90))
    assert psutil.pid_exists(pid)
    parent.kill()
    await parent.wait()
    await _until(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)


async def test_memory_is_freed_without_questions_and_the_next_one_is_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSISTANT_STATE_DIR", str(tmp_path))
    server = LocalServer(MODEL, SETTINGS.model_copy(update={"idle_unload_s": 1}), LIMITS)
    assert await _text(server, _ask(SKY.questions[0])) == SKY.answer
    log, pid = tmp_path / "log" / "llama.log", server.pid
    await _until(lambda: "entering sleeping state" in log.read_text(errors="replace"))
    assert await _text(server, _ask(SKY.questions[0])) == SKY.answer
    assert server.pid == pid
    await server.close()


async def test_a_file_that_is_no_model_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_STATE_DIR", str(tmp_path))
    (tmp_path / "broken.gguf").write_bytes(MODEL.read_bytes()[:20_000])
    server = LocalServer(tmp_path / "broken.gguf", SETTINGS, LIMITS)
    with pytest.raises(GenerationUnavailable, match="can't be started") as caught:
        await _pieces(server, _ask("hello"))
    assert str(tmp_path / "log" / "llama.log") in caught.value.detail
    await server.close()
    nowhere = LocalServer(tmp_path / "none.gguf", SETTINGS, LIMITS)
    with pytest.raises(GenerationUnavailable, match="can't be started"):
        await _pieces(nowhere, _ask("hello"))
    assert nowhere.pid is None


async def test_without_llama_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.generation.local_server.llama_installed", lambda: False)
    server = LocalServer(MODEL, SETTINGS, LIMITS)
    server.start()
    with pytest.raises(GenerationUnavailable, match=r"llama\.cpp") as caught:
        await _pieces(server, _ask("hello"))
    assert "uv sync" in caught.value.detail


async def test_an_installed_file_is_the_model_where_none_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSISTANT_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("ASSISTANT_MODELS_DIR", str(tmp_path / "models"))
    models = Models(Generation(discover=False, local=SETTINGS))
    await models.look_around()
    assert models.source == "none"
    folder = tmp_path / "models" / "language"
    folder.mkdir(parents=True)
    (folder / "small.gguf").write_bytes(MODEL.read_bytes())
    await models.look_around()
    assert (models.source, models.name) == ("generated", "small")
    assert await _text(models, _ask(SKY.questions[0])) == SKY.answer
    await models.close()
