"""Typing what was dictated into the window that has the keyboard.

Speech must not become a command line: nothing is typed into a terminal, a launcher or a window that nobody knows, the
focus is looked at again before each few words, and no Return is ever pressed but together with Shift, which makes a
new line where text is written and runs nothing in a shell that got the focus meanwhile. For the owner alone.
"""

import asyncio
import re
from collections.abc import Iterator
from typing import Any

from pydantic import ConfigDict, Field

from assistant.config.desktop import Desktop
from assistant.services.desktop.here import display
from assistant.services.desktop.tools import require, run
from assistant.services.desktop.windows import Window, focused, installed_terminals, is_command_line
from assistant.services.service import Call, Done, Input, Origin, Risk, ServiceError, service

LONGEST = 2_000  # characters
AT_ONCE = 40
"""Characters between two looks at the focus: at 2 ms each, a window that comes up meanwhile gets at most these."""
_TYPE = {
    "xdotool": ["xdotool", "type", "--delay", "2", "--file", "-"],
    "wtype": ["wtype", "-d", "2", "-"],
}
_NEW_LINE = {
    "xdotool": ["xdotool", "key", "shift+Return"],
    "wtype": ["wtype", "-M", "shift", "-k", "Return", "-m", "shift"],
}
_BACK = {
    "xdotool": ["xdotool", "key", "--delay", "2", "--repeat-delay", "2", "--repeat", "{}", "BackSpace"],
}
_SIGNS = {
    "comma": ",",
    "full stop": ".",
    "question mark": "?",
    "exclamation mark": "!",
    "exclamation point": "!",
    "semicolon": ";",
    "colon": ":",
    "new line": "\n",
    "new paragraph": "\n\n",
}
_SPOKEN = re.compile(rf"\s*\b({'|'.join(_SIGNS)})\b[.,]?(\s*)", re.IGNORECASE)


class TypeInput(Input):
    model_config = ConfigDict(str_max_length=LONGEST)

    text: str = Field(description="Words as they were said; signs by their names.", min_length=1)
    follows: bool = Field(False, description="It goes on behind what was typed before: a blank comes first.")


class EraseInput(Input):
    characters: int = Field(ge=1, le=LONGEST)
    window: str = Field(description="Where they were typed.", max_length=40)


class DictationServices:
    """One request at a time. Loop thread."""

    def __init__(self, settings: Desktop) -> None:
        self._allowed = settings.typing
        self._one = asyncio.Lock()

    @service(
        "dictation.type",
        "Type words into the window that has the keyboard.",
        Risk.REVERSIBLE,
        timeout_s=20.0,
        least="owner",
        private=True,
    )
    async def type(self, asked: TypeInput, origin: Origin) -> Done:
        """What was typed is erased again by `undo.last`, as far as the same window has the keyboard still."""
        text = written(asked.text, follows=asked.follows)
        async with self._one:
            tool, window = await self._ready()
            for number, piece in enumerate(_pieces(text)):
                if number:
                    await _unmoved(window)
                arguments = _NEW_LINE[tool] if piece == "\n" else _TYPE[tool]
                await run(arguments, stdin=None if piece == "\n" else piece.encode())
        back = Call("dictation.erase", {"characters": len(text), "window": window.id})
        result = {"characters": len(text), "window": window.name}
        return Done(result, undo=(back,) if tool in _BACK else ())

    @service(
        "dictation.erase",
        "Erase what was typed last.",
        Risk.REVERSIBLE,
        timeout_s=20.0,
        least="owner",
        private=True,
    )
    async def erase(self, asked: EraseInput, origin: Origin) -> dict[str, Any]:
        async with self._one:
            tool, window = await self._ready()
            if window.id != asked.window or tool not in _BACK:
                raise ServiceError("other_window", "The keyboard is in another window now, so I leave it.")
            left = asked.characters
            while left > 0:
                await _unmoved(window)
                some = min(left, AT_ONCE)
                await run([word.format(some) for word in _BACK[tool]])
                left -= some
        return {"characters": asked.characters}

    async def _ready(self) -> tuple[str, Window]:
        """The program that types, and the window. Raises `ServiceError` where nothing may be typed."""
        if not self._allowed:
            raise ServiceError("switched_off", "Typing is switched off in the settings: desktop.typing.")
        tool = require({"xdotool": "xdotool"} if display() == "x11" else {"wtype": "wtype"}, "type")
        window = await focused()
        more = await asyncio.to_thread(installed_terminals)
        if is_command_line(window, more):
            raise ServiceError(
                "terminal", f"I don't type into {window.name}: words that were said must not run as commands."
            )
        return tool, window


async def _unmoved(window: Window) -> None:
    """Raises `ServiceError` once another window has the keyboard."""
    if (await focused()).id != window.id:
        raise ServiceError("focus_moved", "Another window took the keyboard, so I stopped typing.")


def written(said: str, *, follows: bool = False) -> str:
    """Words as they are written: “dear ann comma new line” is `dear ann,` and a line's end. Of the control characters
    only that is left."""
    plain = "".join(c if c.isprintable() else " " for c in said)
    text = re.sub(" +\n", "\n", _SPOKEN.sub(_sign, " ".join(plain.split()))).strip(" ")
    return f" {text}" if follows and text[:1] not in ("", ",", ".", "?", "!", ";", ":", "\n") else text


def _sign(found: re.Match[str]) -> str:
    sign = _SIGNS[found[1].casefold()]
    return sign if sign.endswith("\n") else f"{sign}{found[2]}"


def _pieces(text: str) -> Iterator[str]:
    """Line ends, and stretches of at most `AT_ONCE` characters between them."""
    for part in re.split(r"(\n)", text):
        for start in range(0, len(part), AT_ONCE):
            yield part[start : start + AT_ONCE]
