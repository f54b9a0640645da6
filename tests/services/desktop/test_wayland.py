"""The same on Wayland, in a real compositor (sway) that draws into memory."""

import os
import shutil
import struct
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from assistant.config.desktop import Desktop
from tests.services.desktop.conftest import Desk
from tests.services.desktop.session import need, program, wait_until, x

NOBODY = 65534
Typed = Callable[[], str]
_SETTINGS = "xwayland disable\noutput HEADLESS-1 resolution 800x600\n"


@dataclass(frozen=True)
class Compositor:
    folder: Path
    env: dict[str, str]


@pytest.fixture(scope="module")
def compositor() -> Iterator[Compositor]:
    """sway does not run as root: then it is nobody's."""
    need("sway", "swaymsg", "foot", "wtype", "grim", "wl-copy", "setpriv")
    folder = Path(tempfile.mkdtemp(prefix="sway-"))
    (folder / "settings").write_text(_SETTINGS)
    env = {
        "XDG_RUNTIME_DIR": str(folder), "HOME": str(folder), "WLR_BACKENDS": "headless",
        "WLR_RENDERER": "pixman", "LIBSEAT_BACKEND": "noop", "WLR_LIBINPUT_NO_DEVICES": "1",
    }  # fmt: skip
    as_nobody: list[str] = []
    if os.geteuid() == 0:
        os.chown(folder, NOBODY, NOBODY)
        as_nobody = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    try:
        with program([*as_nobody, "sway", "-c", str(folder / "settings")], env=env):
            wait_until(lambda: any(folder.glob("sway-ipc*")) and (folder / "wayland-1").exists(), "sway")
            socket = next(folder.glob("sway-ipc*"))
            yield Compositor(folder, {**env, "WAYLAND_DISPLAY": "wayland-1", "SWAYSOCK": str(socket)})
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(autouse=True)
def session(compositor: Compositor, nowhere: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in compositor.env.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def settings(tmp_path: Path) -> Desktop:
    return Desktop(screenshots=str(tmp_path))


@pytest.fixture(params=["editor"])
def window(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Typed]:
    """A window of that class with the focus, and what is typed there. It is a terminal that does not say so."""
    out = tmp_path / "typed"
    shell = f"stty -icanon -icrnl -echo; cat > {out}"
    with program(["foot", f"--app-id={request.param}", "sh", "-c", shell]):
        wait_until(out.exists, "the window")
        wait_until(lambda: f'"app_id": "{request.param}"' in x("swaymsg", "-t", "get_tree"), "its focus")
        yield lambda: out.read_text()
    wait_until(lambda: '"app_id"' not in x("swaymsg", "-t", "get_tree"), "its end")


async def test_words_are_typed(desk: Desk, window: Typed) -> None:
    result = await desk.did("dictation.type", text="Grüße comma new line see you at nine full stop")
    assert result["window"] == "editor"
    wait_until(lambda: "see you at nine." in window(), "the words")
    assert window().startswith("Grüße,")
    assert "\r" not in window().replace("\x1b[27;2;13~", "")  # Return came with Shift


@pytest.mark.parametrize("window", ["foot", "org.gnome.Terminal"], indirect=True)
async def test_nothing_is_typed_into_a_terminal(desk: Desk, window: Typed) -> None:
    assert (await desk.refused("dictation.type", text="words"))[0] == "terminal"
    assert window() == ""


async def test_without_a_window_nothing_is_typed(desk: Desk) -> None:
    assert (await desk.refused("dictation.type", text="words"))[0] == "unknown_window"


async def test_the_clipboard(desk: Desk) -> None:
    await desk.did("clipboard.copy", text="Grüße aus Köln")
    assert x("wl-paste", "--no-newline") == "Grüße aus Köln"
    assert (await desk.did("clipboard.read"))["text"] == "Grüße aus Köln"
    x("wl-copy", "--clear")
    assert await desk.refused("clipboard.read") == ("empty", "The clipboard is empty.")


async def test_a_screenshot(desk: Desk, tmp_path: Path) -> None:
    picture = tmp_path / (await desk.did("screen.shot"))["name"]
    assert struct.unpack(">II", picture.read_bytes()[16:24]) == (800, 600)
