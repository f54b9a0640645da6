"""Trains a Rasa project, once for each content."""

import asyncio
import contextlib
import fcntl
import os
import re
import shutil
import signal
import tempfile
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from assistant.dialogue.environment import child_command, rasa_environment
from assistant.dialogue.kept_models import UNFINISHED, forget_old_models, forget_unfinished, used_now
from assistant.dialogue.process import complaint
from assistant.dialogue.project import RasaProject, models_folder
from assistant.errors import UserError

TRAINING_TIMEOUT_S = 1800.0  # a big project with a neural pipeline on a slow machine
NICENESS = 10
"""A training may go on beside a conversation, which goes first."""
_LINES_KEPT = 200
_LOCK_POLL_S = 0.25
_FINISHED = re.compile(r"Finished training component '(\w+)'")
_STARTED = re.compile(r"Starting to train component '(\w+)'")
_NOISE = re.compile(r"^\s*(File \"|\^+|~+|$)|DEBUG|INFO|Warning:|site-packages")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the training is, 0 to 1, and what it is at."""

    fraction: float
    text: str


OnProgress = Callable[[Progress], None]


async def train(project: RasaProject, on_progress: OnProgress = lambda progress: None) -> Path:
    """The path of the project's model, trained now unless it is there already.

    Of two trainings of the same content at once the second waits for the first. Raises `UserError` with the
    last useful lines when Rasa refuses. Cancelling ends the training and leaves nothing behind."""
    model = project.model
    if used_now(model):
        return model
    python = project.python()
    folder = models_folder()
    folder.mkdir(parents=True, exist_ok=True)
    async with _only_one(folder / f"{project.fingerprint}.lock"):
        if used_now(model):
            return model
        await asyncio.to_thread(forget_unfinished, folder)
        work = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=folder))
        try:
            made = await _train_in(work, project, python, on_progress)
            model.parent.mkdir(exist_ok=True)
            made.replace(model)  # atomic: a model that is there is whole
        finally:
            await asyncio.to_thread(shutil.rmtree, work, ignore_errors=True)
    on_progress(Progress(1.0, "trained"))
    await asyncio.to_thread(forget_old_models, folder)
    return model


async def _train_in(work: Path, project: RasaProject, python: Path, on_progress: OnProgress) -> Path:
    data, config = work / "data", project.config_yaml()
    await asyncio.to_thread(_gather, project, data)
    (work / "config.yml").write_text(config, encoding="utf-8")
    command = child_command(
        python,
        project.root,
        "rasa",
        *(
            "train",
            "--skip-validation",
            "--config",
            str(work / "config.yml"),
            "--domain",
            str(await asyncio.to_thread(_domain, project, work / "domain")),
        ),
        *("--data", str(data)),
        *("--out", str(work), "--fixed-model-name", "model"),
    )
    steps = _Steps(_component_count(config), on_progress)
    on_progress(Progress(0.0, "loading Rasa"))
    environment = rasa_environment({"RASA_CACHE_DIRECTORY": str(work / "cache")})
    status = await _run(command, work, environment, steps)
    made = work / "model.tar.gz"
    if status != 0 or not made.exists():
        raise UserError(f"Rasa could not train {project.root}: {steps.what_went_wrong()}")
    return made


def _domain(project: RasaProject, folder: Path) -> Path:
    """The project's own, or a folder of copies where plugins add to it: Rasa takes one path."""
    if not project.plugins:
        return project.domain
    folder.mkdir()
    for number, path in enumerate(project.domains):
        if path.is_dir():
            shutil.copytree(path, folder / str(number))
        else:
            shutil.copyfile(path, folder / f"{number}.yml")
    return folder


def _gather(project: RasaProject, folder: Path) -> None:
    """All training data in one folder. Rasa takes files in the order of their paths, and where a project lies must not
    decide what it learns. Blocking, for the half second that it takes to read all of it."""
    generated = folder / "1-generated"
    generated.mkdir(parents=True)
    for name, text in project.generated_data().items():
        (generated / name).write_text(text, encoding="utf-8")
    for place, source in enumerate([project.root / "data", *project.plugin_data], 2):
        (folder / f"{place}-{source.name}").symlink_to(source.absolute())


async def _run(command: list[str], cwd: Path, environment: dict[str, str], steps: "_Steps") -> int:
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=cwd,
        env=environment,
        stdin=asyncio.subprocess.PIPE,  # its end tells the child that we are gone
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
        limit=1 << 20,
    )
    assert process.stdout is not None
    try:
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, process.pid, NICENESS)
        async with asyncio.timeout(TRAINING_TIMEOUT_S):
            async for line in process.stdout:
                steps.read(line.decode(errors="replace").rstrip())
            return await process.wait()
    except TimeoutError:
        raise UserError(f"Rasa's training did not end within {TRAINING_TIMEOUT_S:.0f} s.") from None
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


class _Steps:
    """Makes progress, and an explanation, out of what Rasa prints."""

    def __init__(self, components: int, on_progress: OnProgress) -> None:
        self._components = max(1, components)
        self._on_progress = on_progress
        self._finished = 0
        self._lines: deque[str] = deque(maxlen=_LINES_KEPT)

    def read(self, line: str) -> None:
        self._lines.append(line)
        if _FINISHED.search(line):
            self._finished += 1
        elif match := _STARTED.search(line):
            # Loading takes about a quarter of the time of a small training.
            fraction = 0.25 + 0.75 * min(1.0, self._finished / self._components)
            self._on_progress(Progress(fraction, f"training {match[1]}"))

    def what_went_wrong(self) -> str:
        if system := complaint("\n".join(self._lines)):
            return f"{system}."
        useful = [line.strip() for line in self._lines if not _NOISE.search(line)]
        return " ".join(useful[-3:]) or "it gave no reason."


def _component_count(config_yaml: str) -> int:
    config = yaml.safe_load(config_yaml)
    return len(config.get("pipeline") or ()) + len(config.get("policies") or ())


@asynccontextmanager
async def _only_one(path: Path) -> AsyncIterator[None]:
    """Holds the lock file, waiting for whoever else trains the same. The kernel lets go when a holder
    dies."""
    with path.open("w") as lock:
        async with asyncio.timeout(TRAINING_TIMEOUT_S):
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    await asyncio.sleep(_LOCK_POLL_S)
        yield
