"""Applications that are really started, and pages that a browser is really given."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from dbus_fast.aio import MessageBus
from dbus_fast.annotations import DBusDict, DBusObjectPath, DBusStr
from dbus_fast.service import ServiceInterface, dbus_method

from assistant.config.desktop import Desktop
from assistant.services.desktop.pages import address_of, checked
from assistant.services.desktop.spawn import command
from tests.services.desktop.conftest import Desk
from tests.services.desktop.session import need, wait_until, x
from tests.services.desktop.test_entries import write


@pytest.fixture
def settings() -> Desktop:
    return Desktop(bookmarks={"train times": "https://trains.example/board", "bad one": "file:///etc/passwd"})


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """Where applications are installed for the test."""
    return tmp_path / "data" / "applications"


@pytest.fixture
def noter(tmp_path: Path) -> Iterator[Path]:
    """A program that notes its process, arguments and environment, and stays."""
    program, note = tmp_path / "noter", tmp_path / "noted.json"
    program.write_text(
        f"#!{sys.executable}\n"
        "import json, os, sys, time\n"
        f"new = {str(note)!r} + '.new'\n"
        "json.dump({'pid': os.getpid(), 'session': os.getsid(0), 'arguments': sys.argv[1:],\n"
        "           'environment': dict(os.environ), 'folder': os.getcwd()}, open(new, 'w'))\n"
        f"os.rename(new, {str(note)!r})\n"
        "time.sleep(60)\n"
    )
    program.chmod(0o755)
    yield program
    if note.exists():
        os.kill(json.loads(note.read_text())["pid"], signal.SIGKILL)


def noted(noter: Path) -> dict[str, object]:
    path = noter.with_name("noted.json")
    wait_until(path.exists, "the program")
    found: dict[str, object] = json.loads(path.read_text())
    return found


async def test_it_starts_in_a_session_of_its_own_without_our_secrets(
    desk: Desk, display: str, programs: Path, noter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSISTANT_TOKEN", "secret")
    monkeypatch.setenv("ASSISTANT__GENERATION__API_KEY", "secret")
    write(
        programs,
        "noter.desktop",
        Name="Sketch Book",
        Exec=f'"{noter}" "two words" %U',
        Path=str(noter.parent),
    )
    assert await desk.did("desktop.open", what="sketch book") == {
        "kind": "application",
        "name": "Sketch Book",
    }
    found = noted(noter)
    assert found["arguments"] == ["two words"]
    assert found["session"] == found["pid"] != os.getsid(0)
    assert found["folder"] == str(noter.parent)
    assert isinstance(found["environment"], dict)
    assert found["environment"]["DISPLAY"] == display
    assert "secret" not in found["environment"].values()


def test_it_outlives_who_started_it(noter: Path) -> None:
    """Even one that ends by SIGKILL, with its whole process group."""
    code = (
        "import asyncio, os, signal\n"
        "from assistant.services.desktop.spawn import spawn\n"
        f"asyncio.run(spawn([{str(noter)!r}]))\n"
        "os.killpg(os.getpgrp(), signal.SIGKILL)\n"
    )
    starter = subprocess.run([sys.executable, "-c", code], start_new_session=True, timeout=30)
    assert starter.returncode == -signal.SIGKILL
    pid = noted(noter)["pid"]
    assert isinstance(pid, int)
    os.kill(pid, 0)  # raises where it is gone


def test_a_service_of_systemd_moves_it_out_of_its_control_group(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "systemd-run").write_text("#!/bin/sh\n")
    (tmp_path / "systemd-run").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    unit = {"INVOCATION_ID": "1", "XDG_RUNTIME_DIR": "/run/user/1"}
    assert command(["app"], unit)[:3] == ["systemd-run", "--user", "--scope"]
    assert command(["app"], {"XDG_RUNTIME_DIR": "/run/user/1"}) == ["app"]


async def test_a_real_program_opens_its_window(desk: Desk, display: str, programs: Path) -> None:
    need("xterm", "xdotool")
    write(programs, "xterm.desktop", Name="XTerm", Exec="xterm -title of-the-test")
    await desk.did("desktop.open", what="x term")
    wait_until(lambda: bool(x("xdotool", "search", "--name", "^of-the-test$").strip()), "the window")
    window = x("xdotool", "search", "--name", "^of-the-test$").split()[0]
    os.kill(int(x("xdotool", "getwindowpid", window)), signal.SIGKILL)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("firefox", "Firefox Web Browser"),
        ("the browser", "Firefox Web Browser"),
        ("web browser", "Firefox Web Browser"),
        ("writer", "LibreOffice Writer"),
        ("libre office calc", "LibreOffice Calc"),
        ("file manager", "Files"),
        ("calculater", "Calculator"),
    ],
)
async def test_names_as_people_say_them(
    desk: Desk, display: str, programs: Path, noter: Path, said: str, name: str
) -> None:
    for file, values in {
        "firefox.desktop": {"Name": "Firefox Web Browser", "GenericName": "Web Browser"},
        "writer.desktop": {"Name": "LibreOffice Writer", "GenericName": "Word Processor"},
        "calc.desktop": {"Name": "LibreOffice Calc", "GenericName": "Spreadsheet"},
        "org.gnome.Nautilus.desktop": {"Name": "Files", "GenericName": "File Manager"},
        "calculator.desktop": {"Name": "Calculator"},
    }.items():
        write(programs, file, Exec="true", **values)
    assert (await desk.did("desktop.open", what=said))["name"] == name


async def test_what_is_not_clear_is_asked_and_what_is_not_there_is_said(
    desk: Desk, display: str, programs: Path
) -> None:
    write(programs, "a.desktop", Name="Photo Editor")
    write(programs, "b.desktop", Name="Text Editor")
    assert await desk.refused("desktop.open", what="editor") == (
        "ambiguous",
        "Which one, Photo Editor or Text Editor?",
    )
    assert (await desk.refused("desktop.open", what="minesweeper"))[0] == "unknown_application"


@pytest.mark.parametrize("exec", ["false", "/nowhere/program", "app; id"])
async def test_one_that_does_not_start_is_told_of(
    desk: Desk, display: str, programs: Path, exec: str
) -> None:
    write(programs, "broken.desktop", Name="Broken", Exec=exec)
    assert await desk.refused("desktop.open", what="broken") == (
        "not_started",
        "Broken didn't start. Try it from the menu.",
    )


async def test_a_page_goes_to_the_browser(
    desk: Desk, display: str, noter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    need("xdg-open")
    monkeypatch.setenv("BROWSER", str(noter))
    result = await desk.did("desktop.open", what="example dot com slash help")
    assert result == {"kind": "page", "name": "example.com/help", "address": "https://example.com/help"}
    assert noted(noter)["arguments"] == ["https://example.com/help"]


async def test_a_bookmark_is_opened_by_its_name(
    desk: Desk, display: str, noter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    need("xdg-open")
    monkeypatch.setenv("BROWSER", str(noter))
    assert (await desk.did("desktop.open", what="the Train Times"))["name"] == "the Train Times"
    assert noted(noter)["arguments"] == ["https://trains.example/board"]
    code, sentence = await desk.refused("desktop.open", what="bad one")
    assert code == "bad_address"
    assert "bookmark bad one" in sentence


class Portal(ServiceInterface):
    """What a desktop has for programs in a sandbox."""

    def __init__(self) -> None:
        super().__init__("org.freedesktop.portal.OpenURI")
        self.opened: list[str] = []

    @dbus_method(name="OpenURI")
    def open_uri(self, parent: DBusStr, address: DBusStr, options: DBusDict) -> DBusObjectPath:
        self.opened.append(address)
        return "/org/freedesktop/portal/desktop/request/1/a"


async def test_without_xdg_open_the_desktops_portal_opens_the_page(
    desk: Desk, display: str, bus: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    connection = await MessageBus(bus_address=bus).connect()
    portal = Portal()
    connection.export("/org/freedesktop/portal/desktop", portal)
    await connection.request_name("org.freedesktop.portal.Desktop")
    try:
        await desk.did("desktop.open", what="example dot com")
        assert portal.opened == ["https://example.com"]
    finally:
        connection.disconnect()


async def test_without_a_browser_or_a_screen_it_says_so(
    desk: Desk, screen_of_all: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await desk.refused("desktop.open", what="example.com"))[0] == "not_here"
    monkeypatch.setenv("DISPLAY", screen_of_all)
    monkeypatch.setenv("PATH", "/nowhere")
    code, sentence = await desk.refused("desktop.open", what="example.com")
    assert code == "no_browser"
    assert "xdg-utils" in sentence


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("example dot com", "https://example.com"),
        ("www dot example dot co dot uk", "https://www.example.co.uk"),
        ("example.com", "https://example.com"),
        ("the page example dot org please", "https://example.org"),
        ("my dash site dot net slash a slash b", "https://my-site.net/a/b"),
        ("http://example.com/X?y=1#z", "http://example.com/X?y=1#z"),
        ("example.com:8080/x", "https://example.com:8080/x"),
        ("firefox", None),
        ("the kitchen light", None),
        ("localhost", None),
        ("192.168.0.1", None),
        ("example dot", None),
        ("javascript:alert(1)", None),
        ("file:///etc/passwd", None),
        ("ftp://example.com", None),
        ("https://user:password@example.com", None),
        ("https://example.com@evil.example", None),
        ("--version dot com", None),
        ("https://", None),
    ],
)
def test_addresses_as_they_are_said(said: str, address: str | None) -> None:
    assert address_of(said) == address


@pytest.mark.parametrize(
    "address", ["https://a b.com", "https://example.com/\nx", "https://" + "a" * 3000 + ".com"]
)
def test_what_is_no_address_is_not_opened(address: str) -> None:
    assert checked(address) is None
