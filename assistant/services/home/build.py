"""Puts the home together: what it is made of, and the services that use it."""

import time
from collections.abc import Callable

from assistant.config.model import Config, Home
from assistant.events import Event, NamesKnown
from assistant.services.home.asking import HomeQuestions
from assistant.services.home.backend import HomeBackend
from assistant.services.home.default import home_of, names_of_home
from assistant.services.home.home_assistant import HomeAssistant
from assistant.services.home.known import KnownHome
from assistant.services.home.mqtt import MqttHome
from assistant.services.home.service import HomeServices
from assistant.services.home.together import Together
from assistant.services.home.virtual import VirtualHome
from assistant.services.time import Clock
from assistant.storage.home import DeviceStateTable


class Homes:
    """The virtual home or that of the settings, and beside it a Home Assistant where one is configured.

    Another `backend` is added with `add`, before the first call, and tells its rooms and devices with `know`.
    """

    def __init__(
        self,
        config: Config,
        table: DeviceStateTable,
        clock: Clock,
        emit: Callable[[Event], None],
        backend: HomeBackend | None = None,
    ) -> None:
        """`backend`: in place of all of them. `emit` gets `NamesKnown` when a home has told other names."""
        self._emit = emit
        self._virtual = VirtualHome(home_of(config), table)
        self._together = Together(backend or self._virtual)
        self._home_assistant: HomeAssistant | None = None
        self._known = KnownHome(config, self._together)
        self.services = (HomeServices(self._known), HomeQuestions(self._known))
        self.names: dict[str, NamesKnown] = {}
        """What each source of names told last."""
        if config.home_assistant.url and backend is None:
            self._home_assistant = HomeAssistant(
                config.home_assistant,
                clock,
                lambda home: self.know("home assistant", home),
            )
            self._together.add(self._home_assistant)
            self._home_assistant.start()
        self._mqtt: MqttHome | None = None
        if config.mqtt.host and config.mqtt.devices and backend is None:
            self._mqtt = MqttHome(config.mqtt)
            self.add(self._mqtt)
            self.know("mqtt", self._mqtt.home())
            self._mqtt.start()

    def add(self, backend: HomeBackend) -> None:
        """Devices that are not of this home's own making."""
        self._together.add(backend)

    def know(self, source: str, home: Home) -> None:
        """The rooms and devices of `source`, in place of those that it told before: known to the services at once, to
        recogniser and understanding when they have learned them."""
        self._known.know(source, home)
        event = NamesKnown(
            at_s=time.monotonic(), session="", turn=0, source=source, names=names_of_home(home)
        )
        self.names[source] = event
        self._emit(event)

    def rename(self, config: Config) -> None:
        """The home of other settings; a Home Assistant stays the one that it was at the start."""
        self._virtual.rename(home_of(config))
        self._known.know("settings", home_of(config))

    async def close(self) -> None:
        """Idempotent."""
        if self._home_assistant is not None:
            await self._home_assistant.close()
        if self._mqtt is not None:
            await self._mqtt.close()
