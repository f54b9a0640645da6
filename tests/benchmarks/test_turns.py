"""The benchmark of turn-taking: its measures on sound whose answer is known, its judgement, and its table."""

import io
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from assistant.channels.console import Console
from assistant.config import Config
from assistant.conversation.machine import Timing
from assistant.dialogue.project import RasaProject
from assistant.errors import UserError
from assistant.events import Heard, TurnEnded
from assistant.observe.record import TurnTrace
from assistant.recognition.base import OnPartial, RecognitionStream, Transcript
from audio.frames import SAMPLE_RATE_HZ, Pcm
from benchmarks.turns import cuts, interruption, proof, traces
from benchmarks.turns.cuts import Outcome, Sound, judged
from benchmarks.turns.delay import LIKE, Turn
from benchmarks.turns.figures import Report, Target, row, share, summary
from benchmarks.turns.monitor import monitor
from benchmarks.turns.noises import noises
from benchmarks.turns.person import Person
from benchmarks.turns.running import quoted, stages_ms
from benchmarks.turns.sounds import Span, last_sound, onset, place, spans
from benchmarks.turns.utterances import NO_ANSWER, commands, paused, written
from tests.conversation.talk import Engines, Script
from tests.recognition.speech import WHY, needs_flite
from tests.sound_card import RECORDING_RATE_HZ, SoundCard, missing, sound_card

RATE = RECORDING_RATE_HZ


def tone(seconds: float, level: int = 5000, pitch_hz: float = 440.0, rate: int = RATE) -> Pcm:
    turns = 2 * np.pi * pitch_hz * np.arange(round(seconds * rate)) / rate
    return np.asarray(level * np.cos(turns), np.int16)


def nothing(seconds: float, rate: int = RATE) -> Pcm:
    return np.zeros(round(seconds * rate), np.int16)


def noise(seconds: float, level: float, seed: int = 1) -> Pcm:
    return np.asarray(np.random.default_rng(seed).normal(0, level, round(seconds * RATE)), np.int16)


# ── where sound is ────────────────────────────────────────────────────────────────────────────────────────


def test_sound_begins_and_ends_where_it_was_put() -> None:
    pcm = np.concatenate([nothing(0.25), tone(0.5), nothing(0.1)])
    assert onset(pcm) == round(0.25 * RATE)
    assert last_sound(pcm) == pytest.approx(round(0.75 * RATE), abs=3)
    assert onset(nothing(1.0)) is None
    assert last_sound(nothing(1.0)) is None
    assert onset(np.concatenate([noise(1.0, 15.0), tone(0.1)])) == RATE  # a floor 66 dB down is no sound


def test_short_silence_is_part_of_a_sound_and_long_silence_is_not() -> None:
    pcm = np.concatenate([tone(0.2), nothing(0.1), tone(0.2), nothing(0.4), tone(0.1)])
    found = spans(pcm, round(0.2 * RATE))
    assert [round(each.begin / RATE, 3) for each in found] == [0.0, 0.9]
    assert [round(each.end / RATE, 3) for each in found] == [0.5, 1.0]
    assert len(spans(pcm, round(0.05 * RATE))) == 3
    assert spans(nothing(1.0), 10) == []
    assert spans(np.array([0, 500, 0], np.int16), 10) == [Span(1, 2)]


def test_what_was_said_is_found_under_another_voice() -> None:
    said, answer = noise(0.7, 3000.0), noise(3.0, 1500.0, seed=2)
    recording = answer.copy()
    recording[50_000 : 50_000 + said.size] += said
    found = place(recording, said)
    assert found is not None
    assert found.at == 50_000
    assert found.likeness > LIKE
    elsewhere = place(answer, said)
    assert elsewhere is not None
    assert elsewhere.likeness < LIKE / 2
    assert place(nothing(1.0), said) is None
    assert place(said[:100], said) is None


@pytest.fixture(scope="module")
def card() -> Iterator[SoundCard]:
    if missing():
        pytest.skip(missing())
    with sound_card() as card:
        yield card


