"""The clipboard: reading it aloud, and putting words into it."""

import asyncio
from collections.abc import Mapping
from typing import Any

from pydantic import ConfigDict, Field

from assistant.services.desktop.here import Display, display
from assistant.services.desktop.tools import ToolFailed, first, require, run
from assistant.services.service import Input, NoInput, Origin, Risk, ServiceError, service

LONGEST_READ = 1_000  # characters
LONGEST = 20_000
COPIED_S = 1.0
_LOOK_S = 0.02
SECRET_TYPE = "x-kde-passwordManagerHint"
"""With it password managers mark what is not to be kept or shown."""

_TOOLS: Mapping[Display, Mapping[str, str]] = {
    "wayland": {"wl-paste": "wl-clipboard"},
    "x11": {"xclip": "xclip", "xsel": "xsel"},
}
_TYPES = {
    "xclip": ["xclip", "-selection", "clipboard", "-out", "-target", "TARGETS"],
    "wl-paste": ["wl-paste", "--list-types"],
}
_OUT = {
    "xclip": ["xclip", "-selection", "clipboard", "-out", "-target", "UTF8_STRING"],
    "xsel": ["xsel", "--clipboard", "--output"],
    "wl-paste": ["wl-paste", "--no-newline", "--type", "text/plain"],
}
_IN = {
    "xclip": ["xclip", "-selection", "clipboard", "-in"],
    "xsel": ["xsel", "--clipboard", "--input"],
    "wl-paste": ["wl-copy", "--type", "text/plain"],
}


class CopyInput(Input):
    model_config = ConfigDict(str_max_length=LONGEST)

    text: str = Field(description="What the clipboard is to hold.", min_length=1)


class ClipboardServices:
    """For the owner alone, and in no record: clipboards hold passwords."""

    @service("clipboard.read", "Read the clipboard.", Risk.READ, least="owner", private=True)
    async def read(self, asked: NoInput, origin: Origin) -> dict[str, Any]:
        """`text` is at most `LONGEST_READ` characters of it."""
        tool = _tool("read the clipboard")
        types = await _types(tool)
        if SECRET_TYPE in types:
            raise ServiceError("secret", "There is a password in the clipboard, so I won't read it.")
        text = "" if types and not any(map(_is_text, types)) else await _text(tool)
        if text:
            return {"text": text[:LONGEST_READ], "characters": len(text), "cut": len(text) > LONGEST_READ}
        if any(each.startswith("image/") for each in types):
            raise ServiceError("no_text", "There is a picture in the clipboard.")
        raise ServiceError("empty", "The clipboard is empty.")

    @service("clipboard.copy", "Put words into the clipboard.", Risk.REVERSIBLE, least="owner", private=True)
    async def copy(self, asked: CopyInput, origin: Origin) -> dict[str, Any]:
        """It is not undone: what was there before would have to be written down."""
        tool = _tool("copy")
        await run(_IN[tool], stdin=asked.text.encode(), output=False)  # it stays, to hand the words over
        await _copied(tool, asked.text)
        return {"characters": len(asked.text)}


def _tool(what: str) -> str:
    kind = display()
    if kind == "wayland" and first(["wl-paste", "wl-copy"]) is None:
        return require(_TOOLS["wayland"], what)
    return require(_TOOLS[kind], what)


async def _copied(tool: str, text: str) -> None:
    """The program comes back a moment before the clipboard is its own. Raises `ServiceError` if that never comes."""
    loop = asyncio.get_running_loop()
    until = loop.time() + COPIED_S
    while await _text(tool) != text.strip():
        if loop.time() >= until:
            raise ServiceError("not_copied", "I couldn't put it into the clipboard. Please ask again.")
        await asyncio.sleep(_LOOK_S)


async def _text(tool: str) -> str:
    try:
        return (await run(_OUT[tool])).decode(errors="replace").strip()
    except ToolFailed:  # nobody owns the clipboard
        return ""


def _is_text(kind: str) -> bool:
    return kind.startswith("text/") or kind in ("UTF8_STRING", "STRING", "TEXT", "COMPOUND_TEXT")


async def _types(tool: str) -> frozenset[str]:
    """Kinds of data that the clipboard offers; none where that cannot be found out."""
    if tool not in _TYPES:
        return frozenset()
    try:
        return frozenset((await run(_TYPES[tool])).decode(errors="replace").split())
    except ToolFailed:
        return frozenset()
