"""The whole comparison as other benchmarks call it: whether it can be run, the run, the report."""

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.pipecat import environment
from benchmarks.pipecat.compare import Result, compare
from benchmarks.pipecat.table import table
from benchmarks.report import load, machine
from benchmarks.samples import FLITE_MISSING, flite_is_missing
from benchmarks.turns.figures import Report
from tests.sound_card import missing

COUNT, PAUSES, INTERRUPTIONS = 30, 36, 10
"""By default: commands in one breath, commands with a pause, interruptions."""


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


def report(results: Sequence[Result]) -> str:
    """The table, with machine, versions and how busy the machine was."""
    return f"{machine()}; pipecat-ai {environment.version()}\n{load()}\n\n{table(results)}"


def part(count: int | None) -> Report:
    """As a part of the benchmark of turn-taking, with at most `count` of each; one line where it cannot be run."""
    reason = unavailable()
    if reason:
        return Report([f"not compared: {reason}"])
    results = run(*(min(count or most, most) for most in (COUNT, PAUSES, INTERRUPTIONS)))
    return Report(table(results).splitlines(), {result.name: asdict(result) for result in results})
