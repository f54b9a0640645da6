"""`assistant run` on a virtual sound card, as a person starts it, and what it prints, with the time of each line."""

import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.sound_card import SoundCard

PROGRAM = str(Path(sys.executable).parent / "assistant")
START_TIMEOUT_S = 180.0
STAGE = re.compile(r"([a-z][a-z ]*[a-z]) (-?\d+)(?= ·|  \(ms)")


@dataclass(frozen=True, slots=True)
class Line:
    """`at_s`: `time.monotonic()` when it was read."""

    at_s: float
    label: str
    text: str


class Running:
    """A process whose lines are kept as they come. Thread-safe. `env` and `options` are those of its command line."""

    def __init__(self, process: subprocess.Popen[str], env: dict[str, str], options: Sequence[str]) -> None:
        self.process = process
        self.env = env
        self.options = options
        self._lines: list[Line] = []
        self._change = threading.Condition()
        self._thread = threading.Thread(target=self._read, name="lines", daemon=True)
        self._thread.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for text in self.process.stdout:
            label, _, rest = text.rstrip("\n").partition(" ")
            with self._change:
                self._lines.append(Line(time.monotonic(), label, rest.strip()))
                self._change.notify_all()

    @property
    def count(self) -> int:
        """Lines read up to now."""
        with self._change:
            return len(self._lines)

    def lines(self, since: int = 0) -> list[Line]:
        with self._change:
            return self._lines[since:]

    def wait_for(self, label: str, since: int, timeout_s: float) -> Line | None:
        """The first line with this label from number `since` on; None when there is none in time."""
        return self.wait_until(lambda line: line.label == label, since, timeout_s)

    def wait_until(self, fits: Callable[[Line], bool], since: int, timeout_s: float) -> Line | None:
        deadline = time.monotonic() + timeout_s
        with self._change:
            while True:
                for line in self._lines[since:]:
                    if fits(line):
                        return line
                rest_s = deadline - time.monotonic()
                if rest_s <= 0:
                    return None
                self._change.wait(min(rest_s, 1.0))

    def tree(self) -> list[psutil.Process]:
        """The process and all its children."""
        top = psutil.Process(self.process.pid)
        return [top, *top.children(recursive=True)]

    def ask(self, *texts: str) -> None:
        """By text, as a person would in another terminal: `assistant ask`."""
        subprocess.run(
            [PROGRAM, *self.options, "ask", *texts],
            env=self.env,
            check=True,
            stdout=subprocess.DEVNULL,
            timeout=120,
        )


@contextmanager
def running(card: SoundCard, folder: Path, settings: Sequence[str]) -> Iterator[Running]:
    """Trained, started and fully loaded; `folder` keeps its state. Raises `RuntimeError` with its last words when
    it does not get so far."""
    env = card.process_env | {
        "ASSISTANT_STATE_DIR": str(folder / "state"),
        "ASSISTANT_CONFIG": str(folder / "config.toml"),
    }
    options = [word for setting in settings for word in ("--set", setting)]
    subprocess.run([PROGRAM, *options, "train"], check=True, env=env, stdout=subprocess.DEVNULL)
    errors = folder / "stderr.txt"
    with (
        open(errors, "ab") as sink,
        subprocess.Popen(
            [PROGRAM, *options, "run"], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=sink, text=True, bufsize=1,
        ) as process,
    ):  # fmt: skip
        assistant = Running(process, env, options)
        try:
            if assistant.wait_for("listening", 0, START_TIMEOUT_S) is None:
                raise RuntimeError(
                    f"the assistant does not start: {errors.read_text(errors='replace')[-2000:]}"
                )
            assistant.ask("what time is it")  # waits until the dialogue has loaded
            yield assistant
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def stages_ms(times: str) -> dict[str, float]:
    """The stages of a line "times": milliseconds after the end of speech as the assistant has it."""
    return {name: float(value) for name, value in STAGE.findall(times)}


def quoted(text: str) -> str:
    """What stands between its first “ and the next ”; empty without."""
    found = re.search("“([^”]*)”", text)
    return found.group(1) if found else ""
