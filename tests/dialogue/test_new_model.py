"""The real Rasa goes on with another model, in the middle of conversations."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from assistant.config.model import Dialogue
from assistant.dialogue import engine
from assistant.dialogue.client import Message, TurnDone
from assistant.dialogue.corrections import correct, corrected_sentences
from assistant.dialogue.names import OwnerNames
from assistant.dialogue.supervisor import ModelRefused, ServiceAccess
from assistant.dialogue.train import train
from tests.dialogue.conftest import Running, Trained, running

pytestmark = [pytest.mark.rasa, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(900)]

ON_DISK = pytest.mark.parametrize("rasa", ["disk"], indirect=True)
"""What has nothing to do with where conversations are kept."""
NEW = "turn on the lights in the observatory"
CORRECTED = "put a sock in it old chap"


@pytest.fixture(scope="module")
def renamed(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that knows a room which the other does not, and a sentence that its owner put right."""
    names = trained.project.names | OwnerNames(areas=("observatory",), devices=("disco ball",))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSISTANT_CONFIG", str(tmp_path_factory.mktemp("config") / "config.toml"))
        correct("stop", CORRECTED)
        corrected = corrected_sentences()
    assert corrected is not None
    return asyncio.run(train(replace(trained.project, names=names, plugins=(corrected,))))


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["disk", "none"])
async def rasa(
    request: pytest.FixtureRequest, trained: Trained, state_folder: Path
) -> AsyncIterator[Running]:
    """With patience: loading a model is five seconds of computing, beside turns and whatever else the machine does."""
    settings = Dialogue(memory=request.param, turn_timeout_s=120.0, start_timeout_s=300)
    async with running(trained, settings) as up:
        yield up


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def _first_model(rasa: Running, trained: Trained) -> None:
    if rasa.supervisor.model != trained.model:
        await rasa.supervisor.change_model(trained.model)
    rasa.api.forget()


async def area(rasa: Running, text: str) -> str:
    return " ".join(e["value"] for e in (await rasa.client.parse(text)).entities if e["entity"] == "area")


async def test_a_room_is_understood_and_questions_stay_open(
    rasa: Running, renamed: Path, sender: str
) -> None:
    before = await rasa.client.parse(
        NEW
    )  # a name in that place is one to the first model, too, if less surely
    question = await rasa.say(sender, "set a timer")
    assert question.done.requested_slot == "duration"
    pid, began_s = rasa.supervisor.rasa.pid, time.monotonic()
    await rasa.supervisor.change_model(renamed)
    took_s = time.monotonic() - began_s
    print(f"another model in {took_s:.2f} s")
    assert rasa.supervisor.rasa.pid == pid
    assert await rasa.client.parse(NEW) != before
    assert await area(rasa, NEW) == "observatory"
    rasa.api.forget()
    answer = await rasa.say(sender, "five minutes", turn=2)  # to the question of before
    assert answer.done.active_loop is None
    assert [call.service for call in rasa.api.calls] == ["timers.start"]
    await rasa.say(sender, NEW, turn=3)
    assert rasa.api.calls[-1].arguments["target"]["area"] == "observatory"


@ON_DISK
async def test_what_was_put_right_is_understood(rasa: Running, renamed: Path) -> None:
    assert (await rasa.client.parse(CORRECTED)).intent != "stop"
    await rasa.supervisor.change_model(renamed)
    parse = await rasa.client.parse(CORRECTED)
    assert (parse.intent, parse.confidence > 0.5) == ("stop", True)


async def test_turns_while_the_model_changes_are_all_answered(rasa: Running, renamed: Path) -> None:
    """Three people ask without a pause, and none of them is told that something is wrong."""
    rasa.api.forget()
    over = asyncio.Event()
    waits_s: list[float] = []

    async def person(name: str) -> int:
        turn = 0
        while not over.is_set() or turn < 3:
            turn += 1
            began_s = time.monotonic()
            parts = [part async for part in rasa.client.turn(name, "what time is it", turn)]
            waits_s.append(time.monotonic() - began_s)
            *messages, done = parts
            assert isinstance(done, TurnDone)
            assert done.error == ""
            assert [message.source for message in messages if isinstance(message, Message)] == [
                "service:clock.time"
            ]
        return turn

    async with asyncio.TaskGroup() as group:
        people = [group.create_task(person(f"crowd:{number}")) for number in range(3)]
        await rasa.supervisor.change_model(renamed)
        over.set()
    print(f"{len(waits_s)} turns, the longest {max(waits_s):.2f} s")
    assert sum(task.result() for task in people) == len(rasa.api.calls)
    assert await area(rasa, NEW) == "observatory"


@ON_DISK
async def test_a_turn_under_way_ends_as_it_began(rasa: Running, renamed: Path, sender: str) -> None:
    rasa.api.hold = asyncio.Event()
    turn = asyncio.create_task(rasa.say(sender, "what time is it"))
    async with asyncio.timeout(10):
        await rasa.api.arrived.wait()
    change = asyncio.create_task(rasa.supervisor.change_model(renamed))
    await asyncio.wait([change], timeout=4.0)  # on a slow machine the action would give up before
    rasa.api.hold.set()
    assert (await turn).sources == ["service:clock.time"]
    rasa.api.hold = None
    await change
    assert (await rasa.say(sender, "what is the date", turn=2)).done.error == ""


@ON_DISK
async def test_a_damaged_model_is_refused_and_the_old_one_stays(
    rasa: Running, sender: str, tmp_path: Path
) -> None:
    damaged = tmp_path / "model.tar.gz"
    damaged.write_bytes(b"no archive")
    with pytest.raises(ModelRefused):
        await rasa.supervisor.change_model(damaged)
    assert (await rasa.say(sender, "what time is it")).sources == ["service:clock.time"]
    assert rasa.supervisor._model != damaged  # nor would it start with it


@ON_DISK
async def test_a_sentence_is_understood_once_by_each_model(
    rasa: Running, trained: Trained, renamed: Path
) -> None:
    access = ServiceAccess("http://127.0.0.1:9", "token-of-the-test")
    dialogue = engine.Dialogue(trained.project, trained.model, Dialogue(), access)
    dialogue.supervisor = rasa.supervisor  # the Rasa that runs already
    try:
        before = await dialogue.parse(NEW)
        assert await dialogue.parse(NEW) is before
        for number in range(engine.REMEMBERED):
            await dialogue.parse(f"set a timer for {number} minutes")
        assert await dialogue.parse(NEW) is not before  # it does not remember for ever
        await rasa.supervisor.change_model(renamed)
        after = await dialogue.parse(NEW)
        assert "observatory" in [entity["value"] for entity in after.entities]
        assert after != before
    finally:
        await dialogue._client.close()
