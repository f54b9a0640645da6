"""A real process is killed between planning and doing, and over doing."""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

from assistant.config.commands import Command
from assistant.config.model import Config
from assistant.services.build import Services, create_services
from assistant.storage.database import Database
from assistant.storage.planned import Planned, PlannedTable
from tests.services.fakes import FakeClock

PROGRAM = """
import asyncio, sys
from pathlib import Path
from assistant.config.commands import Command
from assistant.config.model import Config
from assistant.services.build import create_services
from assistant.services.service import Origin
from assistant.services.time import SystemClock

path, done, when = sys.argv[1:]
slow = Command(name="slow", risk="read", run=("sh", "-c", f"touch {done}; sleep 30"))

async def nothing(*args):
    pass

async def main():
    services = await create_services(
        Config(commands=(slow,)), SystemClock(), nothing, lambda event: None,
        tell=lambda where, text: None, database_path=Path(path),
    )
    services.start()
    calls = [{"service": "commands.slow", "arguments": {}}]
    asked = {"said": f"make it slow in {when} seconds", "calls": calls}
    outcome = await services.registry.call("plans.add", asked, Origin("kitchen", 1, "console"))
    print(outcome, flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


async def planned_and_killed(path: Path, done: Path, when: str, until: Path | None) -> Planned:
    """The plan that a process left which was killed once it had planned, or once the file `until` was there."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        PROGRAM,
        str(path),
        str(done),
        when,
        stdout=asyncio.subprocess.PIPE,
        env=os.environ.copy(),
    )
    assert process.stdout is not None
    async with asyncio.timeout(60):
        assert b"ok=True" in await process.stdout.readline()
        while until is not None and not until.exists():  # noqa: ASYNC110, ASYNC240 - another process
            await asyncio.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    await process.wait()
    database = await Database.open(path)
    [plan] = await PlannedTable(database).all()
    await database.close()
    return plan


async def reopened(path: Path, done: Path, clock: FakeClock, told: list[str]) -> Services:
    async def silent(*args: Any) -> None:
        """Nothing rings here."""

    quick = Command(name="slow", risk="read", run=("touch", str(done)))
    services = await create_services(
        Config(commands=(quick,)),
        clock,
        silent,
        lambda event: None,
        tell=lambda where, text: told.append(text),
        database_path=path,
    )
    services.start()
    return services


async def test_killed_before_its_time_it_is_done_after_the_restart(tmp_path: Path) -> None:
    path, done, told = tmp_path / "a.db", tmp_path / "done", list[str]()
    plan = await planned_and_killed(path, done, "500", None)
    assert not done.exists()
    services = await reopened(path, done, FakeClock(plan.due_at + 60), told)
    await asyncio.wait_for(services.owned.settled(), 10)
    assert done.exists()
    assert told == ["Done."]
    await services.close()


async def test_killed_over_it_it_is_not_done_again(tmp_path: Path) -> None:
    path, done, told = tmp_path / "a.db", tmp_path / "done", list[str]()
    plan = await planned_and_killed(path, done, "1", done)
    assert plan.begun_at > 0
    done.unlink()
    services = await reopened(path, done, FakeClock(plan.begun_at + 200), told)
    await asyncio.wait_for(services.owned.settled(), 10)
    assert not done.exists()
    assert told == ["I was interrupted over what was planned, and may not have done it: make it slow."]
    await services.close()
