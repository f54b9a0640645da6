"""The tokenizer: byte-level BPE of the domain's words, then Whisper's own tokens."""

from collections.abc import Iterable
from dataclasses import dataclass

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

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
STEP_S = 0.02
TIMESTAMPS = tuple(f"<|{step * STEP_S:.2f}|>" for step in range(1501))
"""Whisper's, for 30 s. They follow <|notimestamps|> directly: faster-whisper counts on it."""


def train_tokenizer(texts: Iterable[str], text_tokens: int = 900) -> Tokenizer:
    """Each word of `texts` becomes one token where it occurs twice; any other text is still spelled in bytes.

    Whisper's texts begin with a blank, so that every word has one in front of it.
    """
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=text_tokens,
        min_frequency=1,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator([f" {text}" for text in texts], trainer)
    tokenizer.add_special_tokens([AddedToken(token, special=True) for token in SPECIAL])
    tokenizer.add_tokens([AddedToken(token, special=False) for token in TIMESTAMPS])
    return tokenizer


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The numbers of the tokens that have a meaning of their own."""

    size: int
    end: int
    start: int
    previous: int
    no_speech: int
    no_timestamps: int

    @classmethod
    def of(cls, tokenizer: Tokenizer) -> "Vocabulary":
        names = ("endoftext", "startoftranscript", "startofprev", "nospeech", "notimestamps")
        numbers = [tokenizer.token_to_id(f"<|{name}|>") for name in names]
        return cls(tokenizer.get_vocab_size(), *numbers)

    @property
    def text(self) -> int:
        """All tokens below are text."""
        return self.end

    def timestamp(self, seconds: float) -> int:
        return self.no_timestamps + 1 + min(len(TIMESTAMPS) - 1, max(0, round(seconds / STEP_S)))
