"""Puts together what the owner adds in the settings, commands and routines, and what is planned for later."""

import asyncio
import logging
from datetime import datetime, tzinfo

from assistant.config.model import Config
from assistant.errors import UserError
from assistant.services.background import Tell
from assistant.services.commands.service import CommandServices
from assistant.services.registry import Registry
from assistant.services.routines.plans import PlanServices
from assistant.services.routines.runner import PlanRunner
from assistant.services.routines.service import RoutineServices
from assistant.services.steps import circle_in
from assistant.services.time import Clock
from assistant.storage.database import Database, StorageError
from assistant.storage.due import DueTable
from assistant.storage.planned import PlannedTable

_log = logging.getLogger(__name__)


class Owned:
    """Offers them in `registry`. What is planned is done from `start()` on. Loop thread."""

    def __init__(
        self,
        config: Config,
        database: Database,
        clock: Clock,
        zone: tzinfo,
        registry: Registry,
        tell: Tell | None,
    ) -> None:
        """`tell` None: nobody is there later. `check` says whether the settings are good."""
        self._table = PlannedTable(database)
        self._clock = clock
        self._zone = zone
        timers = DueTable(database)
        self.runner = PlanRunner(self._table, timers, clock, zone, registry, tell or _nobody)
        self.commands = CommandServices(config.commands, registry, tell)
        self.routines = RoutineServices(config.routines, registry, tell)
        registry.add(self.commands)
        registry.add(self.routines)
        any_words = frozenset(
            f"commands.{each.name}"
            for each in config.commands
            if any(p.kind == "text" for p in each.parameters)
        )
        registry.add(PlanServices(self._table, timers, clock, zone, registry, self.runner.changed, any_words))
        self._starting: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Do what is planned, that first which became due while nobody looked."""
        self._starting = self._starting or asyncio.create_task(self._start(), name="start of plans")

    async def _start(self) -> None:
        try:
            now = datetime.fromtimestamp(self._clock.now(), self._zone)
            await self.routines.schedule(self._table, now, self._zone)
        except StorageError as error:
            _log.error("routines are not planned: %s", error)
        self.runner.start()

    async def settled(self) -> None:
        """Until all that is due by now is done. It has to be started."""
        if self._starting is not None:
            await self._starting
            await self.runner.settled()

    async def close(self) -> None:
        """End what is running; what is planned waits for the next start. Idempotent and bounded."""
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.wait([self._starting])
        await self.runner.close()
        await self.commands.close()
        await self.routines.close()


def check(config: Config) -> None:
    """Raises `UserError` for commands and routines that cannot be."""
    if problem := _problem(config):
        raise UserError(f"The settings cannot be used: {problem}.", exit_status=2)


def _problem(config: Config) -> str:
    """What is wrong with commands and routines together; empty: nothing."""
    commands = {f"commands.{each.name}": [call.service for call in each.macro] for each in config.commands}
    routines = {f"routines.{each.name}": [step.service for step in each.steps] for each in config.routines}
    if len(commands) < len(config.commands) or len(routines) < len(config.routines):
        return "two commands or two routines have one name"
    for command in config.commands:
        if command.undo and f"commands.{command.undo}" not in commands:
            return f"the command {command.name} is taken back by {command.undo}, which is not there"
    circle = circle_in({**commands, **routines})
    return f"{circle} would call itself" if circle else ""


def _nobody(session: str, sentence: str) -> None:
    _log.warning("%s", sentence)
