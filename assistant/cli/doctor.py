"""`assistant doctor`: checks every part, and says how to mend it."""

from assistant.cli.common import Settings, echo
from assistant.config import Config
from assistant.doctor import as_json as report_json
from assistant.doctor import exit_status, render, run_checks
from assistant.errors import UserError


async def doctor(settings: Settings, as_json: bool) -> int:
    fault: UserError | None = None
    try:
        config = settings.load()
    except UserError as error:  # a finding like any other: the rest is checked by the defaults
        config, fault = Config(), error
    checks = await run_checks(config, path=settings.path, fault=fault)
    echo(report_json(checks) if as_json else render(checks))
    return exit_status(checks)
