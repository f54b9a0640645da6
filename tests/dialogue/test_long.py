"""A long conversation: what Rasa reads in each turn does not grow, and nothing of the last turns is lost by that."""

import aiohttp
import pytest

from tests.dialogue.house import House

pytestmark = [pytest.mark.rasa, pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]

ROUNDS = 20
MOST_EVENTS = 170  # of a session: those at which a new one begins, and what a turn adds


async def events(house: House, place: str) -> int:
    """Of the session that is under way."""
    endpoint = house.supervisor.endpoint
    assert endpoint is not None
    url = f"{endpoint.url}/conversations/{place}/tracker"
    async with (
        aiohttp.ClientSession() as http,
        http.get(url, params={"token": endpoint.api_token}) as response,
    ):
        kinds = [event["event"] for event in (await response.json())["events"]]
    return len(kinds) - max(place for place, kind in enumerate(kinds) if kind == "session_started")


async def test_corrections_and_repeats_work_whenever_a_session_begins(house: House) -> None:
    place, sizes = "long", []
    for _ in range(ROUNDS):
        await house.call("home.set", target={"kind": "light", "all": True}, state="off")
        await house.say(place, "turn on the kitchen light")
        corrected = await house.say(place, "no the bedroom")
        assert corrected.services[-2:] == ["undo.last", "home.set"]
        assert await house.is_on(device="bedroom light")
        assert (await house.say(place, "say that again")).text == corrected.text
        sizes.append(await events(house, place))
    assert max(sizes) <= MOST_EVENTS
    assert sizes != sorted(sizes)  # a new session began, more than once


async def test_an_open_question_outlives_a_new_session(house: House) -> None:
    place = "patient"
    for _ in range(3):
        await house.say(place, "set a timer")
        for _ in range(8):
            asked = await house.say(place, "what time is it")
            assert asked.done.requested_slot == "duration"
        assert (await house.say(place, "four minutes")).services == ["timers.start"]
        for _ in range(8):
            await house.say(place, "what day is it")
