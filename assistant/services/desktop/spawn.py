"""Programs that go on when the assistant ends."""

import asyncio
import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from assistant.services.desktop.tools import environment

LOOK_S = 0.05


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
    env = environment()
    process = await asyncio.to_thread(_start, command(arguments, env), env, folder)
    end = time.monotonic() + watch_s
    while process.poll() is None and time.monotonic() < end:
        await asyncio.sleep(LOOK_S)
    _started[:] = [each for each in _started if each.poll() is None]
    if process.returncode:
        raise NotStarted(f"{arguments[0]} ended at once with status {process.returncode}")


def _start(arguments: list[str], env: dict[str, str], folder: str) -> subprocess.Popen[bytes]:
    where = folder if folder and Path(folder).is_dir() else os.path.expanduser("~")
    try:
        process = subprocess.Popen(
            arguments,
            cwd=where if Path(where).is_dir() else "/",
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        raise NotStarted(f"{arguments[0]}: {error}") from error
    _started.append(process)
    return process
