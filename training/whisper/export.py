"""The trained network as a model folder that faster-whisper loads: CTranslate2's format, int8."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from ctranslate2.specs import WhisperSpec
from tokenizers import Tokenizer
from torch import Tensor, nn

from training.whisper.features import MELS, RATE_HZ
from training.whisper.model import Attention, FeedForward, Whisper


def export(
    model: Whisper,
    tokenizer: Tokenizer,
    folder: Path,
    alignment_heads: list[tuple[int, int]],
    window_s: int = 30,
) -> None:
    """Write the model's files into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    shape = model.shape
    spec = WhisperSpec(shape.encoder_layers, shape.heads, shape.decoder_layers, shape.heads)
    _linear(spec.encoder.conv1, model.conv1)
    _linear(spec.encoder.conv2, model.conv2)
    spec.encoder.position_encodings.encodings = _array(model.sound_positions)
    _norm(spec.encoder.layer_norm, model.encoder_norm)
    for part, layer in zip(spec.encoder.layer, model.encoder, strict=True):
        _self_attention(part.self_attention, layer.attention)
        _feed_forward(part.ffn, layer.feed_forward)
    spec.decoder.embeddings.weight = _array(model.embedding.weight)
    spec.decoder.projection.weight = _array(model.embedding.weight)
    spec.decoder.position_encodings.encodings = _array(model.text_positions)
    _norm(spec.decoder.layer_norm, model.decoder_norm)
    for part, layer in zip(spec.decoder.layer, model.decoder, strict=True):
        _self_attention(part.self_attention, layer.attention)
        _cross_attention(part.attention, layer.cross)
        _feed_forward(part.ffn, layer.feed_forward)
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = []
    spec.config.lang_ids = []
    spec.config.alignment_heads = alignment_heads
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    spec.register_vocabulary([tokenizer.id_to_token(index) for index in range(tokenizer.get_vocab_size())])
    spec.validate()
    spec.optimize(quantization="int8")
    spec.save(str(folder))
    features = {"feature_size": MELS, "sampling_rate": RATE_HZ, "hop_length": 160, "n_fft": 400}
    features["chunk_length"] = window_s
    (folder / "preprocessor_config.json").write_text(json.dumps(features, indent=2) + "\n")


def _array(values: Tensor) -> np.ndarray[Any, np.dtype[np.float32]]:
    return values.detach().float().numpy().copy()


def _linear(part: Any, layer: nn.Linear | nn.Conv1d) -> None:
    part.weight = _array(layer.weight)
    part.bias = np.zeros(layer.weight.shape[0], np.float32) if layer.bias is None else _array(layer.bias)


def _joined(part: Any, *layers: nn.Linear) -> None:
    """Several projections of one input, as one matrix."""
    halves: list[Any] = [type(part)() for _ in layers]
    for half, layer in zip(halves, layers, strict=True):
        _linear(half, layer)
    part.weight = np.concatenate([half.weight for half in halves])
    part.bias = np.concatenate([half.bias for half in halves])


def _norm(part: Any, norm: nn.LayerNorm) -> None:
    part.gamma, part.beta = _array(norm.weight), _array(norm.bias)


def _self_attention(part: Any, attention: Attention) -> None:
    _norm(part.layer_norm, attention.norm)
    _joined(part.linear[0], attention.query, attention.key, attention.value)
    _linear(part.linear[1], attention.out)


def _cross_attention(part: Any, attention: Attention) -> None:
    _norm(part.layer_norm, attention.norm)
    _linear(part.linear[0], attention.query)
    _joined(part.linear[1], attention.key, attention.value)
    _linear(part.linear[2], attention.out)


def _feed_forward(part: Any, layers: FeedForward) -> None:
    norm, first, _gelu, second = layers
    _norm(part.layer_norm, norm)
    _linear(part.linear_0, first)
    _linear(part.linear_1, second)
