"""The home that the services know: its devices by name, and what can be reached of them now."""

from collections.abc import Callable, Mapping

from pydantic import Field

from assistant.config.model import Config, Device, Home, Scene
from assistant.services.home.backend import HomeBackend, State, device_id
from assistant.services.home.choices import Choices
from assistant.services.home.default import home_of, united
from assistant.services.home.names import Ambiguous, HomeNames, Resolution, without
from assistant.services.home.words import is_or_are
from assistant.services.service import Input, Origin, ServiceError


class Part(Input):
    """Some of the home, as it was said. Any one of these is enough."""

    device: str = Field("", description="`kitchen light`, `the lamp in the bedroom`, `all the lights`.")
    area: str = Field("", description="`kitchen`, `upstairs`, `here`; alone: whatever there can do it.")
    kind: str = Field("", description="`light`, `blinds`, `thermostat`: everything of that kind.")


class Target(Part):
    """What is meant, as it was said."""

    all: bool = Field(False, description="Everything that can do it.")
    but: tuple[Part, ...] = Field((), description="What is left out of it.")
    among: bool = Field(
        False,
        description="`device` is an answer to “which one do you mean?”: `the desk one`, `both`, `the second`.",
    )


class KnownHome:
    """Loop thread only."""

    def __init__(self, config: Config, backend: HomeBackend) -> None:
        self.backend = backend
        self.imperial = config.units == "imperial"
        self._homes: dict[str, Home] = {}
        self._choices = Choices()
        self.know("settings", home_of(config))

    def know(self, source: str, home: Home) -> None:
        """The home as one source of names has it, in place of what it told before, from the next call on; the backend
        has to have its devices already."""
        self._homes[source] = home
        self._together = united(self._homes.values())
        self.names = HomeNames(self._together)
        self.devices = {device_id(device): device for device in self._together.devices}
        self._scenes = {scene.name.casefold(): scene for scene in self._together.scenes}

    def scene_of(self, device: Device) -> Scene | None:
        """What a scene of the settings makes; None for one that the backend has."""
        return None if device.kind != "scene" or device.id else self._scenes.get(device.name.casefold())

    async def meant(self, target: Target, able: Callable[[Device], bool], origin: Origin) -> Resolution:
        """The devices that a person means. Raises `ServiceError`; where a home that cannot be reached may have what
        is not known, with that sentence."""
        try:
            return self._meant(target, able, origin)
        except Ambiguous:
            raise
        except ServiceError:
            await self.backend.states()
            if self.backend.trouble:
                raise ServiceError("unreachable", self.backend.trouble) from None
            return self._meant(target, able, origin)

    def _meant(self, target: Target, able: Callable[[Device], bool], origin: Origin) -> Resolution:
        try:
            if target.among and (chosen := self._chosen(target.device, origin.session)):
                return chosen
            found = self.names.resolve(target.device, target.area, target.kind, target.all, able, origin.room)
        except Ambiguous as error:
            self._choices.remember(origin.session, error.devices)
            raise
        if not target.but:
            return found
        return without(found, [self._left_out(each, found, origin.room) for each in target.but])

    def which_room(self, found: Resolution, origin: Origin) -> Ambiguous:
        """What to ask where nobody knows which room "here" is."""
        self._choices.remember(origin.session, found.devices)
        return Ambiguous("Which room do you mean?", found.devices)

    def _chosen(self, said: str, session: str) -> Resolution | None:
        """Of those that were asked about; None for an answer that is none of them."""
        try:
            return self._choices.chosen(said, session, self._names_among)
        except ServiceError as error:
            if error.code not in ("unknown_device", "unknown_area"):
                raise
            return None

    def _names_among(self, devices: tuple[Device, ...]) -> HomeNames:
        return HomeNames(self._together.model_copy(update={"devices": devices}))

    def _left_out(self, part: Part, found: Resolution, room: str) -> Resolution:
        """`the kitchen`, of all the lights, is the lights there."""
        if part.device or part.kind:
            return self.names.resolve(part.device, part.area, part.kind, room=room)
        place = self.names.places.asked(part.area, room)
        inside = tuple(device for device in found.devices if place is not None and place.has(device))
        return Resolution(inside, f"those {place.where}" if place else part.area, named=False)

    async def reached(self, found: Resolution) -> tuple[Resolution, Mapping[str, State]]:
        """Those that can be reached now, and the states of the home. Raises `ServiceError` where none can be."""
        states = await self.backend.states()
        there = tuple(each for each in found.devices if device_id(each) in states or self.scene_of(each))
        if not there:
            raise ServiceError("unreachable", self.backend.trouble or _not_there(found))
        return Resolution(there, found.spoken, found.named), states


def _not_there(found: Resolution) -> str:
    verb = "are" if len(found.devices) > 1 else is_or_are(found.devices[0])
    return f"{found.spoken[:1].upper()}{found.spoken[1:]} {verb} not there right now."
