"""Which devices a person means: `the lamp in the bedroom`, `living room lights`, `all the blinds`."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from assistant.config.model import Device, Home
from assistant.services.numbers import joined
from assistant.services.service import ServiceError

_AREA_SCORE = 82.0
_PREFIX_SCORE = 85.0
_DEVICE_SCORE = 84.0
_MARGIN = 4.0  # by which the best name has to win
_SUGGEST_SCORE = 62.0

# Words for kinds of things, singular. "lamp" and "light" are one kind, yet prefer devices that are called so.
_KIND_WORDS = {
    "light": "light lamp bulb lighting spotlight",
    "switch": "switch plug socket outlet",
    "cover": "blind curtain shade shutter drape cover awning",
    "climate": "thermostat heating heater radiator climate",
    "fan": "fan ventilator",
    "lock": "lock door",
    "sensor": "sensor",
    "media": "speaker radio tv television music",
}
KINDS = {word: kind for kind, words in _KIND_WORDS.items() for word in words.split()}
_PLURALS = {
    "light": "lights", "switch": "switches", "cover": "blinds", "climate": "thermostats", "fan": "fans",
    "lock": "locks", "sensor": "sensors", "media": "speakers",
}  # fmt: skip
_EVERYWHERE = frozenset(
    ("everywhere", "house", "home", "whole house", "whole home", "flat", "apartment", "everything")
)
_EVERYTHING = frozenset(("everything", "all", "every thing", "all device", "device", "thing", "all thing"))
_ARTICLES = frozenset(("the", "my", "our", "a", "an", "that", "this", "please", "of"))
_ALL = frozenset(("all", "every", "both", "each", "any"))
_IN_AREA = re.compile(r"^(?P<device>.*?)\s*\b(?:in|on|of|from|inside|at)\s+(?P<area>.+)$")


@dataclass(frozen=True, slots=True)
class Resolution:
    """Devices in the home's order, and how to speak of them together: `the kitchen light`. `named`: the
    person named exactly these, and did not ask for whatever there is somewhere."""

    devices: tuple[Device, ...]
    spoken: str
    named: bool


Able = Callable[[Device], bool]


class HomeNames:
    """Names of one home. Pure: no state of devices is looked at."""

    def __init__(self, home: Home) -> None:
        self._devices = home.devices
        self._areas: dict[str, str] = {}
        for area in home.areas:
            for name in (area.name, *area.aliases):
                self._areas.setdefault(singular(name), area.name)
        self._names: dict[str, list[Device]] = {}
        for device in home.devices:
            for name in dict.fromkeys(self._names_of(device)):
                self._names.setdefault(name, []).append(device)

    def resolve(
        self,
        device: str = "",
        area: str = "",
        kind: str = "",
        everything: bool = False,
        able: Able | None = None,
    ) -> Resolution:
        """The devices meant. `able` says which can do what is asked: `turn off the bedroom` then means what
        can be turned off. Raises `ServiceError`: unknown_device, unknown_area, ambiguous."""
        able = able or (lambda device: True)
        words, every = _stripped(device)
        every = every or everything
        place = self._area(area) if area else None
        if words and place is None and (split := self._split_area(words, device)):
            words, place = split
        kind_word = singular(kind) if kind else ""
        if words in _EVERYTHING:
            words, every = "", True
        if not words and not kind_word:
            return self._whole(place, every, able)
        plural = words in KINDS and _is_plural(device, words)
        if words and not plural and (found := self._by_name(words, place, able)):
            return found
        word = words or kind_word
        if word in KINDS:
            return self._by_kind(word, device, place, every or not words)
        if found := self._fuzzy(words, place):
            return found
        raise self._unknown(device or kind, words, place)

    def area_of(self, said: str) -> str | None:
        """The area's proper name, or None."""
        words = singular(said)
        if words in self._areas:
            return self._areas[words]
        best = process.extractOne(words, list(self._areas), scorer=fuzz.ratio, score_cutoff=_AREA_SCORE)
        return self._areas[best[0]] if best else None

    def _area(self, said: str) -> str | None:
        words = singular(said)
        if words in _EVERYWHERE or words in _ALL:
            return None
        if (area := self.area_of(said)) is None:
            have = joined([f"the {name}" for name in dict.fromkeys(self._areas.values())])
            raise ServiceError("unknown_area", f"I don't know a room called {words}. I know {have}.")
        return area

    def _split_area(self, words: str, said: str) -> tuple[str, str | None] | None:
        """`lamp in bedroom`, `bedroom lamp`, `bedroom` → words without the area, and the area. None where the
        words have no area, or are a device's own name."""
        if words in self._names and not self._is_group(words, said):
            return None
        if match := _IN_AREA.fullmatch(words):
            if match["area"] in _EVERYWHERE:
                return match["device"], None
            if (area := self.area_of(match["area"])) is not None:
                return match["device"], area
            raise ServiceError("unknown_area", f"I don't know a room called {match['area']}.")
        if words in self._areas:
            return "", self._areas[words]
        parts = words.split()
        for length in range(len(parts) - 1, 0, -1):
            if (area := self._misspelt(" ".join(parts[:length]))) is not None:
                return " ".join(parts[length:]), area
        return None

    def _misspelt(self, said: str) -> str | None:
        """The area of a name that is written apart or together otherwise (`livingroom`), or nearly so."""
        if said in self._areas:
            return self._areas[said]
        compact = {name.replace(" ", ""): area for name, area in self._areas.items()}
        found = process.extractOne(
            said.replace(" ", ""), list(compact), scorer=fuzz.ratio, score_cutoff=_PREFIX_SCORE
        )
        return compact[found[0]] if found else None

    def _is_group(self, words: str, said: str) -> bool:
        """`kitchen lights`, where a device is called `kitchen light`, is all the lights there."""
        area, _, word = words.rpartition(" ")
        if area not in self._areas or word not in KINDS or not _is_plural(said, word):
            return False
        literally = {name.casefold() for d in self._names[words] for name in (d.name, *d.aliases)}
        return re.sub(r"^(?:(?:the|my|our|all)\s+)+", "", " ".join(said.casefold().split())) not in literally

    def _whole(self, place: str | None, every: bool, able: Able) -> Resolution:
        if place is None and not every:
            raise ServiceError("unknown_device", "Which device do you mean?")
        devices = tuple(device for device in self._in(place) if able(device))
        if not devices:
            where = f"in the {place}" if place else "in this home"
            raise ServiceError("unknown_device", f"There is nothing {where} that can do that.")
        spoken = f"everything in the {place}" if place else "everything"
        return Resolution(devices, spoken if len(devices) > 1 else self.spoken(devices[0]), named=False)

    def _by_name(self, words: str, place: str | None, able: Able) -> Resolution | None:
        """A device's whole name, or words that only one device's names have."""
        found = self._names.get(f"{singular(place)} {words}", []) if place else []
        found = found or self._names.get(words, [])
        found = [device for device in found if place is None or _same(device.area, place)]
        if not found and words not in KINDS and words not in (singular(_PLURALS[k]) for k in _PLURALS):
            wanted = set(words.split())
            found = [d for d in self._in(place) if any(wanted <= set(n.split()) for n in self._names_of(d))]
            found = found or [d for d in self._in(place) if _by_its_kind(words) in self._kind_names(d)]
        if len(found) > 1 and len(capable := [device for device in found if able(device)]) == 1:
            found = capable
        if not found:
            return None
        if len(found) > 1:
            raise self._ambiguous(found)
        return Resolution(tuple(found), self.spoken(found[0]), named=True)

    def _by_kind(self, word: str, said: str, place: str | None, every: bool) -> Resolution:
        kind = KINDS[word]
        devices = [device for device in self._in(place) if device.kind == kind]
        called = [d for d in devices if any(word in name.split() for name in self._names_of(d))]
        plural = every or _is_plural(said, word)
        if called and (not plural or word != kind):
            devices = called
        if not devices:
            where = f" in the {place}" if place else ""
            noun = (
                word
                if said and word in _KIND_WORDS[kind].split() and word != kind
                else _singular(_PLURALS[kind])
            )
            raise ServiceError("unknown_device", f"There is no {noun}{where}.")
        if len(devices) == 1:
            return Resolution(tuple(devices), self.spoken(devices[0]), named=True)
        # Asking which light of a room would be pedantic: they all go, and "undo" is one word away.
        if not plural and not (place and kind == "light"):
            raise self._ambiguous(devices)
        many = _PLURALS[kind] if word == kind or word not in _KIND_WORDS[kind] else f"{word}s"
        spoken = f"the {place} {many}" if place else f"all the {many}"
        return Resolution(tuple(devices), spoken, named=False)

    def _fuzzy(self, words: str, place: str | None) -> Resolution | None:
        names = [name for name, devices in self._names.items() if any(d in self._in(place) for d in devices)]
        tries = [words, f"{singular(place)} {words}"] if place else [words]
        scores: dict[int, float] = {}
        for text in tries:
            for name, score, _ in process.extract(text, names, scorer=_likeness, limit=5):
                for device in self._names[name]:
                    key = self._devices.index(device)
                    scores[key] = max(score, scores.get(key, 0.0))
        ranked = sorted(scores.items(), key=lambda pair: -pair[1])
        if not ranked or ranked[0][1] < _DEVICE_SCORE:
            return None
        near = [self._devices[key] for key, score in ranked if score > ranked[0][1] - _MARGIN]
        if len(near) > 1:
            raise self._ambiguous(near)
        return Resolution((near[0],), self.spoken(near[0]), named=True)

    def _unknown(self, said: str, words: str, place: str | None) -> ServiceError:
        shown = " ".join(said.casefold().split())[:60]
        shown = re.sub(r"^(?:(?:the|my|our|a|an)\s+)+", "", shown)
        best = process.extractOne(words, list(self._names), scorer=_likeness, score_cutoff=_SUGGEST_SCORE)
        hint = f" Do you mean {self.spoken(self._names[best[0]][0])}?" if best else ""
        where = f" in the {place}" if place and place not in shown else ""
        return ServiceError("unknown_device", f"I don't know {_article(shown)}{where}.{hint}")

    def _ambiguous(self, devices: Sequence[Device]) -> ServiceError:
        names = [self.spoken(device, full=True) for device in devices]
        if len(names) > 4:
            return ServiceError("ambiguous", f"There are {len(names)} of those. Which one do you mean?")
        return ServiceError("ambiguous", f"Which one do you mean: {joined(names, 'or')}?")

    def spoken(self, device: Device, full: bool = False) -> str:
        """`the kitchen light`; with its area where another device has the same name, or if `full`."""
        others = [other for other in self._devices if _same(other.name, device.name)]
        if device.area and device.area.casefold() not in device.name.casefold() and (full or len(others) > 1):
            return f"the {device.name} in the {device.area}"
        return f"the {device.name}"

    def _kind_names(self, device: Device) -> set[str]:
        return {_by_its_kind(name) for name in self._names_of(device)}

    def _in(self, place: str | None) -> list[Device]:
        return [device for device in self._devices if place is None or _same(device.area, place)]

    def _names_of(self, device: Device) -> Iterable[str]:
        for name in (device.name, *device.aliases):
            words = singular(name)
            yield words
            if device.area and not words.startswith(singular(device.area)):
                yield f"{singular(device.area)} {words}"


