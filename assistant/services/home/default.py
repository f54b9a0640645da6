"""The virtual home that is there when the owner has described none."""

from assistant.config.model import Area, Config, Device, Home

DEFAULT_HOME = Home(
    areas=(
        Area(name="kitchen"),
        Area(name="living room", aliases=("lounge", "sitting room")),
        Area(name="bedroom"),
        Area(name="hallway", aliases=("hall", "corridor")),
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
    ),
)


def home_of(config: Config) -> Home:
    """The owner's home, or the default one where neither areas nor devices are configured. An area that
    only a device mentions is an area too."""
    home = config.home if config.home.areas or config.home.devices else DEFAULT_HOME
    known = {area.name.casefold() for area in home.areas}
    areas = list(home.areas)
    for device in home.devices:
        if device.area and device.area.casefold() not in known:
            known.add(device.area.casefold())
            areas.append(Area(name=device.area))
    return home.model_copy(update={"areas": tuple(areas)})
