"""How much is understood of what was never trained on, measured on the way with PyTorch.

What counts in the end is what the assistant hears with the finished model: `training.whisper.evaluate`.
"""

import logging

import torch
from tokenizers import Tokenizer
from torch import Tensor

from training.whisper.examples import Examples
from training.whisper.model import Whisper
from training.whisper.speech import Utterance
from training.whisper.tokens import Vocabulary

log = logging.getLogger("train")


@torch.inference_mode()
def _transcribe(model: Whisper, vocabulary: Vocabulary, mel: Tensor, most: int = 40) -> list[list[int]]:
    """Greedy, without timestamps."""
    sound = model.encode(mel)
    tokens = torch.tensor([[vocabulary.start, vocabulary.no_timestamps]]).repeat(len(mel), 1)
    given = tokens.shape[1]
    over = torch.zeros(len(mel), dtype=torch.bool)
    while not over.all() and tokens.shape[1] < most:
        logits = model.logits(model.decode(tokens, sound)[:, -1])
        following = logits[:, : vocabulary.end + 1].argmax(-1)
        following[over] = vocabulary.end
        over |= following == vocabulary.end
        tokens = torch.cat([tokens, following[:, None]], 1)
    return [row[given:] for row in tokens.tolist()]


def accuracy(
    model: Whisper, examples: Examples, tokenizer: Tokenizer, held_out: list[Utterance], show: int = 4
) -> float:
    """Share of held-out utterances that come back word for word."""
    model.eval()
    right, shown = 0, 0
    for start in range(0, len(held_out), 32):
        some = held_out[start : start + 32]
        rows = _transcribe(model, examples.vocabulary, examples.plain(some))
        for utterance, row in zip(some, rows, strict=True):
            text = tokenizer.decode([token for token in row if token < examples.vocabulary.end]).strip()
            right += text == utterance.text
            if text != utterance.text and shown < show:
                shown += 1
                log.info("  %s: %r heard as %r", utterance.voice, utterance.text, text)
    model.train()
    return right / len(held_out)
