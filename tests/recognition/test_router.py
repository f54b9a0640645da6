"""Which recogniser is asked, and what happens when one of them fails.

The engines here are people with a script: what is tested is the decision between them.
"""

import asyncio
from dataclasses import dataclass, field

import numpy as np
import pytest

from assistant.recognition.base import (
    OnPartial,
    RecognitionStream,
    RecognizerUnavailable,
    TakesHints,
    Transcript,
)
from assistant.recognition.confidence import NOISE
from assistant.recognition.router import Judge, RoutedRecognizer, RoutedStream
from audio.frames import SAMPLE_RATE_HZ, Pcm

COMMAND = "turn on the light"


@dataclass
class Scripted:
    """A recogniser that answers what it was told to, and remembers what it was given."""

    name: str
    text: str = ""
    confidence: float = 0.0
    reason: str = ""
    error: str = ""
    broken: bool = False
    takes_s: float = 0.0
    streams: list["ScriptedStream"] = field(default_factory=list)
    closed: bool = False
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def start(self) -> None:
        if self.broken:
            raise RecognizerUnavailable(f"{self.name} is broken")

    def stream(self, on_partial: OnPartial | None = None) -> RecognitionStream:
        stream = ScriptedStream(self)
        self.streams.append(stream)
        return stream

    async def close(self) -> None:
        self.closed = True


@dataclass
class ScriptedStream:
    owner: Scripted
    samples: int = 0
    cancelled: bool = False

    def feed(self, pcm: Pcm) -> None:
        self.samples += pcm.size

    async def finish(self) -> Transcript:
        self.owner.asked.set()
        await asyncio.sleep(self.owner.takes_s)
        if self.owner.error:
            raise RecognizerUnavailable(self.owner.error)
        who = self.owner
        return Transcript(
            who.text, who.name, who.confidence, self.samples / SAMPLE_RATE_HZ, 0.0, reason=who.reason
        )

    def cancel(self) -> None:
        self.cancelled = True


def judge_of(value: float | None) -> Judge:
    async def judge(_text: str) -> float | None:
        return value

    return judge


async def ask(
    embedded: Scripted, whisper: Scripted | None, *, judge: Judge | None = None, free_text: bool = False
) -> Transcript:
    router = RoutedRecognizer(embedded, whisper, judge=judge)
    await router.start()
    stream = router.stream()
    stream.feed(np.zeros(16_000, np.int16))
    assert isinstance(stream, TakesHints)
    stream.hints.free_text = free_text
    return await stream.finish()


def sure() -> Scripted:
    return Scripted("sphinx", COMMAND, 0.9)


def unsure() -> Scripted:
    return Scripted("sphinx", "turn on the list", 0.2)


def open_speech() -> Scripted:
    return Scripted("whisper", "my brother bought a car", 0.8)


@pytest.mark.parametrize(
    ("confidence", "judge", "text"),
    [
        (0.3, judge_of(0.95), True),
        (0.01, judge_of(0.95), True),  # the meaning is sure: "stop" is worth a doubtful word
        (0.01, judge_of(0.8), False),
        (0.01, judge_of(None), False),
        (0.01, None, False),
        (0.3, judge_of(0.3), True),  # the dialogue itself decides what to make of it
    ],
)
async def test_without_whisper_a_sure_meaning_speaks_for_doubtful_words(
    confidence: float, judge: Judge | None, text: bool
) -> None:
    transcript = await ask(Scripted("sphinx", "stop", confidence), None, judge=judge)
    assert transcript.text == ("stop" if text else "")
    assert "not sure of the words" in transcript.reason


