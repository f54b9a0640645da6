"""What a Home Assistant server told of its home: kept up to date over one connection after the other."""

import asyncio
from collections.abc import Callable
from typing import Any, Literal

from assistant.config.model import Home
from assistant.services.home.entity import KINDS, Entity
from assistant.services.home.registries import Registries, home_in
from assistant.services.home.websocket import Connection, Unreachable

QUIET_S = 0.5  # after a change of names, in which the next one may come
FIRST_STATES_S = 10.0
START_S, LOOK_AGAIN_S = 120.0, 0.5
_REGISTRIES = {"floors": "floor_id", "areas": "area_id", "devices": "id"}
_UPDATES = ("floor", "area", "device", "entity")
_NAMING = ("friendly_name", "device_class", "unit_of_measurement")
"""Attributes that a device's name or kind is made of."""


class LiveHome:
    """Loop thread only."""

    def __init__(self, expose: Literal["exposed", "all"]) -> None:
        self._expose: Literal["exposed", "all"] = expose
        self.entities: dict[str, Entity] = {}
        self.fahrenheit = False
        self._registries = Registries()
        self._renamed = asyncio.Event()
        self._told = asyncio.Event()

    def home(self) -> Home:
        """Of the devices that are known now."""
        return home_in(self._registries, self.entities.values(), self._expose)

    async def read(self, connection: Connection) -> None:
        """All of it anew, and listen to what changes. Raises `Refused` and `Unreachable`."""
        config = await self._started(connection)
        self.fahrenheit = (config.get("unit_system") or {}).get("temperature") == "°F"
        for registry in _UPDATES:
            await connection.subscribe(
                lambda event: self._renamed.set(),
                "subscribe_events",
                event_type=f"{registry}_registry_updated",
            )
        self.entities, first = {}, asyncio.Event()

        def changed(event: dict[str, Any]) -> None:
            self._take(event)
            first.set()

        await connection.subscribe(changed, "subscribe_entities")
        try:
            async with asyncio.timeout(FIRST_STATES_S):
                await first.wait()
        except TimeoutError as error:
            raise Unreachable("it told no states") from error
        await self._read_names(connection)

    async def _started(self, connection: Connection) -> dict[str, Any]:
        """The server's configuration, once all its parts are there: names that come one after the other would have the
        models made again as often. One that does not finish is taken as it is."""
        for _ in range(round(START_S / LOOK_AGAIN_S)):
            config: dict[str, Any] = await connection.command("get_config")
            if config.get("state", "RUNNING") == "RUNNING":
                break
            await asyncio.sleep(LOOK_AGAIN_S)
        return config

    async def names_changed(self, connection: Connection) -> None:
        """Until the server says that names have changed, and they are read anew."""
        await self._renamed.wait()
        while self._renamed.is_set():
            self._renamed.clear()
            await asyncio.sleep(QUIET_S)
        await self._read_names(connection)

    async def until(self, is_so: Callable[[], bool], at_most_s: float) -> bool:
        """Whether the states came to be so in that time."""
        try:
            async with asyncio.timeout(at_most_s):
                while not is_so():
                    self._told.clear()
                    await self._told.wait()
        except TimeoutError:
            return is_so()
        return True

    async def _read_names(self, connection: Connection) -> None:
        self._renamed.clear()
        for name, key in _REGISTRIES.items():
            listed = await connection.command(f"config/{name.removesuffix('s')}_registry/list")
            setattr(self._registries, name, {str(each[key]): each for each in listed})
        listed = await connection.command("config/entity_registry/list")
        wanted = [each["entity_id"] for each in listed if each["entity_id"].partition(".")[0] in KINDS]
        # Only this one tells aliases.
        entries = await connection.command("config/entity_registry/get_entries", entity_ids=wanted)
        self._registries.entities = {name: entry for name, entry in entries.items() if entry}

    def _take(self, event: dict[str, Any]) -> None:
        """One message of `subscribe_entities`: `a` is new, `c` changed, `r` gone; in them `s` is the state, `a` the
        attributes."""
        for name, new in (event.get("a") or {}).items():
            self.entities[name] = Entity(name, str(new.get("s")), dict(new.get("a") or {}))
            self._renamed.set()
        for name, change in (event.get("c") or {}).items():
            if (entity := self.entities.get(name)) is not None and _changed(entity, change):
                self._renamed.set()
        for name in event.get("r") or ():
            if self.entities.pop(name, None) is not None:
                self._renamed.set()
        self._told.set()


def _changed(entity: Entity, change: dict[str, Any]) -> bool:
    """Put a change into an entity; whether it may now be called otherwise."""
    new, gone = change.get("+") or {}, change.get("-") or {}
    before = [entity.attributes.get(name) for name in _NAMING]
    entity.state = str(new.get("s", entity.state))
    entity.attributes |= new.get("a") or {}
    for name in gone.get("a") or ():
        entity.attributes.pop(name, None)
    return before != [entity.attributes.get(name) for name in _NAMING]
