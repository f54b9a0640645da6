"""HTTP on loopback, for processes of the same owner that know the token.

| request | answer |
|---|---|
| `GET /api/health` | `{"ok": true}` |
| `GET /api/services` | `{"services": [{"name", "description", "risk", "schema"}]}` |
| `POST /api/services/{domain}/{service}` | `{"ok": true, "result": {}}` or `{"ok": false, "error": {}}` |
| `POST /api/confirmations/{domain}/{service}` | the same, but nothing is done: is a yes needed? |
| `POST /api/generate` `{"text"}` | `{"text", "source", "spoken", "interrupted"?, "pending"?}`: `Generated` |
| `POST /api/conversation/process` | see `assistant.api.conversation` |
| `POST /api/feedback` | see `assistant.api.feedback` |
| `POST /api/ask` `{"texts": [], "room"?, "person"?}` | `{"turns": [{}]}`, one for each text |
| `POST /api/listen` `{"key": "press"}` | `{"ok": true}`; the key: press, hold or release |

The body of a call: `arguments`, and optionally `session`, `turn`, `room`, `person`, and `confirmation`, which
answers a question with yes (see docs/services.md). An `error` has a `code` and a `message` that can be spoken; with
`needs_confirmation` a `confirmation`, too. Its status: see `assistant.api.services`. 400: the body is no JSON
object; 401: the token is missing or wrong; 403, `wrong_host`: the request was addressed to another host (a web page
that points its own name at this machine); 408: the body did not come; 413: it is too large; 503: nobody answers
questions here, or listens, or not any more.
"""

import asyncio
import errno
import hmac
import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from assistant.api.conversation import ConversationRoute
from assistant.api.feedback import FeedbackRoute
from assistant.api.reading import BODY_LIMIT, BadRequest, explained, json_object, problem, text_of, turn_of
from assistant.api.services import ServiceRoutes
from assistant.errors import UserError
from assistant.services.registry import Registry
from assistant.services.service import Origin

_log = logging.getLogger(__name__)
_HOST = "127.0.0.1"
_CLOSE_TIMEOUT_S = 1.0  # twice: to finish, and to end when told to
_GENERATE_TIMEOUT_S = 120.0
_MOST_TEXTS = 16
_LONGEST_TEXT = 2_000  # characters

_CHANNEL = web.RequestKey("channel", str)
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Generated:
    """`source`: generated, documents, or none where nothing could. `spoken`: the person hears it already.
    `interrupted`: nobody waits for it any more, and `text` is what of it was heard. `pending`: the call that the
    question at its end is about, `{"service", "arguments", "confirmation"}`."""

    text: str
    source: str = "none"
    spoken: bool = False
    interrupted: bool = False
    pending: dict[str, Any] | None = None

    def as_answer(self) -> dict[str, Any]:
        answer = {"text": self.text, "source": self.source, "spoken": self.spoken}
        more = {"interrupted": self.interrupted, "pending": self.pending}
        return answer | {name: value for name, value in more.items() if value}


Generate = Callable[[Origin, str], Awaitable[Generated]]
"""(who asks, text) → what is answered."""


Ask = Callable[[list[str], str, str], Awaitable[list[dict[str, Any]] | None]]
"""(typed turns, room, person) → what came of each; None when the conversation ends before."""


Listen = Callable[[str], bool]
"""Key, one of `KEYS` → whether anybody listens."""

Whereabouts = Callable[[str], tuple[str, str] | None]
"""Session → its room and who speaks there; None for one that is not held here."""

KEYS = ("press", "hold", "release")


