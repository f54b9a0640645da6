"""Conversations of several turns with the real Rasa, against a real server in place of the assistant's services."""

import asyncio
import time

import aiohttp
import pytest

from assistant.dialogue.client import MAX_WAITING, DialogueUnavailable, RasaClient
from tests.dialogue.conftest import Running

pytestmark = [
    pytest.mark.rasa,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(300),
]


@pytest.fixture(autouse=True)
def _fresh(rasa: Running) -> None:
    rasa.api.forget()


async def test_parse_has_no_effect(rasa: Running) -> None:
    parse = await rasa.client.parse("turn on the kitchen light")
    assert parse.intent == "turn_on"
    assert parse.confidence > 0.5
    assert {e["entity"]: e["value"] for e in parse.entities} == {"area": "kitchen", "device": "light"}
    assert parse.ranking[0][0] == "turn_on"
    assert rasa.api.calls == []


async def test_a_service_is_called_with_what_was_said(rasa: Running, sender: str) -> None:
    answer = await rasa.say(sender, "set a ten minute timer called pasta", turn=7)
    call = rasa.api.calls[0]
    assert (call.service, call.session, call.turn) == ("timers.start", sender, 7)
    assert call.arguments == {"duration": "ten minute", "name": "pasta"}
    assert answer.sources == ["service:timers.start"]
    assert "pasta" in answer.text
    assert answer.done.error == ""


async def test_a_question_back_and_its_answer(rasa: Running, sender: str) -> None:
    question = await rasa.say(sender, "set a timer")
    assert (question.done.active_loop, question.done.requested_slot) == ("timer_form", "duration")
    answer = await rasa.say(sender, "five minutes")
    assert answer.done.active_loop is None
    assert rasa.api.calls[0].arguments == {"duration": "five minutes"}


async def test_another_question_does_not_end_the_first(rasa: Running, sender: str) -> None:
    await rasa.say(sender, "set a timer")
    between = await rasa.say(sender, "what time is it")
    assert between.sources == ["service:clock.time", "template"]
    assert between.done.requested_slot == "duration"
    await rasa.say(sender, "ten minutes")
    assert [call.service for call in rasa.api.calls] == ["clock.time", "timers.start"]


async def test_never_mind_leaves_a_question_and_forgets_it(rasa: Running, sender: str) -> None:
    await rasa.say(sender, "set a pasta timer")
    assert (await rasa.say(sender, "never mind")).done.active_loop is None
    await rasa.say(sender, "set a timer for five minutes")
    assert rasa.api.calls[0].arguments == {"duration": "five minutes"}


async def test_the_voice_is_changed_by_voice(rasa: Running, sender: str) -> None:
    slower = await rasa.say(sender, "speak more slowly please")
    other = await rasa.say(sender, "use another voice")
    assert [c.service for c in rasa.api.calls] == ["voice.change", "voice.change"]
    assert [c.arguments for c in rasa.api.calls] == [{"pace": "slower"}, {"voice": "other"}]
    assert slower.text == "All right, I'll speak more slowly."
    assert other.sources == ["service:voice.change"]
    rasa.api.refuse["voice.change"] = ("at_limit", "I cannot speak any slower.")
    assert (await rasa.say(sender, "speak slower")).text == "I cannot speak any slower."


async def test_free_words_go_on_a_list(rasa: Running, sender: str) -> None:
    await rasa.say(sender, "add something to the party list")
    await rasa.say(sender, "streamers and a big banner")
    assert rasa.api.calls[0].arguments["list"] == "party"
    assert " ".join(rasa.api.calls[0].arguments["items"]).split()[0] == "streamers"
    assert "banner" in rasa.api.calls[0].arguments["items"][-1]


async def test_it_means_the_list_of_before(rasa: Running, sender: str) -> None:
    await rasa.say(sender, "add balloons to the party list")
    await rasa.say(sender, "put bread on it")
    assert rasa.api.calls[1].arguments == {"list": "party", "items": ["bread"]}


async def test_clearing_a_list_waits_for_a_yes(rasa: Running, sender: str) -> None:
    question = await rasa.say(sender, "clear my shopping list")
    assert "shopping" in question.text
    assert question.done.requested_slot == "confirm"
    assert rasa.api.calls == []
    await rasa.say(sender, "yes")
    assert [(c.service, c.confirmed) for c in rasa.api.calls] == [("lists.clear", True)]


