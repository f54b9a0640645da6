"""Puts the services together: database, registry, timers."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from assistant import paths
from assistant.config.model import Config
from assistant.events import Event
from assistant.oversight.switches import Switches
from assistant.services.alarms import AlarmServices
from assistant.services.background import Tell
from assistant.services.calendar.build import CalendarServices, calendar_services
from assistant.services.clock import ClockServices
from assistant.services.desktop.notifications import shown_too
from assistant.services.desktop.services import desktop_services
from assistant.services.home.backend import HomeBackend
from assistant.services.home.build import Homes
from assistant.services.home.mqtt import check as check_mqtt
from assistant.services.knowledge.service import KnowledgeServices
from assistant.services.lists import ListServices
from assistant.services.notes import NoteServices
from assistant.services.oversight import OversightServices, refusal
from assistant.services.owned import Owned, check
from assistant.services.registry import Registry
from assistant.services.reminders import ReminderServices
from assistant.services.restore import RestoreServices
from assistant.services.scheduler import Announce, Scheduler
from assistant.services.snooze import SnoozeServices
from assistant.services.time import Clock
from assistant.services.timers import TimerServices
from assistant.services.undo import UndoServices
from assistant.services.voice import VoiceServices
from assistant.services.zones import home_zone
from assistant.storage.audit import AuditTable
from assistant.storage.database import Database, StorageError
from assistant.storage.due import DueTable
from assistant.storage.home import DeviceStateTable
from assistant.storage.lists import ListTable
from assistant.storage.notes import NoteTable

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that acts. What is due rings from `start()` on; `close()` is idempotent and bounded."""

    registry: Registry
    scheduler: Scheduler
    database: Database
    audit: AuditTable
    voice: VoiceServices
    calendar: CalendarServices
    homes: Homes
    owned: Owned
    switches: Switches
    """As they were found; watched inside `async with services.switches`."""
    oversight: OversightServices
    rename: Callable[[Config], None]
    """Go by the home and the names of another configuration, from the next call on."""

    def start(self) -> None:
        """Let timers ring, those first that became due while nobody was there."""
        self.scheduler.start()
        self.owned.start()

    async def close(self) -> None:
        """Let running calls finish, stop the timers (they ring after the next start), close the database."""
        await self.registry.close()
        await self.owned.close()
        await self.scheduler.close()
        await self.homes.close()
        await self.calendar.close()
        await self.database.close()


async def create_services(
    config: Config,
    clock: Clock,
    announce: Announce,
    emit: Callable[[Event], None],
    *,
    tell: Tell | None = None,
    notice: Callable[[str], None] = _log.warning,
    database_path: Path | None = None,
    home: HomeBackend | None = None,
) -> Services:
    """All services on one database (in the state folder unless `database_path` says otherwise), not started.

    `announce` lets a sentence ring and returns when it is on its way; `tell` says one in a session when there is time,
    where there is anybody to tell; `emit` gets an event for each call;
    `notice` a sentence about a damaged database. Raises `StorageError` when there can be no database.
    """
    check(config)
    here = ClockServices(clock, config.timezone)  # first: a wrong setting is found before anything is opened
    check_mqtt(config.mqtt)
    path = database_path or paths.state_dir() / "assistant.db"
    calendar = calendar_services(config.calendar, config.timezone, clock, path.parent)
    database = await Database.open(path, url=config.storage.url.get_secret_value(), notice=notice)
    try:
        audit = AuditTable(database)
        await audit.prune(clock.now() - config.privacy.record_days * 86_400.0, clock.now())
    except StorageError as error:
        _log.warning("%s", error)  # a full disk: what can only be read still works
    registry = Registry(clock, audit, emit, config.policy)
    switches = Switches(path.parent / "switches")
    registry.refusal = partial(refusal, switches)
    oversight = OversightServices(switches)
    registry.add(oversight)
    due, zone = DueTable(database), home_zone(config.timezone)
    ring = shown_too(announce) if config.desktop.notify_timers else announce
    scheduler = Scheduler(due, clock, zone, ring)
    owned = Owned(config, database, clock, zone, registry, tell)

    def changed() -> None:
        scheduler.changed()
        owned.runner.changed()

    registry.add(here)
    registry.add(TimerServices(due, clock, changed))
    for rings in (AlarmServices, ReminderServices, SnoozeServices):
        registry.add(rings(due, clock, zone, changed))
    registry.add(RestoreServices(due, changed))
    lists = ListServices(ListTable(database), config.names.lists, config.names.items)
    registry.add(lists)
    registry.add(NoteServices(NoteTable(database), clock, home_zone(config.timezone)))
    homes = Homes(config, DeviceStateTable(database), clock, emit, home)
    registry.add_all(homes.services)
    registry.add(KnowledgeServices(config, clock, paths.cache_dir()))
    voice = VoiceServices()
    registry.add(voice)
    registry.add_all(calendar.providers)
    registry.add_all(desktop_services(config.desktop, clock, emit))
    registry.add(UndoServices(clock, audit, registry))

    def rename(config: Config) -> None:
        lists.rename(config.names.lists, config.names.items)
        homes.rename(config)

    return Services(
        registry, scheduler, database, audit, voice, calendar, homes, owned, switches, oversight, rename
    )
