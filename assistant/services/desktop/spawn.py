"""Programs that go on when the assistant ends."""

import asyncio
import shutil
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from assistant.services.desktop.tools import environment


class NotStarted(Exception):
    """`str()` says why, for the log."""


_started: list[subprocess.Popen[bytes]] = []
"""Those that have not been seen to end, so that each is reaped when it does. asyncio's own processes are killed when
their transport goes away, which is why these are none of them."""


def command(arguments: Sequence[str], env: dict[str, str]) -> list[str]:
    """As a service of systemd everything that it started ends with it, unless it is moved out of its control group."""
    if env.get("INVOCATION_ID") and env.get("XDG_RUNTIME_DIR") and shutil.which("systemd-run"):
        return ["systemd-run", "--user", "--scope", "--quiet", "--collect", "--", *arguments]
    return list(arguments)


async def spawn(arguments: Sequence[str], *, folder: str = "", watch_s: float = 0.4) -> None:
    """Start a program in a session of its own, with no standard input and output. Raises `NotStarted` where it cannot
    be started, or fails within `watch_s`; one that ends well by then has handed over to another."""
    await asyncio.to_thread(_start, list(arguments), folder, watch_s)


def _start(arguments: list[str], folder: str, watch_s: float) -> None:
    """In a thread: it waits."""
    _started[:] = [each for each in _started if each.poll() is None]
    env = environment()
    home = str(Path.home())
    where = next((each for each in (folder, home) if each and Path(each).is_dir()), "/")
    try:
        process = subprocess.Popen(
            command(arguments, env),
            cwd=where,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        raise NotStarted(f"{arguments[0]}: {error}") from error
    _started.append(process)
    with suppress(subprocess.TimeoutExpired):
        if status := process.wait(timeout=watch_s):
            raise NotStarted(f"{arguments[0]} ended at once with status {status}")
