"""Other sound on the speaker is quieter while the assistant listens to a turn or speaks."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from assistant import paths
from assistant.bus import Bus
from assistant.events import Event, StateChanged
from audio.others import NoServer, OtherSound

log = logging.getLogger(__name__)

RESTING = frozenset({"idle"})
OPEN_RESTING = RESTING | {"listening"}  # an open microphone listens always
ANSWERING = "speaking"  # looked at once more then: music may have begun since


def notes_file() -> Path:
    """What is lowered now, for whoever has to undo it."""
    return paths.state_dir() / "lowered-streams.json"


class Ducking:
    """Watches the bus while the block lasts; loop thread. What was left lowered by a process that crashed is undone
    first. It never keeps a conversation waiting for the sound server."""

    def __init__(self, bus: Bus, session: str, others: OtherSound, resting: frozenset[str] = RESTING) -> None:
        """`session`: whose turns count, such as "sound"; `resting`: its states in which nothing is quieter."""
        self._resting = resting
        self._bus = bus
        self._session = session
        self._others = others
        self._busy = False
        self._told = ""
        self._changed = asyncio.Event()
        self._stop: Callable[[], None] = lambda: None
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._stop = self._bus.observe(self._watch)
        self._task = asyncio.create_task(self._follow(), name="ducking")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        try:
            await self._others.restore()
        except NoServer as absent:
            self._tell(str(absent))

    def _watch(self, event: Event) -> None:
        if isinstance(event, StateChanged) and event.session == self._session:
            busy = event.state not in self._resting
            if busy != self._busy or event.state == ANSWERING:
                self._busy = busy
                self._changed.set()

    async def _follow(self) -> None:
        while True:
            try:
                await (self._others.lower() if self._busy else self._others.restore())
            except NoServer as absent:
                self._tell(str(absent))
            await self._changed.wait()
            self._changed.clear()

    def _tell(self, why: str) -> None:
        if why != self._told:
            self._told = why
            log.info("Other sound stays as loud as it is: %s", why)
