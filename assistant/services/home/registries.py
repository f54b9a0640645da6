"""Home Assistant's registries of floors, areas, devices and entities as a home: names, rooms, and what is exposed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from assistant.config.model import Area, Device, Floor, Home
from assistant.services.home.entity import KINDS, Entity

Entry = Mapping[str, Any]

_EXPOSED_DOMAINS = frozenset(KINDS) - {"sensor", "binary_sensor", "siren"}
_EXPOSED_BINARY = frozenset(("door", "garage_door", "lock", "motion", "opening", "presence", "window"))
_EXPOSED_SENSORS = frozenset(
    (
        "aqi",
        "carbon_monoxide",
        "carbon_dioxide",
        "humidity",
        "pm10",
        "pm25",
        "temperature",
        "volatile_organic_compounds",
    )
)
"""What Home Assistant exposes to voice assistants where its owner has not decided; locks too, which the policy here
guards."""


_CLASS_OF = {domain: domain for domain in ("vacuum", "humidifier", "siren")}
"""Those that are switched like a switch and are none."""


@dataclass(slots=True)
class Registries:
    """As the server listed them last: by id."""

    floors: dict[str, Entry] = field(default_factory=dict)
    areas: dict[str, Entry] = field(default_factory=dict)
    devices: dict[str, Entry] = field(default_factory=dict)
    entities: dict[str, Entry] = field(default_factory=dict)


def home_in(
    registries: Registries, entities: Iterable[Entity], expose: Literal["exposed", "all"] = "exposed"
) -> Home:
    """The home that those make, in the order of their names, so that equal homes are equal."""
    devices = [device for entity in entities if (device := _device(registries, entity, expose)) is not None]
    floors = {key: str(each["name"]) for key, each in registries.floors.items()}
    return Home(
        floors=tuple(
            Floor(name=str(each["name"]), aliases=_aliases(each), level=each.get("level"))
            for each in registries.floors.values()
        ),
        areas=tuple(
            Area(
                name=str(each["name"]),
                aliases=_aliases(each),
                floor=floors.get(str(each.get("floor_id")), ""),
            )
            for each in registries.areas.values()
        ),
        devices=tuple(sorted(devices, key=lambda device: (device.name, device.id))),
    )


def _device(registries: Registries, entity: Entity, expose: str) -> Device | None:
    entry = registries.entities.get(entity.id, {})
    name = str(entity.attributes.get("friendly_name") or "").strip()
    if not name or entity.domain not in KINDS or entry.get("disabled_by"):
        return None
    if expose == "exposed" and not is_exposed(entity, entry):
        return None
    own = registries.devices.get(str(entry.get("device_id")), {})
    area = registries.areas.get(str(entry.get("area_id") or own.get("area_id")), {})
    return Device.model_validate(
        {
            "id": entity.id,
            "name": name,
            "kind": KINDS[entity.domain],
            "area": str(area.get("name") or ""),
            "aliases": _aliases(entry),
            "device_class": str(entity.attributes.get("device_class") or _CLASS_OF.get(entity.domain, "")),
            "unit": str(entity.attributes.get("unit_of_measurement") or "").replace("°F", "°C"),
        }
    )


def is_exposed(entity: Entity, entry: Entry) -> bool:
    """What its owner decided for voice assistants, otherwise what Home Assistant does by default."""
    options = (entry.get("options") or {}).get("conversation") or {}
    if (decided := options.get("should_expose")) is not None:
        return bool(decided)
    if entry.get("entity_category") or entry.get("hidden_by"):
        return False
    device_class = entity.attributes.get("device_class")
    if entity.domain == "binary_sensor":
        return device_class in _EXPOSED_BINARY
    if entity.domain == "sensor":
        return device_class in _EXPOSED_SENSORS
    return entity.domain in _EXPOSED_DOMAINS


def _aliases(entry: Entry) -> tuple[str, ...]:
    return tuple(
        sorted(str(alias).strip() for alias in entry.get("aliases") or () if str(alias or "").strip())
    )
