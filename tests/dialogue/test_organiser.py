"""The calendar, notes and lists by voice: the real Rasa, its real actions and the real services behind them."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from assistant.api.server import ApiServer
from assistant.config.model import Config
from assistant.dialogue.client import Message, RasaClient
from assistant.dialogue.supervisor import ServiceAccess, Supervisor
from assistant.paths import source_root
from assistant.services.build import Services, create_services
from assistant.services.service import Origin
from tests.dialogue.conftest import START_S, Trained
from tests.services.fakes import FakeClock

pytestmark = [pytest.mark.rasa, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]

NOW = datetime(2026, 10, 21, 15, 30, tzinfo=ZoneInfo("Europe/Berlin"))
"""A Wednesday afternoon."""

SAYABLE = {
    "what is in it": "read_calendar",
    "when something is": "find_event",
    "whether there is time": "check_free",
    "when there is time": "check_free",
    "make one": "add_event",
    "move one": "move_event",
    "delete one": "delete_event",
    "put on": "add_item",
    "take off": "remove_item",
    "look": "check_item",
    "move": "move_item",
    "make, empty, delete": "make_list clear_list",
    "take": "take_note",
    "find": "read_notes",
    "delete": "delete_note",
    "read": "read_list list_lists read_notes",
}
"""Rows of the pages' tables of what one can say, and the intents of their sentences."""


@dataclass
class House:
    client: RasaClient
    services: Services
    file: Path
    turn: int = 0
    place: str = "kitchen"

    async def say(self, text: str) -> str:
        self.turn += 1
        parse = await self.client.parse(text)
        turn = self.client.turn(self.place, text, self.turn, parse)
        return " ".join([part.text async for part in turn if isinstance(part, Message)])

    async def said(self, *texts: str) -> list[str]:
        """The answers, each a turn of the same conversation."""
        return [await self.say(text) for text in texts]

    async def read(self, when: str) -> str:
        outcome = await self.services.registry.call(
            "calendar.read", {"when": when}, Origin("test", channel="http")
        )
        return str(outcome.result["agenda"])

    async def on_list(self, name: str) -> list[str]:
        outcome = await self.services.registry.call(
            "lists.read", {"list": name}, Origin("test", channel="http")
        )
        return list(outcome.result["items"])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def one_house(trained: Trained, state_folder: Path) -> AsyncIterator[House]:
    async def silent(*told: object) -> None:
        """Nothing rings here."""

    path = state_folder / "organiser.db"
    clock = FakeClock(NOW.timestamp())
    config = Config(timezone="Europe/Berlin")
    services = await create_services(config, clock, silent, lambda event: None, database_path=path)
    api = ApiServer(services.registry)
    await api.start()
    access = ServiceAccess(api.url, api.dialogue_token)
    supervisor = Supervisor(trained.project, trained.model, config.dialogue, access, lambda state: None)
    client = RasaClient(lambda: supervisor.endpoint, config.dialogue.turn_timeout_s)
    try:
        await supervisor.start()
        assert await supervisor.wait_ready(START_S), supervisor.state.reason
        yield House(client, services, state_folder / "calendar.ics")
    finally:
        await client.close()
        await supervisor.close()
        await api.close()
        await services.close()


@pytest.fixture
def house(one_house: House, request: pytest.FixtureRequest) -> House:
    """With an empty calendar, and a conversation of its own."""
    one_house.file.unlink(missing_ok=True)
    one_house.place = f"room {abs(hash(request.node.nodeid)) % 1_000_000}"
    return one_house


async def test_an_appointment_is_made_in_one_sentence(house: House) -> None:
    answer = await house.say("put lunch with anna on friday at noon for an hour in my calendar")
    assert "lunch with anna" in answer.lower()
    assert "at noon on Friday" in answer
    assert await house.read("friday") == "at noon, Lunch with anna"
    assert "at noon, Lunch with anna" in await house.say("what's on my calendar on friday")
    assert "at noon on Friday" in await house.say("when is lunch with anna")
    assert "at noon on Friday" in await house.say("when is my next appointment")


async def test_what_is_missing_is_asked_for(house: House) -> None:
    which, when, done = await house.said("make an appointment", "dentist", "tomorrow at half past nine")
    assert which.endswith("?")
    assert when == "When is it?"
    assert "half past nine tomorrow morning" in done
    assert await house.read("tomorrow") == "at half past nine, Dentist"


async def test_the_time_of_a_day_is_asked_for(house: House) -> None:
    question, done = await house.said(
        "put the dentist in my calendar for friday", "at three in the afternoon"
    )
    assert question == "At what time on Friday?"
    assert "three o'clock in the afternoon on Friday" in done
    question, done = await house.said("put yoga in my calendar tomorrow evening", "eight")
    assert question == "At what time tomorrow evening?"
    assert "eight o'clock tomorrow evening" in done


async def test_a_whole_day_is_no_question_where_it_is_said(house: House) -> None:
    answer = await house.say("put anna's birthday in my calendar on december third")
    assert "on Thursday, December third" in answer
    question, done = await house.said("put the conference in my calendar for monday", "all day")
    assert question == "At what time on Monday?"
    assert "on Monday" in done
    assert await house.read("monday") == "all day, Conference"


async def test_a_question_is_interrupted_and_left(house: House) -> None:
    question = await house.say("put the dentist in my calendar for friday")
    between = await house.say("what time is it")
    assert between == f"It's half past three. {question}" or question in between
    await house.say("never mind")
    assert await house.read("friday") == ""
    assert "noon" in await house.say("put the vet in my calendar tomorrow at noon")
    assert await house.read("tomorrow") == "at noon, Vet"


