"""The computer's volume, on PulseAudio."""

from typing import Any

import pytest

from assistant.config.desktop import Desktop
from tests.services.desktop.conftest import Desk
from tests.sound_card import SoundCard

pytestmark = pytest.mark.sound


@pytest.fixture
def settings() -> Desktop:
    return Desktop(volume_step=20)


@pytest.fixture(autouse=True)
def half(sound: SoundCard) -> None:
    sound.control("set-sink-volume", "@DEFAULT_SINK@", "50%")
    sound.control("set-sink-mute", "@DEFAULT_SINK@", "0")


def heard(card: SoundCard) -> tuple[int, bool]:
    """Percent and mute, as the server has them."""
    volume = card.control("get-sink-volume", "@DEFAULT_SINK@")
    muted = card.control("get-sink-mute", "@DEFAULT_SINK@")
    return int(volume.split("%")[0].split()[-1]), "yes" in muted


@pytest.mark.parametrize(
    ("arguments", "after"),
    [
        ({"level": 30}, (30, False)),
        ({"level": "seventy five percent"}, (75, False)),
        ({"towards": "up"}, (70, False)),
        ({"towards": "down"}, (30, False)),
        ({"step": -5}, (45, False)),
        ({"step": 90}, (100, False)),
        ({"level": 0}, (0, False)),
        ({"muted": True}, (50, True)),
    ],
)
async def test_it_is_changed(
    desk: Desk, sound: SoundCard, arguments: dict[str, Any], after: tuple[int, bool]
) -> None:
    result = await desk.did("volume.change", **arguments)
    assert heard(sound) == after
    assert (result["level"], result["muted"]) == after
    assert (await desk.did("volume.show"))["level"] == after[0]


async def test_undo_brings_back_level_and_mute(desk: Desk, sound: SoundCard) -> None:
    sound.control("set-sink-mute", "@DEFAULT_SINK@", "1")
    await desk.did("volume.change", towards="up")
    assert heard(sound) == (70, False)  # who wants it louder wants to hear something
    await desk.did("undo.last")
    assert heard(sound) == (50, True)


@pytest.mark.parametrize("arguments", [{"towards": "down"}, {"step": -10}])
async def test_quieter_does_not_end_a_mute(desk: Desk, sound: SoundCard, arguments: dict[str, Any]) -> None:
    sound.control("set-sink-mute", "@DEFAULT_SINK@", "1")
    await desk.did("volume.change", **arguments)
    assert heard(sound)[1]
    await desk.did("volume.change", muted=False)
    assert not heard(sound)[1]


@pytest.mark.parametrize(
    ("before", "arguments", "sentence"),
    [
        ("100%", {"towards": "up"}, "It doesn't get any louder."),
        ("0%", {"towards": "down"}, "It is at zero already."),
        ("30%", {"level": 30}, "The volume is at thirty percent already."),
        ("30%", {"muted": False}, "The sound is on already."),
    ],
)
async def test_what_changes_nothing_is_said(
    desk: Desk, sound: SoundCard, before: str, arguments: dict[str, Any], sentence: str
) -> None:
    sound.control("set-sink-volume", "@DEFAULT_SINK@", before)
    assert await desk.refused("volume.change", **arguments) == ("unchanged", sentence)


async def test_louder_does_not_make_what_is_amplified_quieter(desk: Desk, sound: SoundCard) -> None:
    sound.control("set-sink-volume", "@DEFAULT_SINK@", "130%")
    assert (await desk.refused("volume.change", towards="up"))[0] == "unchanged"
    assert heard(sound) == (130, False)


@pytest.mark.parametrize("level", ["purple", "one hundred and twenty percent"])
async def test_what_is_no_volume_is_refused(desk: Desk, sound: SoundCard, level: str) -> None:
    code, _ = await desk.refused("volume.change", level=level)
    assert code in ("bad_number", "bad_volume")
    assert heard(sound) == (50, False)


async def test_without_a_sound_server_it_says_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULSE_SERVER", "unix:/nowhere/native")
    code, sentence = await desk.refused("volume.show")
    assert code == "no_sound"
    assert "PulseAudio or PipeWire" in sentence


async def test_without_the_tools_it_says_what_to_install(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert await desk.refused("volume.change", towards="up") == (
        "not_installed",
        "To change the volume, I need pactl. Install the package pulseaudio-utils, and ask again.",
    )
