"""Train the small Whisper model and write its folder. See training/README.md for the command."""

import argparse
import itertools
import json
import logging
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from tokenizers import Tokenizer

from training.whisper import sentences
from training.whisper.examples import Batch, Examples, Kind
from training.whisper.export import export
from training.whisper.held_out import accuracy
from training.whisper.losses import GUIDED_HEADS, losses, total
from training.whisper.model import Shape, Whisper, sinusoids
from training.whisper.speech import SPEEDS, VOICES, Utterance, spoken
from training.whisper.tokens import Vocabulary, train_tokenizer

log = logging.getLogger("train")

LOG_EVERY = 50  # steps

SHORT = Kind(16, 0.0, 1)
USUAL = Kind(8, 10.0, 3)
LONG = Kind(3, 30.0, 8)
POOLS = {SHORT: 6, USUAL: 2, LONG: 1}
"""Batches that are drawn together."""


@dataclass(frozen=True, slots=True)
class Plan:
    """`first` of the steps hear short windows only; then the shares `usual` and `long` hear 10 s and 30 s, which
    the assistant gives. `prompts` of them have texts in front."""

    steps: int
    first: float = 0.45
    peak: float = 1.5e-3
    warm_up: int = 150
    usual: float = 0.35
    long: float = 0.04
    prompts: float = 0.25

    def rate(self, step: int) -> float:
        if step < self.warm_up:
            return self.peak * (step + 1) / self.warm_up
        done = (step - self.warm_up) / max(1, self.steps - self.warm_up)
        return self.peak * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1.0, done))))


def batches(examples: Examples, plan: Plan, step: int) -> Iterator[Batch]:
    """Those of the steps from `step` on."""
    generator = torch.Generator().manual_seed(step)
    while step < plan.steps:
        kind_chance, prompt_chance = torch.rand(2, generator=generator).tolist()
        shares = {SHORT: 1.0}
        if step >= plan.first * plan.steps:
            shares = {SHORT: 1.0 - plan.usual - plan.long, USUAL: plan.usual, LONG: plan.long}
        pools = [share / POOLS[kind] for kind, share in shares.items()]
        kind = next(
            kind
            for kind, upto in zip(shares, itertools.accumulate(pools), strict=True)
            if kind_chance * sum(pools) <= upto or kind is LONG
        )
        # With a prompt all sequences of a batch are long: better some batches with many than many with some.
        prompts = 0.7 if prompt_chance < plan.prompts else 0.0
        for batch in examples.batches(kind, prompts, POOLS[kind]):
            yield batch
            step += 1
            if step == plan.steps:
                return


