"""Processes of the assistant with a home of their own, and people who speak."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest

from assistant.config import Config
from assistant.dialogue.project import RasaProject
from assistant.errors import UserError
from tests.sound_card import SoundCard, missing, sound_card

PROGRAM = str(Path(sys.executable).parent / "assistant")
TIMEOUT_S = 100.0


@dataclass
class Person:
    """Somebody with an assistant of their own: settings, state, and a shell."""

    folder: Path
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def env(self) -> dict[str, str]:
        mine = {
            "ASSISTANT_CONFIG": str(self.folder / "config.toml"),
            "ASSISTANT_STATE_DIR": str(self.folder / "state"),
            "ASSISTANT_MODELS_DIR": str(self.folder / "models"),
            "ASSISTANT__GENERATION__DISCOVER": "false",  # of whatever runs on this machine
        }
        return os.environ | mine | self.extra

    def run(self, *arguments: str | Path, timeout_s: float = TIMEOUT_S, **options: Any) -> Result:
        """Run a command to its end."""
        done = subprocess.run(
            [PROGRAM, *map(str, arguments)],
            env=self.env,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
            **options,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    @contextmanager
    def start(self, *arguments: str | Path) -> Iterator[Running]:
        """A command that goes on; ended with SIGTERM, if it has not ended before."""
        errors = self.folder / "stderr.txt"
        with (
            open(errors, "ab") as sink,
            subprocess.Popen(
                [PROGRAM, *map(str, arguments)],
                env=self.env,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=sink,
                text=True,
                bufsize=1,
            ) as process,
        ):
            running = Running(process, errors)
            try:
                yield running
            finally:
                if process.poll() is None:
                    process.terminate()
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()
                    raise


@dataclass(frozen=True)
class Result:
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    def assert_clear(self, *parts: str) -> None:
        """A failure that a person can act on: some status, one line, no traceback, and these words in it."""
        assert self.status != 0
        assert "Traceback" not in self.err + self.out, self.err
        assert "fault of ours" not in self.err
        for part in parts:
            assert part in self.err, self.err


@dataclass
class Running:
    """A process whose lines are read as they come."""

    process: subprocess.Popen[str]
    errors: Path
    lines: list[str] = field(default_factory=list)

    @property
    def pid(self) -> int:
        return self.process.pid

    def type(self, text: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()

    def until(self, condition: Callable[[str], bool], what: str) -> str:
        """The next line that fits; the test's own time limit bounds the wait."""
        assert self.process.stdout is not None
        while line := self.process.stdout.readline():
            self.lines.append(line.rstrip())
            if condition(line):
                return line
        raise AssertionError(f"no {what} in:\n" + "\n".join(self.lines) + "\n" + self.errors.read_text())

    def line(self, label: str) -> str:
        """The next line with this label."""
        return self.until(lambda line: line.startswith(label), f"line “{label}”")

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.pid).children(recursive=True)

    def child(self, *parts: str) -> psutil.Process:
        """The child whose command line has all these parts."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            for process in self.children():
                line = " ".join(process.cmdline())
                if all(part in line for part in parts):
                    return process
            time.sleep(0.05)
        raise AssertionError(f"no child with {parts}")


@pytest.fixture(scope="session")
def rasa_is_there() -> None:
    """Skips where Rasa's environment is missing; trains once, in the cache that all tests share."""
    try:
        RasaProject.from_config(Config()).python()
    except UserError as error:
        pytest.skip(str(error))
    subprocess.run([PROGRAM, "train"], check=True, timeout=600, stdout=subprocess.DEVNULL)


@pytest.fixture
def person(tmp_path: Path) -> Person:
    return Person(tmp_path)


@pytest.fixture(scope="session")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """`speech(text, voice)`: somebody saying it, in a WAV."""
    if shutil.which("flite") is None:
        pytest.skip("nobody can speak: flite is missing (apt install flite)")
    folder = tmp_path_factory.mktemp("speech")

    def say(text: str, voice: str = "rms") -> Path:
        path = folder / f"{voice}-{text.replace(' ', '-')}.wav"
        if not path.exists():
            subprocess.run(["flite", "-voice", voice, "-t", text, "-o", str(path)], check=True)
        return path

    return say


ON_A_SOUND_CARD = [
    pytest.mark.sound,
    pytest.mark.rasa,
    pytest.mark.usefixtures("rasa_is_there"),
    pytest.mark.skipif(bool(missing()), reason=missing() or "-"),
]
"""`pytestmark` of tests in which somebody speaks to Rasa through a virtual sound card."""


@pytest.fixture
def card() -> Iterator[SoundCard]:
    with sound_card() as card:
        yield card
