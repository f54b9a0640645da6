"""`assistant privacy`: what is kept, given out, or deleted."""

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.cli.commands import FilePath, group, json_option, with_settings
from assistant.cli.common import Settings, echo, notice, print_json, run
from assistant.errors import UserError

if TYPE_CHECKING:
    from assistant.config import Config

RUNNING = (
    "An assistant is running (process {pid}), which would go on with what it remembers; stop it first, and start it "
    "again afterwards."
)
NOBODY = "Whose? Give a PERSON, or --all."


@group.group("privacy", invoke_without_command=True, short_help="What is kept of whom, given out or deleted.")
@json_option
@click.pass_context
def privacy_group(ctx: click.Context, as_json: bool) -> None:
    """What is kept, where, for how long, and how much it is now; all of one person's given out, or deleted.

    A PERSON is known by the name that was told with what they said (`person`), or by that of their token or place.
    """
    if ctx.invoked_subcommand is None:
        show(ctx.obj.load(), as_json)


@privacy_group.command("export", short_help="All that is kept of a person, in a ZIP file.")
@click.argument("person", default="", metavar="[PERSON]")
@click.argument("target", type=FilePath, metavar="FILE.zip")
@click.option("--all", "everybody", is_flag=True, help="Of everybody.")
@with_settings
def privacy_export(settings: Settings, person: str, target: Path, everybody: bool) -> None:
    """Write all that is kept of PERSON to FILE.zip: a JSON file for each store, the recordings, and a receipt."""
    _one_of(person, everybody)
    run(export(settings.load(), person, target))


@privacy_group.command("erase", short_help="Delete all that is kept of a person.")
@click.argument("person", default="", metavar="[PERSON]")
@click.option("--all", "everybody", is_flag=True, help="Of everybody.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@with_settings
def privacy_erase(settings: Settings, person: str, everybody: bool, yes: bool, as_json: bool) -> None:
    """Delete all that is kept of PERSON, from the bytes of the files too, and print a receipt.

    The assistant must not run meanwhile.
    """
    _one_of(person, everybody)
    run(erase(settings.load(), person, yes=yes, as_json=as_json))


def show(config: "Config", as_json: bool) -> None:
    """The table of stores."""
    from assistant.privacy.stores import STORES, bytes_of

    found = [(store, bytes_of(store, config)) for store in STORES]
    if as_json:
        print_json(
            [
                {
                    "name": s.name,
                    "what": s.what,
                    "where": s.where,
                    "kept": s.kept,
                    "erased": s.erased,
                    "bytes": size,
                }
                for s, size in found
            ]
        )
        return
    for store, size in found:
        echo(f"{store.name:<16} {_size(size):>9}  {store.what}\n{'':<27} {store.where}; {store.kept}")
    if config.privacy.keep_audio:
        echo("\nThe sound of each turn is being kept: privacy.keep_audio is on.")


async def export(config: "Config", person: str, target: Path) -> None:
    """Raises `UserError`."""
    from assistant.privacy.erase import Everything
    from assistant.privacy.export import write_archive

    async with Everything(config) as everything:
        found, sounds = await everything.of(person)
    counts = await asyncio.to_thread(write_archive, target, found, sounds)
    for name, count in counts.items():
        echo(f"{name:<16} {count}")
    notice(
        f"Written to {target}" if counts else f"Nothing is kept of {person}; {target} holds the receipt only."
    )


async def erase(config: "Config", person: str, *, yes: bool, as_json: bool) -> None:
    """Raises `UserError`."""
    from assistant import instances
    from assistant.privacy.erase import Everything

    instance = await instances.in_daemon_thread(instances.find)
    if instance is not None:
        raise UserError(RUNNING.format(pid=instance.pid))
    if not yes:
        await _confirmed(person)
    async with Everything(config) as everything:
        receipt = await everything.erase(person)
    if as_json:
        print_json(receipt.as_dict())
        return
    for name, count in receipt.counts.items():
        echo(f"{name:<16} {count}")
    for sentence in receipt.left:
        echo(sentence)


async def _confirmed(person: str) -> None:
    from assistant.instances import in_daemon_thread

    question = f"Delete all that is kept of {person or 'everybody'}, for good?"
    if not sys.stdin.isatty():
        raise UserError(f"{question} That needs a yes: type it in a terminal, or with --yes.")
    said = await in_daemon_thread(lambda: click.prompt(question, prompt_suffix=" [yes/no] ", err=True))
    if str(said).strip().lower() not in ("y", "yes"):
        raise UserError("Nothing was deleted.")


def _one_of(person: str, everybody: bool) -> None:
    if bool(person.strip()) == everybody:
        raise click.UsageError(NOBODY)


def _size(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{size / 1e3:.1f} kB" if size else "–"
