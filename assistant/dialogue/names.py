"""The names of an owner's home and lists, as training data for Rasa."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from assistant.config.model import Config
from assistant.dialogue.annotations import Segment
from assistant.services.home.default import home_of


@dataclass(frozen=True, slots=True)
class OwnerNames:
    """Names in the owner's spelling, aliases included."""

    areas: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    people: tuple[str, ...] = ()

    @classmethod
    def from_config(cls, config: Config) -> "OwnerNames":
        """All names that the configuration holds, in its order, without repeats; without a home, those of
        the virtual one."""
        home = home_of(config)
        areas = [name for area in home.areas for name in (area.name, *area.aliases)]
        devices = [name for device in home.devices for name in (device.name, *device.aliases)]
        names = config.names
        return cls(
            areas=_spoken(areas),
            devices=_spoken(devices),
            lists=_spoken(names.lists),
            items=_spoken(names.items),
            people=_spoken(names.people),
        )


def owner_nlu(names: OwnerNames) -> dict[str, Any]:
    """Rasa training data (format 3.1) with lookup tables of the names and a few sentences for each.

    A device whose name begins with an area ("kitchen light") is marked in two parts, as the project's own
    sentences are; so the extractor does not learn two ways to mark the same words.
    """
    tables = {
        "area": names.areas,
        "device": names.devices,
        "list": names.lists,
        "item": names.items,
    }
    nlu: list[dict[str, str]] = [
        {"lookup": entity, "examples": _block(values)} for entity, values in tables.items() if values
    ]
    sentences: dict[str, list[str]] = {}
    for intent, sentence in _sentences(names):
        sentences.setdefault(intent, []).append(sentence)
    nlu += [{"intent": intent, "examples": _block(lines)} for intent, lines in sentences.items()]
    return {"version": "3.1", "nlu": nlu}


def owner_nlu_yaml(names: OwnerNames) -> str:
    """`owner_nlu` as the text of a file; equal names give equal text."""
    return str(yaml.safe_dump(owner_nlu(names), sort_keys=False, allow_unicode=True, width=1000))


def device_segments(name: str, areas: Iterable[str]) -> tuple[Segment, ...]:
    """A device's name, split into area and device where it starts with an area's."""
    for area in sorted(areas, key=len, reverse=True):
        if name.startswith(f"{area} "):
            return (Segment(area, "area"), Segment(" "), Segment(name[len(area) + 1 :], "device"))
    return (Segment(name, "device"),)


def _sentences(names: OwnerNames) -> Iterator[tuple[str, str]]:
    for device in names.devices:
        marked = _marked(device_segments(device, names.areas))
        yield "turn_on", f"turn on the {marked}"
        yield "turn_off", f"turn off the {marked}"
        yield "query_state", f"is the {marked} on"
    for area in names.areas:
        yield "turn_on", f"turn on the [lights](device) in the [{area}](area)"
        yield "turn_off", f"turn off the [{area}](area) [lights](device)"
    for name in names.lists:
        yield "read_list", f"what is on my [{name}](list) list"
        yield "add_item", f"add [milk](item) to the [{name}](list) list"
    for item in names.items:
        yield "add_item", f"add [{item}](item) to my [shopping](list) list"
        yield "remove_item", f"remove [{item}](item) from the [shopping](list) list"


def _marked(segments: Iterable[Segment]) -> str:
    return "".join(f"[{part.text}]({part.entity})" if part.entity else part.text for part in segments)


def _block(lines: Iterable[str]) -> str:
    return "".join(f"- {line}\n" for line in lines)


def _spoken(names: Iterable[str]) -> tuple[str, ...]:
    """Lower case, single spaces, no character that Rasa's format would read as a mark, no repeats."""
    cleaned = (
        " ".join("".join(" " if c in "[](){}\n" else c for c in name.lower()).split()) for name in names
    )
    return tuple(dict.fromkeys(name for name in cleaned if name))
