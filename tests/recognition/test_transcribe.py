"""Long recordings: cut at pauses, recognised piece by piece."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import psutil
import pytest

from assistant.config.model import Whisper
from assistant.recognition.router import RoutedRecognizer
from assistant.recognition.sphinx import SphinxRecognizer
from assistant.recognition.transcribe import LONGEST_S, PauseCutter, transcribe
from assistant.recognition.whisper import WhisperRecognizer
from audio.errors import BadAudio
from audio.frames import SAMPLE_RATE_HZ, Pcm
from tests.recognition.speech import WHY, needs_flite, say
from tests.whisper_fixture import FOLDER

pytestmark = pytest.mark.skipif(needs_flite, reason=WHY)


def blocks(pcm: Pcm, size: int = SAMPLE_RATE_HZ) -> Iterator[Pcm]:
    for start in range(0, pcm.size, size):
        yield pcm[start : start + size]


def silence(seconds: float) -> Pcm:
    return np.zeros(int(seconds * SAMPLE_RATE_HZ), np.int16)


async def test_sentences_come_back_in_order_with_their_times(sphinx: SphinxRecognizer) -> None:
    said = ["turn on the light", "what time is it", "add butter to the shopping list"]
    pieces: list[Pcm] = []
    starts_s: list[float] = []
    for sentence in said:
        pieces.append(silence(1.5))
        starts_s.append(sum(piece.size for piece in pieces) / SAMPLE_RATE_HZ)
        pieces.append(say(sentence, lead_s=0.0, trail_s=0.0))
    recording = np.concatenate([*pieces, silence(2.0)])
    passages = [passage async for passage in transcribe(blocks(recording), sphinx)]
    assert [passage.transcript.text for passage in passages] == said
    for passage, start_s in zip(passages, starts_s, strict=True):
        assert passage.start_s == pytest.approx(start_s, abs=0.4)
        assert passage.start_s < passage.end_s <= recording.size / SAMPLE_RATE_HZ


async def test_a_recording_that_ends_in_mid_sentence_keeps_its_end(sphinx: SphinxRecognizer) -> None:
    recording = say("what time is it", trail_s=0.0)
    passages = [passage async for passage in transcribe(blocks(recording, 1000), sphinx)]
    assert [passage.transcript.text for passage in passages] == ["what time is it"]


async def test_a_router_is_told_to_expect_free_text(sphinx: SphinxRecognizer) -> None:
    router = RoutedRecognizer(sphinx, WhisperRecognizer(Whisper(model=str(FOLDER), cpu_threads=1)))
    await router.start()
    said = "We went to the market with my sister on Friday."
    [passage] = [passage async for passage in transcribe(blocks(say(said)), router)]
    assert (passage.transcript.engine, passage.transcript.text) == ("whisper", said)
    stream = router.stream()
    stream.feed(say("turn on the light"))
    assert (await stream.finish()).engine == "sphinx"  # and otherwise a command stays one
    await router.close()


async def test_silence_has_no_passages(sphinx: SphinxRecognizer) -> None:
    assert [passage async for passage in transcribe(blocks(silence(20.0)), sphinx)] == []
    assert [passage async for passage in transcribe(iter(()), sphinx)] == []


async def test_damage_in_mid_file_comes_through(sphinx: SphinxRecognizer) -> None:
    def damaged() -> Iterator[Pcm]:
        yield np.concatenate([say("what time is it"), silence(1.0)])
        raise BadAudio("x.flac is damaged.")

    heard: list[str] = []

    async def listen() -> None:
        async for passage in transcribe(damaged(), sphinx):
            heard.append(passage.transcript.text)

    with pytest.raises(BadAudio, match="damaged"):
        await listen()
    assert heard == ["what time is it"]


def test_speech_without_a_pause_is_cut_all_the_same_and_nothing_is_lost() -> None:
    sentence = say("my brother bought a used car from the dealer last week", lead_s=0.0, trail_s=0.0)
    cutter = PauseCutter()
    pieces = [piece for _ in range(25) for piece in cutter.feed(sentence)]
    pieces += cutter.finish()
    assert len(pieces) >= 3
    assert all(piece.pcm.size <= (LONGEST_S + 0.1) * SAMPLE_RATE_HZ for piece in pieces)
    for piece, after in pairwise(pieces):
        assert piece.start + piece.pcm.size == after.start
    assert pieces[-1].start + pieces[-1].pcm.size == pytest.approx(25 * sentence.size, abs=SAMPLE_RATE_HZ)


def test_memory_does_not_grow_with_the_recording() -> None:
    cutter = PauseCutter()
    noise = np.random.default_rng(0).normal(0, 50, SAMPLE_RATE_HZ * 10).astype(np.int16)
    list(cutter.feed(noise))
    before = psutil.Process().memory_info().rss
    for _ in range(6):
        list(cutter.feed(noise))
    assert psutil.Process().memory_info().rss - before < 5e6
    assert cutter._sound.size < SAMPLE_RATE_HZ
