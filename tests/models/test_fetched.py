"""A model that was fetched is one that the engines load: real formats, from a hub on loopback."""

from pathlib import Path

import numpy as np
import pytest

from assistant.models.get import get
from assistant.synthesis.piper import PiperEngine
from tests import piper_fixture, whisper_fixture
from tests.models.hub import Hub
from tests.recognition.speech import WHY, needs_flite, say


async def test_a_fetched_voice_speaks(hub: Hub, tmp_path: Path) -> None:
    onnx = piper_fixture.build(tmp_path / "hub", "en_US-tiny-low")
    for path in (onnx, onnx.with_name(onnx.name + ".json")):
        hub.files[f"rhasspy/piper-voices/en/en_US/tiny/low/{path.name}"] = path.read_bytes()
    await get("en_US-tiny-low")
    engine = PiperEngine("en_US-tiny-low")
    engine.load()
    assert sum(sound.pcm.size for sound in engine.synthesize("hello")) > 0


@pytest.mark.skipif(needs_flite, reason=WHY)
async def test_a_fetched_whisper_model_understands(hub: Hub) -> None:
    from faster_whisper import WhisperModel

    for path in whisper_fixture.FOLDER.iterdir():
        hub.files[f"someone/tiny-ct2/{path.name}"] = path.read_bytes()
    found = await get("someone/tiny-ct2")
    model = WhisperModel(str(found.path), device="cpu", compute_type="int8", local_files_only=True)
    said = "Turn the light in the bathroom off."
    speech = say(said).astype(np.float32) / 32768.0
    segments, _info = model.transcribe(speech, language="en", temperature=0.0)
    assert "".join(segment.text for segment in segments).strip() == said
