"""Several homes as one: the virtual one or that of the settings, Home Assistant, devices on MQTT."""

import asyncio
from collections.abc import Mapping

from assistant.services.home.backend import HomeBackend, State
from assistant.services.service import ServiceError


class Together:
    """A `HomeBackend` made of others. One that is down does not keep the devices of the rest from working."""

    def __init__(self, *backends: HomeBackend) -> None:
        self._backends = list(backends)
        self._owners: dict[str, HomeBackend] = {}

    def add(self, backend: HomeBackend) -> None:
        """Before the first call. Where two have a device of one id, it is the one that came first."""
        self._backends.append(backend)

    @property
    def trouble(self) -> str:
        return " ".join(dict.fromkeys(backend.trouble for backend in self._backends if backend.trouble))

    async def states(self) -> Mapping[str, State]:
        found = await asyncio.gather(
            *(backend.states() for backend in self._backends), return_exceptions=True
        )
        together: dict[str, State] = {}
        errors: list[BaseException] = []
        for backend, states in zip(self._backends, found, strict=True):
            if isinstance(states, BaseException):
                errors.append(states)
                continue
            for device, state in states.items():
                if device not in together:
                    together[device] = state
                    self._owners[device] = backend
        for error in errors:
            if not isinstance(error, ServiceError) or len(errors) == len(self._backends):
                raise error
        return together

    async def apply(self, changes: Mapping[str, State]) -> Mapping[str, State]:
        """Each home does its part; where one cannot, the others have done theirs."""
        if any(device not in self._owners for device in changes):
            await self.states()
        parts: dict[HomeBackend, dict[str, State]] = {}
        for device, change in changes.items():
            if (owner := self._owners.get(device)) is None:
                raise ServiceError("unreachable", self.trouble or "I can't reach that right now.")
            parts.setdefault(owner, {})[device] = change
        done = await asyncio.gather(
            *(backend.apply(part) for backend, part in parts.items()), return_exceptions=True
        )
        for result in done:
            if isinstance(result, BaseException):
                raise result
        return {
            device: state
            for result in done
            if isinstance(result, Mapping)
            for device, state in result.items()
        }
