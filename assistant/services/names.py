"""All the names an owner has given to things, for the recogniser and for the dialogue's lookup tables."""

from collections.abc import Iterable
from dataclasses import dataclass

from assistant.config.model import Config
from assistant.services.home.default import home_of


@dataclass(frozen=True, slots=True)
class OwnerNames:
    """Names in the owner's spelling, aliases included, without repeats, in the configuration's order."""

    areas: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    people: tuple[str, ...] = ()


def owner_names(config: Config) -> OwnerNames:
    """The names in `config`; those of the virtual home where no home is configured."""
    home = home_of(config)
    return OwnerNames(
        areas=_unique(name for area in home.areas for name in (area.name, *area.aliases)),
        devices=_unique(name for device in home.devices for name in (device.name, *device.aliases)),
        lists=_unique(config.names.lists),
        items=_unique(config.names.items),
        people=_unique(config.names.people),
    )


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    kept: dict[str, str] = {}
    for name in names:
        words = " ".join(name.split())
        kept.setdefault(words.casefold(), words)
    return tuple(name for name in kept.values() if name)
