"""Microphone and speaker on a virtual sound card, as a person would hear it: real PortAudio, ALSA and
PulseAudio.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from audio.frames import Pcm
from tests.audio.conftest import Speak, frequency_of, tone, with_silence
from tests.sound_card import RECORDING_RATE_HZ, SoundCard, read_wav, sound_card

pytestmark = pytest.mark.sound
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def card() -> Iterator[SoundCard]:
    with sound_card() as running:
        yield running


class User:
    """A process that uses the card; see sound_user.py."""

    def __init__(self, card: SoundCard | dict[str, str], *arguments: object) -> None:
        env = card.env if isinstance(card, SoundCard) else card
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.audio.sound_user", *map(str, arguments)],
            cwd=ROOT, env={**os.environ, **env}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def __enter__(self) -> "User":
        return self

    def __exit__(self, *error: object) -> None:
        self.process.kill()
        self.process.communicate()

    def line(self) -> dict[str, Any]:
        """The next fact it tells."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            assert self.process.stderr is not None
            pytest.fail(self.process.stderr.read())
        facts: dict[str, Any] = json.loads(line)
        return facts

    def ends(self) -> list[dict[str, Any]]:
        """All that it still tells until it ends, well."""
        out, errors = self.process.communicate(timeout=30)
        assert self.process.returncode == 0, errors
        return [json.loads(line) for line in out.splitlines()]


def similarity(heard: npt.NDArray[Any], said: npt.NDArray[Any]) -> tuple[float, int]:
    """(correlation 0..1 of `said` with its best place in `heard`, that place)."""
    a, b = heard.astype(np.float64), said.astype(np.float64)
    size = 1 << (len(a) + len(b) - 1).bit_length()
    match = np.fft.irfft(np.fft.rfft(a, size) * np.conj(np.fft.rfft(b, size)), size)
    at = int(np.argmax(match[: len(a)]))
    piece = a[at : at + len(b)]
    b = b[: len(piece)]
    return float(piece @ b / np.sqrt((piece @ piece) * (b @ b) + 1e-9)), at


def said_at_48_khz(path: Path, pcm: Pcm) -> Path:
    soundfile.write(path, pcm, 16_000)
    return path


def test_devices_are_listed_and_found(card: SoundCard) -> None:
    with User(card, "list_devices") as user:
        *listed, found = user.ends()
    assert [device["name"] for device in listed if device["default"]] == ["default"]
    assert found == {"input": "default", "output": "pulse"}


@pytest.mark.parametrize(("action", "rate_hz"), [("capture", 16_000), ("capture_resampled", 44_100)])
def test_a_person_is_heard_without_loss(
    card: SoundCard, speak: Speak, tmp_path: Path, action: str, rate_hz: int
) -> None:
    said = with_silence(speak("turn on the kitchen light and tell me what time it is"), 0.2, 0.2)
    wav, heard = said_at_48_khz(tmp_path / "said.wav", said), tmp_path / "heard.wav"
    likeness: list[float] = []
    # On a busy machine it is the virtual card that stumbles, now and then. What loses sound itself loses some of
    # it each time.
    while not likeness or (likeness[-1] <= 0.98 and len(likeness) < 4):
        with User(card, action, 6.0, heard) as user:
            assert user.line() == {"ready": True}
            card.say(wav)
            (facts,) = user.ends()
        assert facts == {"steps": [320], "dropped": 0, "overflows": 0, "rate_hz": rate_hz}
        sound, _ = read_wav(heard)
        assert len(sound) == 6 * 16_000
        likeness.append(similarity(sound, said)[0])
    assert likeness[-1] > 0.98, likeness


def test_what_a_busy_loop_loses_is_one_counted_gap(card: SoundCard) -> None:
    with User(card, "stall", 3.0) as user:
        (facts,) = user.ends()
    assert len(facts["jumps"]) == 1
    assert facts["jumps"][0] == facts["dropped"] + 320
    assert 0.5 < facts["dropped"] / 16_000 < 1.5  # 3 s, of which the ring holds 2


@pytest.mark.parametrize(
    ("action", "rate_hz", "device_rate_hz"),
    [("play", 16_000, 16_000), ("play", 22_050, 22_050), ("play_resampled", 22_050, 44_100)],
)
def test_what_is_played_is_heard_whole_and_counted(
    card: SoundCard, speak: Speak, tmp_path: Path, action: str, rate_hz: int, device_rate_hz: int
) -> None:
    said = with_silence(speak("the kitchen light is on"), 0.0, 0.0)
    wav, heard = said_at_48_khz(tmp_path / "said.wav", said), tmp_path / "heard.wav"
    with card.record(heard), User(card, action, wav, rate_hz) as user:
        (facts,) = user.ends()

    seconds = len(said) / 16_000
    assert facts["rate_hz"] == device_rate_hz
    assert facts["played"] == facts["written"] == pytest.approx(seconds * rate_hz, abs=2)
    assert facts["underruns"] == facts["device_underruns"] == 0
    assert facts["ascending"]
    assert facts["seen"] > seconds / 0.02 / 3  # it moves on smoothly
    assert seconds - 0.7 < facts["wrote_s"] < seconds  # no more than half a second ahead
    assert seconds <= facts["took_s"] < seconds + 0.4
    sound, rate = read_wav(heard)
    wanted = soundfile_resample(said, rate)
    assert similarity(sound, wanted)[0] > 0.98


