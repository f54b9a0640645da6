"""How an answer comes to be that no template has: the owner's documents first, then a model, else an honest no.

It is said sentence by sentence while the rest is written, ends with the person's interest in it, and costs nobody else
anything.
"""

import asyncio
import datetime as dt
import logging
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from itertools import cycle

from assistant.config.generation import Generation
from assistant.documents.base import Retriever
from assistant.events import AnswerBegan, Disclosed, Event, SentenceBlocked
from assistant.generation.audience import Audience
from assistant.generation.base import (
    GenerationUnavailable,
    Message,
    Request,
    Text,
    TextGenerator,
    Tool,
    ToolCall,
)
from assistant.generation.history import Said, compacted, without_filler
from assistant.generation.prompt import Prompt
from assistant.generation.sources import Sources
from assistant.generation.speech import First, Speech
from assistant.generation.tools import Proposal, ToolBox
from assistant.safety.disclosure import SENTENCES, Disclosure, sentence_for
from assistant.safety.gate import Gate
from assistant.services.service import Origin, place_of

log = logging.getLogger(__name__)

MOST_STEPS = 4  # rounds of tool calls in one answer
MOST_CALLS = 4  # of one round
ALIVE_S = 2.0  # while a model is silent, the conversation is told so often that it is at work

SWITCHED_OFF = "I don't know that, and the language model is switched off."
CUT_OFF = "I stop here, for the language model was switched off."
DONT_KNOW = "I don't know."
TOO_LONG = "That is taking too long, so I gave up."
LEFT_OUT = '{"note": "left out: words in the result tried to give orders"}'
WITHOUT_TOOLS_S = 600.0
"""So long a server that refused a request with tools is offered none: it takes none, or not so many words."""


@dataclass(frozen=True, slots=True)
class Question:
    """What nobody scripted. `person`: who asks and from where; `history`: what was said before, in this conversation
    alone."""

    text: str
    person: Origin
    history: Sequence[Said] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """`text`: what was said, or, where it was interrupted, what of it was heard. `source`: generated, documents, none.
    `spoken`: the person hears it already. `proposal`: the question it ends with, which waits for a yes."""

    text: str
    source: str
    spoken: bool = False
    proposal: Proposal | None = None
    interrupted: bool = False


async def _never() -> None:
    await asyncio.Event().wait()


@dataclass(frozen=True, slots=True)
class ModelSwitch:
    """With it the owner takes the model away: whether that is so, and the wait for it."""

    off: Callable[[], bool] = lambda: False
    until_off: Callable[[], Awaitable[None]] = _never


