"""Rooms and floors as people call them: `the kitchen`, `upstairs`, `on the ground floor`, `here`."""

from dataclasses import dataclass

from rapidfuzz import fuzz, process

from assistant.config.model import Device, Floor, Home
from assistant.services.home.kinds import singular
from assistant.services.numbers import joined
from assistant.services.service import ServiceError

_AREA_SCORE = 82.0
_PREFIX_SCORE = 85.0
EVERYWHERE = frozenset(
    (
        "everywhere",
        "house",
        "home",
        "whole house",
        "whole home",
        "flat",
        "apartment",
        "everything",
        "all",
        "anywhere",
    )
)
HERE = frozenset(("here", "in here", "room", "over here"))
_ADVERBS = frozenset(("upstairs", "downstairs", "outside", "inside", "outdoors"))


@dataclass(frozen=True, slots=True)
class Place:
    """A room, or several of them that have a name together. `areas`: their names in lower case."""

    name: str
    areas: frozenset[str]
    is_floor: bool = False

    def has(self, device: Device) -> bool:
        return device.area.casefold() in self.areas

    @property
    def where(self) -> str:
        """`in the kitchen`, `upstairs`, `on the ground floor`."""
        if self.name.casefold() in _ADVERBS:
            return self.name.casefold()
        return f"{'on' if self.is_floor else 'in'} the {self.name}"

    def of(self, things: str) -> str:
        """`the kitchen lights`, `the lights upstairs`."""
        by_name = not self.is_floor and self.name.casefold() not in _ADVERBS
        return f"the {self.name} {things}" if by_name else f"the {things} {self.where}"


def is_here(said: str) -> bool:
    return singular(said) in HERE


class Places:
    """Those of one home."""

    def __init__(self, home: Home) -> None:
        self._floors = home.floors
        self._floor_of = {area.name.casefold(): area.floor.casefold() for area in home.areas}
        self._places: dict[str, Place] = {}
        for area in home.areas:
            place = Place(area.name, frozenset((area.name.casefold(),)))
            for name in (area.name, *area.aliases):
                self._places.setdefault(singular(name), place)
        self._rooms = tuple(dict.fromkeys(place.name for place in self._places.values()))
        for floor in home.floors:
            place = Place(floor.name, self._areas_on((floor,)), is_floor=True)
            for name in (floor.name, *floor.aliases):
                self._places.setdefault(singular(name), place)

    def __contains__(self, words: str) -> bool:
        return words in self._places

    def find(self, said: str, room: str = "") -> Place | None:
        """The place of that name, or one nearly like it. `room`: where it is said."""
        words = singular(said)
        if words in HERE:
            return self._places.get(singular(room)) if room else None
        if words in self._places:
            return self._places[words]
        if words in ("upstair", "downstair", "upstairs", "downstairs"):
            return self._by_level(words.startswith("up"), room)
        best = process.extractOne(words, list(self._places), scorer=fuzz.ratio, score_cutoff=_AREA_SCORE)
        return self._places[best[0]] if best else None

    def nearly(self, said: str) -> Place | None:
        """The place of a name that is written apart or together otherwise (`livingroom`), or nearly so."""
        if said in self._places:
            return self._places[said]
        compact = {name.replace(" ", ""): place for name, place in self._places.items()}
        found = process.extractOne(
            said.replace(" ", ""), list(compact), scorer=fuzz.ratio, score_cutoff=_PREFIX_SCORE
        )
        return compact[found[0]] if found else None

    def asked(self, said: str, room: str = "") -> Place | None:
        """The place, None for everywhere, and for `here` where nobody knows where that is. Raises `ServiceError`:
        unknown_area."""
        words = singular(said)
        if words in EVERYWHERE:
            return None
        if (place := self.find(said, room)) is None and words not in HERE:
            raise ServiceError("unknown_area", self.unknown(words))
        return place

    def unknown(self, words: str) -> str:
        """What to say of a room that is none."""
        have = [f"the {name}" for name in self._rooms]
        known = f" I know {joined(have)}." if 0 < len(have) <= 8 else ""
        return f"I don't know a room called {words}.{known}"

    def _areas_on(self, floors: tuple[Floor, ...]) -> frozenset[str]:
        names = {floor.name.casefold() for floor in floors}
        return frozenset(area for area, floor in self._floor_of.items() if floor in names)

    def _by_level(self, up: bool, room: str) -> Place | None:
        """`upstairs` is above the room in which it is said, or above the ground floor; `downstairs` below, or that."""
        levels = {floor.name.casefold(): floor.level for floor in self._floors if floor.level is not None}
        here = levels.get(self._floor_of.get(room.casefold(), ""))

        def fits(level: int | None) -> bool:
            if level is None:
                return False
            if here is None:
                return level > 0 if up else level <= 0
            return level > here if up else level < here

        floors = tuple(floor for floor in self._floors if fits(floor.level))
        if not floors and here is not None:  # on the top floor "upstairs" is here
            floors = tuple(floor for floor in self._floors if floor.level == here)
        return (
            Place("upstairs" if up else "downstairs", self._areas_on(floors), is_floor=True)
            if floors
            else None
        )
