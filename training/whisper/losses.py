"""What the network is to get better at: the text, which word is being said, and where to look for it."""

import torch
from torch import Tensor
from torch.nn import functional

from training.whisper.examples import IGNORED, NOWHERE, SILENCE, Batch
from training.whisper.model import Whisper
from training.whisper.tokens import Vocabulary

GUIDED_HEADS = 2
"""Heads of the last decoder layer that are shown where to look; word timestamps are read from them."""
_WORDS_WEIGHT = 0.5
_GUIDE_WEIGHT = 0.2
_SILENCE_WEIGHT = 0.2
"""Against a word's: half of all positions are silence."""


def total(parts: dict[str, Tensor]) -> Tensor:
    return parts["text"] + _WORDS_WEIGHT * parts["words"] + _GUIDE_WEIGHT * parts["guide"]


def losses(model: Whisper, batch: Batch, vocabulary: Vocabulary) -> dict[str, Tensor]:
    sound = model.encode(batch.mel)
    hidden = model.decode(batch.tokens, sound)
    learned = (batch.targets != IGNORED) | batch.spread
    logits = model.logits(hidden[learned])
    log_probabilities = functional.log_softmax(logits, -1)
    spread = batch.spread[learned]
    right = log_probabilities.gather(1, batch.targets[learned].clamp(min=0)[:, None])[:, 0]
    anything = log_probabilities[:, : vocabulary.text].mean(-1)
    text = -torch.where(spread, anything, right).mean()
    weights = torch.ones(model.shape.words)
    weights[SILENCE] = _SILENCE_WEIGHT
    words = functional.cross_entropy(model.words(sound).flatten(0, 1), batch.words.flatten(), weights)
    return {"text": text, "words": words, "guide": _guide(model.alignment, batch.looks)}


def _guide(alignment: Tensor, looks: Tensor) -> Tensor:
    """How much the guided heads look elsewhere than where the token is being said."""
    said = looks[..., 0] != NOWHERE
    if not said.any():
        return alignment.new_zeros(())
    rows = alignment[:, :GUIDED_HEADS].transpose(1, 2)[said]  # (tokens, heads, positions)
    begin, end = looks[said].unbind(-1)
    position = torch.arange(rows.shape[-1])
    inside = (position >= begin[:, None]) & (position < end[:, None])
    return -torch.log((rows * inside[:, None]).sum(-1) + 1e-3).mean()
