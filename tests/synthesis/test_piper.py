"""The real PiperVoice with the voice of tests/fixtures: what the engine makes of any voice of this format."""

import json
import threading
from pathlib import Path

import numpy as np
import pytest

from assistant.synthesis import piper
from assistant.synthesis.base import Clause, VoiceUnavailable
from assistant.synthesis.engine import join
from assistant.synthesis.piper import PiperEngine
from assistant.synthesis.voice import SpokenVoice
from audio.frames import Pcm
from tests import piper_fixture


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A voice with one speaker and no alignments: the usual kind."""
    return piper_fixture.build(tmp_path_factory.mktemp("voice"), speakers=1, alignments=False)


def speak(voice: Path, text: str, **options: float | str) -> Pcm:
    engine = PiperEngine(str(voice), **options)  # type: ignore[arg-type]
    engine.load()
    return join(list(engine.synthesize(text))).pcm


def test_it_speaks_and_longer_text_takes_longer(tiny: Path) -> None:
    short, long = speak(tiny, "Yes."), speak(tiny, "The kitchen light is on.")
    assert short.dtype == np.int16
    assert 0 < len(short) < len(long)
    assert np.abs(long).max() > 5_000
    assert len(long) % piper_fixture.HOP_SAMPLES == 0


def test_speed_shortens_it(tiny: Path) -> None:
    normal = len(speak(tiny, "Hello there.", variation=0.0))
    step = piper_fixture.HOP_SAMPLES
    assert len(speak(tiny, "Hello there.", speed=2.0, variation=0.0)) == pytest.approx(normal / 2, abs=step)
    assert len(speak(tiny, "Hello there.", speed=0.5, variation=0.0)) == pytest.approx(normal * 2, abs=step)


def test_a_speaker_by_name_or_number_and_a_wrong_one_is_named() -> None:
    said = {
        speaker: speak(piper_fixture.VOICE, "Hello there.", speaker=speaker, variation=0.0)
        for speaker in ("", "0", "slt", "1", "rms", "RMS")
    }
    assert all(np.array_equal(said[same], said[""]) for same in ("0", "slt"))
    assert all(np.array_equal(said[same], said["1"]) for same in ("rms", "RMS"))
    assert not np.array_equal(said["0"], said["1"])
    for wrong in ("2", "nobody"):
        with pytest.raises(
            VoiceUnavailable,
            match=rf"speakers 0 to 1 and the names slt, rms, not {wrong}; change voice\.speaker",
        ):
            PiperEngine(str(piper_fixture.VOICE), speaker=wrong).load()
    assert piper.speakers(piper_fixture.VOICE) == ["slt", "rms"]


def test_a_voice_with_one_speaker_has_none_to_choose_from(tiny: Path) -> None:
    assert piper.speakers(tiny) == []
    with pytest.raises(VoiceUnavailable, match=r"one speaker only; leave voice\.speaker empty"):
        PiperEngine(str(tiny), speaker="7").load()


def test_variation(tiny: Path) -> None:
    for variation, same in ((0.0, True), (1.0, False)):
        engine = PiperEngine(str(tiny), variation=variation)
        engine.load()
        first, second = (join(list(engine.synthesize("Hello there."))).pcm for _ in range(2))
        assert np.array_equal(first, second) == same


def test_a_voice_in_use_is_not_loaded_twice(tiny: Path) -> None:
    first, second = PiperEngine(str(tiny)), PiperEngine(str(tiny), speed=1.5)
    first.load()
    second.load()
    assert first._voice is second._voice
    assert first.identity != second.identity


def test_marks_where_the_voice_has_alignments() -> None:
    engine = PiperEngine(str(piper_fixture.VOICE))
    engine.load()
    text = "Kitchen lights, please."
    sound = join(list(engine.synthesize(text)))
    assert [text[m.start : m.end] for m in sound.marks] == ["Kitchen", "lights,", "please."]
    samples = [m.sample for m in sound.marks]
    assert samples == sorted(set(samples))
    assert 0 < samples[0] < 0.1 * piper_fixture.RATE_HZ
    assert samples[-1] < len(sound.pcm)


def test_no_marks_without_alignments(tiny: Path) -> None:
    engine = PiperEngine(str(tiny))
    engine.load()
    assert all(not sound.marks for sound in engine.synthesize("Kitchen lights."))


ANSWER = "One of the lights in the kitchen is on, and twenty-two windows are open."


async def test_what_was_heard_is_told_to_the_word_with_alignments_and_without(tmp_path: Path) -> None:
    """With alignments the truth is known."""
    begun: list[dict[str, float]] = []
    for alignments in (True, False):
        voice = SpokenVoice(
            PiperEngine(
                str(piper_fixture.build(tmp_path / str(alignments), alignments=alignments)), variation=0.0
            )
        )
        await voice.start()
        clauses = [clause async for clause in voice.speak(ANSWER, threading.Event())]
        await voice.close()
        assert " ".join(clause.text for clause in clauses) == ANSWER
        for clause in clauses:
            words = [clause.text[m.start : m.end] for m in clause.marks]
            assert words[0] == clause.text.split()[0]
            assert words[-1] == clause.text.split()[-1]
        begun.append({c.text[: m.end]: m.sample / len(c.pcm) for c in clauses for m in c.marks})
    exact, estimated = begun
    assert len(estimated) == len(ANSWER.split())
    assert len(exact) >= len(estimated) - 3  # "of the" and "in the" are spoken as one
    off = [abs(estimated[text] - at) for text, at in exact.items()]
    assert np.mean(off) < 0.07
    assert max(off) < 0.2


def test_variation_is_part_of_the_voice(tiny: Path) -> None:
    """In what is kept of it, too."""
    identities = set()
    for options in ({}, {"variation": 0.0}, {"speed": 1.1}, {"speaker": ""}):
        engine = PiperEngine(str(tiny), **options)
        engine.load()
        identities.add(engine.identity)
    assert len(identities) == 3


def test_text_is_never_taken_for_phonemes(tiny: Path) -> None:
    assert len(speak(tiny, "the [[ brackets ]] stay")) > 0


def test_a_voice_by_name_and_the_installed_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_MODELS_DIR", str(tmp_path))
    with pytest.raises(VoiceUnavailable, match="No Piper voice is installed"):
        PiperEngine().load()
    path = piper_fixture.build(tmp_path / "piper", "en_GB-small-low")
    assert piper.find("") == path
    for name in ("", "en_GB-small-low"):
        engine = PiperEngine(name)
        engine.load()
        assert engine.name == "piper en_GB-small-low"
        assert engine.sample_rate_hz == piper_fixture.RATE_HZ


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:200])


def _not_onnx(path: Path) -> None:
    path.write_text("<html>404 not found</html>", "utf-8")


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _bad_config(path: Path) -> None:
    path.with_name(path.name + ".json").write_text('{"audio": ', "utf-8")


def _config_without(path: Path) -> None:
    config = path.with_name(path.name + ".json")
    fields = json.loads(config.read_text("utf-8"))
    del fields["espeak"]
    config.write_text(json.dumps(fields), "utf-8")


def _other_model(path: Path) -> None:
    """A good ONNX file that is no voice."""
    import onnx
    from onnx import TensorProto, helper

    value = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])
    out = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])
    graph = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "g", [value], [out])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), str(path))


@pytest.mark.parametrize(
    "damage",
    [_truncate, _not_onnx, _empty, _bad_config, _config_without, _other_model],
    ids=lambda d: d.__name__,
)
def test_a_damaged_voice_says_what_to_do(
    tmp_path: Path, damage: object, capfd: pytest.CaptureFixture[str]
) -> None:
    path = piper_fixture.build(tmp_path)
    assert callable(damage)
    damage(path)
    with pytest.raises(VoiceUnavailable, match=r"is damaged .*models get en_US-tiny-low") as caught:
        PiperEngine(str(path)).load()
    assert "\n" not in str(caught.value)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("missing", ["", ".json"])
def test_a_missing_file_is_named(tmp_path: Path, missing: str) -> None:
    path = piper_fixture.build(tmp_path)
    lost = path.with_name(path.name + missing)
    lost.unlink()
    with pytest.raises(VoiceUnavailable, match=lost.name):
        PiperEngine(str(path)).load()


async def test_the_first_clause_arrives_before_the_last_is_made(tiny: Path) -> None:
    made: list[str] = []

    class Watched(PiperEngine):
        def synthesize(self, text: str):  # type: ignore[no-untyped-def]
            made.append(text)
            return super().synthesize(text)

    voice = SpokenVoice(Watched(str(tiny)))
    await voice.start()
    clauses = voice.speak(
        "One is here. Two is here. Three is here. Four is here. Five is here.", threading.Event()
    )
    first: Clause = await anext(clauses)
    assert first.text == "One is here."
    assert len(made) < 5
    assert [c.text async for c in clauses][-1] == "Five is here."
    await voice.close()
