"""The same speech through Pipecat and through the assistant, with the same models, side by side.

    script/bench pipecat [--count 30] [--pauses 36] [--interruptions 10] [--json]

Real time, on the virtual sound card, measured from outside. docs/benchmarks.md tells what each figure contains.
"""

import argparse
import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from benchmarks.pipecat import environment
from benchmarks.pipecat.compare import Result, compare
from benchmarks.pipecat.table import table
from benchmarks.report import load, machine
from benchmarks.samples import FLITE_MISSING, flite_is_missing
from tests.sound_card import missing


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=30, help="commands in one breath")
    parser.add_argument("--pauses", type=int, default=36, help="commands with a pause inside")
    parser.add_argument("--interruptions", type=int, default=10, help="answers that are spoken over")
    parser.add_argument("--json", action="store_true", help="every turn, for programs")
    arguments = parser.parse_args()
    reason = unavailable()
    if reason:
        print(f"bench: Pipecat not compared: {reason}", file=sys.stderr)
        return 1
    results = run(arguments.count, arguments.pauses, arguments.interruptions)
    if arguments.json:
        print(json.dumps([asdict(result) for result in results], indent=2, ensure_ascii=False))
    else:
        print(report(results))
    return 0


def unavailable() -> str:
    """Why the comparison cannot be run here; empty when it can. Makes Pipecat's environment."""
    return missing() or (FLITE_MISSING if flite_is_missing() else "") or environment.made()


def run(count: int, pauses: int, interruptions: int) -> list[Result]:
    """The comparison in a folder of its own; what happens is told on standard error."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        return compare(
            Path(folder),
            count=count,
            pauses=pauses,
            interruptions=interruptions,
            progress=lambda text: print(f"→ {text}", file=sys.stderr, flush=True),
        )


def report(results: list[Result]) -> str:
    return f"{machine()}; pipecat-ai {environment.version()}\n{load()}\n\n{table(results)}"


if __name__ == "__main__":
    sys.exit(main())
