"""The platform's own programs: which of them is there, and one run of one, bounded. Never through a shell."""

import asyncio
import os
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress

from assistant.services.service import ServiceError

TIMEOUT_S = 3.0
MOST_OUTPUT = 4_000_000  # bytes
SECRET = "ASSISTANT"
"""What the assistant's own variables begin with; some hold keys, and no other program is given them."""


class ToolFailed(ServiceError):
    """A program ended with an error, or did not end. `said` is its last line, for the log; it is not spoken."""

    def __init__(self, program: str, said: str) -> None:
        super().__init__("tool_failed", f"That didn't work: {program} could not do it.")
        self.said = said


def first(programs: Sequence[str]) -> str | None:
    """The first of several programs that is installed."""
    return next((program for program in programs if shutil.which(program)), None)


def require(programs: Mapping[str, str], what: str) -> str:
    """The first program that is installed, of those that can do it, each with its package; otherwise a `ServiceError`
    that names the first. `what`: as in “To …, I need …”."""
    found = first(tuple(programs))
    if found is None:
        program, package = next(iter(programs.items()))
        raise ServiceError(
            "not_installed", f"To {what}, I need {program}. Install the package {package}, and ask again."
        )
    return found


def environment() -> dict[str, str]:
    """For programs of others: without what is only the assistant's."""
    return {name: value for name, value in os.environ.items() if not name.startswith(SECRET)}


async def run(
    arguments: Sequence[str],
    *,
    stdin: bytes | None = None,
    timeout_s: float = TIMEOUT_S,
    plain: bool = True,
    output: bool = True,
) -> bytes:
    """Standard output of a program. Raises `ToolFailed`. A program that is not done in time is killed.

    `plain`: its messages are in English, numbers have a point. `output` False: for one that leaves a part of itself
    running, which would keep our end of the pipe open.
    """
    pipe = asyncio.subprocess.PIPE if output else asyncio.subprocess.DEVNULL
    try:
        process = await asyncio.create_subprocess_exec(
            *arguments,
            stdin=asyncio.subprocess.DEVNULL if stdin is None else asyncio.subprocess.PIPE,
            stdout=pipe,
            stderr=pipe,
            start_new_session=not output,
            env=environment() | ({"LC_ALL": "C.UTF-8"} if plain else {}),
        )
    except OSError as error:
        raise ToolFailed(arguments[0], str(error)) from error
    try:
        async with asyncio.timeout(timeout_s):
            out, err = await process.communicate(stdin)
    except TimeoutError as error:
        raise ToolFailed(arguments[0], f"not done within {timeout_s} s") from error
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode:
        said = (err or b"").decode(errors="replace").strip().splitlines()
        raise ToolFailed(arguments[0], said[-1] if said else f"exit status {process.returncode}")
    return (out or b"")[:MOST_OUTPUT]