def soundfile_resample(pcm: Pcm, rate_hz: int) -> Pcm:
    from audio.resample import resample

    return resample(pcm, 16_000, rate_hz)


def test_flush_is_silent_at_once_and_the_next_answer_is_whole(card: SoundCard, tmp_path: Path) -> None:
    wav, heard = tmp_path / "said.wav", tmp_path / "heard.wav"
    soundfile.write(wav, tone(440, 5), 16_000)
    with card.record(heard), User(card, "flush", wav, 1.0) as user:
        (facts,) = user.ends()

    assert facts["same"]
    assert 16_000 <= facts["before"] <= facts["heard"] <= facts["before"] + 0.12 * 16_000
    assert facts["played"] == facts["written"] == facts["heard"] + 8000
    sound, rate = read_wav(heard)
    pieces = sounding(sound, rate)
    assert len(pieces) == 2
    (begin, end), (again, done) = pieces
    assert frequency_of(sound[begin:end], rate) == pytest.approx(440, abs=3)
    assert (end - begin) / rate == pytest.approx(
        facts["heard"] / 16_000, abs=0.03
    )  # what was counted was heard
    assert frequency_of(sound[again:done], rate) == pytest.approx(880, abs=5)
    assert (done - again) / rate == pytest.approx(0.5, abs=0.01)
    assert click(sound[end - rate // 50 : end + rate // 50]) < 1.5 * click(
        sound[begin + rate // 5 : end - rate // 10]
    )


def click(sound: npt.NDArray[np.int16]) -> float:
    """The largest step from one sample to the next."""
    return float(np.abs(np.diff(sound.astype(int))).max())


def sounding(sound: npt.NDArray[np.int16], rate_hz: int, gap_s: float = 0.05) -> list[tuple[int, int]]:
    """Where it is not silent, as [begin, end)."""
    loud = np.flatnonzero(np.abs(sound.astype(int)) > 200)
    cuts = np.flatnonzero(np.diff(loud) > gap_s * rate_hz)
    begins = loud[np.concatenate([[0], cuts + 1])]
    ends = loud[np.concatenate([cuts, [len(loud) - 1]])] + 1
    return [(int(begin), int(end)) for begin, end in zip(begins, ends, strict=True)]


def test_volume(card: SoundCard, tmp_path: Path) -> None:
    wav, heard = tmp_path / "said.wav", tmp_path / "heard.wav"
    soundfile.write(wav, tone(440, 1.0), 16_000)
    with card.record(heard), User(card, "volume", wav) as user:
        user.ends()
    sound, rate = read_wav(heard)
    (loud, *_), (*_, quiet) = (sounding(sound, rate)[n] for n in (0, -1))
    assert rate == RECORDING_RATE_HZ
    peak = np.abs(sound[loud : loud + rate // 5].astype(int)).max()
    assert np.abs(sound[quiet - rate // 5 : quiet].astype(int)).max() == pytest.approx(peak / 4, rel=0.05)


@pytest.mark.parametrize("action", ["lose_microphone", "lose_speaker"])
def test_a_device_that_goes_away_is_told_within_three_seconds(action: str) -> None:
    with sound_card() as card, User(card, action) as user:
        assert user.line() == {"ready": True}
        card.kill()
        began = time.monotonic()
        facts = user.line()
        took_s = time.monotonic() - began
        assert facts["error"] == "DeviceLost"
        assert "default" in facts["text"]
        assert facts["text"].endswith(".")
        assert facts.get("fits", True)
        assert took_s < 3
        assert user.ends() == []  # and the process ends, although its sound system is dead


def test_a_device_is_not_left_open_when_opening_was_cancelled(card: SoundCard) -> None:
    before = card.listeners()
    with User(card, "cancel_opening") as user:
        assert user.line() == {"cancelled": True}
        assert card.listeners() == before
    with User(card, "lose_microphone") as user:
        assert user.line() == {"ready": True}
        assert card.listeners() == before + 1


def test_a_machine_without_any_device(tmp_path: Path) -> None:
    cards = Path("/proc/asound/cards")
    if cards.exists() and "no soundcards" not in cards.read_text():
        pytest.skip("this machine has a sound card")
    env = {"XDG_RUNTIME_DIR": str(tmp_path), "PULSE_SERVER": f"unix:{tmp_path}/none"}
    with User(env, "no_device") as user:
        facts = user.ends()
    assert [fact["error"] for fact in facts] == ["NoDevice", "NoDevice"]
    assert facts[0]["text"] == "No microphone was found on this machine."
    assert facts[1]["text"] == "No speaker was found on this machine."


def test_a_card_that_is_there_but_dead() -> None:
    with sound_card() as card:
        card.kill()
        with User(card, "no_device") as user:
            facts = user.ends()
    assert [fact["error"] for fact in facts] == ["NoDevice", "NoDevice"]
    assert all("\n" not in fact["text"] and fact["text"].endswith((".", "?")) for fact in facts)


def test_two_cards_do_not_hear_each_other(card: SoundCard, speak: Speak, tmp_path: Path) -> None:
    wav, here, there = speak("hello"), tmp_path / "here.wav", tmp_path / "there.wav"
    with sound_card() as other, User(card, "capture", 3, here) as a, User(other, "capture", 3, there) as b:
        a.line()
        b.line()
        card.say(wav)
        a.ends()
        b.ends()
    assert np.abs(read_wav(here)[0]).max() > 1000
    assert np.abs(read_wav(there)[0]).max() == 0
