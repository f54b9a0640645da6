"""`assistant models`: what can be fetched, what is there, and fetching it."""

from dataclasses import asdict

import click
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
from rich.table import Table

from assistant.cli.common import print_json, run
from assistant.models import listing
from assistant.models.get import get
from assistant.models.hub import hub_reachable


@click.group("models")
def command() -> None:
    """Whisper models and Piper voices."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def list_models(as_json: bool) -> None:
    """What can be fetched and what is installed, with size and licence."""
    rows = listing()
    if as_json:
        print_json(
            [
                {**asdict(row.model), "installed": asdict(row.installed) if row.installed else None}
                for row in rows
            ]
        )
        return
    table = Table("model", "kind", "MB", "licence", "installed", "note", box=None, pad_edge=False)
    for row in rows:
        here = row.installed
        state = "" if here is None else (f"damaged: {here.problem}" if here.problem else str(here.path))
        table.add_row(
            row.model.name,
            row.model.kind,
            str(row.model.size_mb or ""),
            row.model.licence,
            state,
            row.model.note,
        )
    Console().print(table)


@command.command("get")
@click.argument("names", nargs=-1, required=True, metavar="NAME…")
def get_models(names: tuple[str, ...]) -> None:
    """Fetch models by name; a broken download is continued, and what came is verified."""
    run(_get(names))


async def _get(names: tuple[str, ...]) -> None:
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


@command.command("reachable")
def reachable() -> None:
    """Exit with 0 when the model hub can be reached, else with 1."""
    run(_reachable())


async def _reachable() -> int:
    there = await hub_reachable()
    click.echo("The model hub can be reached." if there else "The model hub cannot be reached.")
    return 0 if there else 1
