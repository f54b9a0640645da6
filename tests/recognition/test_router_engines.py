"""The router over the real engines: PocketSphinx with a small home's model, faster-whisper with the tests' own."""

import asyncio
from collections.abc import AsyncIterator

import numpy as np
import pytest

from assistant.config.model import Whisper
from assistant.recognition.base import Transcript
from assistant.recognition.decision import Meaning
from assistant.recognition.router import RoutedRecognizer
from assistant.recognition.sphinx import SphinxRecognizer
from assistant.recognition.spoken_words import spoken_words
from assistant.recognition.whisper import WhisperRecognizer
from audio.frames import SAMPLE_RATE_HZ, Pcm
from tests.recognition.speech import WHY, needs_flite, say, speak
from tests.whisper_fixture import FOLDER

pytestmark = pytest.mark.skipif(needs_flite, reason=WHY)

COMMANDS = ("turn", "add", "put", "set", "what", "stop")


async def judge(text: str) -> Meaning:
    """An understanding to which everything that begins like a command is one, and things for a list are any
    words."""
    words = text.split()
    if not words or words[0] not in COMMANDS:
        return Meaning(0.0, "out_of_scope")
    return Meaning(0.95, words[0], tuple(words[1:2]) if words[0] in ("add", "put") else ())


@pytest.fixture
async def router(sphinx: SphinxRecognizer) -> AsyncIterator[RoutedRecognizer]:
    whisper = WhisperRecognizer(Whisper(model=str(FOLDER), cpu_threads=1))
    await whisper.start()
    yield RoutedRecognizer(sphinx, whisper, judge=judge)
    await whisper.close()


async def listen(router: RoutedRecognizer, pcm: Pcm, *, free_text: bool = False) -> Transcript:
    stream = router.stream(lambda _partial: None)
    await speak(stream, pcm)
    stream.hints.free_text = free_text
    return await stream.finish()


def words(transcript: Transcript) -> str:
    return " ".join(spoken_words(transcript.text))


async def test_a_command_is_the_embedded_recogniser_s(router: RoutedRecognizer) -> None:
    transcript = await listen(router, say("turn on the light in the kitchen"))
    assert transcript.decision is not None
    assert (transcript.engine, transcript.text) == ("sphinx", "turn on the light in the kitchen")
    assert not transcript.decision.asked_whisper


@pytest.mark.parametrize(
    "said", ["I told my sister about the weather yesterday.", "We went to the beach with Anna on Friday."]
)
async def test_open_speech_is_whisper_s(router: RoutedRecognizer, said: str) -> None:
    transcript = await listen(router, say(said))
    assert (transcript.engine, words(transcript)) == ("whisper", " ".join(spoken_words(said)))
    assert transcript.decision is not None
    assert transcript.decision.embedded is not None
    assert transcript.decision.embedded.text != words(transcript)


async def test_what_the_embedded_recogniser_does_not_know_of_a_command_is_whisper_s(
    router: RoutedRecognizer,
) -> None:
    said = "Add eggs and cheese to the shopping list."  # its list has neither
    transcript = await listen(router, say(said))
    assert (transcript.engine, transcript.text) == ("whisper", said)


async def test_free_text_is_whisper_s(router: RoutedRecognizer) -> None:
    transcript = await listen(router, say("Turn on the kitchen light."), free_text=True)
    assert (transcript.engine, transcript.text) == ("whisper", "Turn on the kitchen light.")
    assert transcript.reason == "the dialogue waits for free text"


@pytest.mark.parametrize("level", [0, 30, 2000])
async def test_where_nobody_speaks_there_are_no_words(router: RoutedRecognizer, level: float) -> None:
    pcm = np.random.default_rng(1).normal(0, level, 2 * SAMPLE_RATE_HZ).astype(np.int16)
    assert (await listen(router, pcm)).text == ""


async def test_what_was_cancelled_reaches_no_other_turn(router: RoutedRecognizer) -> None:
    """The first is given up at every moment of its decoding; the second comes out as if it were alone."""
    first, second = (
        say("The train was late again last week."),
        say("I think the movie was terrible yesterday."),
    )
    for steps in range(0, 40, 8):
        stream = router.stream()
        stream.feed(first)
        task = asyncio.create_task(stream.finish())
        for _ in range(steps):
            await asyncio.sleep(0.005)
        task.cancel()
        done = await asyncio.gather(task, return_exceptions=True)
        assert isinstance(done[0], asyncio.CancelledError) or "train" in words(done[0])  # type: ignore[arg-type]
        transcript = await listen(router, second)
        assert words(transcript) == "i think the movie was terrible yesterday"
