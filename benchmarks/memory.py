"""How much memory a recogniser takes: loaded and used once, in a process of its own.

    python -m benchmarks.memory embedded|whisper|router [MODEL]

Prints the megabytes of resident set that the process has more than before.
"""

import asyncio
import subprocess
import sys

import numpy as np
import psutil

from assistant.config import Config
from assistant.dialogue.project import RasaProject
from assistant.recognition import factory

TIMEOUT_S = 300.0
ENGINES = {"embedded": "sphinx", "whisper": "whisper", "router": "auto"}


def megabytes(part: str, model: str = "") -> float:
    """Measured in a child process. Raises `subprocess.SubprocessError` where it fails."""
    command = [sys.executable, "-m", "benchmarks.memory", part, model]
    done = subprocess.run(command, check=True, timeout=TIMEOUT_S, stdout=subprocess.PIPE, text=True)
    return float(done.stdout.split()[-1])


def main() -> int:
    part, model = sys.argv[1], "".join(sys.argv[2:])
    before = _resident()
    after = asyncio.run(_of_recogniser(ENGINES[part], model))
    print((after - before) / 1e6)
    return 0


async def _of_recogniser(engine: str, model: str) -> int:
    whisper = {"model": model, "cpu_threads": 1}
    config = Config.model_validate({"recognition": {"engine": engine, "whisper": whisper}})
    recognizer = await factory.create(config, RasaProject.from_config(config), notice=lambda _text: None)
    stream = recognizer.stream()
    stream.feed(np.random.default_rng(0).normal(0, 500, 40_000).astype(np.int16))
    await stream.finish()
    after = _resident()
    await recognizer.close()
    return after


def _resident() -> int:
    return int(psutil.Process().memory_info().rss)


if __name__ == "__main__":
    sys.exit(main())
