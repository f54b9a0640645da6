"""Push-to-talk: the keys of the terminal that the assistant was started in, and of a desktop's hotkey."""

import asyncio
import os
import sys
import termios
import tty
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from assistant.config.model import Config
from assistant.conversation.session import Session
from audio.wake import with_threshold

PRESSES = frozenset(b" \r\n")
MOST_AT_ONCE = 64  # bytes; a text that is pasted is not a hundred presses


def push_to_talk(session: Session, key: str) -> bool:
    """Carry out `press`, `hold` or `release`. False where the conversation is over."""
    if session.over:
        return False
    if key == "release":
        session.release()
    else:
        session.press(hold=key == "hold")
    return True


def how_to(config: Config, terminal: bool) -> str:
    """How to begin a turn, as half a sentence."""
    names = [Path(with_threshold(word)[0]).stem for word in config.listening.wake_words]
    words = " or ".join(name.replace("_", " ") for name in names)
    key = "press space or Enter" if terminal else "run `assistant listen`"
    match config.listening.mode:
        case "open":
            return "speak"
        case "push-to-talk":
            return f"{key}, then say what you want"
        case _:
            return f"say “{words}”{' or ' + key if terminal else ''}, then what you want"


class Keys:
    """`with Keys(on_press) as keys:` space and Enter call `on_press`, where standard input is a terminal.

    A terminal tells of presses only, not of releases. Meanwhile it does not echo what is typed; Ctrl-C and Ctrl-Z
    work as always. Without a terminal, or in the background of one, where reading would stop the process, nothing
    is read. Loop thread.
    """

    def __init__(self, on_press: Callable[[], None]) -> None:
        self._on_press = on_press
        self._before: list[Any] | None = None
        self._file = _terminal()

    @property
    def there(self) -> bool:
        """There is a terminal whose keys can be read."""
        return self._file is not None

    def __enter__(self) -> "Keys":
        if self._file is not None:
            self._before = termios.tcgetattr(self._file)
            tty.setcbreak(self._file, termios.TCSADRAIN)
            asyncio.get_running_loop().add_reader(self._file, self._read)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._file is None or self._before is None:
            return
        asyncio.get_running_loop().remove_reader(self._file)
        if _in_foreground(self._file):  # a process in the background that changes its terminal is stopped
            with suppress(termios.error):  # its window was closed
                termios.tcsetattr(self._file, termios.TCSADRAIN, self._before)
        self._before = None

    def _read(self) -> None:
        assert self._file is not None
        if not _in_foreground(self._file):
            return
        try:
            typed = os.read(self._file, MOST_AT_ONCE)
        except OSError:
            typed = b""
        if not typed:  # the terminal was closed
            asyncio.get_running_loop().remove_reader(self._file)
        elif PRESSES.intersection(typed):
            self._on_press()


def _terminal() -> int | None:
    """The file number of standard input, where it is a terminal and this process is in its foreground."""
    try:
        file = sys.stdin.fileno()
        return file if os.isatty(file) and _in_foreground(file) else None
    except (OSError, ValueError, AttributeError):  # closed, or no file at all
        return None


def _in_foreground(file: int) -> bool:
    try:
        return os.tcgetpgrp(file) == os.getpgrp()
    except OSError:
        return False
