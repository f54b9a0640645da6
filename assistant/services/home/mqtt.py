"""Devices on MQTT as a part of the home: their states as they tell them, commands that they have to answer."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from assistant.config.model import Device, Home
from assistant.config.mqtt import Mqtt, MqttDevice
from assistant.mqtt.connection import Connection
from assistant.mqtt.devices import checked, read_by
from assistant.mqtt.messages import Outgoing, Received
from assistant.services.home.backend import State, device_id
from assistant.services.home.default import united
from assistant.services.home.mqtt_wire import available, commands, first_state, news, whole
from assistant.services.numbers import joined
from assistant.services.service import ServiceError

log = logging.getLogger(__name__)

FIRST_WAIT_S = 2.5  # of a call, for the first connection and the states that the broker keeps
SETTLING_S = 1.0  # after connecting, in which those come
UNREACHABLE = "I can't reach the MQTT broker right now."
_CLOSE_ENOUGH = 2  # percent: a level is rounded twice on its way


@dataclass(slots=True)
class _Known:
    device: MqttDevice
    state: State
    online: bool = True
    told: int = 0  # messages that said something of its state
    reads: frozenset[str] = field(default_factory=frozenset)


class MqttHome:
    """A `HomeBackend`. Loop thread only. A broker that is down fails at once, and is tried again with back-off."""

    def __init__(self, settings: Mqtt, connect: Callable[..., Connection] = Connection) -> None:
        """Raises `UserError` for devices that could never do anything."""
        self._timeout_s = settings.answer_timeout_s
        self._ready, self._moved = asyncio.Event(), asyncio.Event()
        self._known: dict[str, _Known] = {}
        for each in checked(settings.devices):
            self._known[device_id(device_of(each))] = _Known(
                each, first_state(each), reads=frozenset(read_by(each))
            )
        topics = sorted({topic for known in self._known.values() for topic in known.reads})
        self._connection = connect(
            settings, topics, self._received, on_up=self._came_up, on_down=lambda reason: self._ready.set()
        )
        self._task: asyncio.Task[None] | None = None

    @property
    def trouble(self) -> str:
        return "" if self._connection.up else UNREACHABLE

    def home(self) -> Home:
        """Its devices and their rooms, for people to name."""
        return united([Home(devices=tuple(device_of(known.device) for known in self._known.values()))])

    def start(self) -> None:
        """Connect in the background, and stay connected."""
        self._task = self._task or asyncio.create_task(self._connection.run(), name="mqtt home")

    async def close(self) -> None:
        """Idempotent."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def states(self) -> Mapping[str, State]:
        await self._reachable()
        found = {
            name: whole(known.device, known.state) for name, known in self._known.items() if known.online
        }
        return {name: state for name, state in found.items() if state is not None}

    async def apply(self, changes: Mapping[str, State]) -> Mapping[str, State]:
        """Each device is told at once, and those that can tell have to; who did not is named in a `ServiceError` when
        the others are done."""
        await self._reachable()
        made = {name: commands(self._known[name].device, change) for name, change in changes.items()}
        loop = asyncio.get_running_loop()
        until_s = loop.time() + self._timeout_s
        told_before = {name: self._known[name].told for name in changes}
        for messages in made.values():
            for topic, payload in messages:
                self._connection.publish(Outgoing(topic, payload.encode(), expires_s=until_s))
        for name, change in changes.items():
            if not self._known[name].device.state_topic:
                self._known[name].state |= change
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(until_s):
                while not all(self._did(name, change, told_before[name]) for name, change in changes.items()):
                    self._moved.clear()
                    await self._moved.wait()
        self._check(changes, told_before)
        return {name: (self._whole(name) or {}) | change for name, change in changes.items()}

    # ── whether it was done ───────────────────────────────────────────────────────────────────────────────

    def _did(self, name: str, change: State, told_before: int) -> bool:
        known = self._known[name]
        if not known.device.state_topic:
            return True
        if known.told == told_before:
            return False
        # A cover moves for as long as it takes: that it has answered is enough.
        return known.device.kind == "cover" or _is_so(known.state, change)

    def _check(self, changes: Mapping[str, State], told_before: Mapping[str, int]) -> None:
        """Raises `ServiceError` for those that did not do it in time."""
        late = [name for name, change in changes.items() if not self._did(name, change, told_before[name])]
        silent = [self._known[name] for name in late if self._known[name].told == told_before[name]]
        if silent:
            verb = "doesn't" if len(silent) == 1 else "don't"
            names = joined([f"the {known.device.name}" for known in silent])
            raise ServiceError("no_answer", f"{names[:1].upper()}{names[1:]} {verb} answer.")
        if late:
            names = joined([f"the {self._known[name].device.name}" for name in late])
            raise ServiceError("not_done", f"{names[:1].upper()}{names[1:]} did not do that.")

    # ── what comes ────────────────────────────────────────────────────────────────────────────────────────

    def _received(self, received: Received) -> None:
        for known in self._known.values():
            if received.topic not in known.reads:
                continue
            if received.topic == known.device.availability_topic:
                known.online = available(received.text)
            else:
                known.state |= news(known.device, received.topic, received.text)
                known.told += 1
        self._moved.set()
        if all(whole(known.device, known.state) is not None for known in self._known.values()):
            self._ready.set()

    def _came_up(self) -> None:
        for known in self._known.values():
            if known.device.request_topic:
                self._connection.publish(Outgoing(known.device.request_topic, b'{"state": ""}'))
        asyncio.get_running_loop().call_later(SETTLING_S, self._ready.set)

    async def _reachable(self) -> None:
        """Raises `ServiceError`, at once unless the first try to connect is under way, or its states are coming."""
        if not self._ready.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(FIRST_WAIT_S):
                    await self._ready.wait()
        if not self._connection.up:
            raise ServiceError("unreachable", UNREACHABLE)

    def _whole(self, name: str) -> State | None:
        return whole(self._known[name].device, self._known[name].state)


def check(settings: Mqtt) -> None:
    """Raises `UserError` for settings with which no broker could be used."""
    if settings.host:
        checked(settings.devices)
        Connection(settings, (), lambda received: None)  # reads the files that they name


def device_of(device: MqttDevice) -> Device:
    """As the rest of the home has it."""
    return Device(
        name=device.name,
        kind=device.kind,
        area=device.area,
        aliases=device.aliases,
        device_class=device.device_class,
        unit=device.unit,
    )


def _is_so(state: State, change: State) -> bool:
    """Colours are not compared: lamps tell them as what they can show."""
    return all(_alike(state.get(name), value) for name, value in change.items() if name != "color")


def _alike(one: object, other: object) -> bool:
    if isinstance(one, bool) or isinstance(other, bool) or not isinstance(one, int | float):
        return one == other
    return isinstance(other, int | float) and abs(one - other) <= _CLOSE_ENOUGH
