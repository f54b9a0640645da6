"""A conversation with music beside it, whose sound card goes away and comes back in the midst of a question."""

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.e2e.conftest import ON_A_SOUND_CARD, Person
from tests.sound_card import SoundCard

pytestmark = ON_A_SOUND_CARD


@pytest.fixture
def music(card: SoundCard, tmp_path: Path) -> Iterator["Music"]:
    path = tmp_path / "music.wav"
    soundfile.write(path, np.sin(np.arange(120 * 16_000) * 0.2) * 0.1, 16_000)
    player = subprocess.Popen(["paplay", "--device=speaker", str(path)], env=card.process_env)
    try:
        yield Music(card, player.pid)
    finally:
        player.kill()
        player.wait()


class Music:
    """Another program, on the same speaker."""

    def __init__(self, card: SoundCard, pid: int) -> None:
        self._card = card
        self._pid = str(pid)

    def volume(self) -> int:
        """65536 is 100 %."""
        for each in json.loads(self._card.control("--format=json", "list", "sink-inputs")):
            if each["properties"].get("application.process.id") == self._pid:
                return int(next(iter(each["volume"].values()))["value"])
        raise AssertionError("the music does not play")

    def becomes(self, wanted: int) -> None:
        deadline = time.monotonic() + 20
        while abs(self.volume() - wanted) > 66:
            assert time.monotonic() < deadline, f"the music is at {self.volume()}, not {wanted}"
            time.sleep(0.05)


def test_an_open_question_outlives_the_sound_card(
    person: Person, speech: Callable[..., Path], card: SoundCard, music: Music
) -> None:
    person.extra |= card.env
    settings = ("--set", "listening.mode=open", "--set", "listening.follow_up_ms=1000")
    with person.start("run", *settings) as running:
        running.line("listening")
        assert music.volume() == 65536
        with card.saying(speech("turn on the kitchen light")):
            music.becomes(41350)
            running.line("did")
        music.becomes(65536)
        card.say(speech("start a new timer"))
        running.until(lambda line: line.startswith("said") and "how long" in line, "question")
        card.kill()
        deadline = time.monotonic() + 20
        while "Waiting for it" not in running.errors.read_text():
            assert time.monotonic() < deadline, "nobody says that it is gone"
            time.sleep(0.05)
        card.start()
        running.line("listening")
        running.line("times")  # the rest of the question has been said
        card.say(speech("five minutes"))
        assert "timers.start" in running.line("did")
