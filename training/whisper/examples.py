"""Training examples: utterances with silence, noise and level around them, prompts, and what to answer.

The sequences are Whisper's: `<|startoftranscript|><|notimestamps|> text<|endoftext|>`, or with timestamps around each
sentence; for a part of them `<|startofprev|> words` in front; `<|nospeech|>` where nobody speaks.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import torch
from tokenizers import Tokenizer
from torch import Tensor

from training.whisper.features import FRAMES_PER_S, MELS, RATE_HZ, log_mel
from training.whisper.speech import Utterance
from training.whisper.tokens import Vocabulary

POSITIONS_PER_S = FRAMES_PER_S // 2
IGNORED = -100
NOWHERE = -1
SILENCE = 0
TIMESTAMP_GRID_S = 0.1
LATEST_FIRST_TIMESTAMP_S = 1.0  # faster-whisper allows none later
LONGEST_PROMPT = 223

Sound = npt.NDArray[np.float32]


@dataclass(slots=True)
class Part:
    """A token of text, and when it is said (seconds); None for a punctuation mark."""

    token: int
    said_s: tuple[float, float] | None


@dataclass(slots=True)
class Take:
    """Something to listen to, and what was said in it: sentence by sentence, (begin, end, parts)."""

    sound: Sound
    sentences: list[tuple[float, float, list[Part]]] = field(default_factory=list)
    words: list[tuple[float, float, str]] = field(default_factory=list)
    cut_off: list[Part] = field(default_factory=list)
    """What is heard of a sentence that the window cuts off."""
    cut_off_s: float = 0.0
    """Where that begins."""


@dataclass(slots=True)
class Step:
    """The decoder is given `token` and shall answer `target`, or any text at all."""

    token: int
    target: int
    said_s: tuple[float, float] | None = None
    anything: bool = False


@dataclass(slots=True)
class Batch:
    mel: Tensor  # (batch, 80, 2 n)
    tokens: Tensor  # (batch, m)
    targets: Tensor  # (batch, m), IGNORED where nothing is to be learned
    spread: Tensor  # (batch, m), true where any text is as good as another
    looks: Tensor  # (batch, m, 2), encoder positions where the token to come is said; NOWHERE
    words: Tensor  # (batch, n), classes


@dataclass(frozen=True, slots=True)
class Kind:
    """A sort of batch: how many, in a window of how long (0: as long as they are), with how many sentences."""

    size: int
    window_s: float
    sentences: int


class Examples:
    """Endless batches from utterances. Same seed, same batches."""

    def __init__(self, utterances: Sequence[Utterance], tokenizer: Tokenizer, seed: int) -> None:
        self._tokenizer = tokenizer
        self.vocabulary = Vocabulary.of(tokenizer)
        self._rng = np.random.default_rng(seed)
        self._noises = [_coloured_noise(self._rng, slope) for slope in np.linspace(0.0, 0.9, 8)]
        self._utterances = list(utterances)
        by_template: dict[str, int] = defaultdict(int)
        for utterance in utterances:
            by_template[utterance.template] += 1
        # A template counts as the square root of its sentences, else "Stop." would hardly ever come up.
        weights = np.array([by_template[utterance.template] ** -0.5 for utterance in utterances])
        self._weights = weights / weights.sum()
        names = sorted({_plain(u.text[w.start : w.end]) for u in utterances for w in u.words})
        self.classes = {"": SILENCE, **{name: index for index, name in enumerate(names, 1)}}

    def batches(self, kind: Kind, prompts: float, pool: int = 6) -> Iterator[Batch]:
        """`pool` batches of equally long examples each, in random order."""
        count = kind.size * pool
        takes = [self._take(kind) for _ in range(count)]
        if not kind.window_s:
            takes.sort(key=lambda take: take.sound.size)
        for index in self._rng.permutation(pool):
            yield self._batch(takes[index * kind.size : (index + 1) * kind.size], kind, prompts)

    def plain(self, utterances: Sequence[Utterance]) -> Tensor:
        """Their spectrograms in windows of 10 s, with a little silence around, as turns are cut."""
        mel = torch.zeros(len(utterances), MELS, 10 * FRAMES_PER_S)
        for row, utterance in enumerate(utterances):
            sound = np.pad(utterance.pcm.astype(np.float32) / 32768.0, (RATE_HZ // 3, RATE_HZ // 2))
            frames = log_mel(sound)
            mel[row, :, : frames.shape[1]] = frames
        return mel

    # ----------------------------------------------------------------------------------------------- sound

    def _take(self, kind: Kind) -> Take:
        rng = self._rng
        if rng.random() < 0.07:
            return Take(self._unspoken(rng.uniform(0.6, 3.5)))
        count = 1 + int(rng.integers(kind.sentences)) if rng.random() < 0.4 else 1
        chosen = rng.choice(len(self._utterances), size=count, p=self._weights)
        pieces: list[Sound] = [np.zeros(int(rng.uniform(0.0, 0.5) ** 1.5 * RATE_HZ), np.float32)]
        take = Take(pieces[0])
        for index in chosen:
            self._say(self._utterances[index], pieces, take, cut=count == 1 and rng.random() < 0.07)
            pieces.append(np.zeros(int(rng.uniform(0.05, 0.7) * RATE_HZ), np.float32))
        take.sound = self._colour(np.concatenate(pieces))
        if kind.window_s and take.sound.size > kind.window_s * RATE_HZ:
            _cut_off(take, kind.window_s)
        return take

    def _say(self, utterance: Utterance, pieces: list[Sound], take: Take, cut: bool) -> None:
        rng = self._rng
        rate = rng.uniform(0.94, 1.06)
        sound = utterance.pcm.astype(np.float32) / 32768.0
        words = utterance.words
        text = utterance.text
        if cut and len(words) > 1:  # broken off behind a word
            words = words[: rng.integers(1, len(words))]
            text = text[: words[-1].end]
            sound = sound[: words[-1].until + int(rng.uniform(0.0, 0.05) * RATE_HZ)]
        begin = sum(piece.size for piece in pieces)
        pieces.append(
            np.interp(np.arange(0, sound.size - 1, rate), np.arange(sound.size), sound).astype(np.float32)
        )

        def at(sample: int) -> float:
            return (begin + sample / rate) / RATE_HZ

        spans = [(word, (at(word.begin), at(word.until))) for word in words]
        take.words += [(*span, _plain(text[word.start : word.end])) for word, span in spans]
        encoding = self._tokenizer.encode(f" {text}")
        parts = []
        for token, (start, end) in zip(encoding.ids, encoding.offsets, strict=True):
            said = [span for word, span in spans if word.start < end - 1 and word.end > start - 1]
            parts.append(Part(token, said[0] if said else None))
        take.sentences.append((spans[0][1][0], spans[-1][1][1], parts))

    def _colour(self, sound: Sound) -> Sound:
        rng = self._rng
        level = float(np.sqrt(np.mean(sound**2))) + 1e-6
        if rng.random() < 0.6:
            snr_db = rng.uniform(12.0, 45.0)
            sound = sound + self._noise(sound.size) * level * np.float32(10 ** (-snr_db / 20))
        sound = sound * np.float32(10 ** (rng.uniform(-18.0, 3.0) / 20))
        return np.clip(sound, -1.0, 1.0).astype(np.float32)

    def _noise(self, samples: int) -> Sound:
        """A piece of one of the noises, at a mean square of about 1."""
        noise = self._noises[self._rng.integers(len(self._noises))]
        start = int(self._rng.integers(noise.size))
        return np.take(noise, np.arange(start, start + samples), mode="wrap")

    def _unspoken(self, seconds: float) -> Sound:
        """Silence, noise, a hum, knocks."""
        rng = self._rng
        samples = int(seconds * RATE_HZ)
        if rng.random() < 0.15:
            return np.zeros(samples, np.float32)
        sound = self._noise(samples) * np.float32(10 ** rng.uniform(-4.0, -0.6))
        if rng.random() < 0.3:
            pitch = rng.uniform(40.0, 1500.0)
            hum = np.sin(np.arange(samples) * 2 * np.pi * pitch / RATE_HZ)
            sound = sound + hum.astype(np.float32) * np.float32(10 ** rng.uniform(-3.0, -0.7))
        if rng.random() < 0.3:
            for at in rng.integers(0, samples, rng.integers(1, 5)):
                knock = self._noise(800) * np.exp(-np.arange(800) / rng.uniform(40, 250))
                end = min(samples, at + 800)
                sound[at:end] += (knock[: end - at] * 10 ** rng.uniform(-1.5, -0.3)).astype(np.float32)
        return np.clip(sound, -1.0, 1.0).astype(np.float32)

    # ----------------------------------------------------------------------------------------------- tokens

    def _batch(self, takes: list[Take], kind: Kind, prompts: float) -> Batch:
        mels = [log_mel(take.sound) for take in takes]
        longest = max(mel.shape[1] for mel in mels)
        frames = int(kind.window_s * FRAMES_PER_S) or longest + int(self._rng.integers(0, 60))
        positions = (frames + 1) // 2
        mel = torch.zeros(len(takes), mels[0].shape[0], 2 * positions)
        words = torch.full((len(takes), positions), SILENCE)
        sequences = []
        for row, take in enumerate(takes):
            mel[row, :, : mels[row].shape[1]] = mels[row][:, : 2 * positions]
            for begin_s, end_s, name in take.words:
                begin, end = (round(at * POSITIONS_PER_S) for at in (begin_s, end_s))
                words[row, begin:end] = self.classes[name]
            prompt = self._prompt(take) if self._rng.random() < prompts else []
            sequences.append(self._steps(take, prompt))
        shape = len(takes), max(len(steps) for steps in sequences)
        tokens = torch.full(shape, self.vocabulary.end)
        targets = torch.full(shape, IGNORED)
        spread = torch.zeros(shape, dtype=torch.bool)
        looks = torch.full((*shape, 2), NOWHERE)
        for row, steps in enumerate(sequences):
            for column, step in enumerate(steps):
                tokens[row, column] = step.token
                targets[row, column] = step.target
                spread[row, column] = step.anything
                if step.said_s is not None:
                    begin, end = (round(at * POSITIONS_PER_S) for at in step.said_s)
                    looks[row, column, 0] = min(begin, positions - 1)
                    looks[row, column, 1] = min(max(end, begin + 1), positions)
        return Batch(mel, tokens, targets, spread, looks, words)

    def _steps(self, take: Take, prompt: list[int]) -> list[Step]:
        v = self.vocabulary
        before = [Step(token, IGNORED) for token in (v.previous, *prompt)] if prompt else []
        timestamps = self._rng.random() < 0.3
        if not take.sentences:
            # Behind its <|nospeech|> Whisper is made to write all the same: it shall be sure of nothing then.
            given = v.timestamp(0.0) if timestamps else v.no_timestamps
            return [*before, Step(v.start, v.no_speech), Step(given, IGNORED, anything=True)]
        parts = self._with_timestamps(take) if timestamps else self._without_timestamps(take)
        parts.append(Part(v.end, None))
        inputs = [v.start, *(part.token for part in parts[:-1])]
        return before + [
            Step(token, part.token, part.said_s) for token, part in zip(inputs, parts, strict=True)
        ]

    def _with_timestamps(self, take: Take) -> list[Part]:
        def mark(seconds: float) -> Part:
            on_grid_s = round(seconds / TIMESTAMP_GRID_S) * TIMESTAMP_GRID_S
            return Part(self.vocabulary.timestamp(on_grid_s), None)

        parts: list[Part] = []
        for number, (begin_s, end_s, said) in enumerate(take.sentences):
            parts.append(mark(begin_s if number else min(begin_s, LATEST_FIRST_TIMESTAMP_S)))
            parts += [*said, mark(end_s)]
        if take.cut_off:
            parts.append(mark(take.cut_off_s))
        return parts

    def _without_timestamps(self, take: Take) -> list[Part]:
        said = [part for _begin_s, _end_s, parts in take.sentences for part in parts]
        return [Part(self.vocabulary.no_timestamps, None), *said, *take.cut_off]

    def _prompt(self, take: Take) -> list[int]:
        rng = self._rng
        if rng.random() < 0.2:
            text = " ".join(self._utterances[i].text for i in rng.integers(0, len(self._utterances), 2))
            return list(self._tokenizer.encode(f" {text}").ids)
        names = list(self.classes)[1:]
        said = [name for _begin, _end, name in take.words]
        chosen = [str(name) for name in rng.choice(names, rng.integers(1, 12))]
        if said and rng.random() < 0.5:
            chosen += [str(name) for name in rng.choice(said, rng.integers(1, 3))]
        for _ in range(rng.integers(0, 12)):
            chosen.append("".join(rng.choice(list("aaabcdeeefghiiijklmnooprstuuvwyz "), rng.integers(3, 10))))
        rng.shuffle(chosen)
        if rng.random() < 0.5:
            chosen = [name.title() for name in chosen]
        return list(self._tokenizer.encode(" " + ", ".join(chosen).strip()).ids)[:LONGEST_PROMPT]


def _coloured_noise(rng: np.random.Generator, slope: float) -> Sound:
    """About 8 s of it, white (0) to brown (1), at a mean square of 1."""
    spectrum = np.fft.rfft(rng.standard_normal(1 << 17))
    noise = np.fft.irfft(spectrum / np.maximum(np.arange(spectrum.size), 1.0) ** slope)
    return (noise / np.std(noise)).astype(np.float32)


def _cut_off(take: Take, window_s: float) -> None:
    """Keep what the window shows: of a sentence that it cuts off, only the beginning is known."""
    take.sound = take.sound[: int(window_s * RATE_HZ)]
    take.words = [word for word in take.words if word[1] < window_s]
    for begin_s, end_s, parts in list(take.sentences):
        if end_s >= window_s:
            take.sentences.remove((begin_s, end_s, parts))
            if begin_s < window_s and not take.cut_off:
                take.cut_off = [part for part in parts if part.said_s and part.said_s[1] < window_s]
                take.cut_off_s = begin_s


def _plain(word: str) -> str:
    return word.strip(".,?!").lower()
