"""The names of an owner's home, lists, people and music, as training data.

Rasa is trained on those that it has to tell apart: rooms, devices, lists and the things on them. People, titles of
music and programs are for the recogniser's language model only: to the understanding "call siobhan" is something on a
list, and what stands behind "play" or "open" a title or a program, whatever the name is. So two thousand contacts cost
Rasa nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import yaml

from assistant import paths
from assistant.config.model import Config
from assistant.dialogue.annotations import Segment
from assistant.errors import UserError
from assistant.services.desktop.spoken_names import spoken_names
from assistant.services.home.default import home_of, names_of_home

FILES = ("people", "items", "media")
"""Kinds of names that may also stand in a file `KIND.txt`, one on each line."""

MOST_NAMES = 5_000  # in one file
LONGEST_NAME = 120  # characters
MOST_DEVICES = 120
"""Devices that get sentences of their own for Rasa; a big house has hundreds, and training would take minutes. All of
them are in its table."""
MOST_SENTENCES = 40
"""Sensors, and things on lists, that get sentences of their own for Rasa; all of them are in its table. More would
outweigh what the project says itself."""


@dataclass(frozen=True, slots=True)
class OwnerNames:
    """Names as they are said, aliases included; without repeats."""

    areas: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    scenes: tuple[str, ...] = ()
    sensors: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    timers: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    apps: tuple[str, ...] = ()

    @classmethod
    def of(cls, names: Mapping[str, Iterable[str]]) -> "OwnerNames":
        """Names of each kind (a field of this class), cleaned: lower case, single blanks, no marks of Rasa's
        format."""
        return cls(**{kind: _spoken(values) for kind, values in names.items()})

    @classmethod
    def from_config(cls, config: Config) -> "OwnerNames":
        """All names that the configuration holds, in its order; without a home, those of the virtual one; and
        those in the files beside it. Blocking, for milliseconds. Raises `UserError` for a file that cannot be
        read."""
        names = config.names
        written = {kind: names_in(names_folder(config) / f"{kind}.txt") for kind in FILES}
        return cls.of(
            {
                **names_of_home(home_of(config)),
                "lists": names.lists,
                "items": (*names.items, *written["items"]),
                "people": (*names.people, *written["people"]),
                "media": (*names.media, *written["media"]),
                "apps": spoken_names(config.desktop.bookmarks),
            }
        )

    def __or__(self, other: "OwnerNames") -> "OwnerNames":
        """These, then those of `other` that are new."""
        return OwnerNames(
            **{kind: tuple(dict.fromkeys((*getattr(self, kind), *getattr(other, kind)))) for kind in KINDS}
        )

    def __sub__(self, other: "OwnerNames") -> "OwnerNames":
        """These without those of `other`."""
        return OwnerNames(
            **{
                kind: tuple(name for name in getattr(self, kind) if name not in set(getattr(other, kind)))
                for kind in KINDS
            }
        )

    def __len__(self) -> int:
        return sum(len(getattr(self, kind)) for kind in KINDS)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """(kind, name) of each."""
        return ((kind, name) for kind in KINDS for name in getattr(self, kind))


KINDS = tuple(field.name for field in fields(OwnerNames))


def names_folder(config: Config) -> Path:
    """Where files of names are."""
    folder = config.names.folder
    return Path(folder).expanduser() if folder else paths.config_file().parent / "names"


def names_in(path: Path) -> list[str]:
    """The names in a file, one on each line; `#` begins a comment. One that is absent has none. Raises `UserError`."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"The names in {path} cannot be read ({error}): save them as UTF-8 text.") from error
    names = [name for line in lines if (name := line.partition("#")[0].strip())]
    if len(names) > MOST_NAMES:
        raise UserError(f"{path} has {len(names)} names; keep the {MOST_NAMES} that you are likely to say.")
    return names


