"""faster-whisper driven for real, with a model that writes nonsense."""

import asyncio
import gc
import shutil
import threading
import time
import weakref
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from assistant.config.model import Whisper
from assistant.recognition.base import Partial, RecognizerUnavailable
from assistant.recognition.whisper import WhisperRecognizer, locate
from assistant.recognition.whisper_decoding import Abandoned, WhisperEngine
from assistant.recognition.whisper_guard import Evidence, objection, probability
from audio.frames import SAMPLE_RATE_HZ, Pcm
from tests import tiny_whisper


def noise(seconds: float, seed: int = 0) -> Pcm:
    return np.random.default_rng(seed).normal(0, 3000, int(seconds * SAMPLE_RATE_HZ)).astype(np.int16)


@pytest.fixture
async def whisper(tiny_model: Path) -> AsyncIterator[WhisperRecognizer]:
    recognizer = WhisperRecognizer(Whisper(model=str(tiny_model), cpu_threads=1))
    await recognizer.start()
    yield recognizer
    await recognizer.close()


def engine(folder: Path, **settings: object) -> WhisperEngine:
    return WhisperEngine(folder, Whisper.model_validate({"model": str(folder), **settings}), 1, "")


async def test_an_utterance_comes_back_with_length_time_and_a_reason_if_it_is_doubted(
    whisper: WhisperRecognizer,
) -> None:
    stream = whisper.stream()
    stream.feed(noise(2.0))
    transcript = await stream.finish()
    assert transcript.engine == "whisper"
    assert transcript.audio_s == 2.0
    assert transcript.compute_s > 0.0
    assert 0.0 <= transcript.confidence <= 1.0
    assert transcript.reason  # random weights are never sure of their words
    assert transcript.text == ""


async def test_words_that_it_is_sure_of_are_given(sure_model: Path) -> None:
    recognizer = WhisperRecognizer(Whisper(model=str(sure_model), cpu_threads=1))
    await recognizer.start()
    stream = recognizer.stream()
    stream.feed(noise(3.0))
    transcript = await stream.finish()
    assert transcript.text
    assert transcript.confidence > 0.5
    assert transcript.reason == ""
    await recognizer.close()


async def test_decoding_does_not_hold_up_the_loop(tmp_path: Path) -> None:
    folder = tiny_whisper.build(tmp_path / "slow", encoder_layers=24)
    recognizer = WhisperRecognizer(Whisper(model=str(folder), cpu_threads=1, window_s=30))
    await recognizer.start()
    stream = recognizer.stream()
    stream.feed(noise(25.0))
    task = asyncio.create_task(stream.finish())
    longest_s, ticks = 0.0, 0
    while not task.done():
        before_s = time.perf_counter()
        await asyncio.sleep(0.005)
        longest_s, ticks = max(longest_s, time.perf_counter() - before_s), ticks + 1
    assert ticks > 10
    assert longest_s < task.result().compute_s / 2
    await recognizer.close()


def test_a_short_window_is_less_work_for_the_encoder(tiny_model: Path) -> None:
    model = engine(tiny_model)
    frames: list[int] = []
    encode = model._model.model.encode

    class Spy:
        """CTranslate2's model, with the length of what it is given written down."""

        def __getattr__(self, name: str) -> object:
            return getattr(real, name)

        def encode(self, features: object, **options: object) -> object:
            encoded = encode(features, **options)
            frames.append(encoded.shape[1])
            return encoded

    real, model._model.model = model._model.model, Spy()
    for window_s in (5, 30):
        model._decode(noise(2.0), window_s, 1, threading.Event())
    assert frames == [5 * 50, 30 * 50]  # the encoder makes 50 positions a second


def test_longer_speech_than_a_window_is_decoded_window_by_window(tiny_model: Path) -> None:
    model = engine(tiny_model, window_s=5.0)
    decoded = model.decode(noise(65.0), threading.Event())
    assert decoded.evidence.audio_s == 65.0


def test_a_window_longer_than_the_model_s_own_is_the_model_s_own(tmp_path: Path) -> None:
    model = engine(tiny_whisper.build(tmp_path, window_s=5), window_s=10.0)
    assert model.decode(noise(7.0), threading.Event()).evidence.audio_s == 7.0


def test_the_stop_flag_ends_decoding_between_windows(tiny_model: Path) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(Abandoned):
        engine(tiny_model).decode(noise(60.0), stop)


def test_equal_sound_gives_equal_text(tiny_model: Path) -> None:
    model = engine(tiny_model)
    first, again = (model.decode(noise(3.0), threading.Event()) for _ in range(2))
    assert first == again


def test_the_settings_reach_the_model(tiny_model: Path) -> None:
    plain = engine(tiny_model).decode(noise(3.0), threading.Event())
    named = WhisperEngine(tiny_model, Whisper(), 1, "siobhan, roomba").decode(noise(3.0), threading.Event())
    wide = engine(tiny_model, beam_size=5).decode(noise(3.0), threading.Event())
    assert plain.evidence != named.evidence
    assert wide.evidence.log_probability >= plain.evidence.log_probability


