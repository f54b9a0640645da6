"""A desktop session of its own: a D-Bus, an X server without a screen, programs with windows.

Everything is real and belongs to the test alone; nothing of the machine's own session is touched.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

WAIT_S = 15.0
HERE = ("DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR", "XDG_CURRENT_DESKTOP")
"""What tells programs in which session they are."""


def need(*programs: str) -> None:
    """Skip, where one is not installed."""
    absent = [program for program in programs if shutil.which(program) is None]
    if absent:
        pytest.skip(f"{', '.join(absent)} missing (script/setup --tests installs what the tests need)")


def wait_until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + WAIT_S
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {WAIT_S:.0f} s")
        time.sleep(0.02)


@contextmanager
def program(
    arguments: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    stdout: int | IO[bytes] = subprocess.DEVNULL,
    pass_fds: Sequence[int] = (),
) -> Iterator[subprocess.Popen[bytes]]:
    """Runs for the block."""
    process = subprocess.Popen(
        arguments,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.DEVNULL,
        pass_fds=pass_fds,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(timeout=5)


@contextmanager
def screen() -> Iterator[str]:
    """`DISPLAY` of an X server that draws into memory."""
    need("Xvfb")
    read, write = os.pipe()
    arguments = ["Xvfb", "-displayfd", str(write), "-screen", "0", "800x600x24", "-nolisten", "tcp"]
    try:
        with program(arguments, pass_fds=[write]):
            os.close(write)
            write = -1
            with os.fdopen(read, "rb", closefd=False) as numbers:
                number = numbers.readline().decode().strip()  # empty when it ended instead
            assert number, "Xvfb did not start"
            yield f":{number}"
    finally:
        os.close(read)
        if write >= 0:
            os.close(write)


@contextmanager
def message_bus(folder: Path) -> Iterator[str]:
    """Address of a session's D-Bus, on which nothing is started that was not asked for."""
    need("dbus-daemon")
    settings = folder / "bus.conf"
    settings.write_text(
        '<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"'
        ' "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">'
        f"<busconfig><type>session</type><listen>unix:dir={folder}</listen>"
        '<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>'
        '<allow own="*"/></policy></busconfig>'
    )
    arguments = ["dbus-daemon", f"--config-file={settings}", "--nofork", "--nopidfile", "--print-address"]
    with program(arguments, stdout=subprocess.PIPE) as daemon:
        assert daemon.stdout is not None
        address = daemon.stdout.readline().decode().strip()
        assert address, "dbus-daemon did not start"
        yield address
        daemon.stdout.close()


def x(*arguments: str) -> str:
    """What an X program prints; empty where it fails."""
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=10)
    return done.stdout if done.returncode == 0 else ""


def focus(window: str) -> None:
    """As if a person had clicked into it."""
    x("xdotool", "windowfocus", "--sync", window)
    wait_until(lambda: x("xdotool", "getwindowfocus").strip() == window, "the focus")
