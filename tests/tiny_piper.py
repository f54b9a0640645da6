"""A voice in Piper's format, made in a moment: an ONNX graph that hums instead of speaking.

It has the inputs (`input`, `input_lengths`, `scales`, and `sid` with several speakers) and the output of a
real voice, and a settings file, so the real `PiperVoice` drives it with its real phonemiser. Each phoneme id
lasts `ceil(HOPS_PER_ID * length_scale)` hops; speaker n hums at (n + 1) * 200 Hz. The number of hops per id
comes out of a Ceil node, as in a real voice, and with `alignments` it is an output of the graph.
"""

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP

RATE_HZ = 16_000
HOP_SAMPLES = 256
HOPS_PER_ID = 2


def samples(ids: int, length_scale: float = 1.0) -> int:
    """How long the voice hums for so many phoneme ids (of which PAD, BOS and EOS are some)."""
    return ids * int(np.ceil(np.float32(HOPS_PER_ID) * np.float32(length_scale))) * HOP_SAMPLES


def build(
    folder: Path,
    name: str = "en_US-tiny-low",
    *,
    speakers: int = 1,
    alignments: bool = False,
    work: int = 0,
    rate_hz: int = RATE_HZ,
) -> Path:
    """Writes `<name>.onnx` and `<name>.onnx.json`; returns the former. `work`: how often a 256 × 256 matrix
    is multiplied for each clause, to make a voice that takes its time. At another `rate_hz` it hums at another
    pitch."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.onnx"
    onnx.save(_model(speakers, alignments, work), str(path))
    config = {
        "audio": {"sample_rate": rate_hz, "quality": "low"},
        "espeak": {"voice": "en-us"},
        "phoneme_type": "espeak",
        "inference": {"noise_scale": 0.667, "length_scale": 1.0, "noise_w": 0.8},
        "phoneme_map": {},
        "phoneme_id_map": DEFAULT_PHONEME_ID_MAP,
        "num_symbols": 256,
        "num_speakers": speakers,
        "speaker_id_map": {f"speaker{n}": n for n in range(speakers)} if speakers > 1 else {},
        "hop_length": HOP_SAMPLES,
    }
    path.with_name(path.name + ".json").write_text(json.dumps(config), "utf-8")
    return path


def _constant(name: str, value: object, dtype: type[np.generic]) -> onnx.TensorProto:
    return numpy_helper.from_array(np.array(value, dtype), name)


def _model(speakers: int, alignments: bool, work: int) -> onnx.ModelProto:
    node = helper.make_node
    constants = [
        _constant("hop", float(HOP_SAMPLES), np.float32),
        _constant("hops_per_id", float(HOPS_PER_ID), np.float32),
        _constant("one_index", [1], np.int64),
        _constant("two_index", [2], np.int64),
        _constant("zero_f", 0.0, np.float32),
        _constant("one_f", 1.0, np.float32),
        _constant("radians", 2 * np.pi * 200 / RATE_HZ, np.float32),
        _constant("level", 0.5, np.float32),
        _constant("shape", [1, 1, 1, -1], np.int64),
    ]
    nodes = [
        node("Slice", ["scales", "one_index", "two_index"], ["length_scale"]),
        node("Mul", ["length_scale", "hops_per_id"], ["w"]),
        node("Cast", ["input"], ["ids"], to=TensorProto.FLOAT),
        node("Mul", ["ids", "zero_f"], ["zeros"]),
        node("Add", ["zeros", "w"], ["w_each"]),
        node("Ceil", ["w_each"], ["w_ceil"]),
        node("ReduceSum", ["w_ceil"], ["hops"], keepdims=0),
        node("Mul", ["hops", "hop"], ["length"]),
        node("Range", ["zero_f", "length", "one_f"], ["time"]),
        node("Mul", ["time", "radians"], ["phase"]),
        *_speaker(speakers),
        node("Sin", ["pitched"], ["tone"]),
        *_work(work, constants),
        node("Mul", ["tone", "loud"], ["wave"]),
        node("Reshape", ["wave", "shape"], ["output"]),
    ]
    inputs = [
        helper.make_tensor_value_info("input", TensorProto.INT64, [1, "phonemes"]),
        helper.make_tensor_value_info("input_lengths", TensorProto.INT64, [1]),
        helper.make_tensor_value_info("scales", TensorProto.FLOAT, [3]),
    ]
    if speakers > 1:
        inputs.append(helper.make_tensor_value_info("sid", TensorProto.INT64, [1]))
    outputs = [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, 1, 1, "time"])]
    if alignments:
        outputs.append(helper.make_tensor_value_info("w_ceil", TensorProto.FLOAT, [1, "phonemes"]))
    graph = helper.make_graph(nodes, "tiny", inputs, outputs, initializer=constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def _speaker(speakers: int) -> list[onnx.NodeProto]:
    if speakers == 1:
        return [helper.make_node("Identity", ["phase"], ["pitched"])]
    return [
        helper.make_node("Cast", ["sid"], ["speaker"], to=TensorProto.FLOAT),
        helper.make_node("Add", ["speaker", "one_f"], ["pitch"]),
        helper.make_node("Mul", ["phase", "pitch"], ["pitched"]),
    ]


def _work(work: int, constants: list[onnx.TensorProto]) -> list[onnx.NodeProto]:
    """A detour whose result is always the level, but which has to be computed."""
    if not work:
        return [helper.make_node("Identity", ["level"], ["loud"])]
    constants.append(numpy_helper.from_array(np.eye(256, dtype=np.float32), "matrix"))
    nodes = [helper.make_node("Mul", ["matrix", "one_scale"], ["m0"])]
    nodes.insert(0, helper.make_node("Div", ["length_scale", "length_scale"], ["one_scale"]))
    for index in range(work):
        nodes.append(helper.make_node("MatMul", [f"m{index}", "matrix"], [f"m{index + 1}"]))
    nodes.append(helper.make_node("ReduceMax", [f"m{work}"], ["peak"], keepdims=0))
    nodes.append(helper.make_node("Mul", ["peak", "level"], ["loud"]))
    return nodes
