"""The voice of tests/fixtures really speaks: words, lengths, marks and speakers, judged by sound alone."""

import threading
from collections.abc import Iterator

import numpy as np
import pytest

from assistant.synthesis.base import Clause
from assistant.synthesis.engine import Sound, join
from assistant.synthesis.flite import FliteEngine
from assistant.synthesis.piper import PiperEngine
from assistant.synthesis.voice import SpokenVoice
from audio.frames import Pcm
from benchmarks.answers import words
from benchmarks.intelligibility import Listener, measure, sentences
from tests.piper_fixture import HOP_SAMPLES, RATE_HZ, VOICE

CLAUSES = (
    "The kitchen light is on.",
    "Your pasta timer has eight minutes left.",
    "Okay, I've set the heating to twenty one degrees.",
    "There's nothing on your shopping list.",
    "Which one do you mean?",
    "I've put milk, bread and eggs on your shopping list.",
)


def engine(**options: float | str) -> PiperEngine:
    made = PiperEngine(str(VOICE), **{"variation": 0.0, **options})  # type: ignore[arg-type]
    made.load()
    return made


def said(voice: PiperEngine | FliteEngine, text: str) -> Sound:
    return join(list(voice.synthesize(text)))


@pytest.fixture(scope="module")
def listener() -> Listener:
    return Listener()


def speech_s(pcm: Pcm) -> float:
    """From the first sound to the last: 10 ms that are no more than 30 dB below the loudest."""
    level = loud(pcm)
    (heard,) = np.nonzero(level > level.max() / 1000)
    return float(heard[-1] + 1 - heard[0]) / 100


