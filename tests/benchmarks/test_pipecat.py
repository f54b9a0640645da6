"""The comparison with Pipecat: what the harness makes of sound and lines whose meaning is known, and one real turn."""

import os
import re
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from audio.files import read
from benchmarks.pipecat import environment, utterances
from benchmarks.pipecat.bench import unavailable
from benchmarks.pipecat.compare import Result
from benchmarks.pipecat.conversation import Turn, conversation, stopped_after
from benchmarks.pipecat.systems import Running, System, assistant_line, pipecat, pipecat_line
from benchmarks.pipecat.table import table
from tests.sound_card import RECORDING_RATE_HZ, missing, sound_card

needs_flite = pytest.mark.skipif(shutil.which("flite") is None, reason="flite is missing")


def sound(*parts: tuple[float, int]) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    """Seconds at a level each."""
    return np.concatenate([np.full(round(s * RECORDING_RATE_HZ), level, np.int16) for s, level in parts])


def test_an_answer_stops_where_silence_begins_that_is_no_pause_between_sentences() -> None:
    heard = sound((1.0, 0), (1.0, 5000), (0.3, 0), (0.5, 5000), (1.0, 0), (2.0, 5000))
    at = round(1.5 * RECORDING_RATE_HZ)
    assert stopped_after(heard, at) == pytest.approx(1.3)


def test_nothing_stops_where_no_answer_sounds() -> None:
    assert stopped_after(sound((1.0, 0), (1.0, 5000), (2.0, 0)), round(2.5 * RECORDING_RATE_HZ)) is None


def test_what_the_systems_tell() -> None:
    assert assistant_line("heard      “turn on the light”  (sphinx, 0.92)") == ("heard", "turn on the light")
    assert assistant_line("said       “It is on.”  (rasa)") == ("turn", "")
    assert assistant_line("listening  on default") == ("ready", "")
    assert assistant_line("times      end of turn 251") is None
    assert pipecat_line('{"event": "turn", "text": "Stop."}') == ("turn", "Stop.")
    assert pipecat_line("ALSA lib pcm.c: underrun") is None
    assert pipecat_line('{"other": 1}') is None


def test_turns_are_counted_between_two_times() -> None:
    lines = '["ready", "turn", "turn"]'
    program = f"import json, time\nfor event in {lines}: print(json.dumps(dict(event=event, text='a')), flush=True)\n"
    system = System("two turns", (sys.executable, "-c", program + "time.sleep(60)"), pipecat_line, 0.5)
    with Running(system, os.environ) as running:
        last = running.told[-1].at_s
        assert running.turns(0.0, last + 1.0) == 2
        assert running.turns(last + 1.0, last + 2.0) == 0
        assert running.heard(0.0) == "a"
        assert running.heard(last + 1.0) == ""


def test_a_system_that_ends_at_once_is_named() -> None:
    system = System("Broken", (sys.executable, "-c", ""), pipecat_line)
    with pytest.raises(RuntimeError, match="Broken did not start"), Running(system, os.environ):
        pass


@needs_flite
def test_a_pause_is_silence_inside_the_sentence_as_it_was_spoken(tmp_path: Path) -> None:
    text = "Set a timer for 30 minutes."
    whole = read(utterances.say(text, "rms", tmp_path / "whole.wav").path)
    made = utterances.hesitating(text, "Set a timer for", 0.8, "rms", tmp_path / "pause.wav")
    paused = read(made.path)
    silence = round(0.8 * 16_000)
    assert paused.size == whole.size + silence
    place = int(np.flatnonzero(paused[: whole.size] != whole)[0])
    begin = next(b for b in range(place, 0, -1) if whole[b - 1])
    assert np.array_equal(paused[:begin], whole[:begin])
    assert not paused[place : place + silence - 1_000].any()
    assert 0.35 < place / whole.size < 0.65


@pytest.mark.parametrize(
    ("text", "begun"),
    [
        ("Set a pizza timer for 30 minutes.", "Set a pizza timer for"),
        ("Add milk and cheese to the shopping list.", "Add milk and"),
        ("Is the lamp in the hallway off?", "Is the lamp in the"),
        ("What time is it?", ""),
    ],
)
def test_a_pause_stands_where_nobody_has_finished(text: str, begun: str) -> None:
    assert utterances.beginning(text) == begun


def test_no_timer_rings_during_the_run() -> None:
    found = utterances.commands(400)
    assert len(found) > 50
    assert all(re.search("30 minutes|one hour", text) for text in found if "timer" in text)


def test_the_table_counts_what_was_cut_and_times_the_rest() -> None:
    plain = [
        Turn("Dim it to 40%.", "dim it to forty percent", 0.4, False),
        Turn("Yes.", "No.", 0.6, False),
        Turn("No.", "", None, False),
    ]
    hesitant = [Turn("a", "a", None, True), Turn("b", "b", 0.7, False)]
    shown = table([Result("it", plain, hesitant, [0.2], 0.123)])
    assert "500 / 590 (2)" in shown  # median and 95th percentile of 400 and 600 ms
    assert "2 / 3" in shown  # answered
    assert "1 / 3" in shown  # every word right
    assert "1 / 2 (50 %)" in shown
    assert "200 / 200 (1)" in shown
    assert "12" in shown


def test_an_environment_that_cannot_be_made_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment, "FOLDER", tmp_path / "a" / "b")
    reason = environment.made()
    assert reason
    assert "\n" not in reason
    monkeypatch.setenv("PATH", str(tmp_path))
    assert environment.made() == "uv is missing: run script/setup"


@needs_flite
@pytest.mark.sound
@pytest.mark.skipif(bool(missing()), reason=missing() or "-")
@pytest.mark.skipif(not environment.PYTHON.exists(), reason="script/bench pipecat has not been set up here")
def test_pipecat_hears_a_command_and_answers(tmp_path: Path) -> None:
    assert unavailable() == ""
    said = utterances.say("Turn on the kitchen lamp.", "rms", tmp_path / "said.wav")
    with (
        sound_card() as card,
        Running(pipecat(tuned=False), card.process_env) as running,
        conversation(card, running) as talk,
    ):
        talk.say(said.path, said.text)
        turn = talk.say(said.path, said.text)
    assert turn.heard.startswith("Turn on the kitchen")
    assert not turn.cut
    assert turn.delay_s is not None
    assert turn.delay_s > 0.2  # Pipecat's own silence before a turn can be over
