"""Typing into real windows of a real X server, and never into a terminal."""

import asyncio
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.config.desktop import Desktop
from assistant.services.desktop.dictation import AT_ONCE, written
from assistant.services.desktop.windows import Window, _sway, is_command_line
from tests.services.desktop.conftest import Desk
from tests.services.desktop.session import focus, need, program, wait_until, x
from tests.services.desktop.test_entries import write

_KEY = re.compile(r"KeyPress event.*?XLookupString gives \d+ bytes: (?:\(([0-9a-f ]+)\))?", re.DOTALL)


class Page:
    """A window that notes each key it gets: xev, with the class of an editor."""

    def __init__(self, out: Path, window: str) -> None:
        self._out, self.window = out, window

    def text(self) -> str:
        """Backspaces taken into account."""
        found = _KEY.findall(self._out.read_text(errors="replace"))
        text = ""
        for key in found:
            character = bytes.fromhex(key).decode() if key else ""
            text = text[:-1] if character == "\b" else text + character.replace("\r", "\n")
        return text

    def wait_for(self, text: str) -> None:
        wait_until(lambda: self.text() == text, f"{text!r} in the window")


@pytest.fixture
def page(display: str, tmp_path: Path) -> Iterator[Page]:
    need("xev", "xprop", "xdotool")
    out = tmp_path / "keys"
    with open(out, "wb") as keys, program(["xev", "-event", "keyboard"], stdout=keys):
        wait_until(lambda: bool(x("xdotool", "search", "--name", "^Event Tester$").strip()), "the window")
        window = x("xdotool", "search", "--name", "^Event Tester$").split()[0]
        name_it(window, "editor")
        focus(window)
        yield Page(out, window)


def name_it(window: str, name: str) -> None:
    x("xprop", "-id", window, "-f", "WM_CLASS", "8s", "-set", "WM_CLASS", name)
    wait_until(lambda: name in x("xprop", "-id", window, "WM_CLASS"), "the window's class")