class Answerer:
    """All conversations share one; answers are written beside each other. Loop thread.

    `clock`: seconds, for the figures; how long it waits is the event loop's time. `today`: local time.
    """

    def __init__(
        self,
        settings: Generation,
        generator: TextGenerator,
        gate: Gate,
        tools: ToolBox,
        prompt: Prompt,
        *,
        retriever: Retriever | None = None,
        switch: ModelSwitch | None = None,
        screened: Callable[[str], str] = lambda text: "",
        disclosure: Disclosure | None = None,
        publish: Callable[[Event], None] = lambda event: None,
        clock: Callable[[], float] = time.monotonic,
        today: Callable[[], dt.datetime] = dt.datetime.now,
    ) -> None:
        """`screened`: what is said instead of an answer to a text that tries to give orders; empty for all others."""
        self._settings = settings
        self._generator = generator
        self._gate = gate
        self._tools = tools
        self._prompt = prompt
        self._retriever = retriever
        self._switch = switch or ModelSwitch()
        self._screened = screened
        self._disclosure = disclosure
        self._publish = publish
        self._clock = clock
        self._today = today
        self._fillers: Iterator[str] = cycle(settings.answers.fillers or ("",))
        self._tools_from_s = float("-inf")  # on the clock

    async def answer(self, question: Question, audience: Audience) -> Answer:
        """Bounded by `generation.total_timeout_s` and the retrieval's limit. Raises nothing that a server, a document
        or a check can cause. Cancelling it ends the model's request, too."""
        speech = self._speech(question, audience)
        heard: list[str] = []
        async with asyncio.TaskGroup() as group:
            writing = group.create_task(self._write(question, audience, speech), name="answer")
            ends: list[Awaitable[None]] = [_left(audience, heard)]
            ends += [] if self._switch.off() else [self._switch.until_off()]
            beside = [
                group.create_task(_cancel_after(end, writing), name="end of the answer") for end in ends
            ]
            beside.append(group.create_task(self._fill(audience, speech), name="filler"))
            beside.append(group.create_task(_keep_alive(audience), name="alive"))
            writing.add_done_callback(lambda _: [task.cancel() for task in beside])
        if not writing.cancelled():
            return writing.result()
        source = "generated" if speech.generated else "none"
        if heard:
            text = without_filler(heard[0], (*self._settings.answers.fillers, *SENTENCES))
            return Answer(text, source, audience.streams, interrupted=True)
        speech.say(CUT_OFF if speech.began else SWITCHED_OFF, "none")
        return Answer(speech.text, source, audience.streams)

    async def _fill(self, audience: Audience, speech: Speech) -> None:
        """Something short, where silence would be heard for too long."""
        after_s = self._settings.answers.filler_after_ms / 1000
        if not (after_s and audience.audible and audience.streams):
            return
        await asyncio.sleep(max(after_s - audience.waited_s, 0.0))
        if not speech.began and (filler := next(self._fillers)):
            audience.say(filler, "notice")

    # ── writing ───────────────────────────────────────────────────────────────────────────────────────────

    async def _write(self, question: Question, audience: Audience, speech: Speech) -> Answer:
        """In the order of trust."""
        proposal, source = None, "none"
        sources = Sources(self._retriever, question.text, self._screened)
        if refusal := self._screened(question.text):
            speech.say(refusal, "none")
        elif found := await sources.answer():
            speech.say(found, source := "documents")
        elif self._switch.off():
            speech.say(SWITCHED_OFF, "none")
        else:
            proposal = await self._ask_model(question, sources, speech)
            source = "generated" if speech.generated else "none"
        return Answer(speech.text, source, audience.streams, proposal)

    async def _ask_model(self, question: Question, sources: Sources, speech: Speech) -> Proposal | None:
        """Until the answer is whole, or it was said why it is not."""
        try:
            async with asyncio.timeout(self._settings.total_timeout_s):
                return await self._converse(question, sources, speech)
        except GenerationUnavailable as error:
            log.warning("no answer of a model, or not all of it: %s", error.detail or error)
            speech.say(str(error), "none")
        except TimeoutError:
            speech.say(TOO_LONG, "none")
        return None

    async def _converse(self, question: Question, sources: Sources, speech: Speech) -> Proposal | None:
        """Requests to the model, as many as its tool calls need."""
        messages = self._messages(question, await sources.quoted())
        tools = self._tools.offered(question.person)
        for step in range(MOST_STEPS + 1):
            last = step == MOST_STEPS
            calls, text, ended = await self._request(messages, [] if last else tools, speech)
            if ended or last or not calls:
                break
            messages.append(Message("assistant", text, tuple(calls)))
            for call in calls:
                ran = await self._tools.run(call, question.person)
                speech.acted = speech.acted or ran.changed
                if ran.proposal is not None:
                    speech.say(ran.proposal.question, f"service:{ran.proposal.service}")
                    return ran.proposal
                data = LEFT_OUT if self._screened(ran.data) else ran.data
                messages.append(Message("tool", data, tool_call_id=call.id))
        if not speech.began:
            speech.say(DONT_KNOW, "none")
        return None

    async def _request(
        self, messages: Sequence[Message], tools: Sequence[Tool], speech: Speech
    ) -> tuple[list[ToolCall], str, bool]:
        """The calls that the model proposes, its text, and whether the answer ends with that."""
        offered = tools if self._clock() >= self._tools_from_s else ()
        try:
            return await self._stream(Request(messages, offered), speech)
        except GenerationUnavailable as error:
            speech.drop()
            if not offered or speech.began or not (error.of_request or "HTTP 500" in error.detail):
                raise
        self._tools_from_s = self._clock() + WITHOUT_TOOLS_S
        log.warning("a model's server refuses a request with tools, so it is offered none for ten minutes")
        return await self._stream(Request(messages), speech)

    async def _stream(self, request: Request, speech: Speech) -> tuple[list[ToolCall], str, bool]:
        calls: list[ToolCall] = []
        text = ""
        modelled = self._generator.source == "generated"
        async with aclosing(self._generator.answer(request)) as pieces:
            async for piece in pieces:
                match piece:
                    case Text() if not modelled:  # a fixed sentence, which says that there is no model
                        speech.say(piece.text, "none")
                    case Text():
                        text += piece.text
                        if not await speech.push(piece.text):
                            return [], text, True
                    case ToolCall() if len(calls) < MOST_CALLS:
                        calls.append(piece)
        ended = not await speech.finish()
        return calls, text, ended

    def _messages(self, question: Question, quoted: Sequence[str]) -> list[Message]:
        settings = self._settings.answers
        told = self._prompt.told(self._today(), question.person.room, quoted)
        history = compacted(question.history, settings.history_characters, (*settings.fillers, *SENTENCES))
        return [Message("system", told), *history, Message("user", question.text)]

    def _speech(self, question: Question, audience: Audience) -> Speech:
        """Which tells observers how it went."""
        session, turn = question.person.session, _number(question.person.turn)
        asked_s = self._clock()

        def on_first(source: str, first: First) -> None:
            self._publish(
                AnswerBegan(
                    at_s=first.said_s,
                    session=session,
                    turn=turn,
                    source=source,
                    model=self._generator.name,
                    first_token_s=first.token_s - asked_s,
                    first_clause_s=first.clause_s - asked_s,
                    gate_s=first.said_s - first.clause_s,
                )
            )

        def on_blocked(category: str) -> None:
            at_s = self._clock()
            self._publish(SentenceBlocked(at_s=at_s, session=session, turn=turn, category=category))

        def opening() -> str:
            occasion = self._disclosure.occasion(place_of(session)) if self._disclosure is not None else ""
            if occasion:
                at_s = self._clock()
                self._publish(Disclosed(at_s=at_s, session=session, turn=turn, occasion=occasion))
            return sentence_for(occasion)

        return Speech(
            self._gate,
            audience,
            self._settings.answers.longest_sentences,
            on_first=on_first,
            on_blocked=on_blocked,
            opening=opening,
            clock=self._clock,
        )


async def _left(audience: Audience, heard: list[str]) -> None:
    heard.append(await audience.over())


async def _cancel_after(end: Awaitable[None], writing: "asyncio.Task[Answer]") -> None:
    await end
    writing.cancel()


async def _keep_alive(audience: Audience) -> None:
    while True:
        await asyncio.sleep(ALIVE_S)
        audience.alive()


def _number(turn: int | str) -> int:
    return int(turn) if str(turn).isdecimal() else 0