async def test_a_clash_is_told(house: House) -> None:
    await house.say("put the team meeting in my calendar tomorrow at ten")
    answer = await house.say("add yoga to my calendar tomorrow at ten")
    assert "Team meeting from ten o'clock to eleven o'clock" in answer


async def test_moving(house: House) -> None:
    await house.say("put the dentist in my calendar for friday at noon")
    assert "three o'clock tomorrow afternoon" in await house.say("move the dentist to thursday at three")
    assert await house.read("thursday") == "at three o'clock, Dentist"
    await house.say("move the dentist half an hour later")
    assert await house.read("thursday") == "at half past three, Dentist"
    question, done = await house.said("reschedule the dentist", "friday at ten")
    assert question.endswith("?")
    assert "ten o'clock in the morning on Friday" in done


async def test_a_time_may_be_said_in_two_places(house: House) -> None:
    assert "noon on Friday" in await house.say("put the dentist on friday in my calendar at noon")
    await house.say("put the dentist in my calendar on monday at nine")
    assert "Which one do you mean" in await house.say("move the dentist to thursday at three")
    answer = await house.say("move the dentist from friday to thursday at three")
    assert "three o'clock" in answer
    assert await house.read("thursday") == "at three o'clock, Dentist"


async def test_deleting_waits_for_a_yes(house: House) -> None:
    await house.say("put the dentist in my calendar for friday at noon")
    assert await house.say("cancel the dentist") == "Shall I really delete Dentist, at noon on Friday?"
    await house.say("no")
    assert await house.read("friday") != ""
    question, done = await house.said("cancel the dentist", "yes")
    assert (question, done) == (
        "Shall I really delete Dentist, at noon on Friday?",
        "I've deleted Dentist, at noon on Friday.",
    )
    assert await house.read("friday") == ""


async def test_free_time(house: House) -> None:
    await house.say("put the dentist in my calendar for friday at two")
    assert "from two o'clock to three o'clock" in await house.say("am i free on friday afternoon")
    assert "on Saturday" in await house.say("am i free on saturday")
    answer = await house.say("when am i free on friday for an hour")
    assert (
        "on Friday from eight o'clock to two o'clock or from three o'clock to eight o'clock in the evening"
        in answer
    )


async def test_what_is_not_there_is_said(house: House) -> None:
    assert "nothing" in await house.say("what's on my calendar tomorrow")
    assert await house.say("when is the dentist") == "I find no dentist in your calendar."
    assert await house.say("move the dentist to thursday at three") == "There is no dentist in your calendar."
    assert await house.say("cancel the dentist") == "There is no dentist in your calendar."


async def test_a_damaged_calendar_is_a_sentence_and_the_rest_goes_on(house: House) -> None:
    house.file.write_text("not a calendar")
    assert "damaged" in await house.say("what's on my calendar today")
    assert "half past three" in await house.say("what time is it")


async def test_a_note_is_taken_read_and_deleted(house: House) -> None:
    answer = await house.say("take a note that the car is on level three next to the lift")
    assert answer.endswith(": the car is on level three next to the lift.")
    question, done = await house.said("take a note", "the plumber is called jim")
    assert question.endswith("?")
    assert done.endswith(": the plumber is called jim.")
    assert "the plumber is called jim" in await house.say("read my last note")
    assert "the car is on level three" in await house.say("what did i note about the car")
    both = await house.say("what are my notes")
    assert "two notes" in both
    assert both.index("jim") < both.index("level three")
    question, done = await house.said("delete the note about the plumber", "yes please")
    assert question == "Shall I really delete the note: the plumber is called jim?"
    assert done == "I've deleted the note: the plumber is called jim."
    assert "There is no note about" in await house.say("what did i note about the plumber")


async def test_lists_are_made_filled_moved_between_and_deleted(house: House) -> None:
    assert "camping" in await house.say("make a new list called camping")
    await house.say("add milk and batteries to the shopping list")
    assert (
        await house.say("move the batteries to the camping list")
    ) == "I've moved batteries to your camping list."
    assert await house.on_list("camping") == ["batteries"]
    assert (await house.say("did i put batteries on the camping list")).startswith("Yes, batteries")
    assert (await house.say("is milk on the camping list")).startswith("No, there's no milk")
    assert await house.say("delete the camping list") == (
        "Shall I really delete the camping list with the one thing on it?"
    )
    assert "camping" in await house.say("yes")
    names = await house.services.registry.call("lists.all", {}, Origin("test", channel="http"))
    assert "camping" not in [each["name"] for each in names.result["lists"]]


async def test_what_a_list_needs_is_asked_for(house: House) -> None:
    question, done = await house.said("make a new list", "garden projects")
    assert question == "What should the list be called?"
    assert "garden projects" in done
    await house.say("add nails to the shopping list")
    question, done = await house.said("move nails to another list", "the to do list")
    assert question == "To which list?"
    assert "to do" in done
    assert await house.on_list("to do") == ["nails"]


@pytest.mark.parametrize("page", ["calendar.md", "lists.md"])
async def test_what_the_pages_say_can_be_said(house: House, page: str) -> None:
    text = (source_root() / "docs" / page).read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|]+?) \| (.*“.*) \|$", text, re.MULTILINE)
    assert {row for row, _ in rows} <= SAYABLE.keys()
    wrong = []
    for row, cell in rows:
        for sentence in re.findall("“(.+?)”", cell):
            parse = await house.client.parse(sentence)
            if parse.intent not in SAYABLE[row].split():
                wrong.append((sentence, parse.intent))
    assert wrong == []


async def test_a_guest_hears_nothing_of_it(house: House) -> None:
    house.place = "browser:ab12"
    assert await house.say("what's on my calendar tomorrow") == "I am not allowed to do that."
    assert await house.say("read my last note") == "I am not allowed to do that."
