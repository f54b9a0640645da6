"""The assistant's channel: a turn that was sent is never lost, and each message leaves as soon as it exists.

Rasa's own REST channel drops the turn when the client goes away, and sends nothing before all is done.
Neither suits a conversation that a person may interrupt.

POST /webhooks/assistant/turns   {"sender", "text", "turn"?, "parse"?}
    answers one JSON object a line: {"text", "source", "spoken", "custom"} for each message, then
    {"done": true, "active_loop", "requested_slot"}, with "error" where the turn failed.
POST /webhooks/assistant/understand {"text"}
    answers Rasa's parse of it, with "parts": [{"text", "parse", "start", "lead"}] where it is several turns in one
    breath (`channels.breath.Part`); no effect. The parse goes back with the turn.
POST /webhooks/assistant/preview {"sender", "text", "turn", "parse"}
    answers {"messages": [{"text", "source"}]}: what the turn would say, none where finding out would change anything.
POST /webhooks/assistant/heard   {"sender", "text"}
    records what a person really heard of an answer that they interrupted.
PUT /webhooks/assistant/model    {"path"}
    goes on with another trained model, without losing a conversation or keeping one waiting.
All want the header `Authorization: Bearer <token>` with the token of the credentials file. Rasa itself
guards neither: its --auth-token covers its own API only.
"""

import asyncio
import hmac
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as json_response

from channels.breath import Part
from channels.model import change_model
from channels.output import StreamingOutput
from channels.preview import preview
from channels.turns import CHANNEL, FAILED_TURN, Ended, Turn, run, understood
from channels.validation import check_schema_once
from channels.wording import TURN, choose_by_turn

logger = logging.getLogger(__name__)

OnMessage = Callable[[UserMessage], Awaitable[Any]]


class AssistantChannel(InputChannel):
    """Credentials: `channels.assistant.AssistantChannel: {token: …}`."""

    @classmethod
    def name(cls) -> str:
        return CHANNEL

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> "AssistantChannel":
        token = str((credentials or {}).get("token") or "")
        if not token:
            cls.raise_missing_credentials_exception()
        check_schema_once()
        choose_by_turn()
        return cls(token)

    def __init__(self, token: str) -> None:
        self._token = token.encode()
        self._turns: set[asyncio.Task[None]] = set()

    def blueprint(self, on_new_message: OnMessage) -> Blueprint:
        hook = Blueprint("assistant_channel", __name__)

        @hook.route("/turns", methods=["POST"])
        async def turns(request: Request) -> HTTPResponse | None:
            refusal = self._refuse(request, "sender", "text")
            if refusal is not None:
                return refusal
            output = StreamingOutput()
            # A task of its own: Sanic cancels this handler when the client goes away, the turn goes on.
            turn = asyncio.create_task(_turn(request.json, output, request.app))
            self._turns.add(turn)
            turn.add_done_callback(self._turns.discard)
            return await _stream(request, output)

        @hook.route("/understand", methods=["POST"])
        async def understand(request: Request) -> HTTPResponse:
            refusal = self._refuse(request, "text")
            if refusal is not None:
                return refusal
            parse, parts = await understood(request.app.ctx.agent, request.json["text"])
            several = {"parts": [_part(part) for part in parts]} if len(parts) > 1 else {}
            return json_response({**parse, **several})

        @hook.route("/preview", methods=["POST"])
        async def ahead(request: Request) -> HTTPResponse:
            refusal = self._refuse(request, "sender", "text")
            if refusal is not None:
                return refusal
            return json_response({"messages": await _preview(request.json, request.app)})

        @hook.route("/heard", methods=["POST"])
        async def heard(request: Request) -> HTTPResponse:
            refusal = self._refuse(request, "sender", "text")
            if refusal is not None:
                return refusal
            sender, text = request.json["sender"], request.json["text"]
            agent = request.app.ctx.agent
            async with agent.lock_store.lock(sender):
                tracker = await agent.tracker_store.get_or_create_tracker(sender)
                if text != _last_said(tracker):  # an answer that was being written ended with what was heard
                    tracker.update(BotUttered(text, metadata={"heard": True}))
                    await agent.tracker_store.save(tracker)
            return json_response({"ok": True})

        @hook.route("/model", methods=["PUT"])
        async def model(request: Request) -> HTTPResponse:
            refusal = self._refuse(request, "path")
            if refusal is not None:
                return refusal
            try:
                await change_model(request.app, request.json["path"])
            except Exception as error:  # Rasa's own, and those of whatever library reads a damaged file
                logger.exception("A model could not be loaded")
                return json_response({"error": f"{type(error).__name__}: {error}"}, status=500)
            return json_response({"ok": True})

        return hook

    def _refuse(self, request: Request, *fields: str) -> HTTPResponse | None:
        given = request.headers.get("authorization", "").removeprefix("Bearer ").encode()
        if not hmac.compare_digest(given, self._token):
            return json_response({"error": "This channel needs its token."}, status=401)
        body = request.json
        if not isinstance(body, dict) or not all(isinstance(body.get(name), str) for name in fields):
            return json_response({"error": f"The body needs {' and '.join(fields)}."}, status=400)
        return None


def _last_said(tracker: DialogueStateTracker) -> str:
    """Of the latest turn."""
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            break
        if isinstance(event, BotUttered):
            return event.text or ""
    return ""


async def _stream(request: Request, output: StreamingOutput) -> None:
    response = await request.respond(content_type="application/x-ndjson")
    while True:
        line = await output.messages.get()
        await response.send(json.dumps(line, ensure_ascii=False) + "\n")
        if line.get("done"):
            await response.eof()
            return


async def _turn(body: dict[str, Any], output: StreamingOutput, app: Sanic) -> None:
    """One turn, to its end; the last line is put whatever happens."""
    ended = Ended()
    TURN.set(_name(body))
    try:
        ended = await run(app.ctx.agent, Turn.of(body), output)
    except Exception:
        logger.exception("A turn of %s failed", body["sender"])
        ended.error = "failed"
        output.put(FAILED_TURN, {"source": "error:failed"})
    line: dict[str, Any] = {
        "done": True,
        "active_loop": ended.active_loop,
        "requested_slot": ended.requested_slot,
    }
    await output.messages.put({**line, "error": ended.error} if ended.error else line)


async def _preview(body: dict[str, Any], app: Sanic) -> list[dict[str, Any]]:
    """The messages of the turn; none where one of them is a failure, or a refusal to act before the turn is sure."""
    output, turn = StreamingOutput(), Turn.of(body)
    if turn.parse is None:
        return []
    TURN.set(_name(body))
    try:
        await preview(app.ctx.agent, turn, output)
    except Exception:
        logger.info("No preview of a turn of %s", body["sender"], exc_info=True)
        return []
    said = [output.messages.get_nowait() for _ in range(output.messages.qsize())]
    return [] if output.failed else said


def _name(body: dict[str, Any]) -> str:
    return f"{body['sender']} {body.get('turn')}"


def _part(part: Part) -> dict[str, Any]:
    return {"text": part.text, "parse": part.parse, "start": part.start, "lead": part.lead}
