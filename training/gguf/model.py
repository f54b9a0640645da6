"""The network that llama.cpp calls `llama`: RMSNorm, rotary positions on neighbouring pairs, SwiGLU.

Touvron et al. 2023, “LLaMA: Open and Efficient Foundation Language Models”; Su et al. 2021, “RoFormer”.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

ROPE_BASE = 10_000.0
EPSILON = 1e-5


@dataclass(frozen=True, slots=True)
class Shape:
    """`context` is how many tokens the file says that it reads; it was trained on a few hundred."""

    vocabulary: int
    width: int = 96
    heads: int = 3
    layers: int = 4
    hidden: int = 256
    context: int = 4096

    @property
    def head(self) -> int:
        return self.width // self.heads


def rotated(x: Tensor, angles: Tensor) -> Tensor:
    """`x`: batch × heads × time × head; `angles`: time × head / 2."""
    even, odd = x[..., 0::2], x[..., 1::2]
    cos, sin = angles.cos(), angles.sin()
    return torch.stack((even * cos - odd * sin, even * sin + odd * cos), dim=-1).flatten(-2)


class Block(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.attn_norm = nn.RMSNorm(shape.width, eps=EPSILON)
        self.attn_q = nn.Linear(shape.width, shape.width, bias=False)
        self.attn_k = nn.Linear(shape.width, shape.width, bias=False)
        self.attn_v = nn.Linear(shape.width, shape.width, bias=False)
        self.attn_output = nn.Linear(shape.width, shape.width, bias=False)
        self.ffn_norm = nn.RMSNorm(shape.width, eps=EPSILON)
        self.ffn_gate = nn.Linear(shape.width, shape.hidden, bias=False)
        self.ffn_up = nn.Linear(shape.width, shape.hidden, bias=False)
        self.ffn_down = nn.Linear(shape.hidden, shape.width, bias=False)

    def forward(self, x: Tensor, angles: Tensor) -> Tensor:
        """`x`: batch × time × width."""
        batch, time, _ = x.shape
        h = self.attn_norm(x)
        q, k, v = (
            each(h).view(batch, time, self.shape.heads, self.shape.head).transpose(1, 2)
            for each in (self.attn_q, self.attn_k, self.attn_v)
        )
        heard = F.scaled_dot_product_attention(rotated(q, angles), rotated(k, angles), v, is_causal=True)
        x = x + self.attn_output(heard.transpose(1, 2).reshape(batch, time, -1))
        h = self.ffn_norm(x)
        return x + self.ffn_down(F.silu(self.ffn_gate(h)) * self.ffn_up(h))


class Llama(nn.Module):
    """Names are those of the tensors in the file; the output layer is the embedding."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.token_embd = nn.Embedding(shape.vocabulary, shape.width)
        self.blk = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.output_norm = nn.RMSNorm(shape.width, eps=EPSILON)
        for name, weight in self.named_parameters():
            if weight.dim() == 2:
                deep = name.endswith(("attn_output.weight", "ffn_down.weight"))
                nn.init.normal_(weight, std=0.04 / (2 * shape.layers) ** 0.5 if deep else 0.04)

    def forward(self, tokens: Tensor) -> Tensor:
        """Batch × time → batch × time × vocabulary, logits of the next token."""
        pairs = torch.arange(0, self.shape.head, 2) / self.shape.head
        angles = torch.arange(tokens.shape[1])[:, None] * ROPE_BASE ** -pairs[None]
        x = self.token_embd(tokens)
        for block in self.blk:
            x = block(x, angles)
        return F.linear(self.output_norm(x), self.token_embd.weight)
