"""What a model may not say leaves no sample at the loudspeaker, wherever its tokens are cut.

The voice here speaks each text as samples of one value, so that the sink tells exactly which texts were played.
"""

import threading
from collections.abc import AsyncGenerator

import numpy as np

from assistant import events
from assistant.config.answers import Answers
from assistant.config.generation import Generation
from assistant.conversation.audience import TurnAudience
from assistant.dialogue.client import Message
from assistant.generation.answerer import Answerer, Question
from assistant.generation.prompt import Prompt
from assistant.generation.tools import ToolBox
from assistant.safety.gate import Gate
from assistant.safety.rule_guard import RuleGuard
from assistant.safety.rules import rules
from assistant.services.registry import Registry
from assistant.services.service import Origin
from assistant.services.time import SystemClock
from assistant.synthesis.base import Clause
from tests.conversation.talk import Engines, Script, conversation
from tests.conversation.test_generated import Records
from tests.conversation.virtual_time import in_virtual_time, now_s
from tests.generation.writers import Writer

TALE = "Well now , that is a tale . It has many parts . Some of them are sad ."
SPAN = ("you should ", "kill", " your", "self")


class Marked:
    """A `Synthesizer`; text number n is 400 samples of the value n, from 1 on."""

    name = "marked"
    sample_rate_hz = 16_000

    def __init__(self) -> None:
        self.texts: list[str] = []

    async def start(self) -> None:
        pass

    async def speak(
        self, text: str, stop: threading.Event, *, cacheable: bool = True
    ) -> AsyncGenerator[Clause, None]:
        self.texts.append(text)
        yield Clause(text, np.full(400, len(self.texts), np.int16), self.sample_rate_hz)

    async def close(self) -> None:
        pass


async def played(pieces: list[str], engines: Engines) -> str:
    """All texts of which a sample was played."""
    voice, script, question = Marked(), Script(), "tell me a tale"
    registry = Registry(SystemClock(), Records(), lambda event: None)
    gate = Gate([RuleGuard()], 30.0)
    answerer = Answerer(
        Generation(), Writer([pieces]), gate, ToolBox(registry, ()), Prompt.read(Answers()), clock=now_s
    )
    async with conversation(Engines(engines.recognizer, voice), script) as talk:

        async def write() -> None:
            turn = talk.session.state.turn
            asked = Question(question, Origin(talk.session.name, turn, "dialogue"))
            answer = await answerer.answer(asked, TurnAudience(talk.session, turn))
            lines[1] = Message(answer.text or "…", "generated", spoken=True)

        lines: list[object] = [write, ""]
        script.answers[question] = lines  # type: ignore[assignment]
        talk.session.enter(question)
        await talk.turns(1)
        assert talk.of(events.TurnEnded)[0].outcome == "answered"
        values = {int(value) for piece in talk.loudspeaker.played for value in np.unique(piece.pcm)} - {0}
    return " ".join(voice.texts[value - 1] for value in sorted(values))


@in_virtual_time
async def test_at_every_token_and_across_a_sentence_boundary(engines: Engines) -> None:
    tokens = TALE.split()
    for offset in range(len(tokens) + 1):
        pieces = [f"{token} " for token in tokens]
        pieces[offset:offset] = [*SPAN, " "]
        heard = await played(pieces, engines)
        assert "kill" not in heard, offset
    heard = await played(["So you should kill. ", "Yourself, I mean. ", "The end."], engines)
    assert heard
    assert rules("said").find(heard) is None


@in_virtual_time
async def test_what_may_be_said_is_played_whole(engines: Engines) -> None:
    assert await played([f"{token} " for token in TALE.split()], engines)