@pytest.mark.sound
def test_a_monitor_knows_when_a_sample_sounded(card: SoundCard, tmp_path: Path) -> None:
    path = tmp_path / "clicks.wav"
    soundfile.write(path, np.concatenate([nothing(0.3), tone(0.02), nothing(0.5), tone(0.02)]), RATE)
    with monitor(card, "mic") as mic:
        before_s, begin = time.monotonic(), mic.position
        card.say(path)
        first = mic.wait_for_sound(begin, 5.0)
        assert mic.wait_for_silence(0.3, 5.0)
        after_s = time.monotonic()
        assert first is not None
        clicks = spans(mic.sound(begin), RATE // 10)
        assert first == begin + clicks[0].begin
        assert clicks[1].begin - clicks[0].begin == pytest.approx(0.52 * RATE, abs=2)
        times = [mic.time_of(begin + click.begin) for click in clicks]
        assert before_s < times[0] < after_s
        assert times[1] - times[0] == pytest.approx(0.52, abs=0.01)
        assert mic.sample_at(times[1]) == pytest.approx(begin + clicks[1].begin, abs=RATE // 100)
        assert mic.wait_for_sound(mic.position, 0.2) is None


@pytest.mark.sound
def test_the_microphone_hears_the_loudspeaker_so_much_quieter_and_later(
    card: SoundCard, tmp_path: Path
) -> None:
    path = tmp_path / "answer.wav"
    soundfile.write(path, np.concatenate([nothing(0.3), tone(0.8)]), RATE)
    with (
        monitor(card, "mic") as mic,
        monitor(card, "speaker") as speaker,
        interruption.echo(card, -6.0, 40),
    ):
        time.sleep(0.3)
        at_mic, at_speaker = mic.position, speaker.position
        _play(card, path)
        heard, played = mic.wait_for_sound(at_mic, 5.0), speaker.wait_for_sound(at_speaker, 5.0)
        assert heard is not None
        assert played is not None
        assert mic.wait_for_silence(0.3, 5.0)
        delay_s = mic.time_of(heard) - speaker.time_of(played)
        assert 0.005 < delay_s < 0.2
        # Medians: where the machine is busy the loopback has holes.
        levels = [
            np.median(np.abs(each)[each != 0])
            for each in (mic.sound(heard, heard + RATE // 2), speaker.sound(played, played + RATE // 2))
        ]
        level_db = 20 * np.log10(levels[0] / levels[1])
        assert level_db == pytest.approx(-6.0, abs=0.5)


def _play(card: SoundCard, path: Path) -> None:
    subprocess.run(["paplay", "--device=speaker", str(path)], env=card.process_env, check=True, timeout=20)


# ── judgement ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("replies_s", "cut", "delay_ms"),
    [([10.3], False, 300.0), ([9.9, 10.4], True, None), ([], False, None), ([10.9, 10.6], False, 600.0)],
)
def test_who_answers_before_the_end_has_cut_the_person_off(
    replies_s: list[float], cut: bool, delay_ms: float | None
) -> None:
    found = judged(Sound("a", nothing(1.0)), 10.0, replies_s)
    assert (found.cut, found.delay_ms) == (cut, delay_ms if delay_ms is None else pytest.approx(delay_ms))


def test_silence_is_timed_up_to_the_last_sound_and_an_answer_that_goes_on_was_not_interrupted() -> None:
    assert interruption.silent_ms(np.concatenate([tone(0.25), nothing(1.0)])) == pytest.approx(250, abs=1)
    paused_before = np.concatenate([tone(0.1), nothing(0.2), tone(0.1), nothing(1.0)])
    assert interruption.silent_ms(paused_before) == pytest.approx(400, abs=1)
    assert interruption.silent_ms(tone(1.2)) is None
    assert interruption.silent_ms(nothing(1.0)) == 0.0


def test_figures_are_those_of_the_values() -> None:
    values = [float(value) for value in range(1, 102)]
    assert summary(values) == {"n": 101, "median": 51.0, "p95": 96.0, "p99": 100.0, "max": 101.0}
    assert summary([]) == {"n": 0}
    assert Target({50: 50, 95: 96}).verdict(values) == "median ≤ 50 MISSED, p95 ≤ 96"
    assert row("a", values).split() == ["a", "101", "51", "96", "100", "101"]
    assert row("a", []).split() == ["a", "0"]
    assert "2 = 2.0%  ≤ 2%" in share("cut", 2, 100, 0.02)
    assert "MISSED" not in share("cut", 2, 100, 0.02)
    assert "MISSED" in share("cut", 3, 100, 0.02)


def test_a_line_counts_the_cut_and_times_the_others() -> None:
    outcomes = [Outcome("a", True, None), Outcome("b", False, 300.0), Outcome("c", False, 500.0)]
    assert cuts.line("x", outcomes, 0.02).split()[:7] == ["x", "3", "1", "33.3%", "400", "490", "500"]
    assert "MISSED" in cuts.line("x", outcomes, 0.02)
    assert "MISSED" not in cuts.line("x", outcomes[1:], 0.02)


def test_decisions_are_compared_utterance_by_utterance() -> None:
    real = [Outcome("a", True, None), Outcome("b", False, 450.0), Outcome("c", True, None)]
    virtual = [
        Outcome("c", False, 200.0),
        Outcome("a", True, None),
        Outcome("b", False, 300.0),
        Outcome("d", True, None),
    ]
    found = proof.compare(real, virtual)
    assert (found.facts["agree"], found.facts["pairs"]) == (2, 3)
    assert found.facts["later"]["ms"] == [150.0]
    assert any("c: cut in real time" in line for line in found.lines)


def test_what_the_assistant_prints_is_read() -> None:
    out = io.StringIO()
    console = Console(out)
    console(Heard(at_s=0.0, session="a", turn=1, text="what time is it", engine="sphinx", confidence=0.9))
    stages = {"end_of_turn": 0.251, "transcript": 0.1, "first_sound": 0.4}
    console(TurnEnded(at_s=0.0, session="a", turn=1, outcome="answered", stages_s=stages))
    heard, times = out.getvalue().splitlines()[:2]
    assert quoted(heard) == "what time is it"
    assert stages_ms(times.removeprefix("times").strip()) == {
        "end of turn": 251,
        "transcript": 100,
        "first sound": 400,
    }
    assert quoted("nothing (noise)") == ""


def test_overhead_and_parts_come_from_the_traces() -> None:
    stages = {"end_of_turn": 0.25, "transcript": 0.2, "intent": 0.21, "asked": 0.25, "first_text": 0.28}
    stages |= {"voice": 0.28, "first_clause": 0.32, "first_pcm": 0.322, "first_sound": 0.4}
    turn = TurnTrace(id="0" * 32, session="sound", turn=1, at=0.0, stages_s=stages, lag_s={"max": 0.003})
    found = Report()
    traces.add_to(found, [turn])
    assert found.facts["overhead"]["median"] == pytest.approx(2.0)  # between first clause and its first sound
    assert found.facts["lag"]["median"] == 3.0
    assert found.facts["part dialogue"]["median"] == pytest.approx(30.0)


def test_a_wrong_word_or_intent_is_no_right_turn() -> None:
    turn = Turn(
        "set a timer for five minutes", "rms", "start_timer", "set a timer for five minutes", "start_timer"
    )
    assert turn.words_right
    assert turn.intent_right
    turn.heard, turn.understood = "set a timer for nine minutes", "list_timers"
    assert not turn.words_right
    assert not turn.intent_right
    assert Turn("hello", "rms", "", "hello", "greet").intent_right


# ── what is said ──────────────────────────────────────────────────────────────────────────────────────────


def test_there_are_a_hundred_different_commands_that_are_answered() -> None:
    said = commands()
    assert len(said) >= 100
    assert len({each.text for each in said}) == len(said)
    assert {each.voice for each in said[:3]} == {"rms", "awb", "slt"}
    assert not {each.intent for each in said} & NO_ANSWER


def test_sixty_commands_pause_where_something_is_missing() -> None:
    unfinished = [each for each in paused() if not each.over]
    assert len(unfinished) >= 60
    assert len({written(each) for each in unfinished}) == len(unfinished)
    pauses = [part for each in unfinished for part in each.parts if isinstance(part, float)]
    assert {min(pauses), max(pauses)} == {0.3, 0.8}


@pytest.fixture
def person(tmp_path: Path) -> Person:
    if needs_flite:
        pytest.skip(WHY)
    return Person(tmp_path)


def test_speech_begins_and_ends_its_recording_and_pauses_as_long_as_told(person: Person) -> None:
    first, rest = person.sound(["set a timer for"], "rms"), person.sound(["ten minutes"], "rms")
    whole = person.sound(["set a timer for", 0.5, "ten minutes"], "rms")
    assert whole.size == first.size + rest.size + SAMPLE_RATE_HZ // 2
    assert not whole[first.size : first.size + SAMPLE_RATE_HZ // 2].any()
    assert min(abs(int(whole[0])), abs(int(whole[-1]))) > 300


def test_a_recording_goes_to_the_end_of_its_speech(person: Person) -> None:
    speech = person.sound(["turn on the kitchen light"], "rms")
    tail = np.random.default_rng(1).normal(0, 30, 2 * SAMPLE_RATE_HZ).astype(np.int16)
    found = cuts.to_end_of_speech(np.concatenate([speech, tail]))
    assert found.size == pytest.approx(speech.size, abs=0.2 * SAMPLE_RATE_HZ)
    assert cuts.to_end_of_speech(tail).size == tail.size


def test_noises_are_sudden_and_die_away() -> None:
    for name, pcm in noises(np.random.default_rng(1)).items():
        assert 3000 < np.abs(pcm.astype(int)).max() <= 9000, name
        assert np.std(pcm[-400:].astype(float)) < np.std(pcm[:400].astype(float)) / 3, name


# ── the real detector and turn machine ────────────────────────────────────────────────────────────────────


class Deaf:
    """A recogniser that hears that something was said, and nothing more."""

    name = "none"

    async def start(self) -> None:
        pass

    def stream(self, on_partial: OnPartial | None = None) -> RecognitionStream:
        return _DeafStream()

    async def close(self) -> None:
        pass


class _DeafStream:
    def feed(self, pcm: Pcm) -> None:
        pass

    async def finish(self) -> Transcript:
        return Transcript("something", "none", 1.0, 0.0, 0.0)

    def cancel(self) -> None:
        pass


def test_fixed_silence_cuts_a_longer_pause_and_makes_a_shorter_one_wait(person: Person) -> None:
    sound = Sound("a", person.sound(["set a timer for", 0.6, "ten minutes"], "slt"))
    outcomes = cuts.by_silence([sound], [250, 1000])
    (short,), (long,) = outcomes[250], outcomes[1000]
    assert short.cut
    assert not long.cut
    assert long.delay_ms == pytest.approx(1000, abs=120)


@pytest.mark.parametrize("silence_ms", [250, 600, 1000])
def test_replayed_to_the_machine_silence_decides_as_in_a_conversation(
    person: Person, silence_ms: int
) -> None:
    sounds = [
        Sound("a", person.sound(["set a timer for", 0.5, "ten minutes"], "rms")),
        Sound("b", person.sound(["turn on", 0.8, "the kitchen light"], "awb")),
    ]
    timing = replace(Timing(), end_silence_s=silence_ms / 1000)
    talked = cuts.in_virtual_time(cuts.said(sounds, Engines(Deaf(), None), Script(), timing))
    replayed = cuts.by_silence(sounds, [silence_ms])[silence_ms]
    assert [each.cut for each in replayed] == [each.cut for each in talked]
    for one, other in zip(replayed, talked, strict=True):
        assert (one.delay_ms is None) == (other.delay_ms is None)
        if one.delay_ms is not None:
            assert one.delay_ms == pytest.approx(other.delay_ms, abs=60)  # two chunks of the detector


@pytest.mark.rasa
def test_meaning_waits_for_the_number_and_not_after_it(person: Person) -> None:
    project = RasaProject.from_config(Config())
    try:
        project.python()
    except UserError as error:
        pytest.skip(str(error))
    sounds = [
        Sound("unfinished", person.sound(["set a timer for", 0.8, "ten minutes"], "rms")),
        Sound("whole", person.sound(["turn on the kitchen light"], "rms")),
    ]
    unfinished, whole = cuts.by_meaning(sounds, project)
    assert not unfinished.cut, unfinished.heard
    assert unfinished.heard == "set a timer for ten minutes"
    assert not whole.cut
    assert whole.delay_ms is not None
    assert whole.delay_ms < 450