def singular(name: str | None) -> str:
    """Lower case, without articles and signs, each word in the singular."""
    words = re.sub(r"[^\w\s']", " ", (name or "").casefold().replace("'s", "")).replace("_", " ").split()
    return " ".join(_singular(word) for word in words if word not in _ARTICLES)


def _stripped(said: str) -> tuple[str, bool]:
    """The words that matter, in the singular, and whether all of something was asked for."""
    words = singular(said).split()
    every = bool(words) and words[0] in _ALL
    while words and words[0] in _ALL:
        words = words[1:]
    return " ".join(words) if words or not every else "all", every


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if word.endswith(("ches", "shes", "sses", "xes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word


def _is_plural(said: str, word: str) -> bool:
    return any(_singular(w) == word and w != word for w in re.findall(r"[\w']+", said.casefold()))


def _likeness(one: str, other: str, **options: object) -> float:
    """Words in any order, or run together as recognisers do (`bed side lamp`)."""
    joined_up = fuzz.ratio(one.replace(" ", ""), other.replace(" ", ""))
    return max(fuzz.ratio(one, other), fuzz.token_sort_ratio(one, other), joined_up)


def _by_its_kind(name: str) -> str:
    """`floor lamp` and `floor light` become the same."""
    return " ".join(KINDS.get(word, word) for word in name.split())


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def _article(name: str) -> str:
    return f"{'an' if name[:1] in 'aeiou' else 'a'} {name}" if name else "that device"
