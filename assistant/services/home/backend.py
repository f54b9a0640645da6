"""What a home has to be able to do, and a virtual one that does it."""

from collections.abc import Mapping
from typing import Any, Protocol

from assistant.config.model import Device, Home
from assistant.storage.home import DeviceStateTable

State = dict[str, Any]
"""Properties by kind: light `on`, `brightness` (1..100), `color`; switch, media `on`; fan `on`, `speed`
(1..100); cover `position` (0 closed .. 100 open); climate `on`, `temperature` (target), `current` (both in
Celsius); lock `locked`; sensor `value`."""

_FIRST: dict[str, State] = {
    "light": {"on": False, "brightness": 100, "color": "white"},
    "switch": {"on": False},
    "cover": {"position": 100},
    "climate": {"on": True, "temperature": 20.0, "current": 20.0},
    "fan": {"on": False, "speed": 50},
    "lock": {"locked": True},
    "sensor": {"value": 0},
    "media": {"on": False},
}


class HomeBackend(Protocol):
    """Devices that can be looked at and changed. A device's id is that of `device_id`."""

    async def states(self) -> Mapping[str, State]:
        """Of every device, by id. Raises `ServiceError` when the home cannot be reached."""
        ...

    async def apply(self, changes: Mapping[str, State]) -> Mapping[str, State]:
        """Change properties of devices; returns the whole new state of each. All of them or none."""
        ...


class VirtualHome:
    """Devices that exist only in the database: something to try the assistant on, and to test it with."""

    def __init__(self, home: Home, table: DeviceStateTable) -> None:
        self._kinds: dict[str, str] = {}
        self._table = table
        self.rename(home)

    def rename(self, home: Home) -> None:
        """Devices may have come. Those that went can still be asked for by a call that is under way."""
        self._kinds |= {device_id(device): device.kind for device in home.devices}

    async def states(self) -> Mapping[str, State]:
        saved = await self._table.all()
        return {device: _FIRST[kind] | saved.get(device, {}) for device, kind in self._kinds.items()}

    async def apply(self, changes: Mapping[str, State]) -> Mapping[str, State]:
        states = await self.states()
        changed = {device: states[device] | change for device, change in changes.items()}
        await self._table.save(changed)
        return changed


def device_id(device: Device) -> str:
    """`light.kitchen.kitchen_light`: stays the same as long as its kind, area and name do."""
    parts = (device.kind, device.area, device.name)
    return ".".join("_".join(part.casefold().split()) for part in parts if part)
