"""A model in Whisper's format, made in a moment: it writes nonsense, but faster-whisper drives it as any other.

Its weights are random numbers of a seed. It has what a real English one has: the spectrogram in front, an
encoder of up to 30 s, a byte-level tokenizer with Whisper's special and 1501 timestamp tokens. With a
vocabulary of less than 51865 tokens faster-whisper takes it for English only.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from ctranslate2.specs import WhisperSpec
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

WIDTH = 64
HEADS = 2
MELS = 80
TEXT_POSITIONS = 448
POSITIONS_PER_S = 50
SPECIAL = (
    "<|endoftext|>",
    "<|startoftranscript|>",
    "<|en|>",
    "<|translate|>",
    "<|transcribe|>",
    "<|startoflm|>",
    "<|startofprev|>",
    "<|nospeech|>",
    "<|notimestamps|>",
)
TIMESTAMPS = tuple(f"<|{step * 0.02:.2f}|>" for step in range(1501))


def build(
    folder: Path,
    *,
    seed: int = 4,
    encoder_layers: int = 2,
    decoder_layers: int = 1,
    window_s: int = 30,
    sure: bool = False,
) -> Path:
    """Write the model into `folder` and return it. `encoder_layers` sets how much work a second of sound is.
    A `sure` model is convinced of its nonsense, so that its text is believed."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = _tokenizer()
    tokenizer.save(str(folder / "tokenizer.json"))
    vocabulary = [tokenizer.id_to_token(index) for index in range(tokenizer.get_vocab_size())]
    rng = np.random.default_rng(seed)
    spec = _spec(rng, len(vocabulary), encoder_layers, decoder_layers, window_s)
    _only_letters(spec.decoder.projection, vocabulary, sure)
    spec.register_vocabulary(vocabulary)
    spec.validate()
    spec.optimize(quantization="int8")
    spec.save(str(folder))
    features = {"feature_size": MELS, "sampling_rate": 16_000, "hop_length": 160, "n_fft": 400}
    (folder / "preprocessor_config.json").write_text(json.dumps({**features, "chunk_length": window_s}))
    return folder


def _tokenizer() -> Tokenizer:
    """One token per byte, then Whisper's own."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(
        models.BPE(vocab={letter: index for index, letter in enumerate(letters)}, merges=[])
    )
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, special=True) for token in SPECIAL])
    tokenizer.add_tokens([AddedToken(token, special=False) for token in TIMESTAMPS])
    return tokenizer


def _spec(
    rng: np.random.Generator, tokens: int, encoder_layers: int, decoder_layers: int, window_s: int
) -> WhisperSpec:
    spec = WhisperSpec(encoder_layers, HEADS, decoder_layers, HEADS)
    encoder, decoder = spec.encoder, spec.decoder
    _fill(rng, encoder.conv1, WIDTH, MELS, 3)
    _fill(rng, encoder.conv2, WIDTH, WIDTH, 3)
    encoder.position_encodings.encodings = _random(rng, window_s * POSITIONS_PER_S, WIDTH)
    decoder.embeddings.weight = _random(rng, tokens, WIDTH)
    decoder.position_encodings.encodings = _random(rng, TEXT_POSITIONS, WIDTH)
    decoder.projection.weight = _random(rng, tokens, WIDTH)
    for norm in (encoder.layer_norm, decoder.layer_norm):
        _norm(norm)
    for layer in encoder.layer:
        _attention(rng, layer.self_attention)
        _feed_forward(rng, layer.ffn)
    for layer in decoder.layer:
        _attention(rng, layer.self_attention)
        _attention(rng, layer.attention)
        _feed_forward(rng, layer.ffn)
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = []
    spec.config.lang_ids = []
    spec.config.alignment_heads = list(_alignment_heads(decoder_layers))
    return spec


def _only_letters(projection: Any, vocabulary: list[str | None], sure: bool) -> None:
    """It shall write lower case letters and blanks ("Ġ" in byte-level tokens), and end at some time."""
    allowed = {"Ġ", *"abcdefghijklmnopqrstuvwxyz", "<|endoftext|>"}
    projection.bias = np.array([0.0 if token in allowed else -1e4 for token in vocabulary], np.float32)
    if sure:
        projection.weight = projection.weight * np.float32(30.0)


def _alignment_heads(layers: int) -> Iterator[tuple[int, int]]:
    return ((layer, head) for layer in range(layers // 2, layers) for head in range(HEADS))


def _random(rng: np.random.Generator, *shape: int) -> npt.NDArray[np.float32]:
    numbers: npt.NDArray[np.float32] = (rng.normal(0.0, 1.0, shape) / np.sqrt(WIDTH)).astype(np.float32)
    return numbers


def _fill(rng: np.random.Generator, part: Any, *shape: int) -> None:
    part.weight = _random(rng, *shape)
    part.bias = _random(rng, shape[0])


def _norm(part: Any) -> None:
    part.gamma = np.ones(WIDTH, np.float32)
    part.beta = np.zeros(WIDTH, np.float32)


def _attention(rng: np.random.Generator, part: Any) -> None:
    """Queries, keys and values in one matrix for self-attention; keys and values in one for the other."""
    _norm(part.layer_norm)
    widths = (3 * WIDTH, WIDTH) if len(part.linear) == 2 else (WIDTH, 2 * WIDTH, WIDTH)
    for linear, width in zip(part.linear, widths, strict=True):
        _fill(rng, linear, width, WIDTH)


def _feed_forward(rng: np.random.Generator, part: Any) -> None:
    _norm(part.layer_norm)
    _fill(rng, part.linear_0, 4 * WIDTH, WIDTH)
    _fill(rng, part.linear_1, WIDTH, 4 * WIDTH)
