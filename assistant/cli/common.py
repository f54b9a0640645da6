"""What the commands share: settings, log, output, and running the event loop with clean ends."""

import asyncio
import contextlib
import errno
import json
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from dataclasses import dataclass
from io import TextIOBase
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, cast

import click

from assistant import paths
from assistant.errors import UserError

if TYPE_CHECKING:  # reading settings takes a third of a second to import, which `--help` need not wait for
    from assistant.config import Config
    from assistant.dialogue.engine import Dialogue

INTERRUPTED = 130  # as a shell says it: 128 and the signal's number
TERMINATED = 143
NOBODY_READS = 141
HUNG_UP = 129

NOTHING_HEARD = 3

CLOSING_S = 10.0
"""Longer than everything takes to close that is not stuck."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the configuration comes from."""

    path: Path | None
    overrides: tuple[str, ...]
    verbose: bool

    @property
    def file(self) -> Path:
        """The settings file, which need not be there."""
        return self.path or paths.config_file()

    def load(self) -> "Config":
        """Read them, and begin to log as they say. Raises `UserError`."""
        config = self.read()
        set_up_log(config, self.verbose)
        return config

    def read(self) -> "Config":
        """Read them, again perhaps. Raises `UserError`."""
        from assistant.config import load

        return load(self.path, self.overrides)


def set_up_log(config: "Config", verbose: bool) -> None:
    """Raises `UserError` when the log cannot be written."""
    from assistant.safety.redaction.log import RedactingFormatter

    level = logging.DEBUG if verbose else getattr(logging, config.log.level.upper())
    handler: logging.Handler = logging.StreamHandler(sys.stderr)
    if config.log.file is not None:
        path = config.log.file.expanduser()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handler = logging.FileHandler(path, encoding="utf-8", errors="backslashreplace")
        except (OSError, RuntimeError) as error:  # RuntimeError: the ~ of somebody who is not known here
            raise UserError(f"The log {path} cannot be written: {_why(error)}.", exit_status=2) from error
    handler.setFormatter(RedactingFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=level, handlers=[handler])
    for noisy in ("aiosqlite", "asyncio", "faster_whisper", "numba", "onnxruntime"):
        logging.getLogger(noisy).setLevel(max(level, logging.INFO))


# ── running ───────────────────────────────────────────────────────────────────────────────────────────────


class _End:
    """Why a command is to end before it is done: once, by whoever is first."""

    def __init__(self, task: asyncio.Task[Any]) -> None:
        self._task = task
        self._since_s = 0.0
        self.status: int | None = None
        self.error: UserError | None = None

    def now(self, status: int, error: UserError | None = None) -> None:
        """Cancel the command. A second Ctrl-C must not cancel its closing, but may end one that hangs."""
        if self.status is None:
            self.status, self.error, self._since_s = status, error, time.monotonic()
            self._task.cancel()
        elif time.monotonic() > self._since_s + CLOSING_S:
            os._exit(self.status)  # children see that we are gone, and go too


_end: ContextVar[_End] = ContextVar("end")


def run(main: Coroutine[Any, Any, int | None], *, endless: bool = False) -> None:
    """Run to the end; SIGINT, SIGTERM and SIGHUP cancel it, so all is closed in order. Exits with its status.

    `endless`: a service, for which being terminated is the way to end well.
    """
    statuses = {
        signal.SIGINT: INTERRUPTED,
        signal.SIGTERM: 0 if endless else TERMINATED,
        signal.SIGHUP: HUNG_UP,
    }

    async def supervised() -> int:
        loop = asyncio.get_running_loop()
        task = asyncio.current_task()
        assert task is not None
        end = _End(task)
        _end.set(end)
        for number, status in statuses.items():
            if signal.getsignal(number) != signal.SIG_IGN:  # nohup, or a shell's background job
                loop.add_signal_handler(number, end.now, status)
        try:
            return await main or 0
        except asyncio.CancelledError:
            if end.status is None:
                raise
        if end.error is not None:
            raise end.error
        return end.status

    try:
        status = asyncio.run(supervised())
    finally:  # the loop leaves Python's handler behind, whose traceback nobody wants at the very end
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
    if status:
        raise click.exceptions.Exit(status)


async def awake(dialogue: "Dialogue") -> None:
    """Wait for the dialogue to be ready. Raises `UserError` that says why it will not be."""
    from assistant.dialogue.client import DialogueUnavailable

    try:
        await dialogue.wait_ready()
    except DialogueUnavailable as error:
        raise UserError(
            f"The dialogue does not start: {error.detail}. `assistant doctor` checks it."
        ) from error


IMPORTED_S = time.time()


def process_start_s() -> float:
    """When this process began, in seconds since the epoch; if the system does not tell, when it came here."""
    try:
        fields = Path("/proc/self/stat").read_text().rsplit(")", 1)[1].split()
        up_s = float(Path("/proc/uptime").read_text().split()[0])
        return time.time() - up_s + int(fields[19]) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return IMPORTED_S


# ── printing ──────────────────────────────────────────────────────────────────────────────────────────────


def notice(text: str) -> None:
    """Something a person should know, beside the results. Never fails: nobody has to read it."""
    with contextlib.suppress(OSError):
        click.echo(text, err=True)


def echo(text: str) -> None:
    """A result. Raises `UserError` where the output takes no more, and BrokenPipeError where nobody reads it."""
    try:
        click.echo(text)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UserError(_cannot_print(error)) from error


def print_json(value: object) -> None:
    echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def printer() -> TextIO:
    """Standard output for those who watch a conversation. Call it inside `run`.

    An error of theirs must not look like one of the conversation. So it does not fail: when nobody reads any
    more (`assistant … | head`) or the disk is full, the command ends as it does after a signal.
    """
    return cast(TextIO, _Printer(sys.stdout, _end.get().now))


class _Printer(TextIOBase):
    def __init__(self, out: TextIO, end: Callable[[int, UserError | None], None]) -> None:
        self._out = out
        self._end = end
        self._lost = False

    def write(self, text: str) -> int:
        if not self._lost:
            try:
                return self._out.write(text)
            except OSError as error:
                self._lose(error)
        return len(text)

    def flush(self) -> None:
        if not self._lost:
            try:
                self._out.flush()
            except OSError as error:
                self._lose(error)

    def _lose(self, error: OSError) -> None:
        self._lost = True
        if error.errno == errno.EPIPE:
            self._end(NOBODY_READS, None)
        else:
            self._end(1, UserError(_cannot_print(error)))


def _cannot_print(error: OSError) -> str:
    return f"The output cannot be written: {_why(error)}."


def _why(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error).rstrip(".")
