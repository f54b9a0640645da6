"""A conversation is gone from what the real Rasa keeps, in Rasa's own table."""

import pytest

from assistant.storage.conversations import Conversations
from tests.dialogue.house import House

pytestmark = [pytest.mark.rasa, pytest.mark.asyncio(loop_scope="session")]


async def test_one_conversation_is_erased_and_another_goes_on(house: House) -> None:
    path = house.services.database.path
    assert path is not None
    hers, his = "api:annacanary:phone", "api:berta:phone"
    await house.say(hers, "add annacanary milk to the shopping list")
    await house.say(his, "what time is it")
    conversations = Conversations.at(path.parent / "dialogue.db")
    try:
        assert {hers, his} <= set(await conversations.senders())
        told = await conversations.of([hers])
        assert "annacanary milk" in str(told)
        assert {each["event"] for each in told} >= {"user", "bot", "action"}
        assert await conversations.erase([hers]) == len(told)
        assert hers not in await conversations.senders()
        assert his in await conversations.senders()
        assert await conversations.prune(1.0) == 0
        assert b"annacanary milk" not in (path.parent / "dialogue.db").read_bytes()
        again = await house.say(hers, "what time is it")
        assert again.text
        assert not again.done.error
    finally:
        await conversations.close()
