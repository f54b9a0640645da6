"""Pictures of a real X server's screen, and locking by whoever locks it."""

import struct
from pathlib import Path

import pytest
from dbus_fast.aio import MessageBus
from dbus_fast.annotations import DBusBool
from dbus_fast.service import ServiceInterface, dbus_method

from assistant.config.desktop import Desktop
from tests.services.desktop.conftest import Desk
from tests.services.desktop.session import need


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "My Pictures"


@pytest.fixture
def settings(folder: Path) -> Desktop:
    return Desktop(screenshots=str(folder))


async def test_a_screenshot_is_a_picture_of_the_whole_screen(desk: Desk, display: str, folder: Path) -> None:
    need("maim")
    first = await desk.did("screen.shot")
    second = await desk.did("screen.shot")
    assert first["folder"] == "My Pictures"
    assert first["path"] != second["path"]
    assert [size_of(folder / each["name"]) for each in (first, second)] == [(800, 600), (800, 600)]


def size_of(picture: Path) -> tuple[int, ...]:
    """Width and height of a PNG file."""
    header = picture.read_bytes()[:24]
    assert header[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", header[16:24])


@pytest.fixture
def no_folder(folder: Path) -> None:
    folder.write_text("a file stands in its place")


async def test_where_it_cannot_be_saved_it_says_so(
    desk: Desk, display: str, no_folder: None, folder: Path
) -> None:
    need("maim")
    code, sentence = await desk.refused("screen.shot")
    assert code == "no_screenshot"
    assert str(folder) in sentence


async def test_without_a_tool_or_a_screen_it_says_so(
    desk: Desk, screen_of_all: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await desk.refused("screen.shot"))[0] == "not_here"
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setenv("DISPLAY", screen_of_all)
    assert "Install the package maim" in (await desk.refused("screen.shot"))[1]
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert "Install the package grim" in (await desk.refused("screen.shot"))[1]


class Saver(ServiceInterface):
    """Locks, or says so and does not."""

    def __init__(self, *, locks: bool = True) -> None:
        super().__init__("org.gnome.ScreenSaver")
        self.active, self._locks = False, locks

    @dbus_method(name="Lock")
    def lock(self) -> None:
        self.active = self._locks

    @dbus_method(name="GetActive")
    def get_active(self) -> DBusBool:
        return self.active


@pytest.mark.parametrize("locks", [True, False])
async def test_the_screen_is_locked_by_who_locks_it(desk: Desk, bus: str, locks: bool) -> None:
    connection = await MessageBus(bus_address=bus).connect()
    saver = Saver(locks=locks)
    connection.export("/org/gnome/ScreenSaver", saver)
    await connection.request_name("org.gnome.ScreenSaver")
    try:
        assert await desk.did("screen.lock") == {"by": "org.gnome.ScreenSaver", "sure": locks}
        assert saver.active is locks
    finally:
        connection.disconnect()


async def test_where_nobody_locks_it_says_so(desk: Desk, bus: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    code, sentence = await desk.refused("screen.lock")
    assert code == "cannot_lock"
    assert "Install a screen locker" in sentence
