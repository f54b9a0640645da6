"""Words for kinds of things, in the singular, and the states that they can be in."""

import re
from collections.abc import Iterable

from assistant.config.model import Device

Kind = tuple[str, frozenset[str]]
"""A kind of device, and which device classes of it; empty: any."""


def _of(kind: str, classes: str = "") -> Kind:
    return kind, frozenset(classes.split())


_ANY: dict[str, str] = {
    "light": "light lamp bulb lighting spotlight",
    "switch": "switch plug socket outlet",
    "cover": "blind curtain shade shutter drape cover awning",
    "climate": "thermostat heating heater radiator climate",
    "fan": "fan ventilator",
    "lock": "lock",
    "sensor": "sensor",
    "media": "speaker radio tv television music",
    "scene": "scene",
}
"""Kind → its words. "lamp" and "light" are one kind, yet those are preferred that are called so."""

WORDS: dict[str, tuple[Kind, ...]] = {
    word: (_of(kind),) for kind, words in _ANY.items() for word in words.split()
} | {
    "door": (_of("lock"), _of("sensor", "door garage_door opening"), _of("cover", "door garage gate")),
    "window": (_of("sensor", "window opening"), _of("cover", "window")),
    "gate": (_of("cover", "gate"), _of("sensor", "garage_door")),
    "temperature": (_of("sensor", "temperature"), _of("climate")),
    "humidity": (_of("sensor", "humidity moisture"),),
    "motion": (_of("sensor", "motion moving occupancy presence"),),
    "movement": (_of("sensor", "motion moving occupancy presence"),),
    "battery": (_of("sensor", "battery"),),
    "smoke": (_of("sensor", "smoke"),),
    "gas": (_of("sensor", "gas"),),
    "leak": (_of("sensor", "moisture"),),
    "power": (_of("sensor", "power"),),
    "brightness": (_of("sensor", "illuminance"),),
    "air quality": (_of("sensor", "aqi pm25 pm10 carbon_dioxide volatile_organic_compounds"),),
}
"""Word → the devices that it may mean."""

PLURALS = {
    "light": "lights", "switch": "switches", "cover": "blinds", "climate": "thermostats", "fan": "fans",
    "lock": "locks", "sensor": "sensors", "media": "speakers", "scene": "scenes",
}  # fmt: skip

_SWITCHES = frozenset(("", "switch", "outlet"))
_ARTICLES = frozenset(("the", "my", "our", "a", "an", "that", "this", "please", "of"))


def is_a(device: Device, word: str) -> bool:
    """Whether a word may mean the device: by its kind, and its class or its name."""
    if device.kind == "switch" and device.device_class not in _SWITCHES and word in _ANY["switch"].split():
        return False  # a vacuum cleaner goes on and off, yet is no switch
    return any(
        device.kind == kind and (not classes or device.device_class in classes or is_called(device, word))
        for kind, classes in WORDS.get(word, ())
    )


def is_called(device: Device, word: str) -> bool:
    """Whether the word is in one of its names, or what its class is."""
    classes = frozenset[str]().union(*(classes for _, classes in WORDS.get(word, ())))
    named = any(word in singular(name).split() for name in (device.name, *device.aliases))
    return named or device.device_class == word or device.device_class in classes


def kind_of(word: str) -> str:
    """The kind that a word means first."""
    return WORDS[word][0][0]


def by_its_kind(name: str) -> str:
    """`floor lamp` and `floor light` become the same."""
    return " ".join(kind_of(word) if len(WORDS.get(word, ())) == 1 else word for word in name.split())


def singular(name: str | None) -> str:
    """Lower case, without articles and signs, each word in the singular."""
    words = re.sub(r"[^\w\s']", " ", (name or "").casefold().replace("'s", "")).replace("_", " ").split()
    return " ".join(singular_word(word) for word in words if word not in _ARTICLES)


def singular_word(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if word.endswith(("ches", "shes", "sses", "xes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word


def plural_of(word: str, devices: Iterable[Device]) -> str:
    """`lights`, `lamps`, `windows`: of the devices that a word means."""
    kinds = {device.kind for device in devices}
    if word in PLURALS and kinds <= {word}:
        return PLURALS[word]
    if word.endswith("y") and word[-2:-1] not in "aeou":
        return f"{word[:-1]}ies"
    return f"{word}{'es' if word.endswith(('ch', 'sh', 'ss', 'x')) else 's'}"


def is_plural(said: str, word: str) -> bool:
    return any(singular_word(w) == word and w != word for w in re.findall(r"[\w']+", said.casefold()))
