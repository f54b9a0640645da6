"""The screen: a picture of it, and locking it."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import platformdirs

from assistant.config.desktop import Desktop
from assistant.services.desktop.bus import Bus, BusError, session_bus
from assistant.services.desktop.here import Display, display, require_linux
from assistant.services.desktop.tools import ToolFailed, first, require, run
from assistant.services.service import NoInput, Origin, Risk, ServiceError, service
from assistant.services.time import Clock

_log = logging.getLogger(__name__)

_PACKAGES: Mapping[Display, Mapping[str, str]] = {
    "x11": {
        "maim": "maim",
        "scrot": "scrot",
        "import": "imagemagick",
        "gnome-screenshot": "gnome-screenshot",
        "spectacle": "kde-spectacle",
    },
    "wayland": {"grim": "grim", "gnome-screenshot": "gnome-screenshot", "spectacle": "kde-spectacle"},
}
_COMMANDS: Mapping[str, Callable[[str], list[str]]] = {
    "maim": lambda file: ["maim", file],
    "scrot": lambda file: ["scrot", file],
    "import": lambda file: ["import", "-window", "root", file],
    "grim": lambda file: ["grim", file],
    "gnome-screenshot": lambda file: ["gnome-screenshot", "--file", file],
    "spectacle": lambda file: ["spectacle", "--background", "--nonotify", "--output", file],
}
SAVERS = (
    ("org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver", "org.freedesktop.ScreenSaver"),
    ("org.gnome.ScreenSaver", "/org/gnome/ScreenSaver", "org.gnome.ScreenSaver"),
    ("org.cinnamon.ScreenSaver", "/org/cinnamon/ScreenSaver", "org.cinnamon.ScreenSaver"),
    ("org.mate.ScreenSaver", "/org/mate/ScreenSaver", "org.mate.ScreenSaver"),
)
"""Destination, path and interface of what locks a desktop; each has `Lock` and `GetActive`."""
LOCKED_S = 2.0
_LOOK_S = 0.1


class ScreenServices:
    """Loop thread."""

    def __init__(self, settings: Desktop, clock: Clock) -> None:
        pictures = platformdirs.user_pictures_path() / "Screenshots"
        self._folder = Path(settings.screenshots).expanduser() if settings.screenshots else pictures
        self._clock = clock

    @service("screen.shot", "Take a picture of the screen.", Risk.REVERSIBLE, timeout_s=12.0, least="owner")
    async def shot(self, asked: NoInput, origin: Origin) -> dict[str, Any]:
        tool = require(_PACKAGES[display()], "take a screenshot")
        name = f"{datetime.fromtimestamp(self._clock.now()):%Y-%m-%d %H-%M-%S}"
        try:
            path = await asyncio.to_thread(_free, self._folder, name)
            await run(_COMMANDS[tool](str(path)), timeout_s=10.0)
            size = path.stat().st_size
        except (OSError, ToolFailed) as error:
            _log.warning("no screenshot in %s: %s", self._folder, getattr(error, "said", error))
            raise ServiceError("no_screenshot", f"I couldn't save a screenshot in {self._folder}.") from error
        return {"path": str(path), "name": path.name, "folder": path.parent.name, "bytes": size}

    @service("screen.lock", "Lock the screen.", Risk.REVERSIBLE, timeout_s=10.0, least="member")
    async def lock(self, asked: NoInput, origin: Origin) -> dict[str, Any]:
        """`sure`: whoever locks says that it is locked now; else it was only asked to."""
        require_linux()
        try:
            async with session_bus() as bus:
                for saver in SAVERS:
                    if (sure := await _lock_by(bus, *saver)) is not None:
                        return {"by": saver[0], "sure": sure}
        except ServiceError:
            _log.info("no session bus to lock the screen by")
        if first(["loginctl"]):
            try:
                await run(["loginctl", "lock-session"])
            except ToolFailed as error:
                _log.info("loginctl: %s", error.said)
            else:
                return {"by": "loginctl", "sure": False}
        raise ServiceError(
            "cannot_lock",
            "I couldn't lock the screen: nothing here does that for me. Install a screen locker that speaks D-Bus.",
        )


async def _lock_by(bus: Bus, destination: str, path: str, interface: str) -> bool | None:
    """Whether it is locked; None where nobody there can do it."""
    try:
        await bus.call(destination, path, interface, "Lock")
    except BusError as error:
        _log.info("%s: %s", destination, error)
        return None
    loop = asyncio.get_running_loop()
    until = loop.time() + LOCKED_S
    while loop.time() < until:
        try:
            if (await bus.call(destination, path, interface, "GetActive"))[0]:
                return True
        except BusError:
            return False
        await asyncio.sleep(_LOOK_S)
    return False


def _free(folder: Path, name: str) -> Path:
    """A file that is not there yet. Raises OSError. Blocking."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.png"
    number = 2
    while path.exists():
        path = folder / f"{name} {number}.png"
        number += 1
    return path
