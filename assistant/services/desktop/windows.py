"""Which window has the keyboard, and whether words may be typed into it."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from assistant.services.desktop.entries import terminals
from assistant.services.desktop.here import display
from assistant.services.desktop.tools import ToolFailed, first, require, run
from assistant.services.desktop.window_classes import LAUNCHERS, TERMINALS
from assistant.services.service import ServiceError

_WM_CLASS = re.compile(r'"((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True, slots=True)
class Window:
    """`id` tells one from another while both are there; `classes` are the names of its program, in lower case."""

    id: str
    classes: frozenset[str]

    @property
    def name(self) -> str:
        return max(self.classes, key=len, default="window")


async def focused() -> Window:
    """The window that has the keyboard. Raises `ServiceError` where there is none, or nobody tells which: then nothing
    is typed, for it could be a terminal."""
    window = await (_focused_x11() if display() == "x11" else _focused_wayland())
    if not window.classes:
        raise ServiceError(
            "unknown_window", "I can't tell which program has the keyboard, so I won't type into it."
        )
    return window


def is_command_line(window: Window, more: frozenset[str] = frozenset()) -> bool:
    """Whether what is typed there could be run. `more`: further classes of which that is known. Other terminals give
    themselves away by their name."""
    known = TERMINALS | LAUNCHERS | more
    return any(each in known or "terminal" in each or each.endswith("term") for each in window.classes)


def installed_terminals() -> frozenset[str]:
    """Classes that the windows of the terminals installed here may have. Blocking, milliseconds."""
    return frozenset(name.casefold() for name in _names_of_terminals() if name)


def _names_of_terminals() -> Iterator[str]:
    for entry in terminals():
        yield entry.window_class
        yield entry.id.removesuffix(".desktop")
        yield entry.exec.split()[0].rsplit("/", 1)[-1]


async def _focused_x11() -> Window:
    """xdotool says which window gets the keys, by X's input focus; xprop its class."""
    require({"xdotool": "xdotool"}, "type")
    require({"xprop": "x11-utils"}, "see which program has the keyboard")
    try:
        window = (await run(["xdotool", "getwindowfocus"])).decode().strip()
        said = (await run(["xprop", "-id", window, "WM_CLASS"])).decode(errors="replace")
    except ToolFailed as error:
        raise ServiceError(
            "no_window", "No window has the keyboard. Click into one, and ask again."
        ) from error
    classes = _WM_CLASS.findall(said.partition("=")[2])
    return Window(window, frozenset(each.casefold() for each in classes if each))


async def _focused_wayland() -> Window:
    """Only the compositor knows, and each has a way of its own; those that have none get no typing."""
    try:
        if first(["swaymsg"]) and (window := _sway(json.loads(await run(["swaymsg", "-t", "get_tree"])))):
            return window
        if first(["hyprctl"]) and (found := json.loads(await run(["hyprctl", "-j", "activewindow"]))):
            return Window(str(found["address"]), frozenset({str(found["class"]).casefold()} - {""}))
    except (ToolFailed, ValueError, KeyError, TypeError):
        pass
    raise ServiceError(
        "unknown_window",
        "This desktop doesn't tell me which program has the keyboard, so I won't type into it.",
    )


def _sway(node: dict[str, Any]) -> Window | None:
    """The focused leaf of sway's tree."""
    for child in (*node.get("nodes", ()), *node.get("floating_nodes", ())):
        if (found := _sway(child)) is not None:
            return found
    if not node.get("focused") or node.get("type") not in ("con", "floating_con"):
        return None
    properties = node.get("window_properties") or {}
    names = (node.get("app_id"), properties.get("class"), properties.get("instance"))
    return Window(str(node.get("id")), frozenset(str(name).casefold() for name in names if name))
