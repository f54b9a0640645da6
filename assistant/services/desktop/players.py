"""Media players of the desktop, by MPRIS (https://specifications.freedesktop.org/mpris-spec/latest/)."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz

from assistant.services.desktop.bus import Bus, BusError
from assistant.services.numbers import joined
from assistant.services.service import ServiceError

PREFIX = "org.mpris.MediaPlayer2."
PATH = "/org/mpris/MediaPlayer2"
ROOT = "org.mpris.MediaPlayer2"
PLAYER = "org.mpris.MediaPlayer2.Player"
NO_PLAYERS = frozenset({"playerctld"})
"""Stands on the bus for whatever player was used last, which is there under its own name, too."""
ASK_S = 1.0
MOST = 16
_SCORE = 80.0


@dataclass(frozen=True, slots=True)
class Player:
    """A program that plays, as it was when it was asked. `name` is how a person calls it."""

    bus_name: str
    name: str
    properties: Mapping[str, Any]

    @property
    def status(self) -> str:
        """`Playing`, `Paused` or `Stopped`."""
        return str(self.properties.get("PlaybackStatus", "Stopped"))

    @property
    def calls(self) -> tuple[str, str]:
        """What a person may call it, in lower case."""
        return self.name.casefold(), _short(self.bus_name).casefold()

    @property
    def playing(self) -> bool:
        return self.status == "Playing"

    @property
    def title(self) -> str:
        return _text(self._metadata.get("xesam:title"))

    @property
    def artist(self) -> str:
        return joined([each for each in _texts(self._metadata.get("xesam:artist")) if each])

    @property
    def track(self) -> str:
        """An object path; empty where the player tells none."""
        return _text(self._metadata.get("mpris:trackid"))

    @property
    def length_s(self) -> float | None:
        length = self._metadata.get("mpris:length")
        return length / 1e6 if isinstance(length, int) and length > 0 else None

    @property
    def piece(self) -> tuple[str, str]:
        """What tells one piece from the next."""
        return self.track, self.title

    def can(self, what: str) -> bool:
        """`CanSeek`, `CanGoNext` and so on; what is not told is allowed."""
        return bool(self.properties.get(what, True))

    @property
    def _metadata(self) -> Mapping[str, Any]:
        found = self.properties.get("Metadata")
        return found if isinstance(found, Mapping) else {}


async def players(bus: Bus) -> list[Player]:
    """All that run and answer, by name. Raises `BusError` where the bus itself does not."""
    names = sorted(name for name in await bus.names() if name.startswith(PREFIX))
    found = await asyncio.gather(*(ask(bus, name) for name in names[:MOST]))
    return [player for player in found if player is not None]


async def ask(bus: Bus, bus_name: str) -> Player | None:
    """One player as it is now; None where it has gone, or does not answer within a second."""
    short = _short(bus_name)
    if short in NO_PLAYERS:
        return None
    try:
        root, properties = await asyncio.gather(
            bus.all_properties(bus_name, PATH, ROOT, timeout_s=ASK_S),
            bus.all_properties(bus_name, PATH, PLAYER, timeout_s=ASK_S),
        )
    except BusError:
        return None
    return Player(bus_name, _text(root.get("Identity")) or short, properties)


def named(found: Sequence[Player], said: str) -> Player:
    """The player that a person calls `said`. Raises `ServiceError` where none is like it."""
    scores = [max(_likeness(said.casefold(), name) for name in player.calls) for player in found]
    best = max(scores, default=0.0)
    if best < _SCORE:
        running = joined([player.name for player in found])
        have = f"There is {running}." if running else "No media player is running."
        raise ServiceError("unknown_player", f"I see no media player called {said}. {have}")
    return found[scores.index(best)]


def chosen(found: Sequence[Player], said: str, recent: Sequence[str], preferred: str) -> Player:
    """The one that is meant: named, or playing, or used last, or preferred, or paused; in doubt the first. Raises
    `ServiceError` where there is none. `recent` are bus names, the last used first."""
    if said:
        return named(found, said)
    if not found:
        raise ServiceError("no_player", "No media player is running. Open one first.")
    order = {name: place for place, name in enumerate(recent)}
    liked = named_or_none(found, preferred)

    def rank(player: Player) -> tuple[bool, int, bool, bool]:
        return (
            not player.playing,
            order.get(player.bus_name, len(order)),
            player is not liked,
            player.status != "Paused",
        )

    return min(found, key=rank)


def named_or_none(found: Sequence[Player], said: str) -> Player | None:
    try:
        return named(found, said) if said else None
    except ServiceError:
        return None


def _short(bus_name: str) -> str:
    """`vlc` of `org.mpris.MediaPlayer2.vlc.instance42`."""
    return bus_name.removeprefix(PREFIX).partition(".instance")[0]


def _likeness(said: str, name: str) -> float:
    """A name may be longer than what people say of it (“vlc” is VLC media player), but every word counts."""
    return max(fuzz.ratio(said, name), fuzz.token_set_ratio(said, name) if len(said) > 2 else 0.0)


def _texts(value: Any) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list | tuple) else [_text(value)]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
