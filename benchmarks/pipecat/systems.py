"""The systems that are compared, as processes: each hears the microphone, and tells of the turns it has ended."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import psutil

from benchmarks.pipecat import environment

ROOT = Path(__file__).parents[2]
WHISPER = ROOT / "tests" / "fixtures" / "whisper-fixture.en"
VOICE = ROOT / "tests" / "fixtures" / "en_US-fixture-x_low.onnx"
ANSWER = "Okay, the kitchen lamp is on."
"""What Pipecat says to every command: as long as the assistant's own answers."""
READY_TIMEOUT_S = 120.0


@dataclass(frozen=True)
class Told:
    """`ready`: it listens. `turn`: it has decided that a turn is over, and answers. `heard`: what it understands."""

    kind: str
    text: str
    at_s: float


@dataclass(frozen=True)
class System:
    """How to start it, and how to understand its lines. `read` gives None for a line that says neither.

    `settle_s`: what it loads after it has said that it is ready. `answers`: it does what it is told, not only speaks.
    """

    name: str
    command: tuple[str, ...]
    read: Callable[[str], tuple[str, str] | None]
    settle_s: float = 0.0
    answers: bool = False
    env: Mapping[str, str] = field(default_factory=dict)


def pipecat(*, tuned: bool, answer: str = ANSWER) -> System:
    """Pipecat's local pipeline with the fixture models."""
    command = [str(environment.PYTHON), str(environment.FOLDER / "agent.py")]
    command += ["--whisper", str(WHISPER), "--voice", str(VOICE), "--answer", answer]
    command += ["--tuned"] if tuned else []
    return System("Pipecat, tuned" if tuned else "Pipecat, defaults", tuple(command), pipecat_line)


def pipecat_line(line: str) -> tuple[str, str] | None:
    try:
        told = json.loads(line)
    except ValueError:
        return None
    return (told["event"], told.get("text", "")) if isinstance(told, dict) and "event" in told else None


SAME_MODELS = (
    "recognition.engine=whisper",
    f"recognition.whisper.model={WHISPER}",
    "voice.engine=piper",
    f"voice.piper_voice={VOICE}",
)
OPEN = ("listening.mode=open", "listening.barge_in=speech", "voice.cache_mb=0")
"""Pipecat has no wake word and keeps no phrases: neither has the assistant here."""


def assistant(state: Path, *, same_models: bool) -> System:
    """The assistant, with the fixture models or as it comes; `state` holds a trained dialogue."""
    settings = OPEN + (SAME_MODELS if same_models else ("recognition.engine=sphinx", "voice.engine=embedded"))
    command = [PROGRAM, "run", *(word for setting in settings for word in ("--set", setting))]
    name = "assistant, same models" if same_models else "assistant, embedded"
    return System(name, tuple(command), assistant_line, 20.0, True, state_env(state))


PROGRAM = str(Path(sys.executable).parent / "assistant")


def state_env(state: Path) -> dict[str, str]:
    return {
        "ASSISTANT_STATE_DIR": str(state),
        "ASSISTANT_CONFIG": str(state / "config.toml"),
        "ASSISTANT_MODELS_DIR": str(state / "models"),
    }


def train(state: Path) -> None:
    """What the assistant has to learn before it runs. Raises CalledProcessError."""
    subprocess.run([PROGRAM, "train"], check=True, env=os.environ | state_env(state), capture_output=True)


def assistant_line(line: str) -> tuple[str, str] | None:
    """What is heard in a pause may be heard again, longer: a turn is over when the dialogue has answered."""
    word, _, rest = line.strip().partition(" ")
    match word:
        case "listening":
            return "ready", ""
        case "heard":
            return "heard", rest.partition("“")[2].rpartition("”")[0]
        case "said":
            return "turn", ""
    return None


class Running:
    """A system while the block lasts. A thread of its own reads what it tells.

    Raises RuntimeError when it does not become ready.
    """

    def __init__(self, system: System, env: Mapping[str, str]) -> None:
        self.system = system
        self.told: list[Told] = []
        self._env = dict(env) | dict(system.env)

    def __enter__(self) -> "Running":
        self._process = subprocess.Popen(
            self.system.command, env=self._env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        try:
            self._wait_until_ready()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def _stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(5)
        self._thread.join(5)

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            found = self.system.read(line)
            if found is not None:
                self.told.append(Told(*found, time.monotonic()))

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_TIMEOUT_S
        while not any(told.kind == "ready" for told in self.told):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{self.system.name} did not start")
            time.sleep(0.05)
        time.sleep(self.system.settle_s)

    def turns(self, first_s: float, last_s: float) -> int:
        """How many turns it ended between two times."""
        return sum(told.kind == "turn" and first_s <= told.at_s < last_s for told in self.told)

    def heard(self, since_s: float) -> str:
        """The last that it understood since then; empty: nothing."""
        return next((told.text for told in reversed(self.told) if told.text and told.at_s >= since_s), "")

    def cpu_s(self) -> float:
        """CPU time so far, of it and its children."""
        top = psutil.Process(self._process.pid)
        return float(sum(sum(p.cpu_times()[:2]) for p in (top, *top.children(recursive=True))))
