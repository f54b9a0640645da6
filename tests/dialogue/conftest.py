"""A model of the project, trained once and kept in the cache between runs."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
import pytest_asyncio

from assistant.config.model import Config, Dialogue
from assistant.dialogue.client import Message, RasaClient, TurnDone
from assistant.dialogue.kept_models import InUse
from assistant.dialogue.project import RasaProject
from assistant.dialogue.supervisor import Phase, State, Supervisor
from assistant.dialogue.train import train
from assistant.errors import UserError
from tests.dialogue.assistant_api import AssistantApi
from tests.dialogue.house import House, household

START_S = 240.0  # beside whatever else the machine does


@dataclass(frozen=True)
class Trained:
    project: RasaProject
    model: Path


@dataclass(frozen=True)
class Answer:
    """A whole turn."""

    messages: list[Message]
    done: TurnDone

    @property
    def text(self) -> str:
        return " ".join(message.text for message in self.messages)

    @property
    def sources(self) -> list[str]:
        return [message.source for message in self.messages]


@dataclass
class Running:
    """Rasa, its action server, and the assistant's side of it."""

    supervisor: Supervisor
    client: RasaClient
    api: AssistantApi
    states: list[State]
    changed: asyncio.Event

    async def until(self, phase: Phase) -> None:
        async with asyncio.timeout(START_S):
            while self.supervisor.state.phase is not phase:
                self.changed.clear()
                await self.changed.wait()

    async def say(self, sender: str, text: str, turn: int = 1) -> Answer:
        messages: list[Message] = []
        parse = await self.client.parse(text)
        async for part in self.client.turn(sender, text, turn, parse):
            if isinstance(part, TurnDone):
                return Answer(messages, part)
            messages.append(part)
        raise AssertionError("a turn without an end")


@asynccontextmanager
async def running(trained: Trained, settings: Dialogue | None = None) -> AsyncIterator[Running]:
    api = AssistantApi()
    access = await api.start()
    states: list[State] = []
    changed = asyncio.Event()

    def on_state(state: State) -> None:
        states.append(state)
        changed.set()

    settings = settings or Dialogue()
    supervisor = Supervisor(trained.project, trained.model, settings, access, on_state)
    client = RasaClient(lambda: supervisor.endpoint, settings.turn_timeout_s)
    try:
        await supervisor.start()
        assert await supervisor.wait_ready(START_S), supervisor.state.reason
        yield Running(supervisor, client, api, states, changed)
    finally:
        await client.close()
        await supervisor.close()
        await api.close()


@pytest.fixture(scope="session")
def trained() -> Iterator[Trained]:
    try:
        project = RasaProject.from_config(Config())
        project.python()
    except UserError as error:
        pytest.skip(str(error))
    model = asyncio.run(train(project))
    in_use = InUse(model)  # other tests train other models
    yield Trained(project, model)
    in_use.close()


@pytest.fixture(scope="module")
def state_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("state")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSISTANT_STATE_DIR", str(folder))
        yield folder


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def rasa(trained: Trained, state_folder: Path) -> AsyncIterator[Running]:
    async with running(trained) as up:
        yield up


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def house(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """One for all tests that want the real services; they take conversations of their own."""
    folder = tmp_path_factory.mktemp("house")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSISTANT_STATE_DIR", str(folder))
        async with household(trained.project, trained.model, folder) as up:
            yield up


_senders = count(1)


@pytest.fixture
def sender() -> str:
    """A conversation of its own for each test."""
    return f"test:{next(_senders)}"
