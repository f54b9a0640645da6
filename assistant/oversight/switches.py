"""Switches that stop a part of the assistant at once, and keep it stopped.

    <state folder>/switches/no-model     there: no language model is asked, and the one that writes is cut off
    <state folder>/switches/no-actions   there: no service is called but those that only read, or stop something
    <state folder>/switches/mute         there: nothing is said aloud, and what is being said ends

A switch is a file: `touch` and `rm` are enough, from any program, also while the assistant is not running, and what is
in it does not matter. It is on while its file is there. Where that cannot be found out, it is on.
"""

import asyncio
import enum
import logging
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from assistant import paths
from assistant.errors import UserError

_log = logging.getLogger(__name__)

LOOK_S = 0.1
"""So often it is looked for files that came or went: a tenth of a second, of the half that a switch may take."""
_CLOSE_TIMEOUT_S = 2.0


class Switch(enum.StrEnum):
    """What each one stops."""

    NO_MODEL = "no-model"
    NO_ACTIONS = "no-actions"
    MUTE = "mute"


Observer = Callable[[Switch, bool], None]
ALL = frozenset(Switch)


def switches_folder() -> Path:
    """Where their files are."""
    return paths.state_dir() / "switches"


def read(folder: Path) -> frozenset[Switch]:
    """Those that are on. Blocking, for a fraction of a millisecond. What cannot be read is on."""
    try:
        there = {path.name for path in folder.iterdir()}
    except FileNotFoundError:
        return frozenset()
    except OSError as error:
        _log.error(
            "the switches in %s cannot be read (%s), so all of them count as on", folder, error.strerror
        )
        return ALL
    return frozenset(switch for switch in Switch if switch.value in there)


def write(folder: Path, switch: Switch, on: bool) -> None:
    """Blocking. Raises `UserError` where it cannot be written down."""
    path = folder / switch.value
    try:
        if on:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.touch(mode=0o600)
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        done = "switched on" if on else "switched off"
        raise UserError(f"{switch} cannot be {done}: {path}: {error.strerror}.") from error


class Switches:
    """The switches of a running assistant. `async with` watches their files; without it they are as they were found
    when this was made, which suits a command that is over in a moment.

    Loop thread; the files are looked at in a thread of its own, which wakes the loop only when something has changed.
    """

    def __init__(self, folder: Path | None = None, *, look_s: float = LOOK_S) -> None:
        """Reads the files; blocking, for a fraction of a millisecond."""
        self.folder = folder or switches_folder()
        self._look_s = look_s
        self._on_file = read(self.folder)
        self._held: set[Switch] = set()  # on, though that could not be written down
        self._observers: list[Observer] = []
        self._changed = asyncio.Event()  # replaced at each change, so that everybody who waits sees it
        self._writes = 0  # begun or ended: what was read before one is out of date
        self._stop = threading.Event()
        self._watcher: threading.Thread | None = None

    @property
    def no_model(self) -> bool:
        """No language model is to be asked."""
        return self.is_on(Switch.NO_MODEL)

    @property
    def no_actions(self) -> bool:
        """No service is to be called but those that only read, or stop something."""
        return self.is_on(Switch.NO_ACTIONS)

    @property
    def mute(self) -> bool:
        """Nothing is to be said aloud."""
        return self.is_on(Switch.MUTE)

    def is_on(self, switch: Switch) -> bool:
        return switch in self._on_file or switch in self._held

    @property
    def on(self) -> tuple[Switch, ...]:
        return tuple(switch for switch in Switch if self.is_on(switch))

    def observe(self, observer: Observer) -> Callable[[], None]:
        """Call `observer(switch, on)` at once whenever one changes. Returns its end."""
        self._observers.append(observer)

        def end() -> None:
            if observer in self._observers:
                self._observers.remove(observer)

        return end

    async def until(self, switch: Switch) -> None:
        """Until it is on: to be raced against what has to end then."""
        while not self.is_on(switch):
            await self._changed.wait()

    async def set(self, switch: Switch, on: bool) -> None:
        """It counts from now on. Raises `UserError` where it cannot be written down: one that should be on is on then
        nevertheless, until this program ends; one that should be off stays on."""
        before = self.is_on(switch)
        self._writes += 1
        if on:
            self._held.add(switch)
            self._tell({switch: before})
        try:
            await asyncio.to_thread(write, self.folder, switch, on)
        finally:
            self._writes += 1
        self._held.discard(switch)
        self._on_file = self._on_file | {switch} if on else self._on_file - {switch}
        self._tell({switch: True if on else before})

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._watcher = threading.Thread(target=self._watch, args=(loop,), name="switches", daemon=True)
        self._watcher.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop.set()
        if self._watcher is not None:
            await asyncio.to_thread(self._watcher.join, _CLOSE_TIMEOUT_S)

    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """In its own thread."""
        while not self._stop.wait(self._look_s):
            writes = self._writes
            found = read(self.folder)
            if found != self._on_file:
                try:
                    loop.call_soon_threadsafe(self._found, found, writes)
                except RuntimeError:
                    return  # the loop is gone

    def _found(self, found: frozenset[Switch], writes: int) -> None:
        if writes != self._writes:
            return  # one was set meanwhile; the next look sees all of it
        before = {switch: self.is_on(switch) for switch in Switch}
        self._on_file = found
        self._tell(before)

    def _tell(self, before: dict[Switch, bool]) -> None:
        news = {switch: self.is_on(switch) for switch, was in before.items() if self.is_on(switch) != was}
        if not news:
            return
        self._changed.set()
        self._changed = asyncio.Event()
        for switch, on in news.items():
            _log.log(logging.WARNING if on else logging.INFO, "%s is %s", switch, "on" if on else "off")
            for observer in tuple(self._observers):
                try:
                    observer(switch, on)
                except Exception:
                    _log.exception("an observer of the switches failed")
