"""What would be answered, found out ahead from the real Rasa, with no effect on anything."""

import pytest

from tests.dialogue.conftest import Running

pytestmark = [pytest.mark.rasa, pytest.mark.asyncio(loop_scope="module")]


async def previewed(rasa: Running, sender: str, text: str, turn: int = 1) -> list[tuple[str, str]]:
    parse = await rasa.client.parse(text)
    messages = await rasa.client.preview(sender, text, turn, parse)
    return [(message.text, message.source) for message in messages]


@pytest.mark.parametrize(
    "text", ["what time is it", "what's on the shopping list", "hello", "thank you", "what can you do"]
)
async def test_what_is_read_or_only_said_is_known_ahead_in_the_very_words(
    rasa: Running, sender: str, text: str
) -> None:
    for turn in range(1, 6):  # of several wordings one is chosen, the same both times
        ahead = await previewed(rasa, sender, text, turn)
        answer = await rasa.say(sender, text, turn)
        assert ahead == list(zip([each.text for each in answer.messages], answer.sources, strict=True))


@pytest.mark.parametrize(
    "text", ["turn on the kitchen light", "set a timer for ten minutes", "add milk to the shopping list"]
)
async def test_what_would_change_something_is_not_done_ahead(rasa: Running, sender: str, text: str) -> None:
    assert await previewed(rasa, sender, text) == []
    assert rasa.api.of(sender) == []
    answer = await rasa.say(sender, text)
    assert not answer.done.error
    assert len(rasa.api.of(sender)) == 1


async def test_nothing_is_generated_ahead(rasa: Running, sender: str) -> None:
    rasa.api.generated = {"text": "Forty two.", "source": "generated", "spoken": False}
    assert await previewed(rasa, sender, "what is the meaning of life") == []
    assert rasa.api.of(sender) == []
    rasa.api.generated = {}


async def test_a_conversation_does_not_remember_a_preview(rasa: Running, sender: str) -> None:
    await rasa.say(sender, "what time is it", 1)
    first = (await rasa.say(sender, "repeat that", 2)).text
    for _ in range(3):
        await previewed(rasa, sender, "hello", 3)
    assert (await rasa.say(sender, "repeat that", 3)).text == first


async def test_a_question_that_is_open_stays_open(rasa: Running, sender: str) -> None:
    asked = await rasa.say(sender, "set a timer", 1)
    assert asked.done.requested_slot == "duration"
    assert await previewed(rasa, sender, "ten minutes", 2) == []
    assert await previewed(rasa, sender, "never mind", 2) != []
    assert rasa.api.of(sender) == []
    await rasa.say(sender, "ten minutes", 2)
    [call] = rasa.api.of(sender)
    assert call.service == "timers.start"