class ApiServer:
    """Listens on 127.0.0.1 only. `token` is random unless given; it is never logged nor part of a URL."""

    def __init__(
        self, registry: Registry, *, port: int = 0, generate: Generate | None = None, token: str = ""
    ) -> None:
        self._registry = registry
        self.generate = generate
        """Who answers what no template does; set it at any time."""
        self.ask: Ask | None = None
        """Who answers typed turns; set it at any time."""
        self.listen: Listen | None = None
        """Who listens when a key is pressed; set it at any time."""
        self.whereabouts: Whereabouts = lambda session: None
        """Asked for each call of the dialogue's actions; set it at any time."""
        self.conversation = ConversationRoute(registry, lambda request, key: f"conversation-{key}")
        """Conversations in Home Assistant's form: the owner's, for only the owner can read the token."""
        self._wanted_port = port
        self.token = token or secrets.token_urlsafe(32)
        self.dialogue_token = secrets.token_urlsafe(32)
        """For the dialogue's actions alone: what comes with it was said in the session that it names."""
        self._runner: web.AppRunner | None = None
        self._port = 0

    @property
    def url(self) -> str:
        """`http://127.0.0.1:PORT`, once started."""
        return f"http://{_HOST}:{self._port}"

    @property
    def port(self) -> int:
        """The port it listens on, once started."""
        return self._port

    async def start(self) -> None:
        """Raises `UserError` when the port is taken."""
        app = web.Application(client_max_size=BODY_LIMIT, middlewares=[self._guard])
        app.add_routes(
            [
                web.get("/api/health", self._health),
                *ServiceRoutes(self._registry, self._origin).routes(),
                *FeedbackRoute(self._registry, self._origin).routes(),
                *self.conversation.routes(),
                web.post("/api/generate", self._answer),
                web.post("/api/ask", self._asked),
                web.post("/api/listen", self._listen),
            ]
        )
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=_CLOSE_TIMEOUT_S)
        await runner.setup()
        try:
            await web.TCPSite(runner, _HOST, self._wanted_port, reuse_address=True).start()
        except OSError as error:
            await runner.cleanup()
            raise UserError(_no_port(self._wanted_port, error)) from error
        self._runner = runner
        self._port = int(runner.addresses[0][1])

    async def close(self) -> None:
        """Stop listening, give requests under way a moment, then end them. Idempotent."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    @web.middleware
    async def _guard(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        if request.headers.get("Host", "") not in (f"{_HOST}:{self._port}", f"localhost:{self._port}"):
            return problem(403, "wrong_host", "This server answers for 127.0.0.1 only.")
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        given = token.strip().encode("utf-8", "surrogateescape")
        own = hmac.compare_digest(given, self.token.encode())
        dialogue = hmac.compare_digest(given, self.dialogue_token.encode())
        if scheme.lower() != "bearer" or not (own or dialogue):
            return problem(401, "unauthorized", "The token is missing or wrong.")
        request[_CHANNEL] = "dialogue" if dialogue else "http"
        return await explained(request, handler)

    async def _health(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"ok": True})

    def _origin(self, request: web.Request, body: dict[str, Any]) -> Origin:
        session, room, person = (text_of(body, name) for name in ("session", "room", "person"))
        if request[_CHANNEL] == "dialogue" and (known := self.whereabouts(session)) is not None:
            room, person = known
        return Origin(
            session=session,
            turn=turn_of(body),
            channel=request[_CHANNEL],
            confirmation=text_of(body, "confirmation"),
            preview=body.get("preview") is True,
            room=room,
            person=person,
        )

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        body = await json_object(request)
        text, origin = text_of(body, "text"), self._origin(request, body)
        if self.generate is None:
            generated = Generated("I don't know that.")
        else:
            try:
                async with asyncio.timeout(_GENERATE_TIMEOUT_S):
                    generated = await self.generate(origin, text)
            except Exception:
                _log.exception("generation failed")
                generated = Generated("I could not think of an answer.")
        return web.json_response(generated.as_answer())

    async def _asked(self, request: web.Request) -> web.StreamResponse:
        body = await json_object(request)
        texts, room, person = body.get("texts"), text_of(body, "room"), text_of(body, "person")
        if not isinstance(texts, list) or not 0 < len(texts) <= _MOST_TEXTS:
            raise BadRequest(f"`texts` has to be a list of 1 to {_MOST_TEXTS} texts.")
        if not all(isinstance(text, str) and 0 < len(text.strip()) <= _LONGEST_TEXT for text in texts):
            raise BadRequest(f"Each of `texts` has to be a text of 1 to {_LONGEST_TEXT} characters.")
        turns = await self.ask(texts, room, person) if self.ask is not None else None
        if turns is None:
            return problem(503, "not_here", "Nobody answers questions here.")
        return web.json_response({"turns": turns})

    async def _listen(self, request: web.Request) -> web.StreamResponse:
        key = text_of(await json_object(request), "key")
        if key not in KEYS:
            raise BadRequest(f"`key` has to be one of {', '.join(KEYS)}.")
        if self.listen is None or not self.listen(key):
            return problem(503, "not_here", "Nobody listens here.")
        return web.json_response({"ok": True})


def _no_port(port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} on {_HOST} is in use by another program; stop that one, or choose another with "
            "`--set server.port=NUMBER` (0 takes any that is free)."
        )
    if error.errno == errno.EACCES:
        return f"Port {port} needs more rights than this user has; choose a `server.port` of 1024 or more."
    return (
        f"The HTTP server cannot listen on {_HOST}:{port} ({error.strerror}); choose another `server.port`."
    )
