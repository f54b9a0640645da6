"""What a home has to be able to do, whoever makes it."""

from collections.abc import Mapping
from typing import Any, Protocol

from assistant.config.model import Device

State = dict[str, Any]
"""Properties by kind: light `on`, `brightness` (1..100), `color`; switch, media `on`; fan `on`, `speed`
(1..100); cover `position` (0 closed .. 100 open); climate `on`, `temperature` (target), `current` (both in
Celsius); lock `locked`; sensor `value` (a number, a word, or whether it is so); scene `devices` (ids of what it
changes) and, in a change, `on`. None: not known. A device that cannot be reached now is not among the states."""


class HomeBackend(Protocol):
    """Devices that can be looked at and changed. A device's id is that of `device_id`. Loop thread only."""

    @property
    def trouble(self) -> str:
        """A sentence that says why devices cannot be reached now; empty: all is well."""
        ...

    async def states(self) -> Mapping[str, State]:
        """Of every device that can be reached, by id. Raises `ServiceError` when none of them can be."""
        ...

    async def apply(self, changes: Mapping[str, State]) -> Mapping[str, State]:
        """Change properties of devices; returns the whole new state of each. Raises `ServiceError` where that was
        refused, or the home cannot be reached."""
        ...


def device_id(device: Device) -> str:
    """Its own, or `light.kitchen.kitchen_light`, which stays the same as long as its kind, area and name do."""
    parts = (device.kind, device.area, device.name)
    return device.id or ".".join("_".join(part.casefold().split()) for part in parts if part)
