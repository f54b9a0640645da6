"""Playing, pausing and skipping in whichever media player is meant."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Literal

from pydantic import Field

from assistant.config.desktop import Desktop
from assistant.events import MusicBegan
from assistant.services.desktop.bus import Bus, BusError, session_bus
from assistant.services.desktop.players import PATH, PLAYER, Player, ask, chosen, players
from assistant.services.durations import seconds_of
from assistant.services.numbers import joined, number, words
from assistant.services.service import Call, Done, Input, NoInput, Origin, Risk, ServiceError, service
from assistant.services.time import Clock

REACTION_S = 1.0
"""How long a player may take to do what it was told, before it is said that it does not."""
_LOOK_S = 0.1
_MOST_RECENT = 8
_RESTART_S = 2.0
"""Into a piece, from which on many players take “previous” for its beginning."""


class PlayerInput(Input):
    player: str = Field("", description="Its name; empty: the one that plays, or that was used last.")


class SkipInput(PlayerInput):
    direction: Literal["next", "previous"] = Field("next", description="Which piece of the queue.")


class SeekInput(PlayerInput):
    by: float | str = Field("", description="How far: a duration; a bare number is seconds.")
    direction: Literal["forward", "back", "to"] = Field(
        "forward", description="`to`: that far from the beginning; without `by`: the beginning."
    )


class PlayerVolumeInput(PlayerInput):
    level: float | str | None = Field(None, description="Percent.")
    step: float | None = Field(None, ge=-100, le=100, description="Percent up or down, instead of `level`.")


class ShuffleInput(PlayerInput):
    on: bool = True


class MediaServices:
    """`emit` is told when music begins. Loop thread."""

    def __init__(self, settings: Desktop, clock: Clock, emit: Callable[[MusicBegan], None]) -> None:
        self._settings = settings
        self._clock = clock
        self._emit = emit
        self._recent: list[str] = []  # bus names, the last used first

    @service("media.players", "Tell which media players are running.", Risk.READ)
    async def list_players(self, asked: NoInput, origin: Origin) -> dict[str, Any]:
        async with session_bus() as bus:
            found = await _on(bus, players(bus))
        return {"players": [{"name": each.name, "status": each.status.lower()} for each in found]}

    @service("media.playing", "Tell what is playing.", Risk.READ)
    async def playing(self, asked: PlayerInput, origin: Origin) -> dict[str, Any]:
        async with session_bus() as bus:
            player = await self._meant(bus, asked.player)
        if player.status == "Stopped":
            raise ServiceError("not_playing", "Nothing is playing.")
        return _result(player)

    @service("media.play", "Play, or go on playing, what a media player has.", Risk.REVERSIBLE)
    async def play(self, asked: PlayerInput, origin: Origin) -> Done:
        async with session_bus() as bus:
            player = await self._meant(bus, asked.player)
            if player.playing:
                return Done(_result(player))
            await self._tell(bus, player, "Play")
            after = await self._settled(bus, player, lambda now: now.playing)
        if not after.playing:
            raise ServiceError(
                "not_played", f"{player.name} doesn't start playing. It may have nothing to play; look there."
            )
        self._began(after, origin)
        return Done(_result(after), undo=(Call("media.pause", {"player": player.name}),))

    @service("media.pause", "Pause what is playing.", Risk.REVERSIBLE, stops=True)
    async def pause(self, asked: PlayerInput, origin: Origin) -> Done:
        return await self._silence(asked.player, "Pause")

    @service("media.stop", "Stop what is playing.", Risk.REVERSIBLE, stops=True)
    async def stop(self, asked: PlayerInput, origin: Origin) -> Done:
        return await self._silence(asked.player, "Stop")

    @service("media.skip", "Play the next or the previous piece.", Risk.REVERSIBLE)
    async def skip(self, asked: SkipInput, origin: Origin) -> Done:
        member, allowed = (
            ("Next", "CanGoNext") if asked.direction == "next" else ("Previous", "CanGoPrevious")
        )
        async with session_bus() as bus:
            player = await self._meant(bus, asked.player)
            if not player.can(allowed):
                raise ServiceError("no_more", f"There is no {asked.direction} piece in {player.name}.")
            into_s = await _position_s(bus, player) if asked.direction == "previous" else 0.0
            await self._tell(bus, player, member)
            after = await self._settled(bus, player, _other_than(player))
            if after.piece == player.piece and into_s > _RESTART_S:
                await self._tell(bus, player, member)  # the first only went to the beginning
                after = await self._settled(bus, player, _other_than(player))
        if after.playing and not player.playing:
            self._began(after, origin)
        return Done(_result(after))

    @service("media.seek", "Go forward or back in what is playing.", Risk.REVERSIBLE)
    async def seek(self, asked: SeekInput, origin: Origin) -> Done:
        by_s = seconds_of(asked.by) if asked.by != "" else 0.0
        if not by_s and asked.direction != "to":
            raise ServiceError("how_far", f"How far {asked.direction}?")
        async with session_bus() as bus:
            player = await self._meant(bus, asked.player)
            if player.status == "Stopped" or not player.can("CanSeek"):
                raise ServiceError("cannot_seek", f"In {player.name} I can't go forward or back now.")
            before_s = await _position_s(bus, player)
            wanted_s = {"forward": before_s + by_s, "back": before_s - by_s, "to": by_s}[asked.direction]
            if player.length_s is not None and wanted_s > player.length_s:
                raise ServiceError("too_far", "It isn't that long.")
            await self._move(bus, player, before_s, max(0.0, wanted_s))
        back = Call("media.seek", {"player": player.name, "direction": "to", "by": before_s or ""})
        return Done({"player": player.name, "position_s": round(max(0.0, wanted_s), 1)}, undo=(back,))

    @service("media.volume", "Make a media player louder or quieter.", Risk.REVERSIBLE)
    async def volume(self, asked: PlayerVolumeInput, origin: Origin) -> Done:
        async with session_bus() as bus:
            player = await self._meant(bus, asked.player)
            before = player.properties.get("Volume")
            if not isinstance(before, float):
                raise ServiceError("no_volume", f"{player.name} has no volume of its own.")
            now = round(100 * before)
            wanted = number(asked.level, "volume") if asked.level is not None else now + (asked.step or 0.0)
            if asked.level is not None and not 0 <= wanted <= 100:
                raise ServiceError("bad_volume", "The volume is between zero and one hundred percent.")
            level = round(min(100.0, max(0.0, wanted)))
            await _on(
                bus, bus.set_property(player.bus_name, PATH, PLAYER, "Volume", "d", level / 100), player
            )
        self._used(player)
        back = Call("media.volume", {"player": player.name, "level": now})
        return Done(
            {"player": player.name, "level": level, "spoken": f"{words(level)} percent"}, undo=(back,)
        )

    @service("media.shuffle", "Play in random order, or no longer.", Risk.REVERSIBLE)
    async def shuffle(self, asked: ShuffleInput, origin: Origin) -> Done:
        async with session_bus() as bus:
            player = await self._meant(bus, asked.player)
            before = player.properties.get("Shuffle")
            if not isinstance(before, bool):
                raise ServiceError("no_shuffle", f"{player.name} knows no random order.")
            await _on(bus, bus.set_property(player.bus_name, PATH, PLAYER, "Shuffle", "b", asked.on), player)
        self._used(player)
        back = Call("media.shuffle", {"player": player.name, "on": before})
        return Done({"player": player.name, "on": asked.on}, undo=(back,))

    async def _silence(self, said: str, member: Literal["Pause", "Stop"]) -> Done:
        """One that is named, or all that play: a person who wants quiet does not count players."""
        async with session_bus() as bus:
            found = await _on(bus, players(bus))
            loud = [chosen(found, said, (), "")] if said else [each for each in found if each.playing]
            loud = [each for each in loud if each.playing or (member == "Stop" and each.status == "Paused")]
            if not loud:
                raise ServiceError("not_playing", "Nothing is playing.")
            for player in loud:
                await self._tell(bus, player, member)
            after = [await self._settled(bus, player, lambda now: not now.playing) for player in loud]
        if still := [player.name for player in after if player.playing]:
            raise ServiceError("still_playing", f"{joined(still)} doesn't stop.")
        names = [player.name for player in loud]
        return Done({"players": names}, undo=tuple(Call("media.play", {"player": name}) for name in names))

    async def _meant(self, bus: Bus, said: str) -> Player:
        found = await _on(bus, players(bus))
        return chosen(found, said, self._recent, self._settings.player)

    async def _tell(self, bus: Bus, player: Player, member: str) -> None:
        await _on(bus, bus.call(player.bus_name, PATH, PLAYER, member), player)
        self._used(player)

    def _used(self, player: Player) -> None:
        rest = [name for name in self._recent if name != player.bus_name]
        self._recent = [player.bus_name, *rest][:_MOST_RECENT]

    async def _move(self, bus: Bus, player: Player, from_s: float, to_s: float) -> None:
        """By the difference where the player does not tell which piece it plays."""
        if player.track.startswith("/") and not player.track.endswith("/NoTrack"):
            move = bus.call(
                player.bus_name, PATH, PLAYER, "SetPosition", "ox", [player.track, int(to_s * 1e6)]
            )
        else:
            move = bus.call(player.bus_name, PATH, PLAYER, "Seek", "x", [int((to_s - from_s) * 1e6)])
        await _on(bus, move, player)
        self._used(player)

    async def _settled(self, bus: Bus, player: Player, done: Callable[[Player], bool]) -> Player:
        """The player as it is once `done`, or when it has had time enough. Raises `ServiceError` if it has gone."""
        loop = asyncio.get_running_loop()
        until = loop.time() + REACTION_S
        while True:
            now = await ask(bus, player.bus_name)
            if now is None:
                raise _gone(player)
            if done(now) or loop.time() >= until:
                return now
            await asyncio.sleep(_LOOK_S)

    def _began(self, player: Player, origin: Origin) -> None:
        turn = int(origin.turn) if str(origin.turn).isdecimal() else 0
        self._emit(
            MusicBegan(at_s=self._clock.monotonic(), session=origin.session, turn=turn, player=player.name)
        )


def _other_than(player: Player) -> Callable[[Player], bool]:
    return lambda now: now.piece != player.piece


async def _position_s(bus: Bus, player: Player) -> float:
    """Read on its own: no player tells when it changes. 0 where it is not told."""
    try:
        position = await bus.property(player.bus_name, PATH, PLAYER, "Position")
    except BusError:
        return 0.0
    return position / 1e6 if isinstance(position, int) else 0.0


async def _on(bus: Bus, request: Awaitable[Any], player: Player | None = None) -> Any:
    """The answer to a request. What the other side says against it becomes a `ServiceError`."""
    try:
        return await request
    except BusError as error:
        if player is None:
            raise ServiceError(
                "not_here", "The desktop session does not answer. Please ask again."
            ) from error
        if error.absent:
            raise _gone(player) from error
        raise ServiceError("player_failed", f"{player.name} could not do that.") from error


def _gone(player: Player) -> ServiceError:
    return ServiceError("player_gone", f"{player.name} is not running any more.")


def _result(player: Player) -> dict[str, Any]:
    """`spoken`: “Waterloo by ABBA”; empty where the player does not tell what it plays."""
    spoken = f"{player.title} by {player.artist}" if player.title and player.artist else player.title
    return {
        "player": player.name,
        "status": player.status.lower(),
        "title": player.title,
        "artist": player.artist,
        "spoken": spoken,
    }
