"""Devices that exist only in the database: something to try the assistant on, and to test it with."""

from collections.abc import Mapping

from assistant.config.model import Device, Home
from assistant.services.home.backend import State, device_id
from assistant.storage.home import DeviceStateTable

_FIRST: dict[str, State] = {
    "light": {"on": False, "brightness": 100, "color": "white"},
    "switch": {"on": False},
    "cover": {"position": 100},
    "climate": {"on": True, "temperature": 20.0, "current": 20.0},
    "fan": {"on": False, "speed": 50},
    "lock": {"locked": True},
    "media": {"on": False},
    "scene": {},
}
_FIRST_VALUE = {"temperature": 19.0, "humidity": 45, "battery": 100}
_SEEN = frozenset(
    ("window", "door", "opening", "garage_door", "motion", "occupancy", "smoke", "moisture", "gas")
)


class VirtualHome:
    """A `HomeBackend` that is always there."""

    trouble = ""

    def __init__(self, home: Home, table: DeviceStateTable) -> None:
        self._devices: dict[str, Device] = {}
        self._table = table
        self.rename(home)

    def rename(self, home: Home) -> None:
        """Devices may have come. Those that went can still be asked for by a call that is under way."""
        self._devices |= {device_id(device): device for device in home.devices}

    async def states(self) -> Mapping[str, State]:
        saved = await self._table.all()
        return {name: _first(device) | saved.get(name, {}) for name, device in self._devices.items()}

    async def apply(self, changes: Mapping[str, State]) -> Mapping[str, State]:
        """All of them or none."""
        states = await self.states()
        changed = {device: states[device] | change for device, change in changes.items()}
        await self._table.save(changed)
        return changed


def _first(device: Device) -> State:
    if device.kind != "sensor":
        return _FIRST[device.kind]
    if device.device_class in _SEEN:
        return {"value": False}
    return {"value": _FIRST_VALUE.get(device.device_class, 0)}
