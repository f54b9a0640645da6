"""`script/bench nlu`: intents and slots, clean and as a recogniser might have heard them.

Without options: the project's own sentences, cross-validated, and its held-out sentences, with the project's pipeline.
`--data DIR`: few-shot on HWU64 instead (a checkout of github.com/xliuhw/NLU-Evaluation-Data, which is not part of this
project).
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from assistant import paths
from assistant.dialogue.names import OwnerNames
from assistant.dialogue.training_data import Example, load_training_data, read_examples
from assistant.errors import UserError
from benchmarks.nlu.data import folds, hwu64
from benchmarks.nlu.noise import noisy
from benchmarks.nlu.running import Result, Run, train_and_ask
from benchmarks.nlu.score import Score, score
from benchmarks.report import load, machine


def arguments(given: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/bench nlu", description=__doc__.splitlines()[0])
    parser.add_argument("--config", type=Path, action="append", help="a pipeline; several are compared")
    parser.add_argument("--data", type=Path, help="HWU64 instead of the project's own sentences")
    parser.add_argument("--shots", type=int, default=10, help="HWU64: sentences of each intent to learn from")
    parser.add_argument("--folds", type=int, default=5, help="0: the held-out sentences only")
    parser.add_argument("--rate", type=float, default=0.15, help="share of the words that are misheard")
    parser.add_argument("--noise-seeds", type=int, default=3, help="how many times each sentence is misheard")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--wrong", action="store_true", help="show each sentence that was not understood")
    return parser.parse_args(given)


def main(given: Sequence[str]) -> int:
    asked = arguments(given)
    try:
        print(f"{machine()}\n{load()}\n")
        for config in asked.config or [paths.rasa_project() / "config.yml"]:
            print(f"{config.name}:", flush=True)
            _few_shot(config, asked) if asked.data else _own(config, asked)
    except UserError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _own(config: Path, asked: argparse.Namespace) -> None:
    project = paths.rasa_project()
    data = load_training_data(project, OwnerNames())
    held_out = read_examples(project / "tests" / "heldout")
    parts = folds(data.examples, asked.folds, asked.seed) if asked.folds else []
    pairs = [*parts, (list(data.examples), held_out)]
    results = _run(config, [Run(train, _with_noise(some, asked), data) for train, some in pairs])
    clean, misheard = Score(), Score()
    for (_, some), result in zip(parts, results[:-1], strict=True):
        _count(clean, some, result, 0)
        for number in range(asked.noise_seeds):
            _count(misheard, _misheard(some, asked, number), result, (number + 1) * len(some))
    if parts:
        _print(f"cross-validated, {asked.folds} folds", clean, misheard, asked)
    _told("held out", held_out, results[-1], asked)


def _few_shot(config: Path, asked: argparse.Namespace) -> None:
    train, test = hwu64(asked.data, asked.shots)
    [result] = _run(config, [Run(train, _with_noise(test, asked))])
    _told(f"HWU64, {asked.shots} sentences of each intent", test, result, asked)


def _run(config: Path, runs: Sequence[Run]) -> list[Result]:
    with tempfile.TemporaryDirectory() as scratch:
        return train_and_ask(config, runs, Path(scratch))


def _with_noise(examples: Sequence[Example], asked: argparse.Namespace) -> list[Example]:
    """As they are, then each time that they are misheard."""
    return [
        *examples,
        *(e for number in range(asked.noise_seeds) for e in _misheard(examples, asked, number)),
    ]


def _misheard(examples: Sequence[Example], asked: argparse.Namespace, number: int) -> list[Example]:
    return [noisy(example, asked.seed + number, asked.rate) for example in examples]


def _count(total: Score, examples: Sequence[Example], result: Result, at: int) -> None:
    for example, parse in zip(examples, result.parses[at : at + len(examples)], strict=True):
        total.add(example, parse)


def _told(name: str, examples: Sequence[Example], result: Result, asked: argparse.Namespace) -> None:
    clean = score(examples, result.parses[: len(examples)])
    misheard = Score()
    for number in range(asked.noise_seeds):
        _count(misheard, _misheard(examples, asked, number), result, (number + 1) * len(examples))
    _print(name, clean, misheard, asked)
    print(
        f"  training {result.train_cpu_s:.1f} s of CPU ({result.train_s:.1f} s by the clock), "
        f"understanding {result.parse_ms:.1f} ms of CPU (median)"
    )


def _print(name: str, clean: Score, misheard: Score, asked: argparse.Namespace) -> None:
    print(f"  {name}: {clean.count} sentences")
    for kind, total in (("clean", clean), (f"{asked.rate:.0%} of the words misheard", misheard)):
        print(
            f"    {kind:<30} intents {total.intents:6.1%}   most likely intent {total.most_likely:6.1%}"
            f"   slots F1 {total.slots:6.1%}",
            flush=True,
        )
    if asked.wrong:
        for line in clean.wrong:
            print(f"      {line}")
    for (wanted, found), count in clean.confused.most_common(8):
        print(f"      {count:3} × {wanted} taken for {found}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
