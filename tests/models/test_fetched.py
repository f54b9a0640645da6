"""A model that was fetched is one that the engines load: real formats, from a hub on loopback."""

from pathlib import Path

import numpy as np

from assistant.models.get import get
from assistant.synthesis.piper import PiperEngine
from tests import tiny_piper, tiny_whisper
from tests.models.hub import Hub


async def test_a_fetched_voice_speaks(hub: Hub, tmp_path: Path) -> None:
    onnx = tiny_piper.build(tmp_path / "hub", "en_US-tiny-low")
    for path in (onnx, onnx.with_name(onnx.name + ".json")):
        hub.files[f"rhasspy/piper-voices/en/en_US/tiny/low/{path.name}"] = path.read_bytes()
    await get("en_US-tiny-low")
    engine = PiperEngine("en_US-tiny-low")
    engine.load()
    assert sum(sound.pcm.size for sound in engine.synthesize("hello")) > 0


async def test_a_fetched_whisper_model_decodes(hub: Hub, tmp_path: Path) -> None:
    from faster_whisper import WhisperModel

    built = tiny_whisper.build(tmp_path / "hub")
    for path in built.iterdir():
        hub.files[f"someone/tiny-ct2/{path.name}"] = path.read_bytes()
    found = await get("someone/tiny-ct2")
    model = WhisperModel(str(found.path), device="cpu", compute_type="int8", local_files_only=True)
    segments, info = model.transcribe(np.zeros(16_000, np.float32), language="en", max_new_tokens=4)
    list(segments)
    assert info.duration == 1.0
