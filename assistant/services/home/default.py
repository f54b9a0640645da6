"""The virtual home that is there when the owner has described none."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from assistant.config.model import Area, Config, Device, Floor, Home, Scene, SceneSetting
from assistant.services.home.backend import device_id

DEFAULT_HOME = Home(
    floors=(
        Floor(name="ground floor", level=0),
        Floor(name="upper floor", aliases=("first floor",), level=1),
    ),
    areas=(
        Area(name="kitchen", floor="ground floor"),
        Area(name="living room", floor="ground floor", aliases=("lounge", "sitting room")),
        Area(name="bedroom", floor="upper floor"),
        Area(name="hallway", floor="ground floor", aliases=("hall", "corridor")),
    ),
    devices=(
        Device(name="kitchen light", kind="light", area="kitchen"),
        Device(name="coffee machine", kind="switch", area="kitchen", aliases=("coffee maker",)),
        Device(name="ceiling light", kind="light", area="living room", aliases=("main light",)),
        Device(name="floor lamp", kind="light", area="living room", aliases=("reading lamp",)),
        Device(name="living room blinds", kind="cover", area="living room", aliases=("living room shades",)),
        Device(name="thermostat", kind="climate", area="living room", aliases=("heating",)),
        Device(name="bedroom light", kind="light", area="bedroom"),
        Device(name="bedside lamp", kind="light", area="bedroom", aliases=("night light",)),
        Device(name="bedroom curtains", kind="cover", area="bedroom", aliases=("bedroom drapes",)),
        Device(name="bedroom fan", kind="fan", area="bedroom"),
        Device(name="hallway light", kind="light", area="hallway"),
        Device(name="front door", kind="lock", area="hallway", aliases=("front door lock",)),
        Device(name="kitchen window", kind="sensor", area="kitchen", device_class="window"),
        Device(name="bedroom window", kind="sensor", area="bedroom", device_class="window"),
        Device(
            name="bedroom temperature", kind="sensor", area="bedroom", device_class="temperature", unit="°C"
        ),
        Device(name="bedroom humidity", kind="sensor", area="bedroom", device_class="humidity", unit="%"),
    ),
    scenes=(
        Scene(
            name="movie night",
            area="living room",
            aliases=("movie time", "film night"),
            settings=(
                SceneSetting(device="ceiling light", state="off"),
                SceneSetting(device="floor lamp", brightness=20, color="warm white"),
                SceneSetting(device="living room blinds", state="closed"),
            ),
        ),
        Scene(
            name="bedtime",
            settings=(
                SceneSetting(device="all the lights", state="off"),
                SceneSetting(device="bedside lamp", brightness=30),
                SceneSetting(device="front door", state="locked"),
            ),
        ),
    ),
)


def home_of(config: Config) -> Home:
    """The owner's home, or the virtual one where neither areas nor devices are configured and there is no Home
    Assistant. An area that only a device mentions is an area too."""
    home = config.home
    elsewhere = config.home_assistant.url or (config.mqtt.host and config.mqtt.devices)
    if not (home.areas or home.devices or elsewhere):
        home = DEFAULT_HOME
    return united([home])


def united(homes: Iterable[Home]) -> Home:
    """Several as one: rooms and floors of the same name are the same, with the aliases of all. A room that only a
    device or a scene mentions is a room too. A scene is among the devices, that is what it is called by."""
    homes = list(homes)
    areas, floors = [a for h in homes for a in h.areas], [f for h in homes for f in h.floors]
    scenes = [scene for home in homes for scene in home.scenes]
    devices = {device_id(device): device for home in homes for device in home.devices}
    for scene in scenes:
        device = Device(name=scene.name, kind="scene", area=scene.area, aliases=scene.aliases)
        devices.setdefault(device_id(device), device)
    areas += [Area(name=device.area) for device in devices.values() if device.area]
    floors += [Floor(name=area.floor) for area in areas if area.floor]
    return Home(
        floors=tuple(_joined(floors)),
        areas=tuple(_joined(areas)),
        devices=tuple(devices.values()),
        scenes=tuple(dict.fromkeys(scenes)),
    )


def names_of_home(home: Home) -> dict[str, tuple[str, ...]]:
    """By kind, as `NamesKnown` has them: what people call rooms and floors, devices, scenes and sensors."""
    places: tuple[Area | Floor, ...] = (*home.areas, *home.floors)
    found: dict[str, list[str]] = {"areas": [], "devices": [], "scenes": [], "sensors": []}
    for place in places:
        found["areas"] += (place.name, *place.aliases)
    for device in home.devices:
        found[{"scene": "scenes", "sensor": "sensors"}.get(device.kind, "devices")] += (
            device.name,
            *device.aliases,
        )
    return {kind: tuple(names) for kind, names in found.items()}


_Named = TypeVar("_Named", Area, Floor)


def _joined(named: Iterable[_Named]) -> Iterator[_Named]:
    """Those of one name as one, in the order in which they came; what the first does not say, another may."""
    by_name: dict[str, list[_Named]] = {}
    for each in named:
        by_name.setdefault(each.name.casefold(), []).append(each)
    for first, *others in by_name.values():
        aliases = tuple(dict.fromkeys(alias for each in (first, *others) for alias in each.aliases))
        said = {
            key: value
            for each in reversed((first, *others))
            for key, value in each.model_dump().items()
            if value not in ("", None)
        }
        yield first.model_copy(update={**said, "name": first.name, "aliases": aliases})
