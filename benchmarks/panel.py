"""The recognisers that are compared: each engine as the assistant uses it alone, and the router over both."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from assistant.config import Config
from assistant.dialogue.domain import free_text_entities
from assistant.dialogue.project import RasaProject
from assistant.dialogue.train import train
from assistant.dialogue.understanding import Understanding
from assistant.models import find_whisper
from assistant.recognition import factory
from assistant.recognition.base import Recognizer
from assistant.recognition.decision import Meaning
from assistant.recognition.judgement import meaning_of
from assistant.recognition.routed_stream import Patience
from assistant.recognition.router import RoutedRecognizer

FIXTURE = Path(__file__).parents[1] / "tests" / "fixtures" / "whisper-fixture.en"
"""A small model of the project's own, which knows a few dozen templates (training/whisper)."""


ENGINES = {"embedded": "sphinx", "whisper": "whisper", "router": "auto"}

WAIT_S = 60.0
START_S = 400.0
"""A machine on which other things are measured too takes that long to load Rasa."""


@dataclass(frozen=True, slots=True)
class Whispers:
    """A Whisper model; `small_domain`: it is the tests' own, and knows only their sentences."""

    folder: Path
    small_domain: bool

    @property
    def name(self) -> str:
        return self.folder.name + (" (a small model of the tests' own)" if self.small_domain else "")


def whisper_model(name: str) -> Whispers | None:
    """The model asked for, else the one installed, else the tests' own; None where there is none."""
    folder = find_whisper(name, "en")
    if folder is None and not name and (FIXTURE / "model.bin").exists():
        folder = FIXTURE
    return None if folder is None else Whispers(folder, (folder / "training.json").exists())


@dataclass(frozen=True, slots=True)
class Panel:
    """All started. `engines`: name → recogniser; those with Whisper only where there is a model."""

    nlu: Understanding
    engines: dict[str, Recognizer]


@asynccontextmanager
async def panel(
    config: Config, project: RasaProject, whisper: Path | None, *, patient: bool = False
) -> AsyncIterator[Panel]:
    """Each as the assistant makes it for `recognition.engine`, with Whisper on one thread. `patient`: whatever is
    asked is waited for, so that a busy machine decides as an idle one would."""
    model = await train(project)
    free = await asyncio.to_thread(free_text_entities, project.domain)
    settings = config.recognition.whisper
    settings = settings.model_copy(
        update={"model": str(whisper or ""), "cpu_threads": settings.cpu_threads or 1}
    )
    async with AsyncExitStack() as stack:
        nlu = await stack.enter_async_context(Understanding(project, model, START_S))

        async def judge(text: str) -> Meaning:
            return meaning_of(await nlu.parse(text), free)

        engines: dict[str, Recognizer] = {}
        for name, engine in ENGINES.items():
            if whisper is None and engine != "sphinx":
                continue
            recognition = config.recognition.model_copy(update={"engine": engine, "whisper": settings})
            chosen = config.model_copy(update={"recognition": recognition})
            engines[name] = recognizer = await factory.create(chosen, project, judge=judge)
            stack.push_async_callback(recognizer.close)
            if patient and isinstance(recognizer, RoutedRecognizer):
                recognizer.patience = Patience(judge_s=WAIT_S, check_s=WAIT_S, answer_s=WAIT_S)
        await nlu.parse("warm up")
        yield Panel(nlu, engines)
