"""Other programs' sound on a real sound server: quieter, and back, whatever happened meanwhile."""

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from audio.level import dbfs
from audio.others import FACTOR, NoServer, OtherSound
from tests.audio.conftest import tone
from tests.sound_card import SoundCard, read_wav, sound_card

pytestmark = pytest.mark.sound
LOWERED = round(65536 * FACTOR)


@pytest.fixture(scope="module")
def running() -> Iterator[SoundCard]:
    with sound_card() as card:
        card.control("load-module", "module-stream-restore", "restore_device=no")  # as desktops have it
        yield card


@pytest.fixture
def card(running: SoundCard, monkeypatch: pytest.MonkeyPatch) -> SoundCard:
    for name, value in running.env.items():
        monkeypatch.setenv(name, value)
    return running


@pytest.fixture
def music(tmp_path: Path) -> Path:
    path = tmp_path / "music.wav"
    soundfile.write(path, tone(440, 60.0), 16_000)
    return path


def streams(card: SoundCard) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(card.control("--format=json", "list", "sink-inputs"))
    return found


def volume(card: SoundCard, player: subprocess.Popen[bytes]) -> int:
    """Of its stream, 65536 is 100 %."""
    (one,) = [
        each for each in streams(card) if each["properties"]["application.process.id"] == str(player.pid)
    ]
    (value,) = {channel["value"] for channel in one["volume"].values()}
    return int(value)


@contextmanager
def playing(
    card: SoundCard, path: Path, sink: str = "speaker", name: str = ""
) -> Iterator[subprocess.Popen[bytes]]:
    names = [f"--client-name={name}"] if name else []
    player = subprocess.Popen(
        ["paplay", f"--device={sink}", "--latency-msec=50", *names, str(path)], env=card.process_env
    )
    try:
        deadline = time.monotonic() + 10
        while not any(
            each["properties"].get("application.process.id") == str(player.pid) for each in streams(card)
        ):
            assert time.monotonic() < deadline, "paplay does not play"
            time.sleep(0.02)
        yield player
    finally:
        player.kill()
        player.wait()


@pytest.fixture
def ours(card: SoundCard, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The assistant's own stream: silent and always there."""
    path = tmp_path / "silence.wav"
    soundfile.write(path, np.zeros(120 * 16_000, np.int16), 16_000)
    with playing(card, path, name="assistant") as player:
        yield player


async def test_music_is_12_db_quieter_and_comes_back(
    card: SoundCard, ours: subprocess.Popen[bytes], music: Path, tmp_path: Path
) -> None:
    others = OtherSound(tmp_path / "notes.json", ours.pid)
    levels: list[float] = []

    def listen() -> None:
        time.sleep(1.0)  # what was on its way before has been heard
        with card.record(tmp_path / "heard.wav"):
            time.sleep(1.0)
        levels.append(dbfs(read_wav(tmp_path / "heard.wav")[0][-24_000:]))

    with playing(card, music) as player:
        listen()
        await others.lower()
        await others.lower()  # the next state of the same turn: no quieter than that
        listen()
        await others.restore()
        listen()
        assert volume(card, player) == 65536
        assert volume(card, ours) == 65536
    assert levels[0] - levels[1] == pytest.approx(12.0, abs=0.5)
    assert levels[2] == pytest.approx(levels[0], abs=0.5)


async def test_only_others_on_the_same_speaker(
    card: SoundCard, ours: subprocess.Popen[bytes], music: Path, tmp_path: Path
) -> None:
    others = OtherSound(tmp_path / "notes.json", ours.pid)
    with playing(card, music) as here, playing(card, music, "mic", "elsewhere") as there:
        await others.lower()
        assert volume(card, here) == LOWERED
        assert volume(card, there) == volume(card, ours) == 65536
        await others.restore()
        assert volume(card, here) == 65536


async def test_balance_and_a_volume_of_the_owner_s_stay(
    card: SoundCard, ours: subprocess.Popen[bytes], music: Path, tmp_path: Path
) -> None:
    others = OtherSound(tmp_path / "notes.json", ours.pid)
    with playing(card, music) as player:
        (one,) = [e for e in streams(card) if e["properties"]["application.process.id"] == str(player.pid)]
        card.control("set-sink-input-volume", str(one["index"]), "30000")
        await others.lower()
        assert volume(card, player) == round(30_000 * FACTOR)
        await others.restore()
        assert volume(card, player) == 30_000
        await others.lower()
        card.control("set-sink-input-volume", str(one["index"]), "50000")  # a hand at the knob
        await others.restore()
        assert volume(card, player) == 50_000
        card.control("set-sink-input-volume", str(one["index"]), "65536")  # stream-restore remembers it


async def test_after_a_crash_the_next_start_restores(
    card: SoundCard, ours: subprocess.Popen[bytes], music: Path, tmp_path: Path
) -> None:
    notes = tmp_path / "state" / "notes.json"
    with playing(card, music) as player:
        await OtherSound(notes, ours.pid).lower()
        assert volume(card, player) == LOWERED
        await OtherSound(notes, 1).restore()  # another process, with another number
        assert volume(card, player) == 65536
    assert json.loads(notes.read_text()) == []


async def test_a_program_that_ended_while_it_was_quiet_is_as_loud_as_before_next_time(
    card: SoundCard, ours: subprocess.Popen[bytes], music: Path, tmp_path: Path
) -> None:
    others = OtherSound(tmp_path / "notes.json", ours.pid)
    with playing(card, music, name="player"):
        await others.lower()
    await others.restore()  # it is not there
    with playing(card, music, name="player") as again:
        assert volume(card, again) == LOWERED, "the server is expected to remember a program's volume"
        await others.lower()
        assert volume(card, again) == LOWERED
        await others.restore()
        assert volume(card, again) == 65536


async def test_damaged_notes_are_no_notes(
    card: SoundCard, ours: subprocess.Popen[bytes], music: Path, tmp_path: Path
) -> None:
    notes = tmp_path / "notes.json"
    for text in ("", "{", '{"a": 1}', '[{"index": "x"}]', "[1]"):
        notes.write_text(text)
        await OtherSound(notes, ours.pid).restore()
    with playing(card, music) as player:
        await OtherSound(notes, ours.pid).lower()
        await OtherSound(notes, ours.pid).restore()
        assert volume(card, player) == 65536


async def test_without_pactl_or_a_server_it_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    others = OtherSound(tmp_path / "notes.json")
    monkeypatch.setenv("PULSE_SERVER", f"unix:{tmp_path}/none")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    with pytest.raises(NoServer, match="pactl: Connection failure"):
        await others.lower()
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoServer, match="pactl is not installed"):
        await others.check()
    await others.restore()  # nothing is noted: nothing to ask


async def test_a_server_that_hangs_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pactl = tmp_path / "pactl"
    pactl.write_text("#!/bin/sh\nexec sleep 60\n")
    pactl.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr("audio.others.PACTL_S", 0.2)
    began = time.monotonic()
    with pytest.raises(NoServer, match="does not answer"):
        await OtherSound(tmp_path / "notes.json").lower()
    assert time.monotonic() - began < 5
