"""The whole assistant on a sound card: a person speaks into the microphone and listens to the loudspeaker."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from audio.files import read
from tests.e2e.conftest import ON_A_SOUND_CARD, Person
from tests.e2e.listening import heard
from tests.sound_card import SoundCard

pytestmark = ON_A_SOUND_CARD


def joined(folder: Path, *parts: Path | float) -> Path:
    """Recordings and pauses (seconds) as one."""
    import soundfile

    pieces = [np.zeros(int(p * 16_000), np.int16) if isinstance(p, float) else read(p) for p in parts]
    path = folder / "joined.wav"
    soundfile.write(path, np.concatenate(pieces), 16_000)
    return path


def test_wake_word_command_and_follow_up(
    person: Person, speech: Callable[..., Path], card: SoundCard, tmp_path: Path
) -> None:
    person.extra = card.env
    answers = tmp_path / "heard.wav"
    with person.start("--set", "listening.follow_up_ms=20000", "run") as running:
        running.line("listening")
        card.say(speech("turn on the kitchen light"))  # not meant for the assistant: nothing may happen
        with card.record(answers):
            card.say(joined(tmp_path, speech("hey jarvis"), 0.6, speech("turn on the bedroom light")))
            assert "turn on the bedroom light" in running.line("heard")
            running.line("times")
            card.say(speech("is the bedroom light on"))  # no wake word: the follow-up window is open
            assert "is the bedroom light on" in running.line("heard")
            running.line("times")
        assert not any("kitchen" in line for line in running.lines)
    assert running.process.returncode == 0
    words = heard(answers)
    assert "bedroom light on" in words.replace(" is ", " ")


def test_open_listening_needs_no_wake_word(
    person: Person, speech: Callable[..., Path], card: SoundCard
) -> None:
    person.extra = card.env
    with person.start("--set", "listening.mode=open", "run") as running:
        running.line("listening")
        card.say(speech("turn off the kitchen light", "awb"))
        assert "turn off the kitchen light" in running.line("heard")
        assert "home.set" in running.line("did")
