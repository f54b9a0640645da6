"""The keys of a real terminal, and that it is left as it was."""

import asyncio
import os
import pty
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.channels.keys import Keys, how_to
from assistant.config.model import Config, Listening


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """What a person types at; standard input is its other side."""
    person, ours = pty.openpty()
    with open(ours, "rb", buffering=0) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        # Only a session leader's terminal has a foreground group; the end-to-end test has a real one.
        monkeypatch.setattr("assistant.channels.keys._in_foreground", lambda file: True)
        yield person
    os.close(person)


async def presses(person: int, typed: bytes, count: list[int]) -> None:
    os.write(person, typed)
    for _ in range(100):
        await asyncio.sleep(0.005)
        if count:
            return


@pytest.mark.parametrize(("typed", "pressed"), [(b" ", 1), (b"\r", 1), (b"\n", 1), (b"x", 0), (b" " * 60, 1)])
async def test_space_and_enter_are_presses(terminal: int, typed: bytes, pressed: int) -> None:
    count: list[int] = []
    with Keys(lambda: count.append(1)) as keys:
        assert keys.there
        await presses(terminal, typed, count)
    assert len(count) == pressed


async def test_the_terminal_is_as_before(terminal: int) -> None:
    before = termios.tcgetattr(sys.stdin)
    with Keys(lambda: None):
        during = termios.tcgetattr(sys.stdin)
    assert not during[3] & termios.ICANON
    assert during[3] & termios.ISIG  # Ctrl-C ends
    assert termios.tcgetattr(sys.stdin) == before


async def test_a_terminal_that_is_closed_ends_nothing(terminal: int) -> None:
    with Keys(lambda: None) as keys:
        os.dup2(os.open(os.devnull, os.O_RDWR), terminal)
        await asyncio.sleep(0.05)
        assert not asyncio.get_running_loop().remove_reader(sys.stdin)
        assert keys.there


def test_without_a_terminal_nothing_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "stdin", (tmp_path / "no terminal").open("w+"))
    with Keys(lambda: None) as keys:
        assert not keys.there
    monkeypatch.setattr(sys, "stdin", None)
    assert not Keys(lambda: None).there


@pytest.mark.parametrize(
    ("mode", "terminal", "says"),
    [
        ("open", True, "speak"),
        ("wake-word", False, "say “hey jarvis”, then what you want"),
        ("wake-word", True, "say “hey jarvis” or press space or Enter, then what you want"),
        ("push-to-talk", True, "press space or Enter, then say what you want"),
        ("push-to-talk", False, "run `assistant listen`, then say what you want"),
    ],
)
def test_a_person_is_told_how_to_begin(mode: str, terminal: bool, says: str) -> None:
    config = Config(listening=Listening.model_validate({"mode": mode}))
    assert how_to(config, terminal) == says


def test_words_are_named_without_their_path_and_threshold() -> None:
    words = ("hey_jarvis:0.9", "alexa", "/home/me/ok_computer.json:0.8")
    text = how_to(Config(listening=Listening(wake_words=words)), terminal=False)
    assert text == "say “hey jarvis or alexa or ok computer”, then what you want"
