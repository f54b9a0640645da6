"""Writes an encoder of the BERT family as ONNX, from weights by the names that Hugging Face gives them: a tiny one with
random weights for tests, and any real one that comes as safetensors.

    python -m tests.bert_onnx FOLDER     # model.safetensors there becomes model.onnx
"""

import json
import struct
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

Weights = dict[str, np.ndarray[Any, Any]]


class _Graph:
    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self.nodes: list[Any] = []
        self.constants: dict[str, Any] = {}

    def add(self, kind: str, *inputs: str, **attributes: Any) -> str:
        name = f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        return name

    def constant(self, name: str, value: Any) -> str:
        self.constants[name] = numpy_helper.from_array(np.array(value, order="C"), name)
        return name

    def weight(self, name: str, *, transposed: bool = False) -> str:
        value = self.weights[name].astype(np.float32)
        return self.constant(name, value.T if transposed else value)

    def linear(self, x: str, name: str) -> str:
        product = self.add("MatMul", x, self.weight(f"{name}.weight", transposed=True))
        return self.add("Add", product, self.weight(f"{name}.bias"))

    def norm(self, x: str, name: str) -> str:
        scale, bias = self.weight(f"{name}.weight"), self.weight(f"{name}.bias")
        return self.add("LayerNormalization", x, scale, bias, axis=-1, epsilon=1e-12)


def write_bert(path: Path, weights: Weights, heads: int) -> None:
    """Inputs `input_ids`, `attention_mask` and `token_type_ids` (int64, batch × pieces); output `last_hidden_state`."""
    g = _Graph(weights)
    size = weights["embeddings.word_embeddings.weight"].shape[1]
    words = g.add("Gather", g.weight("embeddings.word_embeddings.weight"), "input_ids")
    kinds = g.add("Gather", g.weight("embeddings.token_type_embeddings.weight"), "token_type_ids")
    length = g.add("Gather", g.add("Shape", "input_ids"), g.constant("one", np.array(1)))
    zero, step = g.constant("zero", np.array(0)), g.constant("step", np.array(1))
    places = g.add("Range", zero, length, step)
    positions = g.add("Gather", g.weight("embeddings.position_embeddings.weight"), places)
    x = g.norm(g.add("Add", g.add("Add", words, kinds), positions), "embeddings.LayerNorm")
    mask = g.add("Cast", "attention_mask", to=TensorProto.FLOAT)
    mask = g.add("Unsqueeze", mask, g.constant("axes", np.array([1, 2])))
    away = g.constant("away", np.array(10_000, np.float32))
    bias = g.add("Mul", g.add("Sub", mask, g.constant("full", np.array(1, np.float32))), away)
    layers = 1 + max(int(name.split(".")[2]) for name in weights if name.startswith("encoder.layer."))
    for layer in range(layers):
        x = _layer(g, x, bias, f"encoder.layer.{layer}", heads, size // heads)
    ids = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "pieces"])
        for name in ("input_ids", "attention_mask", "token_type_ids")
    ]
    out = helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["batch", "pieces", size])
    g.nodes.append(helper.make_node("Identity", [x], ["last_hidden_state"]))
    graph = helper.make_graph(g.nodes, "bert", ids, [out], list(g.constants.values()))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, str(path))


def _layer(g: _Graph, x: str, bias: str, name: str, heads: int, width: int) -> str:
    split = g.constant("split", np.array([0, 0, heads, width]))
    joined = g.constant("joined", np.array([0, 0, heads * width]))

    def part(which: str, order: list[int]) -> str:
        made = g.add("Reshape", g.linear(x, f"{name}.attention.self.{which}"), split)
        return g.add("Transpose", made, perm=order)

    query, key, value = part("query", [0, 2, 1, 3]), part("key", [0, 2, 3, 1]), part("value", [0, 2, 1, 3])
    scale = g.constant("scale", np.array(width**-0.5, np.float32))
    attention = g.add("Add", g.add("Mul", g.add("MatMul", query, key), scale), bias)
    context = g.add("MatMul", g.add("Softmax", attention, axis=-1), value)
    context = g.add("Reshape", g.add("Transpose", context, perm=[0, 2, 1, 3]), joined)
    dense = g.linear(context, f"{name}.attention.output.dense")
    x = g.norm(g.add("Add", dense, x), f"{name}.attention.output.LayerNorm")
    hidden = g.linear(x, f"{name}.intermediate.dense")
    root = g.constant("root", np.array(2**-0.5, np.float32))
    half, full = g.constant("half", np.array(0.5, np.float32)), g.constant("full", np.array(1, np.float32))
    erf = g.add("Add", g.add("Erf", g.add("Mul", hidden, root)), full)
    hidden = g.add("Mul", g.add("Mul", hidden, erf), half)  # GELU
    return g.norm(g.add("Add", g.linear(hidden, f"{name}.output.dense"), x), f"{name}.output.LayerNorm")


def random_bert(vocabulary: int, *, size: int = 16, layers: int = 1, seed: int = 0) -> Weights:
    """Weights of a model that has learned nothing, but tells different words apart."""
    rng = np.random.default_rng(seed)
    weights: Weights = {
        "embeddings.word_embeddings.weight": rng.normal(size=(vocabulary, size)),
        "embeddings.position_embeddings.weight": 0.1 * rng.normal(size=(128, size)),
        "embeddings.token_type_embeddings.weight": np.zeros((2, size)),
    }

    def linear(name: str, before: int, after: int) -> None:
        weights[f"{name}.weight"] = rng.normal(size=(after, before)) * before**-0.5
        weights[f"{name}.bias"] = np.zeros(after)

    def norm(name: str) -> None:
        weights[f"{name}.weight"], weights[f"{name}.bias"] = np.ones(size), np.zeros(size)

    norm("embeddings.LayerNorm")
    for layer in range(layers):
        name = f"encoder.layer.{layer}"
        for which in ("self.query", "self.key", "self.value", "output.dense"):
            linear(f"{name}.attention.{which}", size, size)
        linear(f"{name}.intermediate.dense", size, 2 * size)
        linear(f"{name}.output.dense", 2 * size, size)
        norm(f"{name}.attention.output.LayerNorm")
        norm(f"{name}.output.LayerNorm")
    return weights


def read_safetensors(path: Path) -> Weights:
    """float32 tensors of a file. Source of the format: https://huggingface.co/docs/safetensors"""
    raw = path.read_bytes()
    (length,) = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8 : 8 + length])
    return {
        name: np.frombuffer(
            raw, np.float32, int(np.prod(each["shape"])), 8 + length + each["data_offsets"][0]
        ).reshape(each["shape"])
        for name, each in header.items()
        if name != "__metadata__" and each["dtype"] == "F32"
    }


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    write_bert(
        folder / "model.onnx", read_safetensors(folder / "model.safetensors"), config["num_attention_heads"]
    )
