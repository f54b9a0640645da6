"""Questions to documents, answered and declined.

    script/bench documents [--fit] [--failures] [--set tuning|heldout]

Documents and questions are in benchmarks/documents, written for it: manuals, recipes, house rules, statutes,
letters. Half of the questions cannot be answered: they ask for what the document is about but does not say.
They are asked as people speak, with words misheard. Weights and threshold were chosen on `tuning.yml`;
`heldout.yml`, whose documents are other ones, had no part in it.

Prints, for thresholds around the one in use: how many answerable questions are answered rightly, how many
wrongly, how many unanswerable ones are declined, and how many of all questions get an answer that is none. Then
how long a question takes.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from assistant.config.documents import Documents
from assistant.documents.library import Library
from assistant.documents.score import CHOICE, WEIGHTS
from benchmarks.documents import fit
from benchmarks.documents.figures import calibration_error, curve, figures
from benchmarks.documents.questions import (
    HELD_OUT,
    TUNING,
    Answered,
    answered,
    candidates,
    library,
    questions,
)
from benchmarks.report import machine

THRESHOLDS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--fit", action="store_true", help="fit the weights anew to the tuning questions")
    parser.add_argument(
        "--failures", action="store_true", help="show what was answered wrongly or not at all"
    )
    parser.add_argument("--set", dest="which", choices=("tuning", "heldout"), help="only these questions")
    arguments = parser.parse_args()
    print(machine())
    asyncio.run(measure(arguments))
    return 0


async def measure(arguments: argparse.Namespace) -> None:
    threshold = Documents().threshold
    with tempfile.TemporaryDirectory() as folder:
        async with library(Path(folder)) as kept:
            began_s = time.perf_counter()
            changes = await kept.refresh()
            took_s = time.perf_counter() - began_s
            passages = sum(each.passages for each in changes)
            print(f"{len(changes)} documents in {passages} passages, read in {took_s:.1f} s")
            choice, weights = CHOICE, WEIGHTS
            if arguments.fit:
                seen = await candidates(kept, questions(TUNING))
                choice, weights = fit.fitted(seen)
                print(f"which fits best: {choice}\nwhether it answers: {weights}")
                report(
                    "each document by weights of the others",
                    fit.cross_tested(seen),
                    threshold,
                    arguments.failures,
                )
            for file in (TUNING, HELD_OUT):
                if arguments.which in (None, Path(file).stem):
                    report(
                        file,
                        await answered(kept, questions(file), choice, weights),
                        threshold,
                        arguments.failures,
                    )
            await quickness(kept)


def report(file: str, results: list[Answered], threshold: float, failures: bool) -> None:
    answerable = sum(bool(each.asked.answers) for each in results)
    print(f"\n{file}: {answerable} answerable, {len(results) - answerable} unanswerable questions")
    print(
        "threshold  answered rightly  wrongly  declined of unanswerable  misleading of all  right of what is said"
    )
    for each in curve(results, sorted({*THRESHOLDS, threshold})):
        mark = "*" if each.threshold == threshold else " "
        print(
            f"{each.threshold:>8.2f}{mark} {each.recall:>17.1%} {each.wrong:>8.1%} {each.declined:>25.1%} "
            f"{each.misleading:>18.1%} {each.precision:>22.1%}"
        )
    print(f"calibration error {calibration_error(results):.3f}; * in use: {figures(results, threshold)}")
    if failures:
        for result in sorted(results, key=lambda each: -each.score):
            said = result.score >= threshold
            if said != result.right:
                what = "missed" if not said else "WRONG" if result.asked.answers else "FALSE"
                print(f"  {what:<6} {result.score:.2f}  {result.asked.text}  →  {result.text[:150]}")


async def quickness(kept: Library) -> None:
    took = []
    for each in questions(TUNING):
        began_s = time.perf_counter()
        await kept.answer(each.text)
        took.append((time.perf_counter() - began_s) * 1000)
    median, late = np.percentile(took, 50), np.percentile(took, 95)
    print(f"\na question takes {median:.1f} ms (median), {late:.1f} ms (95th percentile)")


if __name__ == "__main__":
    sys.exit(main())
