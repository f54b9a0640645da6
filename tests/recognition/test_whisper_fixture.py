"""The small Whisper model that the other tests hear with: real faster-whisper understands real speech with it.

The sentences were held out when it was trained (training/whisper): it has learned their words, never them.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from faster_whisper import WhisperModel

from assistant.config.model import Whisper
from assistant.recognition.base import Transcript
from assistant.recognition.spoken_words import spoken_words
from assistant.recognition.whisper import WhisperRecognizer
from assistant.synthesis.flite import FliteEngine
from audio.frames import SAMPLE_RATE_HZ, Pcm
from tests.recognition.speech import VOICES, WHY, needs_flite, say
from tests.whisper_fixture import FOLDER
from training.whisper.sentences import fingerprint, sentences

pytestmark = pytest.mark.skipif(needs_flite, reason=WHY)

RIGHT_AT_LEAST = 0.95
LARGEST_BYTES = 8_000_000


@cache
def held_out() -> tuple[tuple[str, str], ...]:
    """(text, voice): each sentence that was held out, by one of the voices."""
    texts = [sentence.text for sentence in sentences() if sentence.held_out]
    return tuple((text, VOICES[number % len(VOICES)]) for number, text in enumerate(texts))


@asynccontextmanager
async def listener(**settings: object) -> AsyncIterator[Callable[[Pcm], Awaitable[Transcript]]]:
    recognizer = WhisperRecognizer(
        Whisper.model_validate({"model": str(FOLDER), "cpu_threads": 1, **settings})
    )
    await recognizer.start()

    async def hear(pcm: Pcm) -> Transcript:
        stream = recognizer.stream()
        stream.feed(pcm)
        return await stream.finish()

    yield hear
    await recognizer.close()


async def share_right(some: tuple[tuple[str, str], ...], **settings: object) -> float:
    wrong = []
    async with listener(**settings) as hear:
        for text, voice in some:
            heard = await hear(say(text, voice))
            if spoken_words(heard.text) != spoken_words(text):
                wrong.append(f"{voice}: {text!r} was heard as {heard.text!r} {heard.reason}")
    print(*wrong, sep="\n")
    return 1.0 - len(wrong) / len(some)


async def test_sentences_that_it_never_heard_come_back_word_for_word() -> None:
    assert len(held_out()) >= 100
    assert await share_right(held_out()) >= RIGHT_AT_LEAST


async def test_in_the_longest_window_too() -> None:
    assert await share_right(held_out()[::4], window_s=30.0) >= 0.9


async def test_names_given_in_front_do_not_lead_it_astray() -> None:
    names = "Kitchen, Living Room, Siobhan, Zuleyka, Roomba, Hallway, Tea, Pizza, Anna"
    assert await share_right(held_out()[1::4], hotwords=names) >= 0.9


async def test_a_sentence_on_its_way_is_heard_as_far_as_it_goes() -> None:
    sound = say("We went to the beach with our neighbour last week.", "slt")
    whole = spoken_words("We went to the beach with our neighbour last week.")
    async with listener() as hear:
        so_far = [
            spoken_words((await hear(sound[: int(share * sound.size)])).text)
            for share in (0.4, 0.55, 0.7, 1.0)
        ]
    assert so_far[-1] == whole
    assert sum(len(words) > 1 and words == whole[: len(words)] for words in so_far) >= 3


async def test_it_is_sure_of_what_it_hears() -> None:
    async with listener() as hear:
        transcript = await hear(say("What time is it?", "rms"))
    assert transcript.text == "What time is it?"
    assert transcript.reason == ""
    assert transcript.confidence > 0.8


@pytest.mark.parametrize("sound", ["silence", "faint noise", "noise", "a hum"])
async def test_where_nobody_speaks_it_writes_nothing(sound: str) -> None:
    samples = 2 * SAMPLE_RATE_HZ
    level = {"silence": 0, "faint noise": 30, "noise": 3000, "a hum": 0}[sound]
    pcm: Pcm = np.random.default_rng(3).normal(0, level, samples).astype(np.int16)
    if sound == "a hum":
        pcm = (2000 * np.sin(2 * np.pi * 120 * np.arange(samples) / SAMPLE_RATE_HZ)).astype(np.int16)
    async with listener() as hear:
        assert (await hear(pcm)).text == ""


def test_it_tells_how_likely_it_is_that_nobody_speaks() -> None:
    model = WhisperModel(str(FOLDER), device="cpu", compute_type="int8", cpu_threads=1)
    noise = np.random.default_rng(5).normal(0, 0.05, 2 * SAMPLE_RATE_HZ).astype(np.float32)
    speech = say("Is the lamp in the hallway on?", "slt").astype(np.float32) / 32768.0

    def segments(sound: np.ndarray[tuple[int], np.dtype[np.float32]], **thresholds: None) -> list[Any]:
        return list(model.transcribe(sound, language="en", beam_size=1, temperature=0.0, **thresholds)[0])

    # Without thresholds nothing is left out, and each segment has its probability.
    [said] = segments(speech, no_speech_threshold=None, log_prob_threshold=None)
    assert said.no_speech_prob < 0.1
    assert said.avg_logprob > -0.5
    made_up = segments(noise, no_speech_threshold=None, log_prob_threshold=None)
    assert made_up
    assert all(segment.no_speech_prob > 0.6 and segment.avg_logprob < -1.0 for segment in made_up)
    assert segments(noise) == []  # which is what the library's own thresholds are for


def test_it_knows_when_each_word_is_said() -> None:
    model = WhisperModel(str(FOLDER), device="cpu", compute_type="int8", cpu_threads=1)
    voice = FliteEngine("slt")
    voice.load()
    off_s: list[float] = []
    for text, _voice in held_out()[::8]:
        (sound,) = voice.synthesize(text)
        segments, _info = model.transcribe(
            np.pad(sound.pcm, (4800, 8000)).astype(np.float32) / 32768.0,
            language="en",
            beam_size=1,
            temperature=0.0,
            word_timestamps=True,
        )
        words = [word for segment in segments for word in segment.words or []]
        if len(words) == len(sound.marks):
            off_s += [
                abs(word.start - 0.3 - mark.sample / SAMPLE_RATE_HZ)
                for word, mark in zip(words, sound.marks, strict=True)
            ]
    assert len(off_s) > 60
    assert np.median(off_s) < 0.15
    assert np.mean(np.array(off_s) < 0.4) > 0.9


def test_what_is_held_out_is_new_in_its_combination_only() -> None:
    learned = [sentence.text for sentence in sentences() if not sentence.held_out]
    unknown = [sentence.text for sentence in sentences() if sentence.held_out]
    assert not set(learned) & set(unknown)
    words = {word for text in learned for word in spoken_words(text)}
    assert {word for text in unknown for word in spoken_words(text)} <= words


def test_it_belongs_to_the_sentences_in_training() -> None:
    """Whoever changes the sentences trains it anew: see training/README.md."""
    about = json.loads((FOLDER / "training.json").read_text())
    assert about["sentences"] == fingerprint()


def test_it_is_small() -> None:
    files = [path for path in Path(FOLDER).iterdir() if path.is_file()]
    assert sum(path.stat().st_size for path in files) < LARGEST_BYTES
