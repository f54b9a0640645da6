"""The benchmarks of speech: what they count, and all of it in one short run."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from assistant.config.model import Config, Whisper
from assistant.dialogue.client import Parse
from assistant.dialogue.project import RasaProject
from assistant.errors import UserError
from assistant.recognition.base import Transcript
from assistant.recognition.spoken_words import as_said
from audio.frames import SAMPLE_RATE_HZ
from benchmarks import windows
from benchmarks.hearing import Heard, Run, Wanted
from benchmarks.samples import Kind, Sample, in_noise, nobody_speaks, spoken, texts
from tests import tiny_whisper
from tests.recognition.speech import WHY, needs_flite
from training.whisper.sentences import sentences

ROOT = Path(__file__).parents[2]
RUN_TIMEOUT_S = 900.0


def parse(intent: str, **entities: str) -> Parse:
    found = tuple({"entity": name, "value": value} for name, value in entities.items())
    return Parse("", intent, 0.9, found, ())


def heard(said: str, text: str, wanted: Wanted, done: Wanted, delay_s: float = 0.1) -> Heard:
    sample = Sample(Kind.COMMAND if wanted.intent else Kind.OPEN, np.zeros(SAMPLE_RATE_HZ, np.int16), said)
    return Heard(sample, Transcript(text, "sphinx", 0.9, 1.0, delay_s), wanted, done)


def test_a_command_is_right_wrong_or_dropped() -> None:
    on = Wanted.of(parse("turn_on", device="light", area="kitchen"))
    assert on == Wanted.of(parse("turn_on", area="Kitchen", device="light"))  # in any order
    right = heard("turn on the light", "turn on the light", on, on)
    wrong = heard("turn on the light", "turn on the fan", on, Wanted.of(parse("turn_on", device="fan")))
    dropped = heard("turn on the light", "", on, Wanted.of(None))
    unknown = heard("turn on the light", "hello you", on, Wanted.of(parse("nlu_fallback")))
    facts = [(each.right, each.wrong_action, each.dropped) for each in (right, wrong, dropped, unknown)]
    assert facts == [
        (True, False, False),
        (False, True, False),
        (False, False, True),
        (False, False, True),
    ]


def test_of_open_speech_it_is_right_to_do_nothing() -> None:
    nothing = Wanted.of(parse("out_of_scope"))
    assert heard("i saw a bird", "i saw a bird", nothing, nothing).right
    acted = heard("i saw a bird", "stop", nothing, Wanted.of(parse("stop")))
    assert (acted.right, acted.wrong_action, acted.dropped) == (False, True, False)


def test_words_wrong_are_of_the_words_said() -> None:
    nothing = Wanted()
    run = Run(
        [
            heard("turn on the light", "Turn on the light!", nothing, nothing),
            heard("dim it to thirty percent", "Dim it to 30%", nothing, nothing),
            heard("stop", "", nothing, nothing),
        ]
    )
    assert run.word_errors() == pytest.approx(1 / 10)
    silence = Run([heard("", "", nothing, nothing)])
    assert silence.word_errors() is None


def test_delays_are_of_all_samples() -> None:
    nothing = Wanted()
    run = Run([heard("a", "a", nothing, nothing, delay_s) for delay_s in np.linspace(0.0, 0.1, 101)])
    assert list(run.delays_ms()) == pytest.approx([50.0, 95.0])


def test_no_sentence_was_trained_on() -> None:
    trained = {sentence.text for sentence in sentences() if not sentence.held_out}
    commands, open_speech = (texts(kind, 10_000, small_domain=True) for kind in (Kind.COMMAND, Kind.OPEN))
    assert not trained & {*commands, *open_speech}
    assert len(commands) > 50
    assert len(open_speech) > 30
    assert len(texts(Kind.COMMAND, 10_000, small_domain=False)) > len(commands)
    assert len(texts(Kind.COMMAND, 7, small_domain=True)) == 7


@pytest.mark.skipif(needs_flite, reason=WHY)
def test_equal_seeds_give_equal_samples() -> None:
    (first,), (again,) = spoken(Kind.COMMAND, ["Stop."]), spoken(Kind.COMMAND, ["Stop."])
    assert first.text == "stop"
    assert np.array_equal(first.pcm, again.pcm)
    noisy = [in_noise([first], 6.0, None, seed)[0].pcm for seed in (1, 1, 2)]
    assert np.array_equal(noisy[0], noisy[1])
    assert not np.array_equal(noisy[0], noisy[2])
    assert not np.array_equal(noisy[0], first.pcm)
    for one, two in zip(nobody_speaks(3, 5), nobody_speaks(3, 5), strict=True):
        assert one.text == ""
        assert np.array_equal(one.pcm, two.pcm)


@pytest.mark.skipif(needs_flite, reason=WHY)
async def test_a_longer_window_costs_more(tmp_path: Path) -> None:
    folder = tiny_whisper.build(tmp_path / "tiny", sure=True)
    samples = spoken(Kind.COMMAND, ["Turn on the lamp.", "Stop."])
    found = await windows.compare(folder, Whisper(cpu_threads=1), samples, repeat=3)
    assert [each.window_s for each in found] == [5, 10, 30]
    assert found[0].encoder_ms < found[-1].encoder_ms
    assert all(len(each.run.heard) == 2 and each.run.cpu_s > 0.0 for each in found)
    assert found[0].every_word_right == 0  # it writes nonsense


def test_what_is_said_is_compared_as_it_is_said() -> None:
    assert as_said("Set it to 25 %!") == "set it to twenty five percent"
    assert as_said("?!") == "?!"


@pytest.mark.rasa
@pytest.mark.timeout(1000)
@pytest.mark.skipif(needs_flite, reason=WHY)
def test_one_short_run_prints_all_figures(tmp_path: Path) -> None:
    try:
        RasaProject.from_config(Config()).python()
    except UserError as error:
        pytest.skip(str(error))
    model = tiny_whisper.build(tmp_path / "tiny", sure=True)
    command = [sys.executable, "-m", "benchmarks.speech", "--quick", "--whisper", str(model)]
    done = subprocess.run(
        [*command, "--count", "3", "--snr", "clean", "6"],
        cwd=ROOT,
        env=os.environ | {"ASSISTANT_STATE_DIR": str(tmp_path / "state")},
        capture_output=True,
        text=True,
        timeout=RUN_TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines() if line.strip()]
    rows = [line[:2] for line in lines]
    for engine in ("embedded", "whisper", "router"):
        assert ["clean", engine] in rows
        assert any(line[:3] == ["6", "dB", engine] for line in lines)
        assert any(line[0] == engine and line[-1] == "MB" for line in lines)
    for window_s in ("5", "10", "30"):
        assert any(line[:2] == [window_s, "s"] and line[3] == "ms" for line in lines)
    for voice in ("slt", "en_US-fixture-x_low"):
        assert any("first clause, warm, CPU" in line and voice in line for line in done.stdout.splitlines())
    assert "load" in done.stdout