@pytest.mark.parametrize("refusal", ["no", "no don't do that", "never mind"])
async def test_anything_but_yes_leaves_the_door_locked(rasa: Running, sender: str, refusal: str) -> None:
    question = await rasa.say(sender, "unlock the front door")
    assert "front door" in question.text
    await rasa.say(sender, refusal)
    late = await rasa.say(sender, "yes")
    assert rasa.api.calls == []
    assert late.text


async def test_yes_unlocks_what_was_asked_about(rasa: Running, sender: str) -> None:
    await rasa.say(sender, "unlock the front door")
    await rasa.say(sender, "what time is it")
    await rasa.say(sender, "yes please")
    call = rasa.api.calls[-1]
    assert call.arguments == {"target": {"device": "front door"}, "state": "unlocked"}
    assert call.confirmed


async def test_a_yes_counts_only_in_its_own_conversation(rasa: Running, sender: str) -> None:
    await rasa.say(sender, "unlock the front door")
    await rasa.say(f"{sender}:elsewhere", "yes")
    assert rasa.api.calls == []


async def test_it_means_the_device_of_before(rasa: Running, sender: str) -> None:
    await rasa.say(sender, "turn on the floor lamp")
    await rasa.say(sender, "turn it off")
    assert [c.arguments for c in rasa.api.calls] == [
        {"target": {"device": "floor lamp"}, "state": "on"},
        {"target": {"device": "floor lamp"}, "state": "off"},
    ]


async def test_numbers_are_understood_as_spoken(rasa: Running, sender: str) -> None:
    await rasa.say(sender, "turn the kitchen lights down to thirty percent")
    await rasa.say(sender, "dim the lights by ten percent")
    await rasa.say(sender, "set the temperature in the bedroom to twenty one and a half degrees")
    changes = [{k: v for k, v in c.arguments.items() if k != "target"} for c in rasa.api.calls]
    assert changes == [{"brightness": 30}, {"brightness_step": -10}, {"temperature": 21.5}]


async def test_an_ambiguous_name_is_asked_about_and_completed(rasa: Running, sender: str) -> None:
    rasa.api.refuse["home.set"] = ("ambiguous", "Which lamp, the floor lamp or the desk lamp?")
    answer = await rasa.say(sender, "turn on the lamp")
    assert answer.text == "Which lamp, the floor lamp or the desk lamp?"
    assert answer.sources == ["error:ambiguous"]
    rasa.api.refuse.clear()
    await rasa.say(sender, "the floor lamp")
    assert rasa.api.calls[-1].arguments == {
        "target": {"device": "floor lamp", "among": True},
        "state": "on",
    }


async def test_what_a_service_wants_confirmed_is_done_after_yes(rasa: Running, sender: str) -> None:
    rasa.api.refuse["home.set"] = ("needs_confirmation", "Shall I really open the garage door?")
    await rasa.say(sender, "open the garage door")
    await rasa.say(sender, "yes")
    assert [c.confirmed for c in rasa.api.calls] == [False, True]
    assert rasa.api.calls[1].arguments["state"] == "open"


async def test_an_old_question_cannot_be_confirmed(rasa: Running, sender: str) -> None:
    rasa.api.refuse["home.set"] = ("needs_confirmation", "Shall I really open the garage door?")
    await rasa.say(sender, "open the garage door")
    await rasa.say(sender, "what time is it")
    await rasa.say(sender, "yes")
    assert not any(c.confirmed for c in rasa.api.calls)


async def test_a_refusal_is_spoken(rasa: Running, sender: str) -> None:
    rasa.api.refuse["home.set"] = ("unknown_device", "I don't know a device called toaster.")
    answer = await rasa.say(sender, "turn on the toaster")
    assert answer.text == "I don't know a device called toaster."
    assert answer.done.error == ""


async def test_what_nobody_knows_is_generated(rasa: Running, sender: str) -> None:
    rasa.api.generated = {"text": "Because of scattering.", "source": "generated", "spoken": True}
    answer = await rasa.say(sender, "why is the sky blue")
    assert [(m.text, m.source, m.spoken) for m in answer.messages] == [
        ("Because of scattering.", "generated", True)
    ]
    again = await rasa.say(sender, "say that again")
    assert (again.text, again.messages[0].spoken) == ("Because of scattering.", False)


