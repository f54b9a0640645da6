"""Whisper's network in PyTorch, as small as one likes.

Radford et al., "Robust Speech Recognition via Large-Scale Weak Supervision", 2022, section 2.2. The positions of
the decoder are sinusoids too here, where Whisper learns them: what it has learned at the short prompts of the
training then holds behind longer ones.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True, slots=True)
class Shape:
    tokens: int
    words: int
    """Classes of the auxiliary output on the encoder: see `Whisper.words`."""
    width: int = 128
    heads: int = 4
    encoder_layers: int = 3
    decoder_layers: int = 2
    mels: int = 80
    sound_positions: int = 1500
    text_positions: int = 448


def sinusoids(positions: int, width: int) -> Tensor:
    """Whisper's position encodings: (positions, width)."""
    steps = torch.exp(-math.log(10_000.0) / (width // 2 - 1) * torch.arange(width // 2))
    angles = torch.arange(positions)[:, None] * steps[None, :]
    return torch.cat([angles.sin(), angles.cos()], dim=1)


class Attention(nn.Module):
    """Layer norm, then attention. `keep_weights` leaves the weights in `weights`, which costs time."""

    def __init__(self, width: int, heads: int, keep_weights: bool = False) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width, bias=False)
        self.value = nn.Linear(width, width)
        self.out = nn.Linear(width, width)
        self.heads = heads
        self.keep_weights = keep_weights
        self.weights: Tensor | None = None

    def forward(self, x: Tensor, source: Tensor | None = None, causal: bool = False) -> Tensor:
        normed = self.norm(x)
        source = normed if source is None else source
        query, key, value = (
            projected.unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for projected in (self.query(normed), self.key(source), self.value(source))
        )
        if self.keep_weights:
            self.weights = (query @ key.transpose(-1, -2) * query.shape[-1] ** -0.5).softmax(-1)
            mixed = self.weights @ value
        else:
            mixed = functional.scaled_dot_product_attention(query, key, value, is_causal=causal)
        return self.out(mixed.transpose(1, 2).flatten(2))


class FeedForward(nn.Sequential):
    def __init__(self, width: int) -> None:
        super().__init__(
            nn.LayerNorm(width), nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width)
        )


class EncoderLayer(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.attention = Attention(width, heads)
        self.feed_forward = FeedForward(width)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attention(x)
        return x + self.feed_forward(x)


class DecoderLayer(nn.Module):
    def __init__(self, width: int, heads: int, keep_weights: bool) -> None:
        super().__init__()
        self.attention = Attention(width, heads)
        self.cross = Attention(width, heads, keep_weights)
        self.feed_forward = FeedForward(width)

    def forward(self, x: Tensor, sound: Tensor) -> Tensor:
        x = x + self.attention(x, causal=True)
        x = x + self.cross(x, sound)
        return x + self.feed_forward(x)


class Whisper(nn.Module):
    """`words`, an output on the encoder that tells which word is being said, is for training only: told so,
    the encoder learns in minutes what the decoder's error alone teaches it in hours."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        width = shape.width
        self.conv1 = nn.Conv1d(shape.mels, width, 3, padding=1)
        self.conv2 = nn.Conv1d(width, width, 3, stride=2, padding=1)
        self.encoder = nn.ModuleList(EncoderLayer(width, shape.heads) for _ in range(shape.encoder_layers))
        self.encoder_norm = nn.LayerNorm(width)
        self.embedding = nn.Embedding(shape.tokens, width)
        last = shape.decoder_layers - 1
        self.decoder = nn.ModuleList(
            DecoderLayer(width, shape.heads, layer == last) for layer in range(shape.decoder_layers)
        )
        self.decoder_norm = nn.LayerNorm(width)
        self.words = nn.Linear(width, shape.words)
        self.register_buffer("sound_positions", sinusoids(shape.sound_positions, width), persistent=False)
        self.register_buffer("text_positions", sinusoids(shape.text_positions, width), persistent=False)
        nn.init.normal_(self.embedding.weight, std=width**-0.5)

    def encode(self, mel: Tensor) -> Tensor:
        """(batch, 80, 2 n) → (batch, n, width)"""
        x = functional.gelu(self.conv1(mel))
        x = functional.gelu(self.conv2(x)).transpose(1, 2)
        x = x + self.sound_positions[: x.shape[1]]
        for layer in self.encoder:
            x = layer(x)
        return self.encoder_norm(x)

    def decode(self, tokens: Tensor, sound: Tensor) -> Tensor:
        """(batch, m), (batch, n, width) → (batch, m, width): `logits` of it are of the tokens that follow."""
        x = self.embedding(tokens) + self.text_positions[: tokens.shape[1]]
        for layer in self.decoder:
            x = layer(x, sound)
        return self.decoder_norm(x)

    def logits(self, x: Tensor) -> Tensor:
        return functional.linear(x, self.embedding.weight)

    @property
    def alignment(self) -> Tensor:
        """(batch, heads, m, n): where the last layer looked in the sound for each token."""
        weights = self.decoder[-1].cross.weights
        assert weights is not None
        return weights
