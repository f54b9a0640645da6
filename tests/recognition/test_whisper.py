"""faster-whisper driven for real, with a model that writes nonsense."""

import asyncio
import functools
import gc
import math
import shutil
import threading
import time
import weakref
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from assistant import paths
from assistant.config.model import Whisper
from assistant.recognition.base import Partial, RecognizerUnavailable
from assistant.recognition.whisper import WhisperRecognizer, locate
from assistant.recognition.whisper_decoding import Abandoned, WhisperEngine
from assistant.recognition.whisper_guard import objection
from assistant.recognition.whisper_voice import Voice
from audio.frames import SAMPLE_RATE_HZ, Pcm
from tests import tiny_whisper
from tests.whisper_fixture import FOLDER


@functools.cache
def recording(number: int) -> Pcm:
    (path,) = (paths.source_root() / "demo").glob(f"{number}-*.wav")
    pcm, rate = soundfile.read(path, dtype="int16")
    assert rate == SAMPLE_RATE_HZ
    start, end = Voice.of(pcm).span
    spoken: Pcm = pcm[start:end]
    return spoken


def speech(seconds: float, seed: int = 0) -> Pcm:
    """Somebody speaks for that long: a recorded sentence of the demonstration, again and again."""
    return np.resize(recording(1 + seed % 5), int(seconds * SAMPLE_RATE_HZ))


@pytest.fixture
async def whisper(tiny_model: Path) -> AsyncIterator[WhisperRecognizer]:
    recognizer = WhisperRecognizer(Whisper(model=str(tiny_model), cpu_threads=1))
    await recognizer.start()
    yield recognizer
    await recognizer.close()


@pytest.fixture
async def sure(sure_model: Path) -> AsyncIterator[WhisperRecognizer]:
    """It believes in its nonsense, and so do we: what it says is the same for the same sound."""
    recognizer = WhisperRecognizer(Whisper(model=str(sure_model), cpu_threads=1))
    await recognizer.start()
    yield recognizer
    await recognizer.close()


def engine(folder: Path, **settings: object) -> WhisperEngine:
    return WhisperEngine(folder, Whisper.model_validate({"model": str(folder), **settings}), 1)


async def test_an_utterance_comes_back_with_length_time_and_a_reason_if_it_is_doubted(
    whisper: WhisperRecognizer,
) -> None:
    stream = whisper.stream()
    stream.feed(speech(2.0))
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
    stream.feed(speech(3.0))
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
    stream.feed(speech(25.0))
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
        model.read(speech(2.0), window_s, 1, threading.Event())
    assert frames == [5 * 50, 30 * 50]  # the encoder makes 50 positions a second


