"""Which devices a person means: `the lamp in the bedroom`, `living room lights`, `all the blinds`."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz, process

from assistant.config.model import Device, Home
from assistant.services.home.kinds import (
    PLURALS,
    WORDS,
    by_its_kind,
    is_a,
    is_called,
    is_plural,
    kind_of,
    plural_of,
    singular,
)
from assistant.services.home.places import EVERYWHERE, Place, Places
from assistant.services.numbers import joined
from assistant.services.service import ServiceError

_DEVICE_SCORE = 84.0
_MARGIN = 4.0  # by which the best name has to win
_SUGGEST_SCORE = 62.0

_EVERYTHING = frozenset(("everything", "all", "every thing", "all device", "device", "thing", "all thing"))
_ALL = frozenset(("all", "every", "both", "each", "any"))
_IN_AREA = re.compile(r"^(?P<device>.*?)\s*\b(?:in|on|of|from|inside|at)\s+(?P<area>.+)$")
_SOMEWHERE = frozenset(("upstair", "downstair", "outside", "here"))

Able = Callable[[Device], bool]


@dataclass(frozen=True, slots=True)
class Resolution:
    """Devices in the home's order, and how to speak of them together: `the kitchen light`. `named`: the
    person named exactly these, and did not ask for whatever there is somewhere."""

    devices: tuple[Device, ...]
    spoken: str
    named: bool


class Ambiguous(ServiceError):
    """Several are meant, and one has to be chosen: `devices`."""

    def __init__(self, message: str, devices: Sequence[Device]) -> None:
        super().__init__("ambiguous", message)
        self.devices = tuple(devices)


class HomeNames:
    """Names of one home. Pure: no state of devices is looked at."""

    def __init__(self, home: Home) -> None:
        self._devices = home.devices
        self.places = Places(home)
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
        room: str = "",
    ) -> Resolution:
        """The devices meant. `able` says which can do what is asked: `turn off the bedroom` then means what
        can be turned off. `room`: where it is said, which is meant where the words leave it open. Raises
        `ServiceError`: unknown_device, unknown_area, ambiguous."""
        able = able or (lambda device: True)
        words, every = _stripped(device)
        every = every or everything
        kind_word = singular(kind) if kind else ""
        try:
            place = self.places.asked(area, room) if area else None
        except ServiceError:
            # Not a room, but the beginning of a name: "the outside temperature", "my phone's battery".
            whole = " ".join(part for part in (singular(area), words or kind_word) if part)
            if found := self._by_name(whole, None, able, room):
                return found
            raise
        if words and place is None and (split := self._split_area(words, device, room)):
            words, place = split
        if words in _EVERYTHING:
            words, every = "", True
        here = self.places.find(room) if room and place is None and not every else None
        if not words and not kind_word:
            return self._whole(place, every, able)
        plural = words in WORDS and is_plural(device, words)
        if words and not plural and (found := self._by_name(words, place, able, room)):
            return found
        word = words or kind_word
        if place and not any(is_a(each, word) for each in self._in(place)):
            # "Kitchen lights" may be one thing of that name which nobody has put into the kitchen.
            outside = self._by_name(f"{singular(place.name)} {word}", None, able, room)
            if outside is not None:
                return outside
        if word in WORDS:
            return self._by_kind(word, device, place, every or not words, able, here)
        if found := self._fuzzy(words, place):
            return found
        raise self._unknown(device or kind, words, place)

    def _split_area(self, words: str, said: str, room: str) -> tuple[str, Place | None] | None:
        """`lamp in bedroom`, `bedroom lamp`, `bedroom` → words without the area, and the area. None where the
        words have no area, or are a device's own name."""
        if words in self._names and not self._is_group(words, said):
            return None
        if match := _IN_AREA.fullmatch(words):
            if match["area"] in EVERYWHERE:
                return match["device"], None
            if (place := self.places.find(match["area"], room)) is not None:
                return match["device"], place
            raise ServiceError("unknown_area", f"I don't know a room called {match['area']}.")
        if words in self.places:
            return "", self.places.find(words)
        parts = words.split()
        if parts[-1] in _SOMEWHERE and (place := self.places.find(parts[-1], room)) is not None:
            return " ".join(parts[:-1]), place
        for length in range(len(parts) - 1, 0, -1):
            if (place := self.places.nearly(" ".join(parts[:length]))) is not None:
                return " ".join(parts[length:]), place
        return None

    def _is_group(self, words: str, said: str) -> bool:
        """`kitchen lights`, where a device is called `kitchen light`, is all the lights there."""
        area, _, word = words.rpartition(" ")
        if area not in self.places or word not in WORDS or not is_plural(said, word):
            return False
        literally = {name.casefold() for d in self._names[words] for name in (d.name, *d.aliases)}
        return re.sub(r"^(?:(?:the|my|our|all)\s+)+", "", " ".join(said.casefold().split())) not in literally

    def _whole(self, place: Place | None, every: bool, able: Able) -> Resolution:
        if place is None and not every:
            raise ServiceError("unknown_device", "Which device do you mean?")
        # A scene changes a whole room by itself; it has to be named.
        devices = tuple(device for device in self._in(place) if able(device) and device.kind != "scene")
        if not devices:
            where = place.where if place else "in this home"
            raise ServiceError("unknown_device", f"There is nothing {where} that can do that.")
        spoken = f"everything {place.where}" if place else "everything"
        return Resolution(devices, spoken if len(devices) > 1 else self.spoken(devices[0]), named=False)

    def _by_name(self, words: str, place: Place | None, able: Able, room: str) -> Resolution | None:
        """A device's whole name, or words that only one device's names have."""
        found = self._names.get(f"{singular(place.name)} {words}", []) if place else []
        found = found or self._names.get(words, [])
        # What is in no room, such as a scene, may be spoken of in any: "party mode in the kitchen".
        found = [device for device in found if place is None or place.has(device) or not device.area]
        if not found and words not in WORDS and words not in (singular(each) for each in PLURALS.values()):
            wanted = set(words.split())
            found = [d for d in self._in(place) if any(wanted <= set(n.split()) for n in self._names_of(d))]
            found = found or [d for d in self._in(place) if by_its_kind(words) in self._kind_names(d)]
        found = _narrowed(found, able)
        if not found:
            return None
        if len(found) > 1:
            found = _narrowed(found, lambda device: bool(room) and _same(device.area, room))
        if len(found) > 1:
            raise self._ambiguous(found)
        return Resolution(tuple(found), self.spoken(found[0]), named=True)

    def _by_kind(
        self, word: str, said: str, place: Place | None, every: bool, able: Able, here: Place | None
    ) -> Resolution:
        """`here`: where it is said, of which it is meant unless everything was."""
        devices = [device for device in self._in(place) if is_a(device, word)]
        devices = [device for device in devices if able(device)] or devices
        plural = every or is_plural(said, word)
        called = [device for device in devices if is_called(device, word)]
        if called and len(WORDS[word]) == 1 and (not plural or word != kind_of(word)):
            devices = called
        if place is None and here is not None:
            place, devices = self._narrowed_to(here, devices)
        if not devices:
            where = f" {place.where}" if place else ""
            raise ServiceError("unknown_device", f"There is no {_noun(word, said)}{where}.")
        if len(devices) == 1:
            return Resolution(tuple(devices), self.spoken(devices[0]), named=True)
        # Asking which light of a room would be pedantic: they all go, and "undo" is one word away.
        if not plural and not (place and kind_of(word) == "light"):
            raise self._ambiguous(devices)
        many = plural_of(word, devices)
        return Resolution(tuple(devices), place.of(many) if place else f"all the {many}", named=False)

    def _narrowed_to(self, here: Place, devices: list[Device]) -> tuple[Place | None, list[Device]]:
        """Of a kind, those in the room; all of them where the room has none, as with a thermostat in the hall."""
        near = [device for device in devices if here.has(device)]
        return (here, near) if near else (None, devices)

    def _fuzzy(self, words: str, place: Place | None) -> Resolution | None:
        tries = [words, f"{singular(place.name)} {words}"] if place else [words]
        inside = {id(device) for device in self._in(place)}
        devices = {id(device): device for device in self._devices}
        names = [name for name, called in self._names.items() if any(id(each) in inside for each in called)]
        scores: dict[int, float] = {}
        for text in tries:
            for name, score, _ in process.extract(text, names, scorer=_likeness, limit=5):
                for device in self._names[name]:
                    scores[id(device)] = max(score, scores.get(id(device), 0.0))
        ranked = sorted(scores.items(), key=lambda pair: -pair[1])
        if not ranked or ranked[0][1] < _DEVICE_SCORE:
            return None
        near = [devices[key] for key, score in ranked if score > ranked[0][1] - _MARGIN]
        if len(near) > 1:
            raise self._ambiguous(near)
        return Resolution((near[0],), self.spoken(near[0]), named=True)

    def _unknown(self, said: str, words: str, place: Place | None) -> ServiceError:
        shown = " ".join(said.casefold().split())[:60]
        shown = re.sub(r"^(?:(?:the|my|our|a|an)\s+)+", "", shown)
        best = process.extractOne(words, list(self._names), scorer=_likeness, score_cutoff=_SUGGEST_SCORE)
        hint = f" Do you mean {self.spoken(self._names[best[0]][0])}?" if best else ""
        where = f" {place.where}" if place and place.name.casefold() not in shown else ""
        return ServiceError("unknown_device", f"I don't know {_article(shown)}{where}.{hint}")

    def _ambiguous(self, devices: Sequence[Device]) -> Ambiguous:
        names = [self.spoken(device, full=True) for device in devices]
        if len(names) > 4:
            return Ambiguous(f"There are {len(names)} of those. Which one do you mean?", devices)
        return Ambiguous(f"Which one do you mean: {joined(names, 'or')}?", devices)

    def spoken(self, device: Device, full: bool = False) -> str:
        """`the kitchen light`; with its area where another device has the same name, or if `full`."""
        others = [other for other in self._devices if _same(other.name, device.name)]
        if device.area and device.area.casefold() not in device.name.casefold() and (full or len(others) > 1):
            return f"the {device.name} in the {device.area}"
        return f"the {device.name}"

    def _kind_names(self, device: Device) -> set[str]:
        return {by_its_kind(name) for name in self._names_of(device)}

    def _in(self, place: Place | None) -> list[Device]:
        return [device for device in self._devices if place is None or place.has(device)]

    def _names_of(self, device: Device) -> Iterable[str]:
        for name in (device.name, *device.aliases):
            words = singular(name)
            yield words
            if device.area and not words.startswith(singular(device.area)):
                yield f"{singular(device.area)} {words}"