async def test_partial_results_come_while_the_person_speaks(whisper: WhisperRecognizer) -> None:
    partials: list[Partial] = []
    stream = whisper.stream(partials.append)
    for second in range(6):
        stream.feed(noise(1.0, seed=second))
        await asyncio.sleep(0.15)
    assert partials
    assert all(partial.engine == "whisper" for partial in partials)
    count = len(partials)
    await stream.finish()
    assert len(partials) == count  # none after the end


async def test_a_slow_model_gives_no_partial_results(whisper: WhisperRecognizer) -> None:
    whisper.draft_s = 0.5
    partials: list[Partial] = []
    stream = whisper.stream(partials.append)
    stream.feed(noise(5.0))
    await asyncio.sleep(0.2)
    assert not partials
    stream.cancel()


async def test_two_streams_and_a_cancelled_one(whisper: WhisperRecognizer) -> None:
    streams = [whisper.stream() for _ in range(3)]
    for seed, stream in enumerate(streams):
        stream.feed(noise(2.0, seed))
    streams[0].cancel()
    streams[0].cancel()
    transcripts = await asyncio.gather(streams[1].finish(), streams[2].finish())
    assert [transcript.audio_s for transcript in transcripts] == [2.0, 2.0]
    with pytest.raises(RuntimeError):
        await streams[0].finish()


async def test_no_sound_no_work(whisper: WhisperRecognizer) -> None:
    transcript = await whisper.stream().finish()
    assert (transcript.text, transcript.reason) == ("", "no sound in it")


async def test_idle_memory_is_freed_and_comes_back(tiny_model: Path) -> None:
    recognizer = WhisperRecognizer(Whisper(model=str(tiny_model), cpu_threads=1, idle_unload_s=1))
    await recognizer.start()
    loaded = weakref.ref(recognizer.engine())
    async with asyncio.timeout(10):
        while loaded() is not None:
            await asyncio.sleep(0.05)
            gc.collect()
    stream = recognizer.stream()
    stream.feed(noise(1.0))
    assert (await stream.finish()).audio_s == 1.0
    await recognizer.close()


@pytest.mark.parametrize("damage", ["model.bin", "config.json", "tokenizer.json"])
async def test_a_damaged_model_says_what_to_do(tiny_model: Path, tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "damaged"
    shutil.copytree(tiny_model, folder)
    (folder / damage).write_bytes((tiny_model / damage).read_bytes()[:100])
    recognizer = WhisperRecognizer(Whisper(model=str(folder)))
    with pytest.raises(RecognizerUnavailable, match=r"remove that folder.*assistant models"):
        await recognizer.start()
    await recognizer.close()


async def test_an_impossible_compute_type_is_said(tiny_model: Path) -> None:
    recognizer = WhisperRecognizer(Whisper(model=str(tiny_model), compute_type="int3"))
    with pytest.raises(RecognizerUnavailable, match="compute_type"):
        await recognizer.start()
    await recognizer.close()


def test_models_are_found_by_path_and_name_and_never_fetched(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSISTANT_MODELS_DIR", str(tmp_path / "models"))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    with pytest.raises(RecognizerUnavailable, match=r"assistant models get base\.en"):
        locate(Whisper())
    with pytest.raises(RecognizerUnavailable, match=r"assistant models get small\.en"):
        locate(Whisper(model="small.en"))
    assert locate(Whisper(model=str(tiny_model))) == tiny_model
    shutil.copytree(tiny_model, tmp_path / "models" / "whisper" / "tiny.en")
    assert locate(Whisper(model="tiny.en")).name == "tiny.en"
    assert locate(Whisper()).name == "tiny.en"


@pytest.mark.parametrize(
    ("evidence", "why"),
    [
        (Evidence("", 2.0), "no speech"),
        (Evidence("Thanks for watching!", 2.0, -0.2, 0.1, 0.9), "subtitle"),
        (Evidence("Subtitles by the Amara.org community", 2.0, -0.2, 0.1, 0.9), "subtitle"),
        (Evidence("Thank you.", 2.0, -0.4, 0.5, 0.6), "no speech"),
        (Evidence("Thank you.", 2.0, -0.2, 0.05, 0.6), ""),
        (Evidence("turn on the light", 1.5, -0.3, 0.4, 0.8), ""),
        (Evidence("na na na na na na na na", 4.0, -0.3, 0.1, 3.0), "repeats"),
        (Evidence("the the of it", 2.0, -1.4, 0.1, 1.0), "unsure"),
        (Evidence("a b c d e f g h i j k l m n", 0.5, -0.3, 0.1, 1.0), "more words"),
    ],
)
def test_what_nobody_said_is_not_believed(evidence: Evidence, why: str) -> None:
    assert (why in objection(evidence)) if why else not objection(evidence)
    assert 0.0 <= probability(evidence) <= 1.0
