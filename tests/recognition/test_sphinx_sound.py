"""What is done to the sound before PocketSphinx hears it, and what comes of it for quiet, loud and lone speech."""

import numpy as np
import pytest

from assistant.recognition.base import Partial
from assistant.recognition.sphinx import SphinxRecognizer
from assistant.recognition.sphinx_decoding import BLOCK_SAMPLES
from assistant.recognition.sphinx_sound import LEVEL, LiveLevel, dithered, levelled, speech_span
from audio.frames import SAMPLE_RATE_HZ, Pcm
from tests.recognition.speech import WHY, needs_flite, say


def noise(seconds: float, sigma: float, seed: int = 0) -> Pcm:
    rng = np.random.default_rng(seed)
    return rng.normal(0.0, sigma, int(seconds * SAMPLE_RATE_HZ)).astype(np.int16)


def at(pcm: Pcm, db: float) -> Pcm:
    """Louder or less loud, cut off where it does not fit."""
    result: Pcm = np.clip(pcm * 10.0 ** (db / 20.0), -32768, 32767).astype(np.int16)
    return result


@pytest.mark.parametrize("sigma", [100.0, 3400.0, 12_000.0])
def test_speech_of_any_level_gets_the_same_level(sigma: float) -> None:
    heard = levelled(np.concatenate([noise(1.0, sigma / 100), noise(1.0, sigma), noise(1.0, sigma / 100)]))
    loud = heard[SAMPLE_RATE_HZ : 2 * SAMPLE_RATE_HZ].astype(float)
    assert np.sqrt(np.mean(loud**2)) == pytest.approx(LEVEL, rel=0.1)


@pytest.mark.parametrize("samples", [0, 1, 319, 5000])
def test_silence_stays_silence(samples: int) -> None:
    silence = np.zeros(samples, np.int16)
    assert np.array_equal(levelled(silence), silence)
    assert np.array_equal(LiveLevel()(silence), silence)
    assert speech_span(silence, None) == (0, samples)


def test_the_live_level_leaves_ordinary_speech_alone_and_raises_quiet_speech() -> None:
    blocks = [noise(0.5, 3.0), noise(0.5, 2000.0)]
    ordinary = LiveLevel()
    assert all(np.array_equal(ordinary(block), block) for block in blocks)
    quiet = LiveLevel()
    quiet(blocks[0])
    assert np.std(quiet(noise(0.5, 60.0)).astype(float)) > 1000.0


def test_only_what_may_be_speech_is_decoded() -> None:
    pcm = np.concatenate([noise(2.0, 30.0), noise(1.0, 3000.0), noise(4.0, 30.0)])
    first, last = (sample / SAMPLE_RATE_HZ for sample in speech_span(pcm, None))
    assert first == pytest.approx(1.5, abs=0.05)
    assert last == pytest.approx(3.6, abs=0.05)
    assert speech_span(pcm, (0.2, 6.5)) == speech_span(
        pcm, None
    )  # words that were heard in the noise beside it


def test_where_nothing_stands_out_words_tell_what_is_speech() -> None:
    pcm = noise(7.0, 30.0)
    assert speech_span(pcm, None) == (0, pcm.size)
    first, last = (sample / SAMPLE_RATE_HZ for sample in speech_span(pcm, (1.2, 4.5)))
    assert first == pytest.approx(0.7, abs=0.05)
    assert last == pytest.approx(5.1, abs=0.05)


def test_dither_is_noise_of_the_strength_that_was_asked_for() -> None:
    rng = np.random.default_rng(1)
    silence = np.zeros(SAMPLE_RATE_HZ, np.int16)
    assert np.array_equal(dithered(silence, 0.0, rng), silence)
    assert np.std(dithered(silence, 20.0, rng).astype(float)) == pytest.approx(20.0, rel=0.05)


@pytest.mark.skipif(needs_flite, reason=WHY)
@pytest.mark.parametrize("db", [-30.0, -20.0, 12.0], ids=["very quiet", "quiet", "clipped"])
async def test_quiet_and_clipped_speech_comes_back_the_same(sphinx: SphinxRecognizer, db: float) -> None:
    for text, voice in (("turn off the lamp in the kitchen", "rms"), ("what time is it", "slt")):
        partials: list[Partial] = []
        stream = sphinx.stream(partials.append)
        pcm = at(say(text, voice), db)
        for start in range(0, pcm.size, BLOCK_SAMPLES):
            stream.feed(pcm[start : start + BLOCK_SAMPLES])
            await stream.caught_up()
        transcript = await stream.finish()
        assert transcript.text == text
        assert transcript.confidence > 0.5
        assert partials[-1].text == text


@pytest.mark.skipif(needs_flite, reason=WHY)
async def test_words_keep_their_place_when_the_silence_before_them_is_left_out(
    sphinx: SphinxRecognizer,
) -> None:
    stream = sphinx.stream()
    stream.feed(say("turn on the light", lead_s=3.0, trail_s=2.0))
    transcript = await stream.finish()
    assert transcript.text == "turn on the light"
    assert transcript.words[0].start_s == pytest.approx(3.0, abs=0.25)
    assert transcript.words[-1].end_s < transcript.audio_s - 1.5
