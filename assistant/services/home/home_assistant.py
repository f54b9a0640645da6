"""A Home Assistant server as the home: its rooms and devices, their states as they change, its services to change
them.

One connection is kept (`websocket.py`). While it is there, states and names are those that the server told last; while
it is not, whatever needs it fails at once with a sentence, and it is tried again, less and less often.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Mapping
from typing import Any

from assistant.config.home_assistant import HomeAssistant as Settings
from assistant.config.model import Home
from assistant.services.home.backend import State
from assistant.services.home.entity import KINDS, calls_for, is_so, state_of
from assistant.services.home.live import LiveHome
from assistant.services.home.websocket import (
    Connection,
    Refused,
    TokenRefused,
    Unreachable,
    connected,
)
from assistant.services.service import ServiceError
from assistant.services.time import Clock

log = logging.getLogger(__name__)

FIRST_RETRY_S, LONGEST_RETRY_S = 1.0, 30.0
FIRST_WAIT_S = 3.0  # of a call, for the first connection
CALL_TIMEOUT_S = 4.0  # less than a service has
SETTLING_S = 1.0  # until a device reports what it was told; a slow one is taken at its word
LOCKING_S = 2.5  # the same of a lock, which is not

CONNECTING = "I'm still connecting to Home Assistant. Please try again in a moment."
UNREACHABLE = "I can't reach Home Assistant right now."
TOKEN_REFUSED = "Home Assistant doesn't accept my token. Please put a new one into the settings."
NO_TOKEN = "I have no token for Home Assistant. Please put one into the settings."


class HomeAssistant:
    """A `HomeBackend`. Loop thread only. A device's id is that of its entity.

    `on_home` is called with the home whenever its names have changed. The token is never in the log.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        on_home: Callable[[Home], None],
        *,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._on_home = on_home
        self._jitter = jitter
        self._connection: Connection | None = None
        self._live = LiveHome(settings.entities)
        self._home: Home | None = None
        self._trouble = CONNECTING
        self._tried = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def trouble(self) -> str:
        return "" if self._connection is not None else self._trouble

    def start(self) -> None:
        """Connect in the background, and stay connected."""
        self._task = self._task or asyncio.create_task(self._stay_connected(), name="home assistant")

    async def close(self) -> None:
        """Idempotent."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def states(self) -> Mapping[str, State]:
        await self._connected()
        return self._states()

    async def apply(self, changes: Mapping[str, State]) -> Mapping[str, State]:
        """Of several devices each is tried, and those that refuse are left as they are; where all do, the reason of the
        first is told. What one of several cannot do is nothing to speak of."""
        connection = await self._connected()
        done = await asyncio.gather(
            *(self._make(connection, device, change) for device, change in changes.items()),
            return_exceptions=True,
        )
        errors = [error for error in done if isinstance(error, BaseException)]
        if errors and (len(errors) == len(changes) or not all(isinstance(e, ServiceError) for e in errors)):
            raise errors[0]
        refused = {device for device, error in zip(changes, done, strict=True) if error is not None}
        changes = {device: {} if device in refused else change for device, change in changes.items()}
        locks = [device for device, change in changes.items() if "locked" in change]
        wanted = {
            device: change for device, change in changes.items() if KINDS[device.partition(".")[0]] != "scene"
        }
        await self._live.until(
            lambda: all(
                is_so(self._state(device), change) or self._live.entities[device].state == "jammed"
                for device, change in wanted.items()
                if device in self._live.entities
            ),
            LOCKING_S if locks else SETTLING_S,
        )
        for device in locks:
            self._check_lock(device, changes[device])
        return {device: self._state(device) | change for device, change in changes.items()}

    def _check_lock(self, device: str, change: State) -> None:
        """A door is not said to be locked because it was told to be."""
        entity = self._live.entities.get(device)
        if entity is None or is_so(self._state(device), change):
            return
        name, verb = (
            entity.attributes.get("friendly_name") or "lock",
            "lock" if change["locked"] else "unlock",
        )
        if entity.state == "jammed":
            raise ServiceError("refused", f"The {name} is jammed.")
        raise ServiceError("refused", f"I told the {name} to {verb}, but it doesn't say that it has.")

    # ── calls ─────────────────────────────────────────────────────────────────────────────────────────────

    async def _connected(self) -> Connection:
        """Raises `ServiceError`, at once unless the first try to connect is under way."""
        if self._connection is None and not self._tried.is_set():
            try:
                async with asyncio.timeout(FIRST_WAIT_S):
                    await self._tried.wait()
            except TimeoutError:
                pass
        if self._connection is None:
            raise ServiceError("unreachable", self._trouble)
        return self._connection

    def _states(self) -> dict[str, State]:
        found = {
            entity.id: state_of(entity, self._live.fahrenheit)
            for entity in self._live.entities.values()
            if entity.domain in KINDS
        }
        return {name: state for name, state in found.items() if state is not None}

    def _state(self, device: str) -> State:
        entity = self._live.entities.get(device)
        return (state_of(entity, self._live.fahrenheit) if entity else None) or {}

    async def _make(self, connection: Connection, device: str, change: State) -> None:
        if (entity := self._live.entities.get(device)) is None:
            raise ServiceError("unreachable", "That device is not there any more.")
        for call in calls_for(entity, change, self._live.fahrenheit):
            try:
                await connection.command(
                    "call_service",
                    CALL_TIMEOUT_S,
                    domain=call.domain,
                    service=call.service,
                    service_data=call.data,
                    target={"entity_id": device},
                )
            except Refused as error:
                log.warning(
                    "Home Assistant refused %s.%s of %s: %s", call.domain, call.service, device, error
                )
                raise ServiceError("refused", _refusal(error)) from error
            except Unreachable as error:
                raise ServiceError("unreachable", UNREACHABLE) from error

    # ── the connection ────────────────────────────────────────────────────────────────────────────────────

    async def _stay_connected(self) -> None:
        wait_s = FIRST_RETRY_S
        while True:
            try:
                token = await asyncio.to_thread(token_of, self._settings)
                async with connected(self._settings.url, token) as connection:
                    await self._serve(connection)
            except TokenRefused as error:
                wait_s = LONGEST_RETRY_S
                self._lost(TOKEN_REFUSED if str(error) else NO_TOKEN, str(error))
            except (Unreachable, Refused) as error:
                if self._connection is not None:
                    wait_s = FIRST_RETRY_S
                self._lost(UNREACHABLE, str(error))
            except Exception:
                log.exception("Home Assistant answered what was not understood")
                self._lost(UNREACHABLE, "its answer was not understood; the log says more.")
            await self._clock.sleep(wait_s * (0.75 + 0.5 * self._jitter()))
            wait_s = min(LONGEST_RETRY_S, wait_s * 2)

    async def _serve(self, connection: Connection) -> None:
        """Until the connection ends, which raises `Unreachable`."""
        tasks: list[asyncio.Task[Any]] = [asyncio.create_task(connection.read(), name="home assistant: read")]
        try:
            tasks.append(asyncio.create_task(self._follow(connection), name="home assistant: names"))
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _follow(self, connection: Connection) -> None:
        """Names and states, first all of them, then what changes."""
        await self._live.read(connection)
        while True:
            home = self._live.home()
            if home != self._home:
                self._home = home
                self._on_home(home)
            if self._connection is None:
                self._connection = connection
                self._tried.set()
                log.info("Home Assistant %s is connected: %d devices.", connection.version, len(home.devices))
            await self._live.names_changed(connection)

    def _lost(self, sentence: str, why: str) -> None:
        if self._connection is not None or sentence != self._trouble:
            log.warning("Home Assistant cannot be used: %s", why or sentence)
        self._connection = None
        self._trouble = sentence
        self._tried.set()


def _refusal(error: Refused) -> str:
    """Its reason in a sentence, where it is short enough to be one."""
    reason = str(error).partition("\n")[0].strip().rstrip(".")
    if not reason or len(reason) > 120 or "{" in reason:
        return "Home Assistant could not do that."
    return f"Home Assistant could not do that: {reason}."


def token_of(settings: Settings) -> str:
    """Blocking. Read for each connection, so that a new one needs no restart. Raises `TokenRefused`."""
    if (path := settings.token_file) is not None:
        try:
            return path.expanduser().read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise TokenRefused(f"the token's file {path} cannot be read ({error})") from error
    if token := settings.token.get_secret_value().strip():
        return token
    raise TokenRefused("")
