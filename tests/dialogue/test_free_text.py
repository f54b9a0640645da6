"""What the real dialogue says of the words that it waits for reaches the recogniser as a hint."""

from typing import Any, cast

import pytest

from assistant.conversation import messages as m
from assistant.conversation.thinker import Thinker
from assistant.dialogue.client import Parse, RasaClient
from assistant.dialogue.domain import free_text_entities, free_text_slots
from assistant.dialogue.engine import Dialogue
from assistant.recognition.judgement import meaning_of
from assistant.safety.crisis import CrisisPath
from tests.dialogue.conftest import Running, Trained

pytestmark = [
    pytest.mark.rasa,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(300),
]


class Awake:
    """A dialogue that is Rasa's client and nothing else."""

    ready = True

    def __init__(self, client: RasaClient) -> None:
        self.parse, self.turn = client.parse, client.turn


class Talk:
    """A conversation's thinking half, and what the hint is after each turn."""

    def __init__(self, rasa: Running, trained: Trained, sender: str) -> None:
        self.posted: list[m.Happening] = []
        self._turn = 0
        self._thinker = Thinker(
            sender,
            cast(Dialogue, Awake(rasa.client)),
            clock=lambda: 0.0,
            post=self.posted.append,
            on_understood=lambda turn, text, parse: None,
            on_trouble=pytest.fail,
            help_for=CrisisPath().help_for,
            on_crisis=lambda turn, text, kind: None,
            free_text_slots=free_text_slots(trained.project.domain),
        )

    async def say(self, text: str) -> bool:
        """Whether free text is awaited next."""
        self._turn += 1
        await self._thinker.ask(m.Ask(self._turn, text, None))
        return self._thinker.hints().free_text


@pytest.mark.parametrize(
    ("turns", "free"),
    [
        (("add something to the party list", "streamers and a big banner"), [True, False]),
        (("remove something from the shopping list", "what time is it"), [True, True]),  # it asks again
        (("add something to the party list", "never mind"), [True, False]),
        (("set a timer", "ten minutes"), [False, False]),  # it waits for a duration, not for any words
        (("what time is it",), [False]),
    ],
)
async def test_free_text_is_awaited_while_a_slot_for_any_words_is_asked_for(
    rasa: Running, trained: Trained, sender: str, turns: tuple[str, ...], free: list[bool]
) -> None:
    talk = Talk(rasa, trained, sender)
    assert [await talk.say(text) for text in turns] == free


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("add aubergines to the shopping list", ("aubergines",)),
        ("remove milk from the shopping list", ("milk",)),
        ("turn on the kitchen light", ()),
        ("set a timer for ten minutes", ()),
    ],
)
async def test_the_part_of_a_command_that_can_be_any_words(
    rasa: Running, trained: Trained, text: str, words: tuple[str, ...]
) -> None:
    parse: Any = await rasa.client.parse(text)
    assert isinstance(parse, Parse)
    meaning = meaning_of(parse, free_text_entities(trained.project.domain))
    assert meaning.free_words == words
    assert meaning.confidence > 0.5


async def test_what_is_no_command_means_nothing(rasa: Running, trained: Trained) -> None:
    parse = await rasa.client.parse("who painted the mona lisa")
    assert meaning_of(parse, frozenset()).confidence == 0.0
