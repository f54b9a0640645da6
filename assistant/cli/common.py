"""What the commands share: settings, logging, and running the event loop with clean ends."""

import asyncio
import contextlib
import json
import logging
import os
import signal
import sys
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from assistant.config import Config, load
from assistant.errors import UserError


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the configuration comes from."""

    path: Path | None
    overrides: tuple[str, ...]
    verbose: bool

    def load(self) -> Config:
        config = load(self.path, self.overrides)
        set_up_log(config, self.verbose)
        return config


def set_up_log(config: Config, verbose: bool) -> None:
    level = logging.DEBUG if verbose else getattr(logging, config.log.level.upper())
    handler: logging.Handler = logging.StreamHandler(sys.stderr)
    if config.log.file is not None:
        try:
            handler = logging.FileHandler(config.log.file)
        except OSError as error:
            raise UserError(f"The log {config.log.file} cannot be written: {error.strerror}.") from error
    logging.basicConfig(
        level=level, handlers=[handler], format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    for noisy in ("aiosqlite", "asyncio", "faster_whisper", "numba", "onnxruntime"):
        logging.getLogger(noisy).setLevel(max(level, logging.INFO))


def run(main: Coroutine[Any, Any, int | None]) -> None:
    """Run to the end; SIGINT and SIGTERM cancel it, so all is closed in order. Exits with its status."""

    async def supervised() -> int:
        loop = asyncio.get_running_loop()
        task = asyncio.current_task()
        assert task is not None
        received: list[int] = []

        def stop(number: int) -> None:
            received.append(number)
            task.cancel()

        for number in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(NotImplementedError):  # Windows
                loop.add_signal_handler(number, stop, number)
        try:
            return await main or 0
        except asyncio.CancelledError:
            if not received:
                raise
            return 0 if received[0] == signal.SIGTERM else 130

    status = asyncio.run(supervised())
    if status:
        raise click.exceptions.Exit(status)


IMPORTED_S = time.time()


def process_start_s() -> float:
    """When this process began, in seconds since the epoch; if the system does not tell, when it came here."""
    try:
        fields = Path("/proc/self/stat").read_text().rsplit(")", 1)[1].split()
        up_s = float(Path("/proc/uptime").read_text().split()[0])
        return time.time() - up_s + int(fields[19]) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return IMPORTED_S


def notice(text: str) -> None:
    """Something a person should know, beside the results."""
    click.echo(text, err=True)


def print_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))