def owner_nlu(names: OwnerNames) -> dict[str, Any]:
    """Rasa training data (format 3.1) with lookup tables of the names and a few sentences for them.

    A device whose name begins with an area ("kitchen light") is marked in two parts, as the project's own
    sentences are; so the extractor does not learn two ways to mark the same words.
    """
    tables = {
        "area": names.areas,
        "device": (*names.devices, *names.scenes, *names.sensors),
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


def owner_speech(names: OwnerNames) -> dict[str, Any]:
    """What the recogniser's language model has on top of `owner_nlu`, in the same format: sentences with people and
    music, and tables of all the names that may stand in their places."""
    nlu: list[dict[str, str]] = []
    for kind, (entity, frames) in _FRAMES.items():
        values = getattr(names, kind)
        if not values:
            continue
        nlu.append({"lookup": entity, "examples": _block(values)})
        for intent, lines in frames.items():
            said = [line.format(f"[{values[0]}]({entity})") for line in lines]
            nlu.append({"intent": intent, "examples": _block(said)})
    return {"version": "3.1", "nlu": nlu}


_FRAMES: dict[str, tuple[str, dict[str, tuple[str, ...]]]] = {
    "people": (
        "person",
        {
            "add_item": (
                "add call {} to my to do list",
                "add call {} to the to do list",
                "put call {} on my to do list",
                "put email {} on my to do list",
                "add a present for {} to the shopping list",
            ),
            "remove_item": ("remove call {} from my to do list",),
        },
    ),
    "media": ("media", {"media_play": ("play {}", "play {} please", "put on {}", "can you play {}")}),
    "apps": ("app", {"open_app": ("open {}", "open the {}", "open {} please", "launch {}", "start {}")}),
    "timers": (
        "timer",
        {
            "start_timer": ("set a {} timer for ten minutes", "set a timer for ten minutes called {}"),
            "cancel_timer": ("cancel the {} timer",),
            "timer_remaining": ("how long is left on the {} timer",),
        },
    ),
    "events": (
        "event",
        {
            "find_event": ("when is {}", "when is the {}", "what time is the {}"),
            "move_event": ("move the {} to tomorrow at nine",),
            "delete_event": ("cancel the {}", "cancel {}"),
        },
    ),
}
"""Kind of names → their entity, and sentences for each intent."""


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
    for device in names.devices[:MOST_DEVICES]:
        marked = _marked(device_segments(device, names.areas))
        yield "turn_on", f"turn on the {marked}"
        yield "turn_off", f"turn off the {marked}"
        yield "query_state", f"is the {marked} on"
        yield "turn_off", f"{marked} off please"
    for scene in names.scenes:
        yield "activate_scene", f"activate [{scene}](device)"
        yield "activate_scene", f"start the [{scene}](device) scene"
    for sensor in names.sensors[:MOST_SENTENCES]:
        yield "query_state", f"what is the {_marked(device_segments(sensor, names.areas))}"
    for area in names.areas:
        yield "turn_on", f"turn on the [lights](device) in the [{area}](area)"
        yield "turn_off", f"turn off the [{area}](area) [lights](device)"
    for name in names.lists:
        yield "read_list", f"what is on my [{name}](list) list"
        yield "add_item", f"add [milk](item) to the [{name}](list) list"
    for item in names.items[:MOST_SENTENCES]:
        yield "add_item", f"add [{item}](item) to my [shopping](list) list"
        yield "remove_item", f"remove [{item}](item) from the [shopping](list) list"


def _marked(segments: Iterable[Segment]) -> str:
    return "".join(f"[{part.text}]({part.entity})" if part.entity else part.text for part in segments)


def _block(lines: Iterable[str]) -> str:
    return "".join(f"- {line}\n" for line in lines)


def _spoken(names: Iterable[str]) -> tuple[str, ...]:
    """Lower case, single spaces, no character that Rasa's format would read as a mark, no repeats."""
    cleaned = (
        " ".join("".join(" " if c in "[](){}\n" else c for c in name[:LONGEST_NAME].lower()).split())
        for name in names
    )
    return tuple(dict.fromkeys(name for name in cleaned if name))