def loud(pcm: Pcm) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """Mean square of each 10 ms."""
    step = RATE_HZ // 100
    squares: np.ndarray[tuple[int], np.dtype[np.float64]]
    squares = (pcm[: len(pcm) // step * step].astype(float).reshape(-1, step) ** 2).mean(axis=1)
    return squares


def pitch_hz(pcm: Pcm) -> float:
    """Median over 40 ms windows, by autocorrelation, of those that are clearly periodic."""
    found = []
    for start in range(0, len(pcm) - 640, 320):
        part = pcm[start : start + 640].astype(float)
        part -= part.mean()
        same = np.correlate(part, part, "full")[639:]
        lags = same[RATE_HZ // 300 : RATE_HZ // 70]
        if same[0] > 640 * 300**2 and lags.max() > 0.6 * same[0]:
            found.append(RATE_HZ / (RATE_HZ // 300 + int(np.argmax(lags))))
    assert len(found) > 10, "hardly anything is voiced"
    return float(np.median(found))


@pytest.mark.parametrize("speaker", ["slt", "rms"])
def test_what_it_says_is_understood(speaker: str) -> None:
    """Answers that it has not learned from."""
    result = measure(engine(speaker=speaker), sentences(12))
    assert result.words > 70
    assert result.share >= 0.9, [one for one in result.sentences if one.errors]


def test_the_measure_can_fail() -> None:
    class Backwards(PiperEngine):
        def synthesize(self, text: str) -> Iterator[Sound]:
            for sound in super().synthesize(text):
                yield Sound(sound.pcm[::-1].copy())

    voice = Backwards(str(VOICE))
    voice.load()
    assert measure(voice, CLAUSES[:3]).share < 0.4


@pytest.mark.parametrize("text", CLAUSES)
def test_it_takes_as_long_as_the_speaker_it_learned_from(text: str) -> None:
    teacher = FliteEngine("slt")
    teacher.load()
    assert speech_s(said(engine(), text).pcm) == pytest.approx(speech_s(said(teacher, text).pcm), rel=0.2)


def test_speed_changes_the_length_and_not_the_pitch(listener: Listener) -> None:
    text = CLAUSES[1]
    normal = said(engine(), text).pcm
    for speed in (0.75, 1.3):
        other = said(engine(speed=speed), text).pcm
        assert len(other) == pytest.approx(len(normal) / speed, abs=HOP_SAMPLES)
        assert pitch_hz(other) == pytest.approx(pitch_hz(normal), rel=0.05)
        assert listener.transcribe(other, RATE_HZ).split() == words(text)


def test_variation_changes_the_length_a_little() -> None:
    varying = engine(variation=1.0)
    lengths = {len(said(varying, CLAUSES[0]).pcm) for _ in range(4)}
    normal = len(said(engine(), CLAUSES[0]).pcm)
    assert len(lengths) > 1
    assert all(length == pytest.approx(normal, rel=0.1) for length in lengths)


def test_a_woman_and_a_man() -> None:
    woman, man = (pitch_hz(said(engine(speaker=name), CLAUSES[2]).pcm) for name in ("slt", "rms"))
    assert 140 < woman < 230
    assert 75 < man < 130


@pytest.mark.parametrize("text", CLAUSES)
def test_the_alignment_is_the_whole_sound(text: str) -> None:
    voice = engine()._voice
    assert voice is not None
    for chunk in voice.synthesize(text, include_alignments=True):
        each = chunk.phoneme_alignments
        assert each is not None
        assert sum(one.num_samples for one in each) == len(chunk.audio_float_array)
        assert "".join(one.phoneme for one in each) == "^" + "".join(chunk.phonemes) + "$"
        lasting = [one.num_samples for one in each if one.phoneme.isalpha() and one.phoneme not in "ˈˌːʲ"]
        assert min(lasting) >= 2 * HOP_SAMPLES  # every sound takes its time: at least 10 ms


@pytest.mark.parametrize("speaker", ["slt", "rms"])
def test_words_are_where_the_marks_say(listener: Listener, speaker: str) -> None:
    """Against the recogniser's own idea of where they are, in sentences that it understands."""
    voice, off = engine(speaker=speaker), []
    for text in CLAUSES:
        sound = said(voice, text)
        heard = listener.timed(sound.pcm, RATE_HZ)
        if [word for word, _, _ in heard] != words(text):
            continue
        for mark in sound.marks:
            index = len(text[: mark.start].split())
            off.append(abs(mark.sample / RATE_HZ - heard[index][1]))
    assert len(off) > 20
    assert np.median(off) < 0.04
    assert np.quantile(off, 0.9) < 0.12


def test_a_pause_is_quiet_and_where_the_comma_is() -> None:
    text = "Okay, I've closed the garage door."
    sound = said(engine(), text)
    [second] = [mark.sample for mark in sound.marks if mark.start == text.index("I've")]
    level = loud(sound.pcm)
    before = level[second // 160 - 12 : second // 160 - 4]
    assert before.max() < level.max() / 1000


async def test_the_first_sentence_is_heard_while_the_rest_is_not_made() -> None:
    made: list[str] = []

    class Watched(PiperEngine):
        def synthesize(self, text: str) -> Iterator[Sound]:
            for sound in super().synthesize(text):
                made.append(text)
                yield sound

    voice = SpokenVoice(Watched(str(VOICE)))
    await voice.start()
    made.clear()
    clauses = voice.speak(" ".join(CLAUSES), threading.Event())
    first: Clause = await anext(clauses)
    assert first.text == CLAUSES[0]
    assert len(made) < len(CLAUSES)
    assert [clause.text async for clause in clauses][-1] in CLAUSES[-1]
    await voice.close()


def test_sentences_come_one_by_one() -> None:
    """Piper's own generator: a sentence is computed when it is asked for."""
    voice = engine()
    pieces = voice.synthesize(" ".join(CLAUSES))
    runs: list[object] = []
    session = voice._voice.session  # type: ignore[union-attr]
    original = session.run

    def run(*given: object) -> object:
        runs.append(given)
        return original(*given)

    try:
        session.run = run
        next(pieces)
        assert len(runs) == 1
        assert len(list(pieces)) == len(CLAUSES) - 1
    finally:
        session.run = original


def test_any_english_text() -> None:
    text = "Quizzical zephyrs vexed the jukebox; a thorough hedgehog's yawn, azure as measured rhythm!"
    sound = said(engine(), text)
    assert 4 < speech_s(sound.pcm) < 9
    assert len(sound.marks) == len(text.split())


def test_it_is_neither_cut_off_nor_faint() -> None:
    for text in CLAUSES:
        pcm = said(engine(), text).pcm
        assert 3_000 < np.abs(pcm.astype(int)).max() < 32_000
