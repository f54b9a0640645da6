"""The assistant's channel: a turn that was sent is never lost, and each message leaves as soon as it exists.

Rasa's own REST channel drops the turn when the client goes away, and sends nothing before all is done.
Neither suits a conversation that a person may interrupt.

POST /webhooks/assistant/turns   {"sender", "text", "turn"?, "parse"?}
    answers one JSON object a line: {"text", "source", "spoken", "custom"} for each message, then
    {"done": true, "active_loop", "requested_slot"}, with "error" where the turn failed.
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
import re
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import InputChannel, OutputChannel, UserMessage
from rasa.shared.core.events import BotUttered
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as json_response

from channels.model import change_model
from channels.preview import PREVIEW, preview
from channels.validation import check_schema_once
from channels.wording import TURN, choose_by_turn

logger = logging.getLogger(__name__)

OnMessage = Callable[[UserMessage], Awaitable[Any]]

MAX_MESSAGES = 64  # of one turn; Rasa's own limit is 10 predictions
SILENT_TURN = "Sorry, I can't do that right now."
FAILED_TURN = "Sorry, something went wrong in my head."


class StreamingOutput(OutputChannel):
    """Hands each message of one turn to a queue."""

    @classmethod
    def name(cls) -> str:
        return AssistantChannel.name()

    def __init__(self) -> None:
        self.messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue(MAX_MESSAGES)
        self.count = 0

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """One message with all its parts; Rasa's default sends text and custom data apart."""
        text = (message.get("text") or "").strip()
        custom = message.get("custom") or {}
        if text:
            self.put(text, custom)

    async def send_text_message(self, recipient_id: str, text: str, **kwargs: Any) -> None:
        self.put(text, {})

    def put(self, text: str, custom: dict[str, Any]) -> None:
        if self.messages.full():
            logger.error("A turn has more than %d messages; one is dropped.", MAX_MESSAGES)
            return
        self.count += 1
        self.messages.put_nowait(
            {
                "text": text[0].upper() + text[1:],  # a response may begin with a value
                "source": custom.get("source", "template"),
                "spoken": bool(custom.get("spoken", False)),
                "custom": custom,
            }
        )


class AssistantChannel(InputChannel):
    """Credentials: `channels.assistant.AssistantChannel: {token: …}`."""

    @classmethod
    def name(cls) -> str:
        return "assistant"

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
            turn = asyncio.create_task(_turn(on_new_message, request.json, output, request.app))
            self._turns.add(turn)
            turn.add_done_callback(self._turns.discard)
            return await _stream(request, output)

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


async def _stream(request: Request, output: StreamingOutput) -> None:
    response = await request.respond(content_type="application/x-ndjson")
    while True:
        line = await output.messages.get()
        await response.send(json.dumps(line, ensure_ascii=False) + "\n")
        if line.get("done"):
            await response.eof()
            return


async def _turn(on_message: OnMessage, body: dict[str, Any], output: StreamingOutput, app: Sanic) -> None:
    """One turn, to its end; the last line is put whatever happens."""
    end: dict[str, Any] = {"done": True, "active_loop": None, "requested_slot": None}
    TURN.set(_name(body))
    try:
        await on_message(_user_message(body, output))
        end.update(await _open_question(app, body["sender"]))
        if not output.count:
            # To Rasa an action that failed is a turn without messages.
            end["error"] = "silent"
            output.put(SILENT_TURN, {"source": "error:silent"})
    except Exception:
        logger.exception("A turn of %s failed", body["sender"])
        end["error"] = "failed"
        output.put(FAILED_TURN, {"source": "error:failed"})
    await output.messages.put(end)


async def _preview(body: dict[str, Any], app: Sanic) -> list[dict[str, Any]]:
    """The messages of the turn; none where one of them is a failure, or a refusal to act before the turn is sure."""
    output = StreamingOutput()
    message = _user_message(body, output)
    if message.parse_data is None:
        return []
    message.metadata[PREVIEW] = True
    TURN.set(_name(body))
    try:
        await preview(app.ctx.agent, message, output)
    except Exception:
        logger.info("No preview of a turn of %s", body["sender"], exc_info=True)
        return []
    said = [output.messages.get_nowait() for _ in range(output.messages.qsize())]
    return [] if any(str(each["source"]).startswith("error") for each in said) else said


def _name(body: dict[str, Any]) -> str:
    return f"{body['sender']} {body.get('turn')}"


def _user_message(body: dict[str, Any], output: StreamingOutput) -> UserMessage:
    # A leading slash would be a command that goes past the understanding: /unlock{"device": …}
    text = re.sub(r"^[\s/]+", "", body["text"]).strip()
    return UserMessage(
        text=text,
        output_channel=output,
        sender_id=body["sender"],
        input_channel=AssistantChannel.name(),
        parse_data=_kept(body.get("parse")),
        metadata={"turn": body.get("turn")},
    )


def _kept(parse: Any) -> dict[str, Any] | None:
    """Of an understanding what the dialogue needs; None for what is none, and Rasa understands the text itself.

    All of it would be stored with the turn, and read again, and sent to the action server, in each later one.
    """
    if not (isinstance(parse, dict) and isinstance(parse.get("intent"), dict) and "entities" in parse):
        return None
    kept = {name: parse.get(name) for name in ("text", "intent", "entities")}
    return {**kept, "intent_ranking": (parse.get("intent_ranking") or [])[:3]}


async def _open_question(app: Sanic, sender: str) -> dict[str, Any]:
    tracker = await app.ctx.agent.tracker_store.retrieve(sender)
    if tracker is None:
        return {}
    return {"active_loop": tracker.active_loop_name, "requested_slot": tracker.get_slot("requested_slot")}
