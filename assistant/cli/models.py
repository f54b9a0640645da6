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

from assistant.cli.common import echo, print_json
from assistant.models import catalog, listing
from assistant.models.get import get
from assistant.models.hub import hub_reachable


def show(as_json: bool) -> None:
    rows = listing()
    if as_json:
        print_json(
            [
                {**asdict(row.model), "installed": asdict(row.installed) if row.installed else None}
                for row in rows
            ]
        )
        return
    name = Column("model", no_wrap=True, overflow="fold")  # to be copied into the next command
    table = Table(name, "kind", "MB", "licence", "installed", "note", box=None, pad_edge=False)
    for row in rows:
        here = row.installed
        state = "" if here is None else (f"damaged: {here.problem}" if here.problem else "yes")
        table.add_row(
            row.model.name,
            row.model.kind,
            str(row.model.size_mb or ""),
            row.model.licence,
            state,
            row.model.note,
        )
    # To a file or a program nothing is folded.
    Console(width=None if sys.stdout.isatty() else 200).print(table)


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
