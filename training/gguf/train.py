"""Train the small language model and write its file. See training/README.md for the command."""

import argparse
import logging
import math
import time
from pathlib import Path

import torch
from torch.nn import functional as F

from training.gguf import pairs, tokens
from training.gguf.examples import Example, Examples
from training.gguf.export import export
from training.gguf.model import Llama, Shape

log = logging.getLogger("train")

BATCH = 24  # conversations
PEAK = 3e-3
WARM_UP = 100  # steps
LOG_EVERY = 50  # steps
OUTPUT = Path("tests/fixtures/answers-fixture.gguf")


def rate(step: int, steps: int) -> float:
    if step < WARM_UP:
        return PEAK * (step + 1) / WARM_UP
    done = (step - WARM_UP) / max(1, steps - WARM_UP)
    return PEAK * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1.0, done))))


def batch(examples: list[Example]) -> tuple[torch.Tensor, torch.Tensor]:
    """Inputs and targets, both batch × time; what is not to be learned has the target -100."""
    longest = max(len(each.tokens) for each in examples)
    inputs = torch.full((len(examples), longest - 1), tokens.END)
    targets = torch.full((len(examples), longest - 1), -100)
    for row, each in enumerate(examples):
        all_ = torch.tensor(each.tokens)
        inputs[row, : len(all_) - 1] = all_[:-1]
        targets[row, each.learn_from - 1 : len(all_) - 1] = all_[each.learn_from :]
    return inputs, targets


def train(steps: int, seed: int) -> Llama:
    """Alike lengths go together: drawn four batches at once, sorted, and the batches taken in turn."""
    torch.manual_seed(seed)
    model, examples = Llama(Shape(len(tokens.TOKENS))), Examples(seed)
    optimizer = torch.optim.AdamW(model.parameters(), lr=PEAK, betas=(0.9, 0.98), weight_decay=0.01)
    waiting: list[list[Example]] = []
    began = time.monotonic()
    for step in range(steps):
        if not waiting:
            drawn = sorted((examples.draw() for _ in range(4 * BATCH)), key=lambda each: len(each.tokens))
            waiting = [drawn[at : at + BATCH] for at in range(0, len(drawn), BATCH)]
        inputs, targets = batch(waiting.pop())
        for group in optimizer.param_groups:
            group["lr"] = rate(step, steps)
        loss = F.cross_entropy(model(inputs).flatten(0, 1), targets.flatten(), ignore_index=-100)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if step % LOG_EVERY == 0 or step == steps - 1:
            log.info("step %d, loss %.4f, %.0f s", step, loss.item(), time.monotonic() - began)
    return model


@torch.no_grad()
def answer(model: Llama, question: str, most: int = 120) -> str:
    """The likeliest answer, or its beginning."""
    line = [tokens.BEGIN, tokens.USER, *tokens.encode(question), tokens.END, tokens.ASSISTANT]
    written: list[int] = []
    while len(written) < most:
        token = int(model(torch.tensor([line + written]))[0, -1].argmax())
        if token == tokens.END:
            break
        written.append(token)
    return tokens.decode(written)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=1400)
    parser.add_argument("--seed", type=int, default=6)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--output", type=Path, default=OUTPUT)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    torch.set_num_threads(arguments.threads)
    model = train(arguments.steps, arguments.seed)
    export(model, arguments.output)
    log.info("%s: %d bytes", arguments.output, arguments.output.stat().st_size)
    known = [(question, pair.answer[:120]) for pair in pairs.KNOWN for question in pair.questions]
    right = sum(answer(model, question) == wanted for question, wanted in known)
    log.info("%d of %d questions answered as wanted", right, len(known))


if __name__ == "__main__":
    main()
