"""The Piper voice in tests/fixtures under any name, and variants of it that other voices of the format are like."""

import json
import shutil
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

VOICE = Path(__file__).parent / "fixtures" / "en_US-fixture-x_low.onnx"
RATE_HZ = 16_000
HOP_SAMPLES = 80  # alignments are in steps of this
SPEAKERS = ("slt", "rms")  # a woman and a man


def build(
    folder: Path,
    name: str = "en_US-tiny-low",
    *,
    speakers: int = 2,
    alignments: bool = True,
    rate_hz: int = RATE_HZ,
) -> Path:
    """Writes `<name>.onnx` and `<name>.onnx.json`; returns the former. With one speaker the graph has no input for
    it; without `alignments` it has no output for them. At another `rate_hz` it speaks higher or lower."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.onnx"
    settings = json.loads(_settings(VOICE).read_text("utf-8"))
    settings["audio"]["sample_rate"] = rate_hz
    if speakers == 1:
        settings |= {"num_speakers": 1, "speaker_id_map": {}}
    _settings(path).write_text(json.dumps(settings), "utf-8")
    if speakers == 2 and alignments:
        shutil.copyfile(VOICE, path)
        return path
    model = onnx.load(str(VOICE))
    if speakers == 1:
        [sid] = [one for one in model.graph.input if one.name == "sid"]
        model.graph.input.remove(sid)
        model.graph.initializer.append(numpy_helper.from_array(np.array([0], np.int64), "sid"))
    if not alignments:
        del model.graph.output[1:]
    onnx.save(model, str(path))
    return path


def _settings(path: Path) -> Path:
    return path.with_name(path.name + ".json")
