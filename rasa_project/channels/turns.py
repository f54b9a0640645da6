"""A turn of the conversation, from what was said to the end of its last action.

What was said in one breath runs as one turn of the dialogue after the other. A part that leads to a question holds the
rest back, in the slot `held`, until the question is answered or dropped.
"""

import logging
import re
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.shared.core.events import BotUttered, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

from channels import memory
from channels.breath import Grammar, Parse, Part, divide, intent_of
from channels.corrections import Sentence, meant
from channels.output import StreamingOutput
from channels.sessions import renew

logger = logging.getLogger(__name__)

CHANNEL = "assistant"
PREVIEW = "preview"  # key of the metadata: nothing may be changed
SILENT_TURN = "Sorry, I can't do that right now."
FAILED_TURN = "Sorry, something went wrong in my head."
REST_LEFT = "utter_rest_left"

_SLASHES = re.compile(r"^[\s/]+")
"""A leading slash would be a command that goes past the understanding: /unlock{"device": …}"""


@dataclass(slots=True)
class Ended:
    """What is known when the turn is over. `error`: silent or failed, where a part of it was."""

    active_loop: str | None = None
    requested_slot: str | None = None
    error: str = ""


@dataclass(slots=True)
class Turn:
    """`parts`: what it divides into, where that is known already; `metadata` goes to the actions."""

    sender: str
    text: str
    parse: Parse | None = None
    parts: list[Part] = field(default_factory=list)
    metadata: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, body: dict[str, Any]) -> "Turn":
        """Of a request. A parse that is none is made anew."""
        parse, parts = body.get("parse"), []
        if not (isinstance(parse, dict) and isinstance(parse.get("intent"), dict) and "entities" in parse):
            parse = None
        else:
            parts = [Part(each["text"], each["parse"]) for each in parse.get("parts") or ()]
        return cls(body["sender"], clean(body["text"]), parse, parts, {"turn": body.get("turn")})


async def understood(agent: Agent, text: str) -> tuple[Parse, list[Part]]:
    """What a text means, with no effect: as a whole, and the turns that it is."""
    text = clean(text)
    whole = await agent.parse_message(text)
    return whole, await divide(text, whole, Grammar.of(agent.domain), agent.parse_message)


def clean(text: str) -> str:
    return _SLASHES.sub("", text).strip()


@asynccontextmanager
async def conversation(agent: Agent, sender: str) -> AsyncIterator[DialogueStateTracker]:
    """The tracker, for one at a time, saved at the end whatever happens."""
    async with agent.lock_store.lock(sender):
        tracker = await agent.processor.fetch_tracker_and_update_session(sender, OutputChannel(), {})
        try:
            yield tracker
        finally:
            await agent.processor.run_anonymization_pipeline(tracker)
            renew(tracker)
            await agent.processor.save_tracker(tracker)


async def run(agent: Agent, turn: Turn, output: StreamingOutput) -> Ended:
    """The whole turn, and what waited for it. Its messages are put out as they come."""
    async with conversation(agent, turn.sender) as tracker:
        return await advance(agent, tracker, turn, output)


async def advance(agent: Agent, tracker: DialogueStateTracker, turn: Turn, output: StreamingOutput) -> Ended:
    """`run` on a tracker that the caller keeps."""
    tracker.update_with_events(memory.stale(tracker), agent.domain)
    held: list[dict[str, Any]] = list(tracker.get_slot("held") or ())
    waiting = deque(await _sentences(agent, tracker, turn))
    dropped = bool(held) and intent_of(waiting[0].parse) == "stop"
    ended, answering, part = Ended(), bool(held), 0
    while waiting and not (turn.metadata.get(PREVIEW) and output.failed):
        sentence = waiting.popleft()
        these = deque(meant(tracker, sentence))
        while these:
            one = these.popleft()
            if part:
                one.metadata["part"] = part  # of the same breath as what came before
            part += 1
            ended.error = await _say(agent, tracker, turn, one, output) or ended.error
            if memory.is_asking(tracker) and these:
                waiting.extendleft(reversed(these))
                break
        asking = memory.is_asking(tracker)
        if asking and waiting:
            held, answering = [_stored(each) for each in waiting] + held, True
            waiting.clear()
        elif answering and not asking and not waiting and not dropped:
            waiting.extend(_restored(each) for each in held)
            held, answering = [], False
    if dropped:
        held = []
        await _say_response(agent, tracker, output)
    _keep(agent, tracker, held)
    ended.active_loop = tracker.active_loop_name
    ended.requested_slot = memory.asked_for(tracker)
    return ended


async def _sentences(agent: Agent, tracker: DialogueStateTracker, turn: Turn) -> list[Sentence]:
    """What was said, divided unless the open question takes any words."""
    parse, parts = turn.parse, turn.parts
    if parse is None:
        parse, parts = await understood(agent, turn.text)
    if len(parts) > 1 and not memory.takes_any_words(tracker):
        return [Sentence(part.text, part.parse) for part in parts]
    return [Sentence(turn.text, parse)]


async def _say(
    agent: Agent, tracker: DialogueStateTracker, turn: Turn, said: Sentence, output: StreamingOutput
) -> str:
    """One turn of Rasa's. What went wrong, which has been said; a part that fails does not lose the others."""
    count, processor = output.count, agent.processor
    message = UserMessage(
        text=said.text,
        output_channel=output,
        sender_id=turn.sender,
        input_channel=CHANNEL,
        parse_data=_kept(said.parse),
        metadata={**turn.metadata, **said.metadata},
    )
    try:
        await processor._handle_message_with_tracker(message, tracker)
        await processor.run_action_extract_slots(output, tracker)
        await processor._run_prediction_loop(output, tracker)
    except Exception:
        logger.exception("A turn of %s failed", turn.sender)
        output.put(FAILED_TURN, {"source": "error:failed"})
        return "failed"
    if output.count == count and not said.metadata.get("quiet"):
        # To Rasa an action that failed is a turn without messages.
        output.put(SILENT_TURN, {"source": "error:silent"})
        return "silent"
    return ""


async def _say_response(agent: Agent, tracker: DialogueStateTracker, output: StreamingOutput) -> None:
    said = await agent.processor.nlg.generate(REST_LEFT, tracker, output.name())
    if said and said.get("text"):
        tracker.update(BotUttered(said["text"]))
        output.put(said["text"], {})


def _kept(parse: Parse) -> Parse:
    """Of an understanding what the dialogue needs.

    All of it would be stored with the turn, and read again, and sent to the action server, in each later one.
    """
    kept = {name: parse.get(name) for name in ("text", "intent", "entities")}
    more = {name: parse[name] for name in ("guess",) if parse.get(name)}
    return {**kept, **more, "intent_ranking": (parse.get("intent_ranking") or [])[:3]}


def _keep(agent: Agent, tracker: DialogueStateTracker, held: list[dict[str, Any]]) -> None:
    if held != list(tracker.get_slot("held") or ()) and "held" in tracker.slots:
        tracker.update(SlotSet("held", held or None), agent.domain)


def _stored(said: Sentence) -> dict[str, Any]:
    return {"text": said.text, "parse": _kept(said.parse), "metadata": said.metadata}


def _restored(stored: dict[str, Any]) -> Sentence:
    return Sentence(stored["text"], stored["parse"], stored.get("metadata") or {})