class Training:
    """A network on its way. Kept in `work`, from where it goes on after an interruption."""

    def __init__(self, work: Path, plan: Plan, shape: Shape, seed: int) -> None:
        torch.manual_seed(seed)
        self.plan = plan
        self.step = 0
        self._saved = work / "checkpoint.pt"
        self.tokenizer, self._learned, self._held_out = material(work)
        self._examples = Examples(self._learned, self.tokenizer, seed)
        self._vocabulary = self._examples.vocabulary
        shape = replace(shape, tokens=self._vocabulary.size, words=len(self._examples.classes))
        self.model = Whisper(shape)
        _liken_timestamps(self.model, self._vocabulary)
        self._optimizer = torch.optim.AdamW(
            self.model.parameters(), lr=plan.peak, betas=(0.9, 0.98), weight_decay=0.01
        )
        if self._saved.exists():
            self._restore(seed)
        log.info(
            "%d utterances, %d held out, %d tokens, %.2f M parameters",
            len(self._learned),
            len(self._held_out),
            self._vocabulary.size,
            sum(parameter.numel() for parameter in self.model.parameters()) / 1e6,
        )

    def run(self, check_every_s: float) -> None:
        checked_s = logged_s = time.monotonic()
        heard = 0
        means: dict[str, float] = {}
        for batch in batches(self._examples, self.plan, self.step):
            for name, value in self._learn(batch).items():
                means[name] = 0.95 * means.get(name, value) + 0.05 * value
            heard += len(batch.mel)
            now_s = time.monotonic()
            if self.step % LOG_EVERY == 0:
                line = ", ".join(f"{name} {mean:.3f}" for name, mean in means.items())
                pace = heard / (now_s - logged_s)
                log.info("step %d of %d: %s; %.0f examples a second", self.step, self.plan.steps, line, pace)
                heard, logged_s = 0, now_s
            if now_s - checked_s > check_every_s:
                self.check(every=4)
                self._save()
                checked_s = time.monotonic()
        self._save()

    def check(self, every: int = 1, show: int = 4) -> None:
        some = self._held_out[::every]
        share = accuracy(self.model, self._examples, self.tokenizer, some, show)
        log.info("held out, word for word: %.1f %% of %d", 100 * share, len(some))

    def _learn(self, batch: Batch) -> dict[str, float]:
        for group in self._optimizer.param_groups:
            group["lr"] = self.plan.rate(self.step)
        parts = losses(self.model, batch, self._vocabulary)
        self._optimizer.zero_grad(set_to_none=True)
        total(parts).backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self._optimizer.step()
        self.step += 1
        return {name: value.item() for name, value in parts.items()}

    def _save(self) -> None:
        state = {
            "model": self.model.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "step": self.step,
        }
        torch.save(state, self._saved)

    def _restore(self, seed: int) -> None:
        state = torch.load(self._saved, weights_only=True)
        self.model.load_state_dict(state["model"])
        self._optimizer.load_state_dict(state["optimizer"])
        self.step = state["step"]
        self._examples = Examples(self._learned, self.tokenizer, seed + self.step)
        log.info("goes on at step %d", self.step)


@torch.no_grad()
def _liken_timestamps(model: Whisper, vocabulary: Vocabulary) -> None:
    """Timestamps that are near in time begin near each other, so that what is learned of one serves the rest."""
    first = vocabulary.no_timestamps + 1
    model.embedding.weight[first:] = sinusoids(vocabulary.size - first, model.shape.width) / 8


def material(work: Path) -> tuple[Tokenizer, list[Utterance], list[Utterance]]:
    """Tokenizer, utterances to train on, utterances held out."""
    everything = sentences.sentences()
    learned = [sentence for sentence in everything if not sentence.held_out]
    jobs = [(s.text, s.template, voice, SPEEDS[0]) for s in learned for voice in VOICES]
    jobs += [
        (s.text, s.template, voice, SPEEDS[1 + (row + column) % 2])
        for row, s in enumerate(learned)
        for column, voice in enumerate(VOICES)
    ]
    utterances = spoken(jobs, work / "train.pickle")
    tests = [(s.text, s.template, voice, SPEEDS[0]) for s in everything if s.held_out for voice in VOICES]
    return train_tokenizer(s.text for s in learned), utterances, spoken(tests, work / "held-out.pickle")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--out", type=Path, default=Path("tests/fixtures/whisper-fixture.en"))
    options.add_argument(
        "--work", type=Path, default=Path(".cache/training/whisper"), help="kept between runs"
    )
    options.add_argument("--steps", type=int, default=3000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--check-every-s", type=float, default=180.0)
    options.add_argument("--width", type=int, default=128)
    options.add_argument("--layers", type=int, default=3)
    given = options.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    torch.set_num_threads(given.threads)
    shape = Shape(0, 0, width=given.width, heads=given.width // 32, encoder_layers=given.layers)
    training = Training(given.work, Plan(given.steps), shape, given.seed)
    training.run(given.check_every_s)
    training.check(show=20)
    heads = [(shape.decoder_layers - 1, head) for head in range(GUIDED_HEADS)]
    export(training.model, training.tokenizer, given.out, heads)
    about = {"sentences": sentences.fingerprint(), "steps": given.steps, "seed": given.seed}
    (given.out / "training.json").write_text(json.dumps(about, indent=2) + "\n")


if __name__ == "__main__":
    main()
