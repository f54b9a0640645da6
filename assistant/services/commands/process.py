"""Runs a program: an argument vector, bounded in time and output, ended with all that it started."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from assistant.services.service import ServiceError

KEPT_VARIABLES = ("HOME", "PATH", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ")
MOST_OUTPUT_BYTES = 16 * 2**20
"""From here on it is ended: output that nobody reads costs as much as the program can write."""
_ERRORS_BYTES = 4_096
_GRACE_S = 2.0  # between being asked to end and being ended
_LINGER_S = 0.2  # for the last output; what the program left behind may hold the pipe open for ever


@dataclass(frozen=True, slots=True)
class Finished:
    """`output` and `errors` are the beginnings of what it wrote; a negative `status` is the signal that ended it."""

    status: int
    output: str
    errors: str


def environment_of(names: Sequence[str]) -> dict[str, str]:
    """The few variables that every program gets, and those that are named."""
    return {name: os.environ[name] for name in (*KEPT_VARIABLES, *names) if name in os.environ}


async def run(
    arguments: Sequence[str],
    *,
    folder: Path,
    environment: Mapping[str, str],
    timeout_s: float,
    output_bytes: int,
) -> Finished:
    """Run it to its end. `output_bytes` 0: its output is not wanted. Cancelling ends it with all its children.

    Raises `ServiceError` where it cannot be started, takes too long or writes without end.
    """
    transport, program = await _started(arguments, folder, environment, output_bytes)
    try:
        async with asyncio.timeout(timeout_s):
            await program.over.wait()
        if not program.flooded:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LINGER_S):
                    await program.silent.wait()
    except TimeoutError as error:
        raise ServiceError("timeout", f"{_name(arguments)} took too long, so I stopped it.") from error
    finally:
        await _end(transport, program)
    if program.flooded:
        raise ServiceError("too_much_output", f"{_name(arguments)} wrote without end, so I stopped it.")
    status = transport.get_returncode()
    assert status is not None
    return Finished(status, *(kept.decode(errors="replace") for kept in (program.output, program.errors)))


class _Program(asyncio.SubprocessProtocol):
    """Keeps the beginnings of what it writes; the rest is read too, or it would wait for its reader.

    Not `asyncio.subprocess.Process`, whose `wait` waits for whoever holds the pipes, too: a program that left a child
    behind would never be over.
    """

    def __init__(self, output_bytes: int) -> None:
        self.output, self.errors = bytearray(), bytearray()
        self.over, self.silent, self.exited = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.flooded = False
        self._most = {1: output_bytes, 2: _ERRORS_BYTES}
        self._count = 0
        self._open = {1, 2} if output_bytes else {2}

    def pipe_data_received(self, fd: int, data: bytes | str) -> None:
        assert isinstance(data, bytes)
        kept = self.output if fd == 1 else self.errors
        kept += data[: max(0, self._most[fd] - len(kept))]
        self._count += len(data)
        if self._count > MOST_OUTPUT_BYTES:
            self.flooded = True
            self.over.set()

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        self._open.discard(fd)
        if not self._open:
            self.silent.set()

    def process_exited(self) -> None:
        self.exited.set()
        self.over.set()


async def _started(
    arguments: Sequence[str], folder: Path, environment: Mapping[str, str], output_bytes: int
) -> tuple[asyncio.SubprocessTransport, _Program]:
    if not await asyncio.to_thread(folder.is_dir):
        raise ServiceError("no_folder", f"There is no folder {folder} for {_name(arguments)} to run in.")
    try:
        return await asyncio.get_running_loop().subprocess_exec(
            lambda: _Program(output_bytes),
            *arguments,
            cwd=folder,
            env=dict(environment),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE if output_bytes else asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
    except FileNotFoundError as error:
        raise ServiceError("no_program", f"There is no program {_name(arguments)} here.") from error
    except PermissionError as error:
        raise ServiceError("no_program", f"I am not allowed to run {_name(arguments)}.") from error
    except (OSError, ValueError) as error:
        raise ServiceError("no_program", f"{_name(arguments)} cannot be started.") from error


async def _end(transport: asyncio.SubprocessTransport, program: _Program) -> None:
    """Its whole process group: asked to end, then ended. What has ended already may have left children behind."""
    group = transport.get_pid()
    try:
        if not program.exited.is_set():
            _signal(group, signal.SIGTERM)
            await _within_grace(program)
    finally:
        _signal(group, signal.SIGKILL)
        await _within_grace(program)
        transport.close()


async def _within_grace(program: _Program) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_GRACE_S):
            await program.exited.wait()


def _signal(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _name(arguments: Sequence[str]) -> str:
    return PurePath(arguments[0]).name