def without(found: Resolution, left_out: Sequence[Resolution]) -> Resolution:
    """`all the lights except the kitchen lights`. Raises `ServiceError` where nothing is left."""
    excluded = {device for each in left_out for device in each.devices}
    devices = tuple(device for device in found.devices if device not in excluded)
    spoken = f"{found.spoken} except {joined([each.spoken for each in left_out])}"
    if not devices:
        raise ServiceError("unknown_device", f"There is nothing in {spoken}.")
    return replace(found, devices=devices, spoken=spoken)


def _narrowed(devices: list[Device], wanted: Able) -> list[Device]:
    """Those that are wanted, if there are any."""
    return [device for device in devices if wanted(device)] or devices


def _stripped(said: str) -> tuple[str, bool]:
    """The words that matter, in the singular, and whether all of something was asked for."""
    words = singular(said).split()
    every = bool(words) and words[0] in _ALL
    while words and words[0] in _ALL:
        words = words[1:]
    return " ".join(words) if words or not every else "all", every


def _noun(word: str, said: str) -> str:
    """What was asked for, or the usual word for its kind."""
    kind = kind_of(word)
    return word if said or word != kind else singular(PLURALS[kind])


def _likeness(one: str, other: str, **options: object) -> float:
    """Words in any order, or run together as recognisers do (`bed side lamp`)."""
    joined_up = fuzz.ratio(one.replace(" ", ""), other.replace(" ", ""))
    return max(fuzz.ratio(one, other), fuzz.token_sort_ratio(one, other), joined_up)


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def _article(name: str) -> str:
    return f"{'an' if name[:1] in 'aeiou' else 'a'} {name}" if name else "that device"
