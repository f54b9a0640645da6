"""Runs Rasa's part in its own environment."""

import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant import paths
from assistant.dialogue.environment import rasa_environment
from assistant.dialogue.training_data import Example, TrainingData
from assistant.errors import UserError
from benchmarks.nlu.data import write_nlu

_TIMEOUT_S = 3_600.0


@dataclass(frozen=True)
class Run:
    """Learn from `train`, with the tables of `data`, then understand `asked`."""

    train: Sequence[Example]
    asked: Sequence[Example]
    data: TrainingData | None = None


@dataclass(frozen=True)
class Result:
    """`parse_ms`: CPU for one sentence, median; `train_cpu_s`: CPU of the training, `train_s`: by the clock."""

    parses: list[dict[str, Any]]
    train_s: float
    train_cpu_s: float
    parse_ms: float


def train_and_ask(config: Path, runs: Sequence[Run], scratch: Path) -> list[Result]:
    """One process for all runs, for loading Rasa takes longer than a small training. Raises `UserError`."""
    project = paths.rasa_project()
    python = project / ".venv" / "bin" / "python"
    if not python.exists():
        raise UserError("Rasa's environment is not there: run script/setup.")
    jobs = []
    for number, run in enumerate(runs):
        nlu = scratch / f"nlu-{number}.yml"
        write_nlu(nlu, run.train, run.data)
        jobs.append({"nlu": str(nlu), "texts": [example.text for example in run.asked]})
    job, out = scratch / "job.json", scratch / "out.json"
    job.write_text(
        json.dumps({"config": str(config.resolve()), "runs": jobs, "out": str(out)}), encoding="utf-8"
    )
    child = Path(__file__).with_name("rasa_child.py")
    environment = {**rasa_environment({"RASA_CACHE_DIRECTORY": str(scratch / "cache")})}
    environment["PYTHONPATH"] = os.pathsep.join(
        filter(None, (str(project), environment.get("PYTHONPATH", "")))
    )
    done = subprocess.run(
        [str(python), str(child), str(job)],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_S,
        check=False,
    )
    if done.returncode != 0 or not out.exists():
        raise UserError(f"Rasa could not be trained with {config}: {_cause(done.stderr or done.stdout)}")
    return [
        Result(each["parses"], each["train_s"], each["train_cpu_s"], each["parse_ms"])
        for each in json.loads(out.read_text(encoding="utf-8"))
    ]


def _cause(output: str) -> str:
    """The last line of the first of several tracebacks: Rasa wraps what went wrong into exceptions of its own."""
    first = output.partition("The above exception was the direct cause")[0].strip()
    return first.splitlines()[-1] if first else "it gave no reason."
