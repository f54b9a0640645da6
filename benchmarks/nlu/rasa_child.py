"""Trains Rasa's understanding and asks it, in Rasa's own environment; nothing of the assistant is imported here.

    python rasa_child.py JOB.json

JOB.json: `{"config": path, "runs": [{"nlu": path, "texts": [text]}], "out": path}`. Written to `out`: for each run
`{"train_s", "train_cpu_s", "parse_ms", "parses"}`, the times of the clock in all, of the CPU, and the median of the CPU
for one sentence.
"""

import asyncio
import importlib
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any


def main(job: dict[str, Any]) -> list[dict[str, Any]]:
    training = importlib.import_module("rasa.model_training")
    agents = importlib.import_module("rasa.core.agent")
    done = []
    for run in job["runs"]:
        with tempfile.TemporaryDirectory() as folder:
            began, cpu = time.monotonic(), time.process_time()
            model = training.train_nlu(job["config"], run["nlu"], folder, fixed_model_name="model")
            train_s, train_cpu_s = time.monotonic() - began, time.process_time() - cpu
            parses, took = asyncio.run(_ask(agents.Agent.load(model), run["texts"]))
        done.append({"train_s": train_s, "train_cpu_s": train_cpu_s, "parse_ms": took, "parses": parses})
        print(f"trained in {train_s:.1f} s ({train_cpu_s:.1f} s of CPU)", flush=True)
    return done


async def _ask(agent: Any, texts: list[str]) -> tuple[list[dict[str, Any]], float]:
    await agent.parse_message("warm up")
    parses, times = [], []
    for text in texts:
        began = time.process_time()
        parses.append(await agent.parse_message(text))
        times.append((time.process_time() - began) * 1000)
    return parses, statistics.median(times) if times else 0.0


if __name__ == "__main__":
    asked = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    Path(asked["out"]).write_text(json.dumps(main(asked), default=float), encoding="utf-8")
