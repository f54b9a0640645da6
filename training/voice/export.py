"""The trained voice as piper-tts wants it: an ONNX graph and its settings."""

import json
from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP

from training.voice.model import SYMBOLS, Voice
from training.voice.teacher import HOP, RATE_HZ

NAME = "en_US-fixture-x_low"
LARGE = 1_000  # numbers from which on a constant is stored in half precision
INFERENCE = {"noise_scale": 0.667, "length_scale": 1.0, "noise_w": 0.8}


def export(voice: Voice, folder: Path, speakers: list[str]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{NAME}.onnx"
    ids = torch.tensor([[1, 0, 20, 0, 59, 0, 24, 0, 120, 0, 27, 0, 100, 0, 10, 0, 2]])
    arguments = (ids, torch.tensor([ids.shape[1]]), torch.tensor([1.0, 1.0, 0.0]), torch.tensor([0]))
    torch.onnx.export(
        voice,
        arguments,
        str(path),
        input_names=["input", "input_lengths", "scales", "sid"],
        output_names=["output", "durations"],
        dynamic_axes={"input": {1: "phonemes"}, "output": {3: "samples"}, "durations": {1: "phonemes"}},
        opset_version=17,
        dynamo=False,
    )
    model = onnx.load(str(path))
    _halve(model)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
    settings = {
        "audio": {"sample_rate": RATE_HZ, "quality": "x_low"},
        "espeak": {"voice": "en-us"},
        "phoneme_type": "espeak",
        "inference": INFERENCE,
        "phoneme_map": {},
        "phoneme_id_map": DEFAULT_PHONEME_ID_MAP,
        "num_symbols": SYMBOLS,
        "num_speakers": len(speakers),
        "speaker_id_map": {name: number for number, name in enumerate(speakers)},
        "hop_length": HOP,
        "language": {"code": "en_US"},
        "dataset": "fixture",
    }
    path.with_name(path.name + ".json").write_text(json.dumps(settings, ensure_ascii=False, indent=1) + "\n")
    return path


def _halve(model: onnx.ModelProto) -> None:
    """Large constants in half precision, widened again when the graph is loaded: half the file, and the same
    arithmetic."""
    graph = model.graph
    for constant in list(graph.initializer):
        if constant.data_type != onnx.TensorProto.FLOAT or numpy_helper.to_array(constant).size < LARGE:
            continue
        name = constant.name
        half = numpy_helper.from_array(numpy_helper.to_array(constant).astype("float16"), f"{name}.half")
        graph.initializer.remove(constant)
        graph.initializer.append(half)
        graph.node.insert(0, onnx.helper.make_node("Cast", [half.name], [name], to=onnx.TensorProto.FLOAT))
