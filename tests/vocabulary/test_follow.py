"""Names that change while the assistant runs, with real files, database, services and PocketSphinx.

Only Rasa's training is left out, which takes a minute: tests/dialogue/test_new_model.py has it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from assistant import config as configuration
from assistant.app import Assistant
from assistant.dialogue.names import OwnerNames
from assistant.dialogue.project import RasaProject
from assistant.errors import UserError
from assistant.events import Event, NamesInUse, NamesKnown
from assistant.recognition import factory
from assistant.recognition.base import Recognizer
from assistant.services.build import create_services
from assistant.services.service import Origin
from assistant.services.time import SystemClock
from assistant.storage.due import Kind
from assistant.vocabulary.follow import Follower, learned_names
from tests.recognition.speech import WHY, needs_flite, say, speak

pytestmark = [pytest.mark.skipif(needs_flite, reason=WHY), pytest.mark.timeout(900)]

HOME = """
[home]
areas = [{name = "kitchen"}]
devices = [{name = "kitchen light", kind = "light", area = "kitchen"}]
"""
WITH_DISCO_BALL = HOME.replace("devices = [", 'devices = [{name = "disco ball", kind = "light"}, ')
ORIGIN = Origin(session="test", turn=1)
LONG_S = 400.0


@dataclass
class House:
    """An assistant without Rasa that follows its owner's files."""

    folder: Path
    assistant: Assistant
    recognizer: Recognizer
    follower: Follower
    notices: list[str]
    models: list[RasaProject]
    in_use: dict[str, int] = field(default_factory=dict)
    moved: asyncio.Event = field(default_factory=asyncio.Event)

    def observe(self, event: Event) -> None:
        if isinstance(event, NamesInUse):
            self.in_use[event.part] = self.in_use.get(event.part, 0) + 1
            self.moved.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(LONG_S):
            while not condition():
                self.moved.clear()
                await self.moved.wait()

    def notice(self, text: str) -> None:
        self.notices.append(text)
        self.moved.set()

    async def hear(self, text: str) -> str:
        stream = self.recognizer.stream()
        await speak(stream, say(text), pause_s=0.0)
        return (await stream.finish()).text


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
async def house(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    file = tmp_path / "config.toml"
    monkeypatch.setenv("ASSISTANT_CACHE_DIR", str(cache))
    monkeypatch.setenv("ASSISTANT_CONFIG", str(file))
    monkeypatch.setenv("ASSISTANT_STATE_DIR", str(tmp_path / "state"))
    file.write_text(HOME)

    def read() -> configuration.Config:
        return configuration.load(file, ["recognition.engine=sphinx"], {})

    assistant = Assistant(read())

    async def nobody(_text: str, _kind: Kind) -> None: ...

    assistant.services = await create_services(assistant.config, SystemClock(), nobody, assistant.bus.publish)
    models: list[RasaProject] = []

    async def use_model(project: RasaProject) -> bool:
        models.append(project)
        return True

    monkeypatch.setattr(assistant, "use_model", use_model)
    learned = await learned_names(assistant)
    recognizer = await factory.create(assistant.config, assistant.project, learned=learned)
    notices: list[str] = []
    follower = Follower(assistant, recognizer, file, read, lambda text: here.notice(text), learned=learned)
    here = House(tmp_path, assistant, recognizer, follower, notices, models)
    assistant.bus.observe(here.observe)
    async with follower:
        await asyncio.sleep(1.5)  # the first look at the files has been taken
        yield here
    await recognizer.close()
    await assistant.services.close()


async def test_a_device_that_is_added_is_heard_understood_and_acted_on(house: House) -> None:
    config, call = house.folder / "config.toml", house.assistant.services.registry.call
    switch_on = {"target": {"device": "disco ball"}, "state": "on"}
    assert not (await call("home.set", switch_on, ORIGIN)).ok
    assert await house.hear("turn on the disco ball") != "turn on the disco ball"
    config.write_text(WITH_DISCO_BALL)
    await house.until(lambda: "services" in house.in_use)
    assert (await call("home.set", switch_on, ORIGIN)).ok
    await house.until(lambda: {"recogniser", "dialogue"} <= set(house.in_use))
    assert await house.hear("turn on the disco ball") == "turn on the disco ball"
    assert [project.names.devices for project in house.models] == [("disco ball", "kitchen light")]


async def test_a_mistake_in_the_settings_is_told_and_the_earlier_names_stay(house: House) -> None:
    config = house.folder / "config.toml"
    config.write_text(WITH_DISCO_BALL.replace('"light"', '"lihgt"', 1))
    await house.until(lambda: bool(house.notices))
    [notice] = house.notices
    assert notice.startswith("The change is not in use: ")
    assert "config.toml, line" in notice
    assert await house.hear("turn on the kitchen light") == "turn on the kitchen light"
    assert house.in_use == {}
    config.write_text(WITH_DISCO_BALL)
    await house.until(lambda: "recogniser" in house.in_use)
    assert await house.hear("turn on the disco ball") == "turn on the disco ball"


async def test_what_is_put_on_a_list_can_be_said_from_then_on(house: House) -> None:
    call = house.assistant.services.registry.call
    sentence = "add cardamom to the shopping list"
    assert "cardamom" not in await house.hear(sentence)
    await call("lists.add", {"items": ["milk", "cardamom"], "list": "shopping"}, ORIGIN)
    await house.until(lambda: "recogniser" in house.in_use)
    assert (await house.hear(sentence)).startswith("add cardamom to")
    assert (await learned_names(house.assistant)).items == ("cardamom",)  # milk was known
    assert house.models == []  # the understanding knows how things on lists are spoken of


async def test_a_part_tells_which_names_it_has(house: House) -> None:
    names = {"devices": ("Aquarium Pump",), "areas": ("observatory",)}
    house.assistant.bus.publish(NamesKnown(at_s=0.0, session="", turn=0, source="home", names=names))
    await house.until(lambda: {"recogniser", "dialogue"} <= set(house.in_use))
    assert house.models[-1].names.devices == ("kitchen light", "aquarium pump")
    assert (
        await house.hear("turn on the lights in the observatory") == "turn on the lights in the observatory"
    )


async def test_the_owner_says_how_a_name_sounds(house: House) -> None:
    overrides = house.folder / "pronunciations.txt"
    overrides.write_text("kitchen  CH IH P QQ\n")
    await house.until(lambda: bool(house.notices))
    assert "New names are not heard yet" in house.notices[0]
    assert "pronunciations.txt, line 1" in house.notices[0]
    overrides.write_text("kitchen  B AE N AE N AH\n")
    await house.until(lambda: house.in_use.get("recogniser", 0) == 1)
    assert await house.hear("turn on the banana light") == "turn on the kitchen light"


async def test_people_in_a_file_are_heard(house: House) -> None:
    names = house.folder / "names"
    names.mkdir()
    (names / "people.txt").write_text("# the family\nZuleyka  # aunt\nBartholomew\n")
    await house.until(lambda: "recogniser" in house.in_use)
    assert (
        await house.hear("add call bartholomew to my to do list") == "add call bartholomew to my to do list"
    )


async def test_a_file_that_is_no_text_is_told(house: House) -> None:
    names = house.folder / "names"
    names.mkdir()
    (names / "media.txt").write_bytes(b"\xff\xfe\x00")
    await house.until(lambda: bool(house.notices))
    assert "media.txt" in house.notices[0]
    assert "UTF-8" in house.notices[0]


async def test_settings_that_wait_for_the_next_start_are_told(house: House) -> None:
    (house.folder / "config.toml").write_text(f'name = "Friday"\n{HOME}')
    await house.until(lambda: bool(house.notices))
    assert house.notices == ["Settings other than home and names are used from the next start on."]
    assert house.assistant.config.name == "Jarvis"


async def test_a_training_that_fails_leaves_the_recogniser_alone(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(project: RasaProject) -> bool:
        raise UserError("Rasa could not train.")

    monkeypatch.setattr(house.assistant, "use_model", fails)
    (house.folder / "config.toml").write_text(WITH_DISCO_BALL)
    await house.until(lambda: bool(house.notices) and "recogniser" in house.in_use)
    assert house.notices == ["New names are not understood yet, the earlier ones are: Rasa could not train."]
    assert await house.hear("turn on the disco ball") == "turn on the disco ball"


async def test_names_learned_on_other_days_are_there_at_the_start(house: House) -> None:
    await house.follower._table.learn("items", "turmeric", 1.0)
    await house.follower._table.learn("planets", "mars", 1.0)  # of a version to come
    assert await learned_names(house.assistant) == OwnerNames(items=("turmeric",))
