"""The real PocketSphinx, listening to synthetic people."""

import asyncio
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.config.model import Sphinx
from assistant.recognition import sphinx_utterance
from assistant.recognition.base import Partial, RecognizerUnavailable
from assistant.recognition.build import LanguageModelFiles
from assistant.recognition.sphinx import SphinxRecognizer
from assistant.recognition.sphinx_decoders import WARPS
from assistant.recognition.sphinx_decoding import Decoded, decode
from assistant.recognition.sphinx_utterance import SURE_ENOUGH
from audio.frames import SAMPLE_RATE_HZ
from tests.recognition.speech import VOICES, WHY, needs_flite, say, speak

pytestmark = pytest.mark.skipif(needs_flite, reason=WHY)

COMMANDS = (
    "turn on the light",
    "turn off the lamp in the kitchen",
    "set a timer for twenty five minutes",
    "dim the light to seventy percent",
    "set the heating to nineteen degrees",
    "add butter to the shopping list",
    "what time is it",
    "stop",
)


@pytest.mark.parametrize("voice", VOICES)
async def test_commands_come_back_word_for_word(sphinx: SphinxRecognizer, voice: str) -> None:
    for command in COMMANDS:
        stream = sphinx.stream()
        await speak(stream, say(command, voice), pause_s=0.0)
        transcript = await stream.finish()
        assert transcript.text == command
        assert transcript.confidence > 0.5
        assert transcript.engine == "sphinx"


async def test_a_command_is_heard_while_it_is_spoken_and_word_by_word(sphinx: SphinxRecognizer) -> None:
    partials: list[Partial] = []
    pcm = say("turn off the lamp in the living room")
    stream = sphinx.stream(partials.append)
    await speak(stream, pcm)
    before_the_end = list(partials)
    transcript = await stream.finish()
    assert before_the_end[-1].text == transcript.text
    assert any(partial.text in ("turn off", "turn off the") for partial in before_the_end)
    assert all(partial.text.startswith(partial.stable) for partial in before_the_end)
    assert before_the_end[-1].stable
    assert transcript.text.startswith(before_the_end[-1].stable)


async def test_words_lie_where_they_were_spoken(sphinx: SphinxRecognizer) -> None:
    stream = sphinx.stream()
    await speak(stream, say("turn on the light", lead_s=1.0), pause_s=0.0)
    transcript = await stream.finish()
    assert [word.text for word in transcript.words] == transcript.text.split()
    assert transcript.words[0].start_s == pytest.approx(1.0, abs=0.25)
    assert transcript.words[-1].end_s <= transcript.audio_s
    assert all(word.start_s < word.end_s and 0.0 <= word.probability <= 1.0 for word in transcript.words)


