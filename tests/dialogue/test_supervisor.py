"""Rasa's processes: killed, orphaned, doubled, and put away."""

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest

from assistant.config.model import Dialogue
from assistant.dialogue.client import DialogueUnavailable
from assistant.dialogue.process import free_port
from assistant.dialogue.supervisor import Phase, ServiceAccess, Supervisor
from tests.dialogue.conftest import START_S, Running, Trained, running

pytestmark = [pytest.mark.rasa, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]


async def until_gone(pids: list[int], timeout_s: float = 10.0) -> list[int]:
    """Those of `pids` that are still there after `timeout_s`."""
    alive = [pid for pid in pids if psutil.pid_exists(pid)]
    end = time.monotonic() + timeout_s
    while alive and time.monotonic() < end:
        await asyncio.sleep(0.05)
        alive = [
            pid
            for pid in alive
            if psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
        ]
    return alive


async def test_rasa_killed_is_reported_and_the_conversation_goes_on(rasa: Running, sender: str) -> None:
    await rasa.say(sender, "set a timer")
    pid = rasa.supervisor.rasa.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    await rasa.until(Phase.DOWN)
    assert "Rasa ended (SIGKILL)" in rasa.supervisor.state.reason
    with pytest.raises(DialogueUnavailable, match="waking up"):
        await rasa.say(sender, "five minutes")
    assert await rasa.supervisor.wait_ready(START_S)
    rasa.api.forget()
    await rasa.say(sender, "five minutes")  # the question of before the kill is still open
    assert [call.service for call in rasa.api.calls] == ["timers.start"]
    assert [state.phase for state in rasa.states][-3:] == [Phase.READY, Phase.DOWN, Phase.READY]


async def test_rasa_killed_in_the_middle_of_a_turn_is_a_sentence(rasa: Running, sender: str) -> None:
    rasa.api.forget()
    rasa.api.hold = asyncio.Event()
    turn = asyncio.create_task(rasa.say(sender, "what time is it"))
    async with asyncio.timeout(10):
        await rasa.api.arrived.wait()
    assert rasa.supervisor.rasa.pid is not None
    os.kill(rasa.supervisor.rasa.pid, signal.SIGKILL)
    with pytest.raises(DialogueUnavailable, match="lost my train of thought"):
        await turn
    rasa.api.hold.set()
    await rasa.until(Phase.DOWN)
    assert await rasa.supervisor.wait_ready(START_S)


async def test_without_its_action_server_it_says_so_and_recovers(rasa: Running, sender: str) -> None:
    rasa.api.forget()
    pid = rasa.supervisor.actions.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    await rasa.until(Phase.DOWN)
    answer = await rasa.say(sender, "what time is it")
    assert answer.text == "Sorry, I can't do that right now."
    assert answer.done.error == "silent"
    assert await rasa.supervisor.wait_ready(START_S)
    assert (await rasa.say(sender, "what time is it")).sources == ["service:clock.time"]


async def test_nobody_else_can_use_its_servers(rasa: Running) -> None:
    for child in (rasa.supervisor.rasa, rasa.supervisor.actions):
        process = psutil.Process(child.pid)
        sockets = [c for c in process.net_connections("tcp") if c.status == psutil.CONN_LISTEN]
        assert {c.laddr.ip for c in sockets} == {"127.0.0.1"}
        tokens = [v for k, v in vars(rasa.supervisor).items() if k.endswith("_token")]
        assert len(tokens) == 3
        assert not [token for token in tokens if token in " ".join(process.cmdline())]


async def test_two_do_not_disturb_each_other(rasa: Running, trained: Trained, sender: str) -> None:
    async with running(trained, Dialogue(memory="none")) as other:
        await rasa.say(sender, "unlock the front door")
        rasa.api.forget()
        await other.say(sender, "yes")
        assert rasa.api.calls == []
        assert other.api.calls == []
        answers = await asyncio.gather(rasa.say(sender, "no"), other.say(sender, "what time is it"))
        assert all(answer.text for answer in answers)
        pids = [other.supervisor.rasa.pid or 0, other.supervisor.actions.pid or 0]
        began = time.monotonic()
        await other.supervisor.close()
        assert time.monotonic() - began < 5.0
        assert await until_gone(pids, 1.0) == []
    assert (await rasa.say(sender, "hello")).text


async def test_a_port_that_is_taken_is_left_alone(rasa: Running, trained: Trained) -> None:
    supervisor = Supervisor(trained.project, trained.model, Dialogue(), ServiceAccess("http://x", "t"))
    taken = rasa.supervisor.endpoint
    assert taken is not None
    supervisor._rasa_port = int(taken.url.rsplit(":", 1)[1])
    supervisor._folder = Path(os.environ["ASSISTANT_STATE_DIR"])
    launch = supervisor._rasa_launch()
    assert str(supervisor._rasa_port) in launch.command
    assert supervisor._rasa_port != int(taken.url.rsplit(":", 1)[1])


async def test_a_model_that_is_no_model_is_reported(trained: Trained, state_folder: Path) -> None:
    broken = state_folder / "broken.tar.gz"
    broken.write_bytes(b"not a model")
    down = asyncio.Event()
    access = ServiceAccess(f"http://127.0.0.1:{free_port()}", "t")
    supervisor = Supervisor(
        trained.project,
        broken,
        Dialogue(start_timeout_s=60),
        access,
        lambda state: down.set() if state.phase is Phase.DOWN else None,
    )
    try:
        await supervisor.start()
        async with asyncio.timeout(90):
            await down.wait()
        assert "without a model" in supervisor.state.reason
        assert supervisor.endpoint is None
    finally:
        await supervisor.close()


async def test_the_parent_killed_leaves_no_child(trained: Trained, state_folder: Path) -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        textwrap.dedent(
            """
            import asyncio, sys
            from assistant.config.model import Config
            from assistant.dialogue.project import RasaProject
            from assistant.dialogue.supervisor import ServiceAccess, Supervisor

            async def main():
                config = Config()
                project = RasaProject.from_config(config)
                access = ServiceAccess("http://127.0.0.1:9", "t")
                supervisor = Supervisor(project, project.model, config.dialogue, access)
                await supervisor.start()
                while not (supervisor.rasa.pid and supervisor.actions.pid):
                    await asyncio.sleep(0.01)
                print(supervisor.rasa.pid, supervisor.actions.pid, flush=True)
                await asyncio.sleep(600)

            asyncio.run(main())
            """
        ),
        stdout=subprocess.PIPE,
        env={**os.environ, "ASSISTANT_STATE_DIR": str(state_folder / "orphans")},
    )
    assert parent.stdout is not None
    async with asyncio.timeout(30):
        pids = [int(pid) for pid in (await parent.stdout.readline()).split()]
    assert len(pids) == 2
    assert all(psutil.pid_exists(pid) for pid in pids)
    parent.kill()
    await parent.wait()
    assert await until_gone(pids) == []
