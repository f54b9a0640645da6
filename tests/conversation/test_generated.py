"""An answer that is being written, in a real session with a real voice: heard, late, interrupted."""

import asyncio
from collections.abc import Sequence
from typing import Any

from assistant import events
from assistant.config.answers import Answers
from assistant.config.generation import Generation
from assistant.conversation.audience import TurnAudience
from assistant.conversation.machine import Phase
from assistant.dialogue.client import Message
from assistant.generation.answerer import Answer, Answerer, Question
from assistant.generation.prompt import Prompt
from assistant.generation.tools import ToolBox
from assistant.observe.collector import Collector
from assistant.observe.record import TurnTrace
from assistant.safety.gate import Gate
from assistant.services.registry import Registry
from assistant.services.service import Origin
from assistant.services.time import SystemClock
from assistant.storage.audit import Record
from tests.conversation.talk import Engines, Script, Talk, conversation
from tests.conversation.virtual_time import in_virtual_time, now_s
from tests.generation.writers import Line, Words, Writer

QUESTION = "what is jupiter"
FAR = "Jupiter is a very large planet that is far away from here. "
NOBODY = "Nobody has been there, and nobody will be there for a long time. "


class Records:
    async def append(self, record: Record) -> int | None:
        return None


class Written:
    """A dialogue that has its answers written, as the fallback action does; and what became of them."""

    def __init__(self, *scripts: Sequence[Line]) -> None:
        self.writer = Writer([*scripts])
        self.answers: list[Answer] = []
        self.ended_s: list[float] = []
        self.script = Script()
        registry = Registry(SystemClock(), Records(), lambda event: None)
        self._answerer = Answerer(
            Generation(total_timeout_s=300.0),
            self.writer,
            Gate([Words()], 5.0, now_s),
            ToolBox(registry, ()),
            Prompt.read(Answers()),
            publish=self._publish,
            clock=now_s,
        )
        self._talk: Talk | None = None

    def _publish(self, event: events.Event) -> None:
        assert self._talk is not None
        self._talk.bus.publish(event)

    def attach(self, talk: Talk) -> None:
        self._talk = talk

        async def write() -> None:
            turn = talk.session.state.turn
            question = Question(QUESTION, Origin(talk.session.name, turn, "dialogue"))
            self.answers.append(await self._answerer.answer(question, TurnAudience(talk.session, turn)))
            self.ended_s.append(now_s())
            lines[1] = Message(self.answers[-1].text or "…", "generated", spoken=True)

        lines: list[Any] = [write, None]
        self.script.answers[QUESTION] = lines


@in_virtual_time
async def test_it_is_heard_while_the_rest_is_written(engines: Engines) -> None:
    written = Written([FAR, 20.0, NOBODY])
    async with conversation(engines, written.script) as talk:
        written.attach(talk)
        talk.session.enter(QUESTION)
        await talk.until(lambda: bool(talk.of(events.Replied)))
        asked_s = now_s()
        await talk.turns(1)
        (spoken,) = talk.of(events.Spoken)
    assert spoken.text == f"{FAR}{NOBODY.strip()}" == written.answers[0].text
    assert talk.loudspeaker.played[0].start_s - asked_s < 0.2
    assert written.ended_s[0] - asked_s >= 20.0  # and a silence that long did not end the turn


@in_virtual_time
async def test_a_late_answer_begins_with_a_filler_that_the_history_does_not_have(engines: Engines) -> None:
    written = Written([25.0, FAR], [FAR])
    async with conversation(engines, written.script) as talk:
        written.attach(talk)
        began_s = now_s()
        talk.session.enter(QUESTION)
        await talk.turns(1)
        assert [event.source for event in talk.of(events.Replied)] == ["notice", "generated"]
        assert 1.1 < talk.of(events.Replied)[0].at_s - began_s < 1.4
        assert talk.loudspeaker.played[0].start_s - began_s < 1.6
        assert talk.of(events.TurnEnded)[0].outcome == "answered"
        assert written.answers[0].text == FAR.strip()


@in_virtual_time
async def test_the_trace_says_where_the_answer_came_from_and_when(engines: Engines) -> None:
    written = Written([0.5, "Jupiter is a very ", 0.25, "large planet. ", 0.25, NOBODY])
    kept: list[TurnTrace] = []
    async with conversation(engines, written.script) as talk:
        written.attach(talk)
        talk.bus.observe(Collector(kept.append, clock=now_s))
        talk.session.enter(QUESTION)
        await talk.turns(1)
    (trace,) = kept
    assert {reply["source"] for reply in trace.replies} == {"generated"}
    (began,) = [each for each in trace.other if each["event"] == "AnswerBegan"]
    assert (began["source"], began["model"]) == ("generated", "writer")
    assert (began["first_token_s"], began["first_clause_s"], began["gate_s"]) == (0.5, 0.75, 0.0)
    assert "Jupiter" not in trace.line()


@in_virtual_time
async def test_an_interruption_ends_the_request_at_once_and_what_was_heard_remains(engines: Engines) -> None:
    written = Written([FAR, NOBODY, 60.0, FAR], [FAR])
    async with conversation(engines, written.script) as talk:
        written.attach(talk)
        talk.session.enter(QUESTION)
        await talk.until(lambda: talk.session.state.phase is Phase.SPEAKING)
        await asyncio.sleep(2.0)
        interrupted_s = now_s()
        talk.session.interrupt()
        await talk.turns(1)
        await asyncio.sleep(0.05)
        (spoken,) = talk.of(events.Spoken)
    assert written.writer.ended == ["closed"]
    assert written.ended_s[0] - interrupted_s < 0.1
    (answer,) = written.answers
    assert answer.interrupted
    assert answer.text == spoken.heard
    assert 0 < len(answer.text) < len(FAR + NOBODY)


@in_virtual_time
async def test_who_gives_up_waiting_ends_the_request_too(engines: Engines) -> None:
    written = Written([60.0, FAR])
    async with conversation(engines, written.script) as talk:
        written.attach(talk)
        talk.session.enter(QUESTION)
        await talk.until(lambda: talk.session.state.phase is Phase.THINKING)
        await asyncio.sleep(0.5)
        talk.session.interrupt()
        await asyncio.sleep(0.1)
        assert written.writer.ended == ["closed"]
        assert written.answers == [Answer("", "none", spoken=True, interrupted=True)]


@in_virtual_time
async def test_a_conversation_that_ends_ends_the_request(engines: Engines) -> None:
    written = Written([60.0, FAR])
    async with conversation(engines, written.script) as talk:
        written.attach(talk)
        talk.session.enter(QUESTION)
        await asyncio.sleep(0.5)
        answering = asyncio.ensure_future(TurnAudience(talk.session, 1).over())
        await asyncio.sleep(0.1)
        assert not answering.done()
        talk.cancel()
        assert await answering == ""
