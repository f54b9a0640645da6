"""Trains the voice of tests/fixtures, from nothing but what packages contain.

    uv run --project training python -m training.voice.train

makes examples with flite, learns from them, and writes `en_US-fixture-x_low.onnx` and its settings. Seeded: the same
machine makes the same voice.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from training.voice import data
from training.voice.data import Example
from training.voice.export import export
from training.voice.model import STRIDE, SYMBOLS, Acoustic, Voice, places
from training.voice.teacher import BANDS, COEFFICIENTS, SPEAKERS
from training.voice.vocoder import Vocoder

SEED = 5
STEPS = 2_600
BATCH_FRAMES = 3_500  # of all sentences of a batch together
RATE = 2e-3
KEPT_ASIDE = 100  # examples that are only measured


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--work", type=Path, default=Path(".cache/training/voice"), help="for examples and progress"
    )
    parser.add_argument("--out", type=Path, default=Path("tests/fixtures"))
    parser.add_argument("--steps", type=int, default=STEPS)
    arguments = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    examples = data.make(arguments.work / "examples.npz")
    acoustic = train(examples, arguments.steps, arguments.work / "voice.pt")
    export(voice(acoustic, examples, arguments.work), arguments.out, list(SPEAKERS))


def voice(acoustic: Acoustic, examples: list[Example], work: Path) -> Voice:
    constants = np.load(data.filters_of(work / "examples.npz"))
    silent = torch.ones(SYMBOLS)
    for one in examples:
        silent[torch.from_numpy(one.ids[one.frames > 0])] = 0
    return Voice(acoustic.eval(), Vocoder(float(constants["alpha"]), constants["bands"]), silent)


def train(examples: list[Example], steps: int, state: Path) -> Acoustic:
    features = np.concatenate([one.features for one in examples])
    # Coefficients are learned by what they do to the spectrum in decibels, not each in units of its own spread;
    # halfway between the two, the small ones are not neglected either.
    spread = features.std(axis=0)
    spread[:COEFFICIENTS] = np.sqrt(spread[:COEFFICIENTS] * spread[1:COEFFICIENTS].max())
    acoustic = Acoustic(
        len(SPEAKERS), torch.from_numpy(features.mean(axis=0)), torch.from_numpy(spread.astype(np.float32))
    )
    aside = examples[:: max(1, len(examples) // KEPT_ASIDE)]
    held = {id(one) for one in aside}
    learned = [one for one in examples if id(one) not in held]
    optimizer = torch.optim.AdamW(acoustic.parameters(), RATE, betas=(0.9, 0.98), weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, steps, pct_start=0.05)
    chance, started, running = np.random.default_rng(SEED), time.monotonic(), np.zeros(4)
    batches: list[list[Example]] = []
    for step in range(1, steps + 1):
        if not batches:
            batches = _batches(learned, chance)
        acoustic.train()
        losses = _losses(acoustic, batches.pop())
        optimizer.zero_grad()
        losses.sum().backward()
        nn.utils.clip_grad_norm_(acoustic.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        running = 0.98 * running + 0.02 * losses.detach().numpy()
        if step % 100 == 0 or step == steps:
            shown = " ".join(f"{one:.4f}" for one in running / (1 - 0.98**step))
            line = (
                f"step {step}: spectrum, pitch, source, durations {shown}; {time.monotonic() - started:.0f} s"
            )
            if step % 500 == 0 or step == steps:
                torch.save(acoustic.state_dict(), state)
                line += "; kept aside " + " ".join(f"{one:.4f}" for one in _measured(acoustic, aside))
            print(line, file=sys.stderr, flush=True)
    return acoustic


@torch.no_grad()
def _measured(acoustic: Acoustic, aside: list[Example]) -> np.ndarray:
    acoustic.eval()
    return np.mean([_losses(acoustic, aside[n : n + 10]).numpy() for n in range(0, len(aside), 10)], axis=0)


def _batches(examples: list[Example], chance: np.random.Generator) -> list[list[Example]]:
    """Sentences of about the same length together, in random order."""
    order = sorted(examples, key=lambda one: len(one.features) * chance.uniform(0.9, 1.1))
    batches: list[list[Example]] = [[]]
    for one in order:
        if batches[-1] and (len(batches[-1]) + 1) * len(one.features) > BATCH_FRAMES:
            batches.append([])
        batches[-1].append(one)
    chance.shuffle(batches)  # type: ignore[arg-type]
    return batches


def _losses(acoustic: Acoustic, batch: list[Example]) -> Tensor:
    """Spectrum, pitch, source, durations: mean absolute errors, in units of the spread of each."""
    ids = _padded([torch.from_numpy(one.ids) for one in batch])
    counts = _padded([torch.from_numpy(one.frames) for one in batch])
    target = _padded([torch.from_numpy(one.features) for one in batch])
    heard = _padded([torch.ones(len(one.features)) for one in batch])
    spoken = _padded([torch.ones(len(one.ids)) for one in batch])
    index = _padded(
        [torch.repeat_interleave(torch.arange(len(one.ids)), torch.from_numpy(one.frames)) for one in batch]
    )
    starts = counts.cumsum(1) - counts
    index, some = index[:, ::STRIDE], heard[:, ::STRIDE]
    time = torch.arange(0, heard.shape[1], STRIDE)[None].expand_as(index)
    place = places((time - starts.gather(1, index)).float(), counts.gather(1, index).float())
    encoded = acoustic.encode(ids, torch.tensor([one.speaker for one in batch]), spoken)
    logs = acoustic.log_durations(encoded)
    made = acoustic.decode(encoded, index, place, some)[:, : heard.shape[1]]
    error = (made - (target - acoustic.mean) / acoustic.spread).abs()
    error = error * heard[..., None] / heard.sum()
    error = error.sum(dim=(0, 1))
    duration = ((logs - torch.log1p(counts.float())).abs() * spoken).sum() / spoken.sum()
    source = error[COEFFICIENTS + 1] + error[-BANDS:].mean()
    return torch.stack(
        [error[:COEFFICIENTS].sum() / 4, error[COEFFICIENTS] * 0.5, source * 0.5, duration * 2]
    )


def _padded(rows: list[Tensor]) -> Tensor:
    return nn.utils.rnn.pad_sequence(rows, batch_first=True)


if __name__ == "__main__":
    main()
