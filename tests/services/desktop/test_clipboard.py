"""The clipboard of a real X server, through xclip and xsel."""

import subprocess

import pytest

from tests.services.desktop.conftest import Desk
from tests.services.desktop.session import need, wait_until, x


@pytest.fixture(autouse=True)
def empty(display: str) -> None:
    need("xclip", "xdotool")
    put(b"")


def put(text: bytes, target: str = "UTF8_STRING") -> None:
    """As if a program had copied it."""
    subprocess.run(
        ["xclip", "-selection", "clipboard", "-in", "-target", target],
        input=text, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True, timeout=10,
    )  # fmt: skip
    taken = ("xclip", "-selection", "clipboard", "-out", "-target")
    wait_until(lambda: target in x(*taken, "TARGETS") and x(*taken, target) == text.decode(), "the clipboard")


async def test_what_was_copied_is_read(desk: Desk) -> None:
    assert await desk.refused("clipboard.read") == ("empty", "The clipboard is empty.")
    put("Grüße aus Köln\n".encode())
    assert await desk.did("clipboard.read") == {"text": "Grüße aus Köln", "characters": 14, "cut": False}


async def test_words_are_copied_and_stay_there(desk: Desk) -> None:
    assert await desk.did("clipboard.copy", text="Ten past nine — “precisely”") == {"characters": 27}
    assert x("xclip", "-selection", "clipboard", "-out") == "Ten past nine — “precisely”"
    assert (await desk.did("clipboard.read"))["characters"] == 27


async def test_what_is_long_is_cut_and_what_is_too_long_refused(desk: Desk) -> None:
    await desk.did("clipboard.copy", text="word " * 1000)
    read = await desk.did("clipboard.read")
    assert (len(read["text"]), read["characters"], read["cut"]) == (1000, 4999, True)
    assert (await desk.refused("clipboard.copy", text="x" * 20_001))[0] == "bad_arguments"


async def test_a_picture_is_no_text(desk: Desk) -> None:
    put(b"PNG", "image/png")
    assert await desk.refused("clipboard.read") == ("no_text", "There is a picture in the clipboard.")


async def test_a_password_is_not_read_aloud(desk: Desk) -> None:
    put(b"secret", "x-kde-passwordManagerHint")
    code, sentence = await desk.refused("clipboard.read")
    assert code == "secret"
    assert "password" in sentence


async def test_neither_record_nor_observers_learn_what_is_in_it(desk: Desk) -> None:
    await desk.did("clipboard.copy", text="the colour of the sea")
    await desk.did("clipboard.read")
    assert (await desk.refused("clipboard.copy", text="the colour of the sea", other=1))[0] == "bad_arguments"
    records = await desk.audit.records()
    assert [record.service for record in records] == ["clipboard.copy", "clipboard.read", "clipboard.copy"]
    assert "colour" not in repr(records)
    assert "colour" not in repr(desk.events)


@pytest.mark.parametrize(
    ("channel", "session"), [("console", "browser:ab12"), ("model", "desk"), ("http", "browser:x")]
)
@pytest.mark.parametrize(
    ("service", "arguments"),
    [
        ("clipboard.read", {}),
        ("clipboard.copy", {"text": "x"}),
        ("dictation.type", {"text": "x"}),
        ("screen.shot", {}),
        ("screen.lock", {}),
        ("desktop.open", {"what": "firefox"}),
        ("desktop.notify", {"text": "x"}),
    ],
)
async def test_nobody_else_may(
    desk: Desk, channel: str, session: str, service: str, arguments: dict[str, str]
) -> None:
    outcome = await desk.call(service, channel=channel, session=session, **arguments)
    assert (outcome.error_code, outcome.error_message) == ("forbidden", "I am not allowed to do that.")


async def test_without_a_tool_it_says_what_to_install(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert await desk.refused("clipboard.read") == (
        "not_installed",
        "To read the clipboard, I need xclip. Install the package xclip, and ask again.",
    )
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert "wl-clipboard" in (await desk.refused("clipboard.copy", text="x"))[1]


async def test_without_a_screen_it_says_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY")
    code, sentence = await desk.refused("clipboard.read")
    assert code == "not_here"
    assert sentence.startswith("There is no screen here")


async def test_a_screen_that_went_away_fails_in_words(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":4711")
    assert (await desk.refused("clipboard.copy", text="x"))[0] == "tool_failed"
    assert x("xdotool", "getmouselocation") == ""