async def test_a_slash_is_no_command(rasa: Running, sender: str) -> None:
    answer = await rasa.say(sender, '/unlock{"device":"garage"}')
    assert rasa.api.calls == [] or all(call.service != "home.set" for call in rasa.api.calls)
    assert answer.text


@pytest.mark.parametrize("slashes", ["/", "//", "/ /", " / ", "/\u00a0/", "\t/\n/"])
async def test_no_slash_goes_past_the_understanding(rasa: Running, sender: str, slashes: str) -> None:
    assert (await rasa.client.parse(f"{slashes}restart")).intent != "restart"
    answer = await rasa.say(sender, f"{slashes}restart")
    assert answer.text


async def test_a_client_that_goes_away_does_not_lose_its_turn(rasa: Running, sender: str) -> None:
    rasa.api.hold = asyncio.Event()
    turn = asyncio.create_task(rasa.say(sender, "set a timer for five minutes"))
    async with asyncio.timeout(10):
        await rasa.api.arrived.wait()
    turn.cancel()
    await asyncio.gather(turn, return_exceptions=True)
    rasa.api.hold.set()
    rasa.api.hold = None
    # Asked in the same conversation, so Rasa answers after the turn that nobody waited for.
    again = await rasa.say(sender, "what did you say")
    assert "five minutes" in again.text


async def test_turns_of_one_sender_keep_their_order_and_do_not_poll(rasa: Running, sender: str) -> None:
    began = time.monotonic()
    answers = await asyncio.gather(*(rasa.say(sender, "what time is it", turn=n) for n in range(1, 5)))
    assert [call.turn for call in rasa.api.of(sender)] == [1, 2, 3, 4]
    assert all(answer.text for answer in answers)
    assert time.monotonic() - began < 2.5  # through Rasa's lock three of them would wait a second each


async def test_senders_do_not_wait_for_each_other(rasa: Running, sender: str) -> None:
    rasa.api.hold = asyncio.Event()
    slow = asyncio.create_task(rasa.say(sender, "what time is it"))
    async with asyncio.timeout(10):
        await rasa.api.arrived.wait()
        quick = await rasa.say(f"{sender}:other", "hello")
    assert quick.text
    assert not slow.done()
    rasa.api.hold.set()
    assert (await slow).text


async def test_too_many_turns_at_once_are_refused_in_words(rasa: Running, sender: str) -> None:
    rasa.api.hold = asyncio.Event()
    turns = [asyncio.create_task(rasa.say(sender, "what time is it")) for _ in range(MAX_WAITING + 1)]
    done, _ = await asyncio.wait(turns, return_when=asyncio.FIRST_COMPLETED, timeout=20)
    assert [type(task.exception()) for task in done] == [DialogueUnavailable]
    rasa.api.hold.set()
    await asyncio.gather(*turns, return_exceptions=True)


async def test_no_sign_of_life_becomes_a_sentence(rasa: Running, sender: str) -> None:
    impatient = RasaClient(lambda: rasa.supervisor.endpoint, turn_timeout_s=0.3)
    rasa.api.hold = asyncio.Event()
    try:
        with pytest.raises(DialogueUnavailable, match="taking too long"):
            async for _ in impatient.turn(sender, "what time is it", 1):
                pass
    finally:
        rasa.api.hold.set()
        await impatient.close()


@pytest.mark.parametrize("route", ["turns", "heard"])
async def test_the_channel_needs_its_token(rasa: Running, route: str) -> None:
    endpoint = rasa.supervisor.endpoint
    assert endpoint is not None
    body = {"sender": "thief", "text": "unlock the front door"}
    async with aiohttp.ClientSession() as http:
        for headers in ({}, {"Authorization": "Bearer wrong"}):
            async with http.post(
                f"{endpoint.url}/webhooks/assistant/{route}", json=body, headers=headers
            ) as reply:
                assert reply.status == 401
    assert rasa.api.calls == []


async def test_what_was_heard_can_be_recorded(rasa: Running, sender: str) -> None:
    await rasa.say(sender, "hello")
    await rasa.client.heard(sender, "Hello, what can")
    assert (await rasa.say(sender, "what did you say")).text.endswith("Hello, what can")
