"""A wake word counts where there was a voice."""

import numpy as np
import pytest

from assistant.config.model import VOICE_OF_A_WAKE_WORD
from audio.activity import Activity, SpeechStarted
from audio.detector import Detector, DetectorEvent, DetectorSettings
from audio.frames import FRAME_SAMPLES, Frame, Pcm
from audio.wake import WakeWordHeard, WakeWordRejected
from audio.wake_check import VOICE, VOICED_S, WORD_S, VoiceHeard
from tests.audio.conftest import Speak, frames_of, with_silence

CHUNK = 512
ENOUGH = int(-(-VOICED_S * 16_000 // CHUNK))  # chunks
LONG = int(WORD_S * 16_000 // CHUNK)


def heard(probabilities: list[float], index: int | None = None) -> float:
    voice = VoiceHeard()
    for n, probability in enumerate(probabilities):
        voice.add(Activity(probability, n * CHUNK, (n + 1) * CHUNK))
    return voice.before(len(probabilities) * CHUNK if index is None else index)


@pytest.mark.parametrize(
    ("probabilities", "voice"),
    [
        ([], 0.0),
        ([0.9] * (ENOUGH - 1), 0.0),  # not so much is known
        ([0.9] * ENOUGH, 0.9),
        ([0.1] * 20 + [0.9] * ENOUGH, 0.9),
        ([0.1] * 20 + [0.9] * (ENOUGH - 1), 0.1),  # a click
        ([0.1, 0.9] * ENOUGH, 0.9),  # vowels with consonants between them
        ([0.9] * ENOUGH + [0.1] * LONG, 0.1),  # a voice, but long before
        ([0.9] * 1000, 0.9),
    ],
)
def test_the_probability_that_enough_of_the_word_reached(probabilities: list[float], voice: float) -> None:
    assert heard(probabilities) == voice


def test_what_came_after_the_hit_does_not_count() -> None:
    assert heard([0.1] * 20 + [0.9] * 20, index=20 * CHUNK) == 0.1


def test_the_setting_is_what_was_measured() -> None:
    assert VOICE_OF_A_WAKE_WORD == VOICE


async def detected(pcm: Pcm, settings: DetectorSettings, *, speech: bool) -> list[DetectorEvent]:
    events: list[DetectorEvent] = []
    detector = Detector(settings, events.append)
    detector.detect_speech = speech
    await detector.start()
    for n, frame in enumerate(frames_of(pcm)):
        await detector.process(Frame(n * FRAME_SAMPLES, frame.pcm))
    await detector.close()
    return events


@pytest.mark.parametrize("speech", [True, False])
@pytest.mark.parametrize("voice", ["slt", "rms", "awb"])
async def test_a_spoken_wake_word_passes(speak: Speak, voice: str, speech: bool) -> None:
    pcm = with_silence(speak("hey jarvis", voice), after_s=2)
    events = await detected(pcm, DetectorSettings(wake_words=("hey_jarvis",)), speech=speech)
    assert [type(event) for event in events if "Wake" in type(event).__name__] == [WakeWordHeard]


@pytest.mark.parametrize("speech", [True, False])
async def test_what_only_resembles_one_is_told_and_wakes_nobody(speak: Speak, speech: bool) -> None:
    """No sound was found that microWakeWord takes for a wake word and Silero for no voice, so the bar is raised."""
    pcm = with_silence(speak("hey jarvis"), after_s=2)
    settings = DetectorSettings(wake_words=("hey_jarvis",), wake_voice=1.0)  # nothing is a voice
    events = await detected(pcm, settings, speech=speech)
    (rejected,) = (event for event in events if "Wake" in type(event).__name__)
    assert isinstance(rejected, WakeWordRejected)
    assert rejected.probability > 0.9
    assert 0.5 < rejected.voice < 1.0
    assert any(isinstance(event, SpeechStarted) for event in events) is speech  # asleep, it stays asleep


async def test_a_wake_word_out_of_noise_wakes(speak: Speak) -> None:
    call = with_silence(speak("hey jarvis"), after_s=2)
    noise = np.random.default_rng(1).normal(0, 300, 32_000).astype(np.int16)
    events = await detected(
        np.concatenate([noise, call]), DetectorSettings(wake_words=("hey_jarvis",)), speech=False
    )
    assert [type(event) for event in events if "Wake" in type(event).__name__] == [WakeWordHeard]
