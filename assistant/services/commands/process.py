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
_BLOCK = 65_536


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
    process = await _started(arguments, folder, environment, wanted=output_bytes > 0)
    flood = asyncio.Event()
    output = asyncio.create_task(_kept(process.stdout, output_bytes, flood))
    errors = asyncio.create_task(_kept(process.stderr, _ERRORS_BYTES, flood))
    ends = [asyncio.create_task(process.wait()), asyncio.create_task(flood.wait())]
    try:
        done, _ = await asyncio.wait(ends, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        if flood.is_set():
            raise ServiceError("too_much_output", f"{_name(arguments)} wrote without end, so I stopped it.")
        if not done:
            raise ServiceError("timeout", f"{_name(arguments)} took too long, so I stopped it.")
        await asyncio.wait([output, errors], timeout=_LINGER_S)
    finally:
        await _end(process)
        for task in (output, errors, *ends):
            if not task.done():
                task.cancel()
        texts = await asyncio.gather(output, errors, return_exceptions=True)
    said, complaint = (text if isinstance(text, bytearray) else b"" for text in texts)
    assert process.returncode is not None
    return Finished(process.returncode, said.decode(errors="replace"), complaint.decode(errors="replace"))


async def _started(
    arguments: Sequence[str], folder: Path, environment: Mapping[str, str], *, wanted: bool
) -> asyncio.subprocess.Process:
    if not await asyncio.to_thread(folder.is_dir):
        raise ServiceError("no_folder", f"There is no folder {folder} for {_name(arguments)} to run in.")
    try:
        return await asyncio.create_subprocess_exec(
            *arguments,
            cwd=folder,
            env=dict(environment),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE if wanted else asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
    except FileNotFoundError as error:
        raise ServiceError("no_program", f"There is no program {_name(arguments)} here.") from error
    except PermissionError as error:
        raise ServiceError("no_program", f"I am not allowed to run {_name(arguments)}.") from error
    except (OSError, ValueError) as error:
        raise ServiceError("no_program", f"{_name(arguments)} cannot be started.") from error


async def _kept(stream: asyncio.StreamReader | None, most: int, flood: asyncio.Event) -> bytearray:
    """The first `most` bytes. The rest is read too, or the program would wait for its reader; a task that is
    cancelled returns what it has."""
    kept, count = bytearray(), 0
    with contextlib.suppress(asyncio.CancelledError):
        while stream is not None and (block := await stream.read(_BLOCK)):
            kept += block[: max(0, most - len(kept))]
            count += len(block)
            if count > MOST_OUTPUT_BYTES:
                flood.set()
                break
    return kept


async def _end(process: asyncio.subprocess.Process) -> None:
    """Its whole process group: asked to end, then ended. What has ended already may have left children behind."""
    if process.returncode is None:
        _signal(process, signal.SIGTERM)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_GRACE_S):
                await process.wait()
    _signal(process, signal.SIGKILL)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_GRACE_S):
            await process.wait()


def _signal(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def _name(arguments: Sequence[str]) -> str:
    return PurePath(arguments[0]).name
