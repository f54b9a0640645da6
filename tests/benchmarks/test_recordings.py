"""The benchmark of recorded commands: its noise, its judgement, and all of it on two spoken orders."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from assistant.dialogue.client import Parse
from assistant.dialogue.names import OwnerNames
from assistant.dialogue.project import RasaProject
from assistant.errors import UserError
from assistant.recognition.base import Transcript
from audio.frames import SAMPLE_RATE_HZ, Pcm
from benchmarks import recordings
from benchmarks.noise import household_noise, mixed
from tests.recognition.speech import WHY, needs_flite, say


@pytest.mark.parametrize("snr_db", [24.0, 12.0, 0.0])
def test_noise_has_the_power_that_was_asked_for(snr_db: float) -> None:
    rng = np.random.default_rng(1)
    pauses = np.zeros(SAMPLE_RATE_HZ)
    speech = np.concatenate([pauses, rng.normal(0, 2000, SAMPLE_RATE_HZ), pauses]).astype(np.int16)
    noise = household_noise(5.0, rng)
    added = mixed(speech, noise, snr_db, rng).astype(float) - speech
    measured_db = 10 * np.log10(np.mean(speech.astype(float) ** 2) / np.mean(added**2))
    assert measured_db == pytest.approx(snr_db, abs=0.1)


def test_equal_seeds_give_equal_noise() -> None:
    speech = say_nothing()

    def noisy(seed: int) -> Pcm:
        rng = np.random.default_rng(seed)
        return mixed(speech, household_noise(2.0, rng), 12.0, rng)

    assert np.array_equal(noisy(3), noisy(3))
    assert not np.array_equal(noisy(3), noisy(4))


def say_nothing() -> Pcm:
    return np.full(SAMPLE_RATE_HZ, 100, np.int16)


def parsed(intent: str, **slots: str) -> Parse:
    entities = tuple({"entity": entity, "value": value} for entity, value in slots.items())
    return Parse("", intent, 1.0, entities, ())


@pytest.mark.parametrize(
    ("parse", "right", "words_wrong"),
    [
        (parsed("order", drink="Iced Coffee", size="small"), True, 0),
        (parsed("order", drink="coffee", size="small"), False, 1),
        (parsed("order", drink="iced coffee"), False, 1),
        (parsed("order", drink="iced coffee", size="small", milk="soy milk"), False, 2),
        (parsed("cancel", drink="iced coffee", size="small"), False, 0),
        (None, False, 3),
    ],
)
def test_only_what_is_wholly_right_is_right(parse: Parse | None, right: bool, words_wrong: int) -> None:
    wanted = recordings.Recording("a.wav", say_nothing(), "order", {"drink": "iced coffee", "size": "small"})
    heard = recordings.judged(wanted, Transcript("", "sphinx", 1.0, 1.0, 0.0), parse)
    assert (heard.right, heard.words_wrong, heard.words) == (right, words_wrong, 3)


@pytest.mark.skipif(needs_flite, reason=WHY)
def test_two_orders_by_a_clear_voice_are_right_and_a_false_label_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        RasaProject(recordings.COFFEE, OwnerNames(), 0.0).python()
    except UserError as error:
        pytest.skip(str(error))
    orders = {
        "a.wav": ("give me a large iced coffee", {"size": "large", "coffeeDrink": "iced coffee"}),
        "b.wav": ("make me an espresso", {"coffeeDrink": "espresso"}),
        "c.wav": ("make me an espresso", {"coffeeDrink": "mocha"}),
    }
    for name, (text, _) in orders.items():
        soundfile.write(tmp_path / name, say(text, "rms"), SAMPLE_RATE_HZ)
    labels = {name: {"intent": "orderDrink", "slots": slots} for name, (_, slots) in orders.items()}
    (tmp_path / "labels.json").write_text(json.dumps(labels), encoding="utf-8")
    arguments = ["--speech", str(tmp_path), "--labels", str(tmp_path / "labels.json")]
    monkeypatch.setattr(sys, "argv", ["recordings", *arguments, "--snr", "clean", "40", "--failures"])
    assert recordings.main() == 0
    printed = capsys.readouterr().out
    assert printed.count("every slot right 66.7% (2 of 3;") == 2
    assert "espresso”" in printed
    assert "a.wav" not in printed


def test_labels_that_are_not_there_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = str(tmp_path / "labels.json")
    monkeypatch.setattr(sys, "argv", ["recordings", "--speech", str(tmp_path), "--labels", nowhere])
    assert recordings.main() == 1
    assert nowhere in capsys.readouterr().err
