"""`assistant switch`: stops a part of the assistant, whether one is running or not."""

import asyncio

import click

from assistant.cli.commands import group, with_settings
from assistant.cli.common import Settings, echo, run

NAMES = ("no-model", "no-actions", "mute")


@group.command("switch", short_help="Stop the language model, all actions, or the voice.")
@click.argument("name", type=click.Choice(NAMES), required=False)
@click.argument("state", type=click.Choice(["on", "off", "status"]), default="status")
@with_settings
def switch_command(settings: Settings, name: str | None, state: str) -> None:
    """Stop a part of the assistant (on), let it go on (off), or tell which are stopped.

    no-model: no language model is asked. no-actions: nothing is done but what reads or stops something. mute: nothing
    is said aloud. It counts at once, for every assistant of this state folder, and until it is switched off.
    """
    settings.load()
    run(switch(name, state))


async def switch(name: str | None, state: str) -> None:
    """Raises `UserError` where it cannot be written down."""
    from assistant.oversight.switches import Switch, read, switches_folder, write

    folder = switches_folder()
    if name and state != "status":
        await asyncio.to_thread(write, folder, Switch(name), state == "on")
    on = await asyncio.to_thread(read, folder)
    for each in Switch:
        if not name or each.value == name:
            echo(f"{each.value:10}  {'on' if each in on else 'off'}")
