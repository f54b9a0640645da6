"""`assistant` and its options; each command lives in a module of its own."""

import logging
import os
import sys
from importlib import import_module
from pathlib import Path

import click

from assistant import __version__
from assistant.cli.common import Settings
from assistant.errors import UserError, leaf

COMMANDS = {
    "run": "assistant.cli.run",
    "ask": "assistant.cli.ask",
    "parse": "assistant.cli.parse",
    "transcribe": "assistant.cli.transcribe",
    "say": "assistant.cli.say",
    "train": "assistant.cli.train",
    "devices": "assistant.cli.devices",
    "doctor": "assistant.cli.doctor",
    "models": "assistant.cli.models",
}


class Commands(click.Group):
    """Commands by name, each imported when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = import_module(COMMANDS[name]).command
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
@click.option("--config", "config_path", type=click.Path(path_type=Path), help="Settings file (TOML).")
@click.option(
    "--set", "overrides", multiple=True, metavar="KEY=VALUE", help="One setting, e.g. voice.speed=1.2."
)
@click.option("-v", "--verbose", is_flag=True, help="Log what happens inside.")
@click.pass_context
def group(ctx: click.Context, config_path: Path | None, overrides: tuple[str, ...], verbose: bool) -> None:
    """A voice assistant that runs on your own machine."""
    ctx.obj = Settings(config_path, overrides, verbose)


def main() -> None:
    """Run a command; whatever a person can cause ends in one line and an exit status, not in a traceback."""
    try:
        group(standalone_mode=False)
    except click.exceptions.Abort:
        status = 130
    except click.ClickException as error:
        error.show()
        status = error.exit_code
    except click.exceptions.Exit as stop:
        status = stop.exit_code
    except KeyboardInterrupt:
        status = 130
    except BrokenPipeError:  # `assistant … | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0
    except Exception as error:
        status = _explain(error)
    else:
        status = 0
    sys.exit(status)


def _explain(error: Exception) -> int:
    known = leaf(error)
    if isinstance(known, UserError):
        click.echo(f"assistant: {known}", err=True)
        return known.exit_status
    if type(known).__name__ in SPEAKING_ERRORS:
        click.echo(f"assistant: {known}", err=True)
        return 1
    if isinstance(known, OSError) and known.filename is not None:
        click.echo(f"assistant: {known.filename}: {known.strerror}.", err=True)
        return 1
    logging.getLogger("assistant").error("unexpected", exc_info=error)
    click.echo(f"assistant: this is a fault of ours ({type(known).__name__}: {known}).", err=True)
    return 70


SPEAKING_ERRORS = {
    "AudioError",
    "NoDevice",
    "DeviceLost",
    "BadAudio",
    "RecognizerUnavailable",
    "VoiceUnavailable",
    "DialogueUnavailable",
    "GenerationUnavailable",
    "TrainingFailed",
}
"""Errors whose text is a sentence for a person. By name, so that `--help` need not import every engine."""
