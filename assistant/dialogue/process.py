"""One child process: started, watched, started again, and gone when it should be."""

import asyncio
import contextlib
import os
import re
import signal
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from assistant.dialogue.child_log import ChildLog

LOG_LIMIT_BYTES = 4_000_000
HEALTH_PERIOD_S = 5.0
HEALTH_TIMEOUT_S = 5.0
MISSED_CHECKS = 4  # in a row; a server in the middle of a long prediction misses one or two
BACKOFF_S = (0.2, 1.0, 3.0, 10.0, 30.0)
STEADY_S = 60.0  # up for so long, a process that ends is no longer one that cannot start
_STARTING_POLL_S = 0.1
_LAST_BYTES = 50_000
_BEGIN = "--- started ---\n"
_TERM_S = 2.0
_LAST_WORDS_S = 2.0


def free_port() -> int:
    """A port of loopback that nobody has now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def complaint(output: str) -> str:
    """What the system refused to a Python program, in its own words, such as "No space left on device"; the
    last such thing in its output, or "". Of an error that Rasa makes of it little is left to understand."""
    found = re.findall(r"\[Errno \d+\] ([^\n:]+(?:: '[^'\n]+')?)", output)
    return str(found[-1]).strip() if found else ""


class Unusable(Exception):
    """Raised by a check: the process answers, and will never do what it is there for. `str()` is the reason."""


@dataclass(frozen=True)
class Launch:
    """How to run it: command line, folder, environment, log file, and a check that says whether it
    answers."""

    command: list[str]
    cwd: Path
    environment: dict[str, str]
    log: Path
    healthy: Callable[[], Awaitable[bool]]


OnUp = Callable[[], Awaitable[None]]
OnDown = Callable[[str], None]


@dataclass
class ManagedProcess:
    """Keeps one process running until its task is cancelled.

    `prepare` is called before each start and may choose another port. `on_up` is awaited each time it
    begins to answer, `on_down` called with a reason each time it stops.
    """

    name: str
    prepare: Callable[[], Launch]
    start_timeout_s: float
    on_up: OnUp
    on_down: OnDown
    process: asyncio.subprocess.Process | None = field(default=None, init=False)

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process and self.process.returncode is None else None

    async def run(self) -> None:
        """Runs until cancelled; then the process and its group are gone."""
        failures = 0
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            try:
                reason = await self._live()
            finally:
                await self._end()
            self.on_down(reason)
            failures = 0 if loop.time() - began > STEADY_S else failures + 1
            await asyncio.sleep(BACKOFF_S[min(failures, len(BACKOFF_S)) - 1] if failures else BACKOFF_S[0])

    async def _live(self) -> str:
        """One life, from start to end; why it ended."""
        launch = self.prepare()
        try:
            log = _open_log(launch.log)
            try:
                self.process = await asyncio.create_subprocess_exec(
                    *launch.command,
                    cwd=launch.cwd,
                    env=launch.environment,
                    stdin=asyncio.subprocess.PIPE,  # its end tells the child that we are gone
                    stdout=log.writer,
                    stderr=log.writer,
                    start_new_session=True,
                )
            finally:
                log.begun()
        except OSError as error:
            return f"{self.name} could not be started: {error}"
        exited = asyncio.create_task(_ended(self.process, log))
        try:
            reason = await self._until_up(launch, exited)
            if reason:
                return reason
            await self.on_up()
            return await self._while_up(launch, exited)
        finally:
            exited.cancel()

    async def _until_up(self, launch: Launch, exited: "asyncio.Task[int]") -> str:
        try:
            async with asyncio.timeout(self.start_timeout_s):
                while not exited.done():
                    if await launch.healthy():
                        return ""
                    await asyncio.wait({exited}, timeout=_STARTING_POLL_S)
        except Unusable as error:
            return f"{self.name} {error}{_cause(launch.log)}; its log is {launch.log}"
        except TimeoutError:
            return f"{self.name} did not answer within {self.start_timeout_s:.0f} s; its log is {launch.log}"
        how = f"{_how(exited.result())}{_cause(launch.log)}"
        return f"{self.name} ended while starting ({how}); its log is {launch.log}"

    async def _while_up(self, launch: Launch, exited: "asyncio.Task[int]") -> str:
        missed = 0
        while missed < MISSED_CHECKS:
            await asyncio.wait({exited}, timeout=HEALTH_PERIOD_S)
            if exited.done():
                return f"{self.name} ended ({_how(exited.result())}); its log is {launch.log}"
            missed = 0 if await _in_time(launch.healthy) else missed + 1
            await asyncio.to_thread(_bound_log, launch.log)
        return f"{self.name} does not answer any more"

    async def _end(self) -> None:
        """The whole process group, first politely."""
        process, self.process = self.process, None
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            async with asyncio.timeout(_TERM_S):
                await process.wait()
        except TimeoutError:
            pass
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def _in_time(check: Callable[[], Awaitable[bool]]) -> bool:
    try:
        async with asyncio.timeout(HEALTH_TIMEOUT_S):
            return await check()
    except (TimeoutError, Unusable):
        return False


def _cause(log: Path) -> str:
    """What the system refused to the process that wrote this log last."""
    with contextlib.suppress(OSError), open(log, "rb") as file:
        file.seek(0, os.SEEK_END)
        file.seek(max(0, file.tell() - _LAST_BYTES))
        text = file.read().decode(errors="replace").rpartition(_BEGIN)[2]
        if found := complaint(text):
            return f": {found}"
    return ""


def _how(status: int) -> str:
    return signal.Signals(-status).name if status < 0 else f"exit status {status}"


def _open_log(path: Path) -> ChildLog:
    path.parent.mkdir(parents=True, exist_ok=True)
    _bound_log(path)
    return ChildLog(path, _BEGIN)


async def _ended(process: asyncio.subprocess.Process, log: ChildLog) -> int:
    """Its exit status, when its last words are in the log."""
    status = await process.wait()
    await asyncio.to_thread(log.join, _LAST_WORDS_S)
    return status


def _bound_log(path: Path) -> None:
    """Start over when it has grown too long. The child appends, so truncating under it is safe."""
    with contextlib.suppress(OSError):
        if path.stat().st_size > LOG_LIMIT_BYTES:
            _copied(path).replace(path.with_suffix(".old.log"))
            os.truncate(path, 0)


def _copied(path: Path) -> Path:
    copy = path.with_suffix(".copy.log")
    copy.write_bytes(path.read_bytes())
    return copy
