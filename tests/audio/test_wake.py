"""Wake words: synthesised speech that must wake, speech that must not, and models that are no models."""

from pathlib import Path

import pymicro_wakeword
import pytest

from audio.errors import BadWakeWord
from audio.frames import Pcm
from audio.wake import BUILT_IN, WakeWordHeard, WakeWordNearMiss, WakeWords, with_threshold
from tests.audio.conftest import Speak, frames_of, voiced_span, with_silence

MS = 16
MODELS = Path(pymicro_wakeword.__file__).parent / "models"
SPOKEN = {
    "hey_jarvis": "hey jarvis",
    "okay_nabu": "okay nah boo",
    "hey_mycroft": "hey mycroft",
    "alexa": "alexa",
}


def hear(pcm: Pcm, *names: str, threshold: float | None = None) -> list[WakeWordHeard | WakeWordNearMiss]:
    words = WakeWords(names, threshold)
    return [event for frame in frames_of(pcm) for event in words.feed(frame)]


@pytest.mark.parametrize("voice", ["slt", "rms", "awb"])
def test_hey_jarvis_wakes_once_and_soon(speak: Speak, voice: str) -> None:
    pcm = with_silence(speak("hey jarvis", voice), after_s=2)
    _, ends = voiced_span(pcm)

    (event,) = hear(pcm, *BUILT_IN)

    assert isinstance(event, WakeWordHeard)
    assert event.name == "hey_jarvis"
    assert 0.9 < event.probability <= 1.0
    assert -50 * MS < event.index - ends <= 300 * MS


@pytest.mark.parametrize("voice", ["slt", "rms", "awb"])
@pytest.mark.parametrize("text", ["turn on the kitchen light", "is it going to rain tomorrow", "hello there"])
def test_other_speech_does_not_wake(speak: Speak, voice: str, text: str) -> None:
    assert not any(isinstance(e, WakeWordHeard) for e in hear(with_silence(speak(text, voice)), *BUILT_IN))


def test_the_second_call_wakes_again_but_not_within_the_refractory_time(speak: Speak) -> None:
    pcm = with_silence(speak("hey jarvis"), after_s=2)
    words = WakeWords(["hey_jarvis"])
    twice = [*frames_of(pcm), *(f for f in frames_of(pcm))]
    events = [e for n, f in enumerate(twice) for e in words.feed(type(f)(n * 320, f.pcm))]

    assert [type(event) for event in events] == [WakeWordHeard, WakeWordHeard]
    assert events[1].index - events[0].index == pytest.approx(len(pcm), abs=320 * 4)

    hurried = with_silence(speak("hey jarvis hey jarvis"), after_s=2)
    assert len(hear(hurried, "hey_jarvis")) == 1


def test_what_nearly_woke_is_reported_at_its_peak(speak: Speak) -> None:
    pcm = with_silence(speak("hey jarvis"), after_s=2)
    _, ends = voiced_span(pcm)

    (event,) = hear(pcm, "hey_jarvis", threshold=1.0)  # nothing is ever more probable than that

    assert isinstance(event, WakeWordNearMiss)
    assert event.probability > 0.9
    assert -100 * MS < event.index - ends < 400 * MS


def test_a_model_of_ones_own_by_either_path(speak: Speak, tmp_path: Path) -> None:
    for suffix in (".json", ".tflite"):
        (tmp_path / f"hey_jarvis{suffix}").write_bytes((MODELS / f"hey_jarvis{suffix}").read_bytes())
    pcm = with_silence(speak("hey jarvis"))

    for suffix in (".json", ".tflite"):
        (event,) = hear(pcm, str(tmp_path / f"hey_jarvis{suffix}"))
        assert isinstance(event, WakeWordHeard)


def damaged(folder: Path) -> dict[str, str]:
    model = (MODELS / "alexa.tflite").read_bytes()
    description = (MODELS / "alexa.json").read_text()
    for name, weights in {
        "alexa": None,
        "b/alexa": b"",
        "c/alexa": b"garbage",
        "d/alexa": model[:1000],
    }.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / f"{name}.json").write_text(description)
        if weights is not None:
            (folder / f"{name}.tflite").write_bytes(weights)
    (folder / "e.json").write_text("{}")
    (folder / "f.json").write_text("not json")
    (folder / "g.json").write_bytes(b"\xff\xfe\x00")
    (folder / "h.json").mkdir()
    return {
        "computer": "okay_nabu",  # the ones that there are
        str(folder / "nothing.json"): "lacks",
        str(folder / "alexa.json"): "alexa.tflite",
        **{str(folder / name): "damaged" for name in ("b/alexa.json", "c/alexa.tflite", "d/alexa.json")},
        **{str(folder / name): "not a microWakeWord model" for name in ("e.json", "f.json", "g.json")},
        str(folder / "h.json"): "directory",
    }


def test_each_bad_wake_word_gets_a_sentence(tmp_path: Path) -> None:
    for name, words in damaged(tmp_path).items():
        with pytest.raises(BadWakeWord) as caught:
            WakeWords([name])
        sentence = str(caught.value)
        assert words in sentence
        assert sentence.endswith(".")
        assert "\n" not in sentence


@pytest.mark.parametrize(
    ("given", "name", "threshold"),
    [
        ("alexa", "alexa", None),
        ("alexa:0.9", "alexa", 0.9),
        ("alexa:1", "alexa", 1.0),
        ("/models/alexa.json", "/models/alexa.json", None),
        ("/models/alexa.json:0.75", "/models/alexa.json", 0.75),
        ("C:/models/alexa.json", "C:/models/alexa.json", None),
        ("alexa:", "alexa:", None),
        ("alexa:0.9.1", "alexa:0.9.1", None),
    ],
)
def test_a_word_may_have_a_threshold_of_its_own(given: str, name: str, threshold: float | None) -> None:
    assert with_threshold(given) == (name, threshold)


@pytest.mark.parametrize("name", ["alexa:0", "alexa:1.01", "alexa:95"])
def test_a_threshold_that_is_no_probability(name: str) -> None:
    with pytest.raises(BadWakeWord, match="above 0 and at most 1"):
        WakeWords([name])


def test_several_words_each_by_its_own_threshold(speak: Speak) -> None:
    pcm = with_silence(speak("hey jarvis"), after_s=2)
    (strict,) = hear(pcm, "hey_jarvis:1", "alexa")
    assert isinstance(strict, WakeWordNearMiss)
    (own,) = hear(pcm, "hey_jarvis:0.9", "alexa", threshold=1.0)
    assert isinstance(own, WakeWordHeard)