async def test_what_was_looked_at_ahead_in_a_pause_is_the_result(
    sphinx: SphinxRecognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    passes = counted_passes(monkeypatch)
    stream = sphinx.stream(lambda _partial: None)
    await speak(stream, say("set a timer for ten minutes", trail_s=0.1), pause_s=0.0)
    stream.look_ahead()
    await stream.caught_up()
    assert len(passes) == 1
    stream.feed(np.zeros(1600, np.int16))  # until it is clear that nobody speaks
    transcript = await stream.finish()
    assert transcript.text == "set a timer for ten minutes"
    assert len(passes) == 1


async def test_what_is_said_after_a_look_ahead_is_in_the_result(sphinx: SphinxRecognizer) -> None:
    stream = sphinx.stream(lambda _partial: None)
    await speak(stream, say("turn on the light", trail_s=0.1), pause_s=0.0)
    stream.look_ahead()
    await stream.caught_up()
    await speak(stream, say("in the kitchen", lead_s=0.1), pause_s=0.0)
    assert (await stream.finish()).text == "turn on the light in the kitchen"


async def test_doubtful_words_are_read_for_other_speakers_too(
    sphinx: SphinxRecognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    passes = counted_passes(monkeypatch)
    stream = sphinx.stream()
    stream.feed(say("the light at the end of the tunnel was red"))
    transcript = await stream.finish()
    assert transcript.confidence < SURE_ENOUGH
    assert len(passes) == len(WARPS)


def counted_passes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry for each second pass that is made."""
    passes: list[int] = []

    def counted(*arguments: Any) -> Decoded:
        passes.append(1)
        return decode(*arguments)

    monkeypatch.setattr(sphinx_utterance, "decode", counted)
    return passes


async def test_who_speaks_on_after_a_pause_is_heard_to_the_end(sphinx: SphinxRecognizer) -> None:
    pcm = np.concatenate([say("turn on the light", trail_s=0.5), say("in the kitchen", lead_s=0.2)])
    stream = sphinx.stream()
    await speak(stream, pcm, pause_s=0.005)
    assert (await stream.finish()).text == "turn on the light in the kitchen"


async def test_two_people_at_once_are_both_understood(sphinx: SphinxRecognizer) -> None:
    async def one(command: str, voice: str) -> str:
        stream = sphinx.stream(lambda _partial: None)
        await speak(stream, say(command, voice))
        return (await stream.finish()).text

    said = (
        ("turn on the radio", "slt"),
        ("what time is it", "rms"),
        ("add apples to the shopping list", "awb"),
    )
    heard = await asyncio.gather(*(one(*each) for each in said))
    assert heard == [command for command, _ in said]


async def test_more_people_than_decoders_are_all_understood_in_the_end(sphinx: SphinxRecognizer) -> None:
    streams = [sphinx.stream(lambda _partial: None) for _ in range(6)]
    for stream in streams:
        stream.feed(say("what time is it"))
    transcripts = await asyncio.gather(*(stream.finish() for stream in streams))
    assert {transcript.text for transcript in transcripts} == {"what time is it"}
    later = sphinx.stream()
    later.feed(say("stop"))
    assert (await later.finish()).text == "stop"


async def test_what_was_said_before_changes_nothing(sphinx: SphinxRecognizer) -> None:
    async def once(text: str) -> tuple[str, float]:
        stream = sphinx.stream()
        stream.feed(say(text, "rms"))
        transcript = await stream.finish()
        return transcript.text, transcript.confidence

    text, confidence = await once("dim the light to forty percent")
    await once("turn off the lamp in the bedroom")
    again_text, again_confidence = await once("dim the light to forty percent")
    # PocketSphinx starts its search for the likeliest Gaussians where the last utterance left it
    assert again_text == text
    assert again_confidence == pytest.approx(confidence, abs=0.01)


@pytest.mark.parametrize("sigma", [0.0, 30.0, 3000.0])
async def test_silence_and_noise_have_no_words(sphinx: SphinxRecognizer, sigma: float) -> None:
    noise = np.random.default_rng(1).normal(0.0, sigma, 3 * SAMPLE_RATE_HZ).astype(np.int16)
    stream = sphinx.stream()
    await speak(stream, noise, pause_s=0.0)
    transcript = await stream.finish()
    assert (transcript.text, transcript.confidence, transcript.words) == ("", 0.0, ())
    assert transcript.reason


@pytest.mark.parametrize("samples", [0, 1, 100, 1601])
async def test_next_to_nothing_is_no_error(sphinx: SphinxRecognizer, samples: int) -> None:
    stream = sphinx.stream()
    stream.feed(np.zeros(samples, np.int16))
    assert (await stream.finish()).text == ""


async def test_open_speech_is_told_from_commands(sphinx: SphinxRecognizer) -> None:
    for sentence in (
        "my brother bought a used car from the dealer last week",
        "the committee will publish its report on friday",
        "she plays the violin in a small orchestra",
    ):
        stream = sphinx.stream()
        await speak(stream, say(sentence, "rms"), pause_s=0.0)
        assert (await stream.finish()).confidence < 0.5


async def test_a_name_of_no_dictionary_is_recognised(sphinx: SphinxRecognizer) -> None:
    stream = sphinx.stream()
    await speak(stream, say("call zuleyka"), pause_s=0.0)
    assert (await stream.finish()).text == "call zuleyka"


async def test_cancelling_leaves_the_recogniser_ready(sphinx: SphinxRecognizer) -> None:
    for _ in range(6):  # more often than there are decoders
        stream = sphinx.stream(lambda _partial: None)
        await speak(stream, say("turn on the light")[:8000], pause_s=0.0)
        stream.cancel()
        stream.cancel()
    finishing = sphinx.stream()
    finishing.feed(say("set a timer for twenty five minutes"))
    task = asyncio.create_task(finishing.finish())
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    partials: list[Partial] = []
    last = sphinx.stream(partials.append)
    await speak(last, say("be quiet"))
    assert (await last.finish()).text == "be quiet"
    assert partials


async def test_an_endless_utterance_is_bounded(sphinx: SphinxRecognizer) -> None:
    stream = sphinx.stream()
    for _ in range(70):
        stream.feed(np.zeros(SAMPLE_RATE_HZ, np.int16))
    stream.cancel()
    assert stream._samples == 60 * SAMPLE_RATE_HZ


async def test_a_closed_recogniser_says_so(home_model: LanguageModelFiles) -> None:
    recognizer = SphinxRecognizer(home_model, Sphinx())
    await recognizer.start()
    stream = recognizer.stream()
    stream.feed(say("stop"))
    await recognizer.close()
    await recognizer.close()
    with pytest.raises(RecognizerUnavailable, match="closed"):
        await stream.finish()


async def test_a_damaged_language_model_says_what_to_do(
    home_model: LanguageModelFiles, tmp_path: Path
) -> None:
    (tmp_path / "dict").write_bytes(home_model.dictionary.read_bytes())
    recognizer = SphinxRecognizer(LanguageModelFiles(tmp_path), Sphinx())
    with pytest.raises(RecognizerUnavailable, match="assistant train"):
        await recognizer.start()
    (tmp_path / "lm").write_bytes(home_model.language_model.read_bytes()[:300])
    with pytest.raises(RecognizerUnavailable, match="assistant train"):
        await recognizer.start()
    await recognizer.close()
