"""The example of the documentation: loaded, trained with the real Rasa, and called by what a person says."""

import asyncio
import random
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from assistant.api.server import ApiServer
from assistant.config.model import Config
from assistant.dialogue.client import Message, RasaClient
from assistant.dialogue.project import RasaProject
from assistant.dialogue.supervisor import ServiceAccess, Supervisor
from assistant.dialogue.train import train
from assistant.dialogue.training_data import load_training_data
from assistant.errors import UserError
from assistant.paths import source_root
from assistant.plugins import PluginContext, add_plugins
from assistant.services.build import Services, create_services
from assistant.services.service import Origin
from assistant.services.time import SystemClock
from assistant.storage.due import Kind
from tests.services.fakes import FakeClock

EXAMPLE = source_root() / "docs" / "examples" / "plugin"
START_S = 240.0


@pytest.fixture
def where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy, as the documentation says to make one."""
    copied = tmp_path / "plugins"
    shutil.copytree(EXAMPLE, copied)
    for path in (copied, *copied.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    monkeypatch.setenv("ASSISTANT_PLUGINS", str(copied))
    monkeypatch.setenv("ASSISTANT_STATE_DIR", str(tmp_path / "state"))
    return copied


@pytest.fixture
async def services(where: Path, tmp_path: Path) -> AsyncIterator[Services]:
    async def silent(text: str, kind: Kind) -> None:
        """No timer rings here."""

    made = await create_services(
        Config(), SystemClock(), silent, lambda event: None, database_path=tmp_path / "a.db"
    )
    complaints: list[str] = []
    await add_plugins(made.registry, SystemClock(), complaints.append)
    assert complaints == []
    yield made
    await made.close()


async def test_its_service_does_what_it_says(services: Services, tmp_path: Path) -> None:
    import assistant_plugin_dice  # type: ignore[import-not-found]  # loaded by the fixture

    dice = assistant_plugin_dice.create(PluginContext(FakeClock(), random.Random(1), tmp_path))
    asked = assistant_plugin_dice.RollInput(count=3)
    rolled = [random.Random(1).randint(1, 6)]
    assert (await dice.roll(asked, Origin("kitchen")))["rolled"][:1] == rolled
    outcome = await services.registry.call("dice.roll", {"count": 6}, Origin("kitchen", 1, "console"))
    assert (outcome.error_code, outcome.error_message) == ("too_many", "I have only five dice.")


def test_its_sentences_are_part_of_the_project(where: Path) -> None:
    project = RasaProject.from_config(Config())
    assert project.plugin_services == ("dice.roll",)
    data = load_training_data(project.root, project.names, project.plugin_data)
    assert "roll two dice" in {example.text for example in data.of_intent("roll_dice")}
    before = project.fingerprint
    nlu = where / "dice.rasa" / "nlu.yml"
    nlu.write_text(nlu.read_text().replace("roll a die\n", "roll one of the dice\n", 1))
    assert RasaProject.from_config(Config()).fingerprint != before


@pytest.mark.rasa
async def test_said_aloud_it_reaches_its_service(services: Services) -> None:
    try:
        project = RasaProject.from_config(Config())
        project.python()
    except UserError as error:
        pytest.skip(str(error))
    model = await train(project)
    api = ApiServer(services.registry)
    await api.start()
    access = ServiceAccess(api.url, api.dialogue_token)
    settings = Config().dialogue
    supervisor = Supervisor(project, model, settings, access, lambda state: None)
    client = RasaClient(lambda: supervisor.endpoint, settings.turn_timeout_s)

    async def say(text: str) -> list[Message]:
        parse = await client.parse(text)
        return [part async for part in client.turn("kitchen", text, 1, parse) if isinstance(part, Message)]

    try:
        await supervisor.start()
        assert await supervisor.wait_ready(START_S), supervisor.state.reason
        [answer] = await say("roll two dice")
        assert answer.source == "service:dice.roll"
        assert answer.text.startswith("You rolled ")
        [refused] = await say("roll six dice")
        assert refused.text == "I have only five dice."
        [time] = await say("what time is it")
        assert time.source == "service:clock.time"
        records = [record for record in await services.audit.records() if record.service == "dice.roll"]
        assert [(r.arguments, r.channel, r.ok) for r in records] == [
            ({"count": 6}, "dialogue", False),
            ({"count": 2}, "dialogue", True),
        ]
    finally:
        await client.close()
        await supervisor.close()
        await asyncio.wait_for(api.close(), 10)