@pytest.mark.parametrize(
    ("embedded", "judge", "engine", "reason"),
    [
        (sure(), None, "sphinx", "sure of it"),
        (sure(), judge_of(0.9), "sphinx", "sure of it"),
        (sure(), judge_of(None), "sphinx", "sure of it"),
        (sure(), judge_of(0.1), "whisper", "what the words mean"),
        (unsure(), judge_of(0.9), "whisper", "not sure of the words"),
        (Scripted("sphinx", "", 0.0, "no words in it"), None, "whisper", "no words in it"),
        (Scripted("sphinx", "", 0.0, NOISE), None, "sphinx", NOISE),
        (Scripted("sphinx", error="it fell over"), None, "whisper", "it fell over"),
    ],
)
async def test_whisper_is_asked_when_the_embedded_recogniser_is_in_doubt(
    embedded: Scripted, judge: Judge | None, engine: str, reason: str
) -> None:
    whisper = open_speech()
    transcript = await ask(embedded, whisper, judge=judge)
    assert transcript.engine == engine
    assert reason in transcript.reason
    assert len(whisper.streams) == (engine == "whisper")
    if whisper.streams:
        assert whisper.streams[0].samples == 16_000  # the same sound


async def test_free_text_goes_to_whisper_however_sure_the_other_is() -> None:
    transcript = await ask(sure(), open_speech(), free_text=True)
    assert (transcript.engine, transcript.reason) == ("whisper", "the dialogue waits for free text")


@pytest.mark.parametrize("free_text", [False, True])
async def test_a_failing_whisper_leaves_what_the_embedded_one_heard(free_text: bool) -> None:
    transcript = await ask(unsure(), Scripted("whisper", error="out of memory"), free_text=free_text)
    assert transcript.text == "turn on the list"
    assert "out of memory" in transcript.reason


async def test_a_whisper_that_understood_nothing_leaves_it_too() -> None:
    transcript = await ask(unsure(), Scripted("whisper", "", reason="no speech in it"))
    assert transcript.text == "turn on the list"
    assert "no speech in it" in transcript.reason


async def test_both_failing_is_an_error() -> None:
    with pytest.raises(RecognizerUnavailable, match="second"):
        await ask(Scripted("sphinx", error="first"), Scripted("whisper", error="second"))
    with pytest.raises(RecognizerUnavailable, match="first"):
        await ask(Scripted("sphinx", error="first"), None)


async def test_without_whisper_the_embedded_result_stands_with_the_doubt() -> None:
    transcript = await ask(unsure(), None)
    assert transcript.text == "turn on the list"
    assert "not sure of the words" in transcript.reason
    assert "no Whisper model" in (await ask(unsure(), None, free_text=True)).reason


async def test_a_judge_that_is_late_or_fails_is_not_waited_for() -> None:
    async def late(_text: str) -> float:
        await asyncio.sleep(60)
        return 0.0

    async def failing(_text: str) -> float:
        raise OSError("connection refused")

    for judge in (late, failing):
        assert (await asyncio.wait_for(ask(sure(), open_speech(), judge=judge), 5)).engine == "sphinx"


async def test_a_whisper_that_does_not_load_is_said_once_and_done_without() -> None:
    notices: list[str] = []
    whisper = Scripted("whisper", broken=True)
    router = RoutedRecognizer(sure(), whisper, notice=notices.append)
    await router.start()
    assert notices == ["Whisper is not used: whisper is broken"]
    assert whisper.closed
    stream = router.stream()
    assert (await stream.finish()).engine == "sphinx"


async def test_a_broken_embedded_recogniser_is_an_error_at_the_start() -> None:
    with pytest.raises(RecognizerUnavailable, match="sphinx is broken"):
        await RoutedRecognizer(Scripted("sphinx", broken=True), open_speech()).start()


async def test_cancelling_reaches_both_engines() -> None:
    embedded, whisper = unsure(), open_speech()
    whisper.takes_s = 60
    router = RoutedRecognizer(embedded, whisper)
    stream = router.stream()
    stream.feed(np.zeros(16_000, np.int16))
    task = asyncio.create_task(stream.finish())
    async with asyncio.timeout(5):
        await whisper.asked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    stream.cancel()
    assert embedded.streams[0].cancelled
    assert whisper.streams[0].cancelled


async def test_what_is_kept_for_whisper_is_bounded() -> None:
    embedded, whisper = unsure(), open_speech()
    stream = RoutedStream(RoutedRecognizer(embedded, whisper), None)
    for _ in range(40):
        stream.feed(np.zeros(SAMPLE_RATE_HZ, np.int16))
    assert (await stream.finish()).engine == "whisper"
    assert whisper.streams[0].samples == 30 * SAMPLE_RATE_HZ
