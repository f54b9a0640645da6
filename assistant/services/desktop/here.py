"""What kind of desktop there is, by the environment that it gives its programs."""

import os
import sys
from pathlib import Path
from typing import Literal

from assistant.services.service import ServiceError

Display = Literal["x11", "wayland"]

_NO_DISPLAY = (
    "There is no screen here: I was not started in a desktop session, which sets DISPLAY or WAYLAND_DISPLAY."
)


def require_linux() -> None:
    """Raises `ServiceError` where none of the desktop's ways can be there."""
    if not sys.platform.startswith(("linux", "freebsd")):
        raise ServiceError("not_here", "I can do that on a Linux desktop only, and this is none.")


def display() -> Display:
    """Which kind of screen the programs of this session draw on. Raises `ServiceError` where there is none.

    A Wayland session has an X server beside it for old programs, which knows nothing of the others: Wayland first.
    """
    require_linux()
    if os.environ.get("WAYLAND_DISPLAY"):
        return "wayland"
    if os.environ.get("DISPLAY"):
        return "x11"
    raise ServiceError("not_here", _NO_DISPLAY)


def bus_address() -> str:
    """Of the session's D-Bus. Raises `ServiceError` where there is none."""
    require_linux()
    address = os.environ.get("DBUS_SESSION_BUS_ADDRESS", "")
    if address:
        return address
    socket = Path(os.environ.get("XDG_RUNTIME_DIR", "/nowhere"), "bus")  # where systemd puts it
    if socket.is_socket():
        return f"unix:path={socket}"
    raise ServiceError(
        "not_here", "There is no desktop session here that I could reach: start me in one, and ask again."
    )
