"""`assistant doctor`: checks every part, and says how to mend it."""

import click

from assistant.cli.common import Settings, run
from assistant.config import Config
from assistant.doctor import as_json as report_json
from assistant.doctor import exit_status, render, run_checks
from assistant.errors import UserError


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.pass_obj
def command(settings: Settings, as_json: bool) -> None:
    """Check every part of the assistant on this machine. Exits with 1 when something does not work."""
    fault: UserError | None = None
    try:
        config = settings.load()
    except UserError as error:  # a finding like any other: the rest is checked by the defaults
        config, fault = Config(), error
    run(_doctor(config, settings, fault, as_json))


async def _doctor(config: Config, settings: Settings, fault: UserError | None, as_json: bool) -> int:
    checks = await run_checks(config, path=settings.path, fault=fault)
    click.echo(report_json(checks) if as_json else render(checks))
    return exit_status(checks)