@pytest.fixture
def terminal(display: str, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A real xterm that notes each line that was entered; its window."""
    need("xterm", "xdotool", "xprop")
    out = tmp_path / "entered"
    with program(["xterm", "-title", "the terminal", "-e", "sh", "-c", f"stty -icanon; cat > {out}"]):
        wait_until(lambda: bool(x("xdotool", "search", "--name", "^the terminal$").strip()), "xterm")
        wait_until(out.exists, "the shell in it")
        yield x("xdotool", "search", "--name", "^the terminal$").split()[0], out


async def test_words_and_signs_are_typed(desk: Desk, page: Page) -> None:
    result = await desk.did("dictation.type", text="Dear Ann comma new line see you at nine full stop")
    assert result == {"characters": 26, "window": "editor"}
    page.wait_for("Dear Ann,\nsee you at nine.")


async def test_more_follows_and_undo_erases_only_that(desk: Desk, page: Page) -> None:
    await desk.did("dictation.type", text="first words")
    await desk.did("dictation.type", text="and more", follows=True)
    page.wait_for("first words and more")
    await desk.did("undo.last")
    page.wait_for("first words")
    await desk.did("undo.last")
    page.wait_for("")


async def test_letters_that_no_key_has(desk: Desk, page: Page) -> None:
    await desk.did("dictation.type", text="Größe 5 € – “ça va”?")
    page.wait_for("Größe 5 € – “ça va”?")


async def test_nothing_is_typed_into_a_terminal(desk: Desk, terminal: tuple[str, Path]) -> None:
    window, out = terminal
    focus(window)
    code, sentence = await desk.refused("dictation.type", text="rm minus r f new line")
    assert code == "terminal"
    assert sentence.startswith("I don't type into xterm")
    x("xdotool", "key", "e", "n", "d")  # a person does
    wait_until(lambda: out.read_text() == "end", "the person's keys")


async def test_a_terminal_that_takes_the_keyboard_gets_a_few_words_and_no_return(
    desk: Desk, page: Page, terminal: tuple[str, Path]
) -> None:
    window, out = terminal
    focus(page.window)
    text = "new line ".join(["x" * AT_ONCE] * 40)
    typing = asyncio.create_task(desk.call("dictation.type", text=text))
    while not page.text():  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    await asyncio.to_thread(focus, window)
    outcome = await typing
    assert outcome.error_code == "focus_moved"
    await asyncio.sleep(0.3)
    got = out.read_text()
    assert len(got) <= AT_ONCE
    assert "\n" not in got
    assert len(page.text()) < len(text)


async def test_a_window_of_which_nobody_knows_whose_it_is_gets_nothing(desk: Desk, page: Page) -> None:
    x("xprop", "-id", page.window, "-remove", "WM_CLASS")
    assert (await desk.refused("dictation.type", text="words"))[0] == "unknown_window"
    assert page.text() == ""


@pytest.mark.parametrize("name", ["Alacritty", "rofi", "My-Terminal", "wezterm", "pinentry-gtk-2"])
async def test_other_places_for_commands_and_passwords_are_known(desk: Desk, page: Page, name: str) -> None:
    name_it(page.window, name)
    assert (await desk.refused("dictation.type", text="words"))[0] == "terminal"


async def test_a_terminal_that_is_installed_is_known_by_its_entry(
    desk: Desk, page: Page, tmp_path: Path
) -> None:
    name_it(page.window, "Nebula")
    await desk.did("dictation.type", text="a")
    entry = {"Name": "Nebula", "Categories": "System;TerminalEmulator;", "StartupWMClass": "Nebula"}
    write(tmp_path / "data" / "applications", "nebula.desktop", NoDisplay="true", **entry)
    assert (await desk.refused("dictation.type", text="b"))[0] == "terminal"
    page.wait_for("a")


async def test_undo_leaves_another_window_alone(desk: Desk, page: Page, terminal: tuple[str, Path]) -> None:
    focus(page.window)
    await desk.did("dictation.type", text="words")
    focus(terminal[0])
    assert (await desk.refused("undo.last"))[0] == "terminal"
    page.wait_for("words")


async def test_no_record_holds_what_was_typed(desk: Desk, page: Page) -> None:
    await desk.did("dictation.type", text="confidential")
    assert "confidential" not in repr(await desk.audit.records())
    assert "confidential" not in repr(desk.events)


async def test_the_words_stand_in_no_list_of_processes(desk: Desk, page: Page) -> None:
    """Others on the machine can read those."""
    typing = asyncio.create_task(desk.call("dictation.type", text="confidential " * 30))
    seen = ""
    while not typing.done():
        seen += subprocess.run(["ps", "axo", "args"], capture_output=True, text=True).stdout  # noqa: ASYNC221
        await asyncio.sleep(0.005)
    assert (await typing).ok
    assert "xdotool" in seen
    assert "confidential" not in seen


class TestSwitchedOff:
    @pytest.fixture
    def settings(self) -> Desktop:
        return Desktop(typing=False)

    async def test_it_can_be_switched_off(self, desk: Desk, page: Page) -> None:
        assert (await desk.refused("dictation.type", text="words"))[0] == "switched_off"


async def test_on_wayland_without_a_compositor_that_tells_nothing_is_typed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "Install the package wtype" in (await desk.refused("dictation.type", text="words"))[1]
    (tmp_path / "wtype").write_text("#!/bin/sh\n")
    (tmp_path / "wtype").chmod(0o755)
    assert (await desk.refused("dictation.type", text="words"))[0] == "unknown_window"


def test_the_focused_window_in_sways_tree() -> None:
    leaf = {"type": "con", "id": 7, "focused": True, "app_id": None, "window_properties": {"class": "XTerm"}}
    other = {"type": "con", "id": 6, "focused": False, "app_id": "gedit"}
    tree = {"type": "root", "nodes": [{"type": "output", "nodes": [other], "floating_nodes": [leaf]}]}
    assert _sway(tree) == Window("7", frozenset({"xterm"}))
    assert _sway({"type": "root", "nodes": [other]}) is None
    assert _sway({"type": "root", "nodes": [{"type": "workspace", "focused": True}]}) is None


@pytest.mark.parametrize("name", ["gedit", "firefox", "libreoffice-writer", "org.kde.kate", "thunderbird"])
def test_where_people_write_is_no_command_line(name: str) -> None:
    assert not is_command_line(Window("1", frozenset({name})))


@pytest.mark.parametrize(
    ("said", "follows", "text"),
    [
        ("hello comma world full stop", False, "hello, world."),
        ("are you there question mark", False, "are you there?"),
        ("one new line two", False, "one\ntwo"),
        ("dear ann comma new line hello", False, "dear ann,\nhello"),
        ("one new paragraph two", False, "one\n\ntwo"),
        ("a colon b semicolon c exclamation mark", False, "a: b; c!"),
        ("Hello, comma, world.", False, "Hello,, world."),
        ("more", True, " more"),
        ("comma and more", True, ", and more"),
        ("new line more", True, "\nmore"),
        ("tab\there\x1b[A and\r\nthere\x00", False, "tab here [A and there"),
        ("a commander", False, "a commander"),
    ],
)
def test_how_it_is_written(said: str, follows: bool, text: str) -> None:
    assert written(said, follows=follows) == text
