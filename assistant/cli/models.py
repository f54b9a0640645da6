"""`assistant models`: what can be fetched, what is there, and fetching it."""

import sys
from dataclasses import asdict

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.table import Column, Table

from assistant.cli.common import echo, notice, print_json
from assistant.models import catalog, listing
from assistant.models.get import get
from assistant.models.hub import hub_reachable
from assistant.models.installed import Row

NOT_MEASURED = "not measured"


def show(as_json: bool) -> None:
    rows = listing()
    if as_json:
        print_json(
            [
                {
                    **asdict(row.model),
                    "installed": asdict(row.installed) if row.installed else None,
                    "speed": asdict(row.speed) if row.speed else None,
                }
                for row in rows
            ]
        )
        return
    name = Column("model", no_wrap=True, overflow="fold")  # to be copied into the next command
    table = Table(name, "kind", "MB", "licence", "installed", "speed here", "note", box=None, pad_edge=False)
    for row in rows:
        here = row.installed
        state = "" if here is None else (f"damaged: {here.problem}" if here.problem else "yes")
        table.add_row(
            row.model.name,
            row.model.kind,
            str(row.model.size_mb or ""),
            row.model.licence,
            state,
            _speed(row),
            row.model.note,
        )
    # To a file or a program nothing is folded.
    Console(width=None if sys.stdout.isatty() else 200).print(table)
    if any(_speed(row) == NOT_MEASURED for row in rows):
        notice("`assistant doctor --tune` measures how fast the Whisper models are on this machine.")


def _speed(row: Row) -> str:
    """How long one waits for a sentence; what has not been measured yet, and what is no recogniser."""
    if row.speed is not None:
        return f"{1000 * row.speed.seconds:.0f} ms for {row.speed.audio_s:.1f} s"
    if row.installed is None or row.installed.problem or row.model.kind != "whisper":
        return ""
    return NOT_MEASURED


async def fetch(names: tuple[str, ...]) -> None:
    for name in names:
        catalog.find(name)  # a wrong name is told before an hour's download, not after it
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        for name in names:
            task = progress.add_task(name, total=None)

            def show(done: int, total: int, task: TaskID = task) -> None:
                progress.update(task, completed=done, total=total)

            found = await get(name, show)
            progress.console.print(f"{name}: {found.path}")


async def reachable() -> int:
    there = await hub_reachable()
    echo("The model hub can be reached." if there else "The model hub cannot be reached.")
    return 0 if there else 1
