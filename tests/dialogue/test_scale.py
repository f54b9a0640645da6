"""The real Rasa on a real PostgreSQL and a real Redis."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from assistant.config.model import Dialogue
from assistant.dialogue.supervisor import Phase
from tests.dialogue.conftest import Running, Trained, running
from tests.servers import QUOTED, PostgreSQL, Server, postgresql, redis, redis_answers

pytestmark = [pytest.mark.rasa, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]


@dataclass
class Scaled:
    rasa: Running
    database: PostgreSQL
    locks: Server


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scaled(trained: Trained, state_folder: Path) -> AsyncIterator[Scaled]:
    async with postgresql("tracker", "events") as database, redis() as locks:
        settings = Dialogue.model_validate(
            {
                "tracker_store": database.url("tracker"),
                "event_broker": database.url("events"),
                "lock_store": f"redis://:{QUOTED}@127.0.0.1:{locks.port}/2",
            }
        )
        async with running(trained, settings) as rasa:
            yield Scaled(rasa, database, locks)


async def test_conversations_locks_and_events_are_kept_there(
    scaled: Scaled, sender: str, state_folder: Path
) -> None:
    said = (await scaled.rasa.say(sender, "hello")).text
    users = "SELECT count(*) FROM events WHERE sender_id = '{}' AND type_name = 'user'"
    assert scaled.database.query("tracker", users.format(sender)) == ["1"]
    told = scaled.database.query("events", f"SELECT data FROM events WHERE sender_id = '{sender}'")
    assert any(said in row for row in told)
    assert "cmdstat_set" in redis_answers(scaled.locks, "info", "commandstats")
    assert not (state_folder / "dialogue.db").exists()


async def test_no_password_is_in_a_file_or_a_command_line(scaled: Scaled, state_folder: Path) -> None:
    folder = scaled.rasa.supervisor._folder
    assert folder is not None
    files = [*folder.iterdir(), *(state_folder / "log").iterdir()]
    assert {"endpoints.yml"} <= {path.name for path in files}
    pid = scaled.rasa.supervisor.rasa.pid
    texts = [path.read_bytes() for path in [*files, Path(f"/proc/{pid}/cmdline")]]
    assert not any(b"s3cret" in text for text in texts)


async def test_a_conversation_goes_on_in_another_rasa(scaled: Scaled, sender: str) -> None:
    before = (await scaled.rasa.say(sender, "hello")).text
    process = scaled.rasa.supervisor.rasa.process
    assert process is not None
    process.kill()
    await scaled.rasa.until(Phase.DOWN)
    await scaled.rasa.until(Phase.READY)
    assert before in (await scaled.rasa.say(sender, "what did you say", turn=2)).text


async def test_without_its_locks_a_turn_fails_in_words_and_is_well_when_they_are_back(
    scaled: Scaled, sender: str
) -> None:
    await scaled.locks.kill()
    async with asyncio.timeout(60):
        answer = await scaled.rasa.say(sender, "hello")
    assert answer.done.error == "failed"
    assert answer.text == "Sorry, something went wrong in my head."
    await scaled.locks.start()
    assert (await scaled.rasa.say(sender, "hello", turn=2)).done.error == ""
