"""Answers what is asked on MQTT, and tells there what happens."""

import asyncio
import json
import logging
from types import TracebackType
from typing import Any, Self

from assistant.app import Assistant
from assistant.channels.conversations import CannotConverse, Conversations
from assistant.channels.mqtt.requests import Refused, Request, filters, reply_topic, request_of
from assistant.channels.mqtt.telling import state_of, told
from assistant.events import Event
from assistant.mqtt.connection import Connection
from assistant.mqtt.devices import topics_of
from assistant.mqtt.messages import Outgoing, Received
from assistant.services.service import Origin

log = logging.getLogger(__name__)

CHANNEL = "mqtt"
MOST_AT_ONCE = 16  # requests under way
_TOO_MANY = "I have too much to do at the moment. Please try again."


class MqttChannel:
    """`async with MqttChannel(assistant, conversations):` meanwhile it is there. A broker that is down disturbs
    nobody. Raises `UserError` where the settings' files cannot be read. Loop thread."""

    def __init__(self, assistant: Assistant, conversations: Conversations) -> None:
        settings = assistant.config.mqtt
        self._assistant = assistant
        self._conversations = conversations
        self._prefix = settings.prefix.strip("/") or "assistant"
        self._words = settings.words
        self._taken = topics_of(settings.devices)
        self._turns = 0
        self._requests: set[asyncio.Task[None]] = set()
        self._states: dict[str, str] = {}
        status = f"{self._prefix}/status"
        self.connection = Connection(
            settings,
            filters(self._prefix),
            self._received,
            birth=(Outgoing(status, b"online", retain=True),),
            will=Outgoing(status, b"offline", retain=True),
            on_up=self._came_up,
        )
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._events = self._assistant.bus.subscribe()
        self._tasks = [
            asyncio.create_task(self.connection.run(), name="mqtt"),
            asyncio.create_task(self._tell(), name="mqtt: tell"),
        ]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._events.close()
        for task in (*self._tasks, *self._requests):
            task.cancel()
        await asyncio.gather(*self._tasks, *self._requests, return_exceptions=True)

    # ── what is told ──────────────────────────────────────────────────────────────────────────────────────

    async def _tell(self) -> None:
        async for event in self._events:
            self._tell_of(event)

    def _tell_of(self, event: Event) -> None:
        if (state := state_of(event)) is not None:
            session, word = state
            self._states[session] = word
            self._publish_state(session, word)
        elif (news := told(event, words=self._words)) is not None:
            kind, what = news
            self._publish(f"{self._prefix}/event/{kind}", what)

    def _came_up(self) -> None:
        """The broker may have lost what it was told before."""
        for session, word in self._states.items():
            self._publish_state(session, word)

    def _publish_state(self, session: str, word: str) -> None:
        self.connection.publish(Outgoing(f"{self._prefix}/state/{session}", word.encode(), retain=True))

    def _publish(self, topic: str, what: dict[str, Any], correlation: bytes = b"") -> None:
        payload = json.dumps(what, ensure_ascii=False, default=str).encode()
        self.connection.publish(Outgoing(topic, payload, correlation=correlation))

    # ── what is asked ─────────────────────────────────────────────────────────────────────────────────────

    def _received(self, received: Received) -> None:
        if received.retained:  # said to nobody in particular, perhaps days ago, and again at each connection
            log.info("a retained request on %s is left", received.topic)
            return
        if len(self._requests) >= MOST_AT_ONCE:
            self._answer(received, None, _refusal("too_many", _TOO_MANY))
            return
        task = asyncio.create_task(self._serve(received), name=f"mqtt: {received.topic}")
        self._requests.add(task)
        task.add_done_callback(self._requests.discard)

    async def _serve(self, received: Received) -> None:
        try:
            request = request_of(self._prefix, received)
        except Refused as error:
            self._answer(received, error.id, _refusal("bad_request", str(error)))
            return
        try:
            answer = await (self._ask(request) if request.kind == "ask" else self._call(request))
        except Exception:
            log.exception("a request on %s failed", received.topic)
            answer = _refusal("failed", "Something went wrong while I did that.")
        self._answer(received, request.id, answer)

    async def _call(self, request: Request) -> dict[str, Any]:
        """Saying something aloud is a service like any other."""
        self._turns += 1
        origin = Origin(
            session=request.session,
            turn=self._turns,
            channel=CHANNEL,
            confirmation=request.confirmation,
            room=request.room,
            person=request.person,
        )
        name, arguments = request.service, request.arguments
        if request.kind == "say":
            name, arguments = "announce.say", {"text": request.text, "room": request.room}
        outcome = await self._assistant.services.registry.call(name, arguments, origin)
        return outcome.as_answer()

    async def _ask(self, request: Request) -> dict[str, Any]:
        try:
            turn = await self._conversations.turn(
                request.session, request.text, room=request.room, person=request.person
            )
        except CannotConverse as error:
            return _refusal("not_here", str(error))
        record = turn.record
        return {
            "ok": True,
            "text": " ".join(reply["text"] for reply in record.replies),
            "intent": record.intent,
            "services": [{"service": call["service"], "ok": call["ok"]} for call in record.services],
            "outcome": record.outcome,
            "asks": turn.asks,
        }

    def _answer(self, received: Received, id: object, answer: dict[str, Any]) -> None:
        topic = reply_topic(self._prefix, received, self._taken)
        self._publish(topic, answer if id is None else {"id": id, **answer}, received.correlation)


def _refusal(code: str, message: str) -> dict[str, Any]:
    return {"ok": False, "error": {"code": code, "message": message}}
