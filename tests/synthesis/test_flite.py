"""The embedded voice for real: Debian's flite in this process."""

import asyncio
import threading

import numpy as np
import pytest

from assistant.synthesis import flite
from assistant.synthesis.base import VoiceUnavailable
from assistant.synthesis.engine import Sound, join
from assistant.synthesis.flite import FliteEngine, fold

SENTENCE = "The kitchen light is on."


def speak(text: str, voice: str = "slt", speed: float = 1.0) -> Sound:
    engine = FliteEngine(voice, speed)
    engine.load()
    return join(list(engine.synthesize(text)))


def level(pcm: np.ndarray) -> float:
    return float(np.sqrt(np.mean(pcm.astype(np.float64) ** 2))) if len(pcm) else 0.0


@pytest.mark.parametrize("voice", ["slt", "rms", "awb", "kal16"])
def test_each_voice_speaks_at_once_and_audibly(voice: str) -> None:
    sound = speak(SENTENCE, voice)
    assert 1.0 < len(sound.pcm) / flite.RATE_HZ < 2.2
    assert level(sound.pcm) > 500
    assert level(sound.pcm[: flite.RATE_HZ // 5]) > 100, "no silence at the start"


@pytest.mark.parametrize("voice", ["slt", "kal16"])
def test_marks_are_the_words_in_order_at_their_sound(voice: str) -> None:
    sound = speak(SENTENCE, voice)
    assert [SENTENCE[m.start : m.end] for m in sound.marks] == ["The", "kitchen", "light", "is", "on"]
    samples = [m.sample for m in sound.marks]
    assert samples == sorted(set(samples))
    assert samples[0] < 0.1 * flite.RATE_HZ
    assert samples[-1] < len(sound.pcm)


def test_a_mark_lies_where_the_word_is_heard() -> None:
    """Between two words there is a long pause; the second word's mark lies at its end."""
    text = "Yes. No."
    sound = speak(text)
    no = sound.marks[-1]
    assert text[no.start : no.end] == "No"
    quarter = flite.RATE_HZ // 8
    assert (
        level(sound.pcm[no.sample - quarter : no.sample - 400])
        < level(sound.pcm[no.sample : no.sample + quarter]) / 5
    )


def test_speed_changes_the_length() -> None:
    slow, own, fast = (len(speak(SENTENCE, speed=s).pcm) for s in (0.5, 1.0, 2.0))
    assert slow > 1.6 * own
    assert fast < 0.65 * own
    assert len(speak(SENTENCE).pcm) == own, "the speed of one engine does not stay behind in the library"


@pytest.mark.parametrize("text", ["", " ", "...", "?!", "🎉", "日本語", "\x00\x01"])
def test_nothing_to_say_is_no_sound(text: str) -> None:
    assert not len(speak(text).pcm)


@pytest.mark.parametrize(
    "text", ["a" * 3000, "a\x00b", "%s %n %d", "x " * 2000, "(((", "'", "\\", '"' * 50, "e" * 5]
)
def test_odd_text_does_not_end_the_process(text: str) -> None:
    speak(text, "kal16")


def test_accents_and_quotes_reach_the_lexicon_and_come_back() -> None:
    text = "Café Zoë’s “open” — œuvre"
    folded, origin = fold(text)
    assert folded == b'Cafe Zoe\'s "open" - oeuvre'.replace(b" - ", b" ,  ")
    assert len(folded) == len(origin)
    marks = speak(text).marks
    assert [text[m.start : m.end] for m in marks] == ["Café", "Zoë’s", "open", "œuvre"]


def test_a_missing_library_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise OSError("libflite.so.1: cannot open shared object file")

    monkeypatch.setattr(flite, "_library", missing)
    with pytest.raises(VoiceUnavailable, match="apt install libflite1"):
        FliteEngine().load()


async def test_the_event_loop_runs_while_it_speaks() -> None:
    """The library's calls release the interpreter's lock."""
    engine = FliteEngine("slt")
    done = threading.Event()

    def work() -> None:
        engine.load()
        for _ in engine.synthesize(
            "This is a rather long sentence, with many words in it, one after the other. " * 8
        ):
            pass
        done.set()

    task = asyncio.create_task(asyncio.to_thread(work))
    turns = 0
    while not done.is_set():
        await asyncio.sleep(0.001)
        turns += 1
    await task
    assert turns > 20


def test_memory_is_given_back() -> None:
    psutil = pytest.importorskip("psutil")
    engine = FliteEngine("slt")
    engine.load()
    for _ in range(20):
        list(engine.synthesize(SENTENCE))
    before = psutil.Process().memory_info().rss
    for _ in range(150):
        list(engine.synthesize(SENTENCE))
    assert psutil.Process().memory_info().rss - before < 4_000_000  # each utterance is well over 100 kB
