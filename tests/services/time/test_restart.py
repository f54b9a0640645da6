"""Real processes on one database, killed while something rings."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

_TIMEOUT_S = 90.0

PROGRAM = """
import asyncio, sys
from pathlib import Path
from assistant.config.model import Config
from assistant.services.build import create_services
from assistant.services.service import Origin
from assistant.services.time import SystemClock

async def announce(text, kind):
    print(kind, text, flush=True)

async def main():
    services = await create_services(
        Config(), SystemClock(), announce, lambda event: None, database_path=Path(sys.argv[1])
    )
    for line in sys.argv[2:]:
        done = await services.registry.call("alarms.set", {"when": line}, Origin("kitchen"))
        assert done.ok, done
    services.start()
    while text := await asyncio.to_thread(sys.stdin.readline):  # somebody takes notice of it
        services.scheduler.ended([text.strip()])
        while await services.scheduler._table.all():
            await asyncio.sleep(0.01)
        print("over", flush=True)

asyncio.run(main())
"""


class Process:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def line(self) -> str:
        assert self._process.stdout is not None
        async with asyncio.timeout(_TIMEOUT_S):
            return (await self._process.stdout.readline()).decode().strip()

    def notice(self, text: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{text}\n".encode())


@asynccontextmanager
async def process(database: Path, *alarms: str) -> AsyncIterator[Process]:
    """Killed at the end of the block, with no time to do anything about it."""
    pipe = asyncio.subprocess.PIPE
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, str(database), *alarms, stdin=pipe, stdout=pipe
    )
    try:
        yield Process(running)
    finally:
        running.kill()
        await running.communicate()


async def test_who_has_not_been_noticed_rings_again_in_the_next_process(tmp_path: Path) -> None:
    database = tmp_path / "assistant.db"
    async with process(database, "in one second") as first:
        assert (await first.line()).startswith("alarm It's ")
    async with process(database) as second:  # once it is sure that the first is gone
        kind, text = (await second.line()).split(" ", 1)
        assert kind == "alarm"
        assert "alarm" in text
        second.notice(text)
        assert await second.line() == "over"
    async with process(database, "in two seconds") as third:
        assert (await third.line()).startswith("alarm It's ")  # the new one, and not the old one before
