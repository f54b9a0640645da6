"""What a model is told of a conversation is that one alone: two of them on one assistant, in virtual time."""

import json
from typing import Any, cast

from assistant.app import Assistant
from assistant.channels.conversations import Conversations
from assistant.config.model import Config
from assistant.dialogue.client import Message
from assistant.dialogue.engine import Dialogue
from assistant.generation.base import Request
from assistant.generation.build import create_answerer
from assistant.generation.prompt import Prompt
from assistant.safety.gate import Gate
from assistant.services.registry import Registry
from assistant.services.service import Origin
from assistant.services.time import SystemClock
from assistant.storage.audit import Record
from tests.conversation.talk import Script
from tests.conversation.virtual_time import in_virtual_time, now_s
from tests.generation.writers import Words, Writer


class Records:
    async def append(self, record: Record) -> int | None:
        return None


def sent(request: Request) -> str:
    return json.dumps([[each.role, each.text] for each in request.messages])


@in_virtual_time
async def test_nothing_of_one_conversation_is_told_to_the_model_of_another() -> None:
    writer, script = Writer([["Four. "]]), Script()
    assistant = Assistant(Config())
    assistant.dialogue = cast(Dialogue, script)
    assistant.answerer = create_answerer(
        assistant.config,
        writer,
        Gate([Words()], 5.0, now_s),
        Registry(SystemClock(), Records(), lambda event: None),
        Prompt.read(assistant.config.generation.answers),
        publish=assistant.bus.publish,
    )

    def asking(place: str, turn: int, text: str) -> list[Any]:
        async def generate() -> None:
            answer = await assistant._generate(Origin(place, turn, "dialogue"), text)
            assert answer.spoken

        return [generate, Message("Four.", "generated", spoken=True)]

    script.answers |= {
        "my aunt is called canary": asking("api:ann:1", 1, "my aunt is called canary"),
        "what is two and two": asking("api:bob:1", 1, "what is two and two"),
        "and who is my aunt": asking("api:ann:1", 2, "and who is my aunt"),
    }
    async with Conversations(assistant, clock=now_s) as conversations:
        for place, text in (
            ("api:ann:1", "my aunt is called canary"),
            ("api:bob:1", "what is two and two"),
            ("api:ann:1", "and who is my aunt"),
        ):
            turn = await conversations.turn(place, text)
            assert turn.record.replies[-1]["text"] == "Four."  # before the first it says what it is
    first, other, again = writer.requests
    assert "canary" in sent(first)
    assert "canary" not in sent(other)
    assert "ann" not in sent(other).replace("cannot", "")
    assert [each.text for each in again.messages[1:]] == [
        "my aunt is called canary",
        "Four.",
        "and who is my aunt",
    ]
