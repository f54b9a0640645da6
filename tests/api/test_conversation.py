"""Turns in the form of Home Assistant's conversation API, on loopback."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from assistant.api.conversation import Answered, CalledService, NobodyAnswers, Spoken, response_of
from assistant.api.server import ApiServer
from assistant.services.clock import ClockServices
from assistant.services.registry import Registry
from assistant.services.time import SystemClock
from assistant.storage.audit import Record


class NoAudit:
    async def append(self, record: Record) -> None:
        """Nothing is called here."""


def registry() -> Registry:
    """With one thing that only reads."""
    made = Registry(SystemClock(), NoAudit(), lambda event: None)
    made.add(ClockServices(SystemClock(), "UTC"))
    return made


class Conversing:
    """Whoever answers, as the API sees it."""

    def __init__(self) -> None:
        self.asked: list[Spoken] = []
        self.answer = Answered((("It is noon.", "service:clock.time"),), (CalledService("clock.time", True),))

    async def __call__(self, spoken: Spoken) -> Answered:
        self.asked.append(spoken)
        return self.answer


@pytest.fixture
async def api() -> AsyncIterator[ApiServer]:
    server = ApiServer(registry())
    await server.start()
    yield server
    await server.close()


async def post(api: ApiServer, body: object) -> tuple[int, dict[str, Any]]:
    headers = {"Authorization": f"Bearer {api.token}"}
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{api.url}/api/conversation/process", json=body, headers=headers) as response,
    ):
        return response.status, await response.json()


async def test_the_documented_request_gets_the_documented_answer(api: ApiServer) -> None:
    talk = api.conversation.converse = Conversing()
    status, answer = await post(api, {"text": "what time is it", "language": "en"})
    conversation = answer["conversation_id"]
    assert (status, answer) == (
        200,
        {
            "response": {
                "speech": {"plain": {"speech": "It is noon.", "extra_data": None}},
                "card": {},
                "language": "en",
                "response_type": "query_answer",
                "data": {"targets": [], "success": [], "failed": []},
            },
            "conversation_id": conversation,
            "continue_conversation": False,
        },
    )
    assert talk.asked == [Spoken(f"conversation-{conversation}", "what time is it")]


async def test_a_conversation_goes_on_under_its_id(api: ApiServer) -> None:
    talk = api.conversation.converse = Conversing()
    body = {"text": "  hello\n there", "language": "en-GB", "agent_id": None, "conversation_id": "01HX:ä"}
    for _ in range(2):
        _, answer = await post(api, body | {"room": "kitchen", "person": "Ann"})
        assert answer["conversation_id"] == "01HX:ä"
        assert answer["response"]["language"] == "en-GB"
    first, second = talk.asked
    assert first == second
    assert (first.text, first.room, first.person) == ("hello there", "kitchen", "Ann")
    assert ":" not in first.session, "with the owner's token it is the owner's, whatever the id"
    _, other = await post(api, {"text": "hello"})
    _, another = await post(api, {"text": "hello"})
    assert other["conversation_id"] != another["conversation_id"]


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"text": ""},
        {"text": " \n"},
        {"text": 7},
        {"text": "x" * 2001},
        {"text": "hello", "language": 5},
        {"text": "hello", "conversation_id": ["a"]},
        {"text": "hello", "conversation_id": "x" * 256},
        {"text": "hello", "agent_id": {}},
        {"text": "hello", "room": 1},
    ],
)
async def test_what_is_no_turn(api: ApiServer, body: object) -> None:
    talk = api.conversation.converse = Conversing()
    assert (await post(api, body))[0] == 400
    assert talk.asked == []


async def test_where_nobody_answers(api: ApiServer) -> None:
    assert (await post(api, {"text": "hello"}))[0] == 503

    async def busy(spoken: Spoken) -> Answered:
        raise NobodyAnswers("One thing after the other, please.")

    api.conversation.converse = busy
    status, answer = await post(api, {"text": "hello"})
    assert (status, answer["error"]["message"]) == (503, "One thing after the other, please.")


async def test_another_language_is_not_guessed_at(api: ApiServer) -> None:
    talk = api.conversation.converse = Conversing()
    _, answer = await post(api, {"text": "mach das Licht an", "language": "de"})
    assert answer["response"]["response_type"] == "error"
    assert answer["response"]["data"] == {"code": "no_intent_match"}
    assert talk.asked == []


LIGHT = {"id": "light.kitchen.lamp", "name": "lamp", "area": "Living Room"}


@pytest.mark.parametrize(
    ("answered", "kind", "data", "goes_on"),
    [
        (
            Answered((("On.", "x"),), (CalledService("home.set", True, {"changed": [LIGHT]}),), "turn_on"),
            "action_done",
            {
                "targets": [{"type": "area", "name": "Living Room", "id": "living_room"}],
                "success": [{"type": "entity", "name": "lamp", "id": "light.kitchen.lamp"}],
                "failed": [],
            },
            False,
        ),
        (
            Answered((("Added.", "x"),), (CalledService("lists.add", True), CalledService("lists.x", False))),
            "action_done",
            {
                "targets": [],
                "success": [{"type": "custom", "name": "lists.add", "id": "lists.add"}],
                "failed": [{"type": "custom", "name": "lists.x", "id": "lists.x"}],
            },
            False,
        ),
        (
            Answered((("Which one?", "error:ambiguous"),), (CalledService("home.set", False),)),
            "query_answer",
            {
                "targets": [],
                "success": [],
                "failed": [{"type": "custom", "name": "home.set", "id": "home.set"}],
            },
            True,
        ),
        (Answered((("For how long", "template"),), asks=True), "query_answer", None, True),
        (
            Answered(
                (("I don't know a toaster.", "error:unknown_device"),),
                (CalledService("clock.time", True), CalledService("home.set", False)),
                "turn_on",
            ),
            "error",
            {"code": "no_valid_targets"},
            False,
        ),
        (
            Answered((("I can't reach that.", "error:unreachable"),)),
            "error",
            {"code": "failed_to_handle"},
            False,
        ),
        (
            Answered((("I don't know that.", "none"),), intent="nlu_fallback"),
            "error",
            {"code": "no_intent_match"},
            False,
        ),
        (Answered((("Because.", "generated"),), intent="nlu_fallback"), "query_answer", None, False),
        (Answered((("Sorry.", "notice"),), failed=True), "error", {"code": "unknown"}, False),
        (Answered(()), "error", {"code": "unknown"}, False),
    ],
)
def test_kinds_of_answers(answered: Answered, kind: str, data: object, goes_on: bool) -> None:
    answer = response_of(answered, "en", "1", registry())
    assert answer["response"]["response_type"] == kind
    assert data is None or answer["response"]["data"] == data
    assert answer["continue_conversation"] is goes_on