def calls(model: WhisperEngine, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What CTranslate2 is asked for from now on, in order."""
    made: list[str] = []
    real = model._model.model

    class Spy:
        def __getattr__(self, name: str) -> object:
            return getattr(real, name)

        def encode(self, features: object, **options: object) -> object:
            made.append("encode")
            return real.encode(features, **options)

        def generate(self, *args: object, **options: object) -> object:
            made.append("generate")
            return real.generate(*args, **options)

    monkeypatch.setattr(model._model, "model", Spy())
    return made


def test_longer_speech_than_a_window_is_decoded_window_by_window(
    sure_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = engine(sure_model)
    made = calls(model, monkeypatch)
    model.decode(speech(65.0), threading.Event())
    assert made.count("encode") >= 3


def test_a_window_longer_than_the_model_s_own_is_the_model_s_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = engine(tiny_whisper.build(tmp_path, window_s=5), window_s=10.0)
    made = calls(model, monkeypatch)
    model.decode(speech(7.0), threading.Event())
    assert made.count("encode") == 2


def test_where_nobody_speaks_nothing_is_decoded(sure_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = engine(sure_model)
    made = calls(model, monkeypatch)
    rng = np.random.default_rng(1)
    time_s = np.arange(2 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    clicks = np.zeros(time_s.size)
    clicks[::4000] = 20_000
    silent = {
        "silence": np.zeros(time_s.size),
        "white noise": rng.normal(0, 1000, time_s.size),
        "rumble": np.cumsum(rng.normal(0, 20, time_s.size)),
        "hum": 3000 * np.sin(2 * np.pi * 50 * time_s),
        "clicks": clicks,
    }
    for name, sound in silent.items():
        decoded = model.decode(sound.astype(np.int16), threading.Event())
        assert (name, decoded.text, decoded.reason) == (name, "", "no voice in it")
        assert model.draft(sound.astype(np.int16), threading.Event()) == ""
    assert made == []


def test_what_a_real_model_writes_of_noise_is_not_believed_even_without_the_detector() -> None:
    """By its own marks alone: as if somebody had spoken all the time."""
    model = WhisperEngine(FOLDER, Whisper(), 1, ["kitchen", "hallway", "lamp"])
    rng = np.random.default_rng(2)
    time_s = np.arange(2 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    spectrum = np.fft.rfft(rng.normal(0, 1, time_s.size))
    pink = np.fft.irfft(spectrum / np.sqrt(np.arange(1, spectrum.size + 1)), time_s.size)
    clicks = np.zeros(time_s.size)
    clicks[::5000] = 15_000
    sounds = [
        np.zeros(time_s.size),
        rng.normal(0, 300, time_s.size),
        rng.normal(0, 3000, time_s.size),
        pink / pink.std() * 1000,
        1500 * np.sin(2 * np.pi * 50 * time_s),
        clicks,
    ]
    for number, sound in enumerate(sounds):
        for hotwords in ("", model.hotwords.text):
            reading = model.read(sound.astype(np.int16), 10, 1, threading.Event(), hotwords=hotwords)
            for piece in reading.pieces:
                assert objection(replace(piece, voice_s=math.inf)), (number, hotwords, piece)


def test_a_doubtful_result_is_read_again_with_the_longest_window(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = engine(tiny_model)  # its weights are random, so it is never sure
    made = calls(model, monkeypatch)
    decoded = model.decode(speech(2.0), threading.Event())
    assert made == ["encode", "generate"] * 2
    assert decoded.text == ""
    assert decoded.reason
    once = engine(tiny_model, second_opinion=False)
    made = calls(once, monkeypatch)
    once.decode(speech(2.0), threading.Event())
    assert made == ["encode", "generate"]


class SetsItself(threading.Event):
    """A stop flag that is set while the given step of the model is under way."""

    def __init__(self, made: list[str], steps: int) -> None:
        super().__init__()
        self._made, self._steps = made, steps

    def is_set(self) -> bool:
        return len(self._made) >= self._steps


@pytest.mark.parametrize("steps", [0, 1, 2, 3, 4])
def test_a_running_decoding_ends_with_the_step_that_it_is_at(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    """50 s of speech take two windows and more, each an encoding and a generation: the flag that is set in one
    of them is seen before the next."""
    model = engine(tiny_model)
    made = calls(model, monkeypatch)
    with pytest.raises(Abandoned):
        model.decode(speech(50.0), SetsItself(made, steps))
    assert len(made) == steps


def test_equal_sound_gives_equal_text(tiny_model: Path) -> None:
    model = engine(tiny_model)
    first, again = (model.decode(speech(3.0), threading.Event()) for _ in range(2))
    assert first == again


def test_the_settings_reach_the_model(tiny_model: Path) -> None:
    plain = engine(tiny_model).read(speech(3.0), 10, 1, threading.Event())
    named = WhisperEngine(tiny_model, Whisper(), 1, ["siobhan", "roomba"])
    assert named.hotwords.text == "Siobhan, roomba."
    assert named.read(speech(3.0), 10, 1, threading.Event(), hotwords="siobhan, roomba") != plain
    wide = engine(tiny_model).read(speech(3.0), 10, 5, threading.Event())
    assert wide.pieces[0].log_probability >= plain.pieces[0].log_probability


async def test_partial_results_come_while_the_person_speaks(sure: WhisperRecognizer) -> None:
    partials: list[Partial] = []
    stream = sure.stream(partials.append)
    async with asyncio.timeout(60):
        second = 0
        while not partials:
            stream.feed(speech(1.0, seed=second))
            second += 1
            await asyncio.sleep(0.2)
    assert all(partial.engine == "whisper" for partial in partials)
    count = len(partials)
    await stream.finish()
    assert len(partials) == count  # none after the end


async def test_looking_ahead_is_worth_it_when_nothing_is_added(
    sure: WhisperRecognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = calls(sure.engine(), monkeypatch)
    stream = sure.stream()
    stream.look_ahead()  # nothing to look at yet
    stream.feed(speech(2.0))
    stream.look_ahead()
    assert stream._ahead is not None
    assert await asyncio.to_thread(stream._ahead.begun.wait, 60)
    stream.look_ahead()  # the same once more is no more work
    stream.feed(np.zeros(SAMPLE_RATE_HZ // 2, np.int16))
    transcript = await stream.finish()
    assert transcript.text
    assert transcript.audio_s == 2.5
    assert made.count("encode") == 1 + transcript.reason.count("reading (30 s")
    other = sure.stream()
    other.feed(speech(2.0))
    assert (await other.finish()).text == transcript.text


async def test_looking_ahead_is_thrown_away_when_speech_goes_on(sure: WhisperRecognizer) -> None:
    whole = sure.stream()
    whole.feed(np.concatenate([speech(2.0), speech(1.0, seed=2)]))
    expected = await whole.finish()
    stream = sure.stream()
    stream.feed(speech(2.0))
    stream.look_ahead()
    assert stream._ahead is not None
    assert await asyncio.to_thread(stream._ahead.begun.wait, 60)
    stream.feed(speech(1.0, seed=2))
    transcript = await stream.finish()
    assert (transcript.text, transcript.audio_s) == (expected.text, 3.0)


async def test_a_look_ahead_that_waits_in_the_queue_gives_way_to_the_result(sure: WhisperRecognizer) -> None:
    """Another utterance keeps the worker busy: the final decoding must not wait at the end of the queue."""
    release, running = threading.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def busy(_stop: threading.Event) -> None:
        loop.call_soon_threadsafe(running.set)
        release.wait(60)

    job = sure.worker.submit(busy)
    await running.wait()
    stream = sure.stream()
    stream.feed(speech(2.0))
    stream.look_ahead()
    task = asyncio.create_task(stream.finish())
    await asyncio.sleep(0)
    assert stream._ahead is not None
    release.set()
    await job
    assert (await task).text
    assert stream._ahead.job.cancelled()


async def test_cancelling_abandons_a_look_ahead(sure: WhisperRecognizer) -> None:
    stream = sure.stream()
    stream.feed(speech(2.0))
    stream.look_ahead()
    stream.cancel()
    assert stream._ahead is not None
    assert stream._ahead.job.cancelled()
    stream.look_ahead()  # too late, and no harm
    await sure.stream().finish()  # the worker lives


async def test_words_have_places_and_probabilities(sure: WhisperRecognizer) -> None:
    stream = sure.stream()
    stream.feed(np.concatenate([np.zeros(SAMPLE_RATE_HZ, np.int16), speech(2.0)]))
    transcript = await stream.finish()
    assert " ".join(word.text for word in transcript.words) == transcript.text
    for word in transcript.words:
        assert 0.6 < word.start_s <= word.end_s <= 3.5
        assert 0.0 <= word.probability <= 1.0


async def test_a_slow_model_gives_no_partial_results(whisper: WhisperRecognizer) -> None:
    whisper.draft_s = 0.5
    partials: list[Partial] = []
    stream = whisper.stream(partials.append)
    stream.feed(speech(5.0))
    await asyncio.sleep(0.2)
    assert not partials
    stream.cancel()


async def test_two_streams_and_a_cancelled_one(whisper: WhisperRecognizer) -> None:
    streams = [whisper.stream() for _ in range(3)]
    for seed, stream in enumerate(streams):
        stream.feed(speech(2.0, seed))
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
    stream.feed(speech(1.0))
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
