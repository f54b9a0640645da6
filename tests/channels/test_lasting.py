"""A sound card whose devices go away, come back and change, on a real sound server."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from tests.audio.conftest import frequency_of, tone
from tests.sound_card import RECORDING_RATE_HZ, SoundCard, sound_card

ROOT = Path(__file__).resolve().parents[2]
RATE = f"rate={RECORDING_RATE_HZ} channels=1 channel_map=mono format=s16le".split()


@pytest.fixture
def card() -> Iterator[SoundCard]:
    with sound_card() as running:
        yield running


class User:
    def __init__(self, card: SoundCard) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.channels.lasting_user"],
            cwd=ROOT, env={**os.environ, **card.env}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.facts: list[dict[str, Any]] = []

    def __enter__(self) -> "User":
        return self

    def __exit__(self, *error: object) -> None:
        self.process.kill()
        self.process.communicate()

    def until(self, wanted: Callable[[dict[str, Any]], bool], most: int = 60) -> dict[str, Any]:
        """The next fact that is `wanted`."""
        assert self.process.stdout is not None
        for _ in range(most):
            line = self.process.stdout.readline()
            if not line:
                assert self.process.stderr is not None
                pytest.fail(self.process.stderr.read())
            self.facts.append(json.loads(line))
            if wanted(self.facts[-1]):
                return self.facts[-1]
        pytest.fail(f"it never came: {self.facts[-5:]}")

    def told(self, sentence: str) -> None:
        self.until(lambda fact: sentence in fact.get("told", ""))

    def hears(self, hz: float) -> None:
        self.until(lambda fact: fact.get("level", -99) > -30 and abs(fact["hz"] - hz) < 5)


@contextmanager
def sounding(card: SoundCard, folder: Path, hz: float, sink: str) -> Iterator[None]:
    """Somebody sings into the microphone behind `sink`."""
    path = folder / f"{hz}.wav"
    soundfile.write(path, tone(hz, 60.0), 16_000)
    singer = subprocess.Popen(
        ["paplay", f"--device={sink}", "--latency-msec=50", str(path)], env=card.process_env
    )
    try:
        yield
    finally:
        singer.kill()
        singer.wait()


def plays_on(card: SoundCard, folder: Path, sink: str) -> bool:
    """Whether the user's tone comes out of that speaker."""
    raw = folder / f"{sink}.raw"
    with open(raw, "wb") as out:
        listener = subprocess.Popen(
            ["parec", f"--device={sink}.monitor", "--format=s16le", f"--rate={RECORDING_RATE_HZ}", "--channels=1",
             "--latency-msec=10", "--raw"], env=card.process_env, stdout=out,
        )  # fmt: skip
        time.sleep(3.0)
        listener.terminate()
        listener.wait()
    sound = np.frombuffer(raw.read_bytes(), np.int16)[-RECORDING_RATE_HZ // 2 :]
    return bool(np.abs(sound).max(initial=0) > 3000) and abs(frequency_of(sound, RECORDING_RATE_HZ) - 660) < 5


def plug_in(card: SoundCard, sink: str) -> None:
    card.control("load-module", "module-null-sink", f"sink_name={sink}", *RATE)


def pull_out(card: SoundCard, sink: str) -> None:
    for line in card.control("list", "short", "modules").splitlines():
        if f"sink_name={sink} " in line:
            card.control("unload-module", line.split()[0])


@pytest.mark.sound
def test_a_new_default_is_followed(card: SoundCard, tmp_path: Path) -> None:
    plug_in(card, "headset")
    plug_in(card, "desk")
    with User(card) as user, sounding(card, tmp_path, 440, "mic"), sounding(card, tmp_path, 330, "desk"):
        user.hears(440)
        assert plays_on(card, tmp_path, "speaker")
        card.control("set-default-source", "desk.monitor")
        card.control("set-default-sink", "headset")
        user.hears(330)
        assert plays_on(card, tmp_path, "headset")
        assert not plays_on(card, tmp_path, "speaker")
    assert not any(kind in fact for fact in user.facts for kind in ("jump", "position", "told"))


@pytest.mark.sound
def test_devices_pulled_out_and_others_plugged_in(card: SoundCard, tmp_path: Path) -> None:
    with User(card) as user:
        with sounding(card, tmp_path, 440, "mic"):
            user.hears(440)
        pull_out(card, "mic")
        pull_out(card, "speaker")
        user.told("is gone")
        plug_in(card, "headset")
        plug_in(card, "desk")
        card.control("set-default-source", "desk.monitor")
        card.control("set-default-sink", "headset")
        user.told("Sound is back.")
        with sounding(card, tmp_path, 330, "desk"):
            user.hears(330)
        assert plays_on(card, tmp_path, "headset")
    told = [fact["told"] for fact in user.facts if "told" in fact]
    assert len([sentence for sentence in told if "is gone" in sentence]) == len(told) / 2
    assert not any("jump" in fact or "position" in fact for fact in user.facts)
    assert user.facts[-1].get("dropped", 0) > 0
