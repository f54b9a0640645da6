"""HTTP for other programs and machines, on the configured address. Nobody gets in without a token of their own.

| request | answer |
|---|---|
| `GET /api/` | `{"message": "API running."}` |
| `GET /api/health` | `{"ok": true}` |
| `POST /api/conversation/process` | see `assistant.api.conversation` |
| `POST /api/feedback` | see `assistant.api.feedback` |
| `GET /api/services`, `POST /api/services/…`, `POST /api/confirmations/…` | as on loopback |

A call comes from the place `api:NAME:SESSION`, where NAME is the token's: a guest, unless the policy says otherwise.
"""

import ipaddress
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from assistant.api.conversation import ConversationRoute, key_of
from assistant.api.feedback import FeedbackRoute
from assistant.api.reading import BODY_LIMIT, explained, problem, text_of, turn_of
from assistant.api.services import ServiceRoutes
from assistant.api.tokens import Tokens
from assistant.config.api import Api
from assistant.errors import UserError
from assistant.services.registry import Registry
from assistant.services.service import Origin

CHANNEL = "network"
_CLOSE_TIMEOUT_S = 1.0
_CALLER = web.RequestKey("caller", str)
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class OutwardServer:
    """Loop thread. `start` raises `UserError` where it cannot, or must not, listen."""

    def __init__(self, registry: Registry, settings: Api, tokens: Tokens) -> None:
        self._settings = settings
        self._tokens = tokens
        self._services = ServiceRoutes(registry, _origin)
        self._feedback = FeedbackRoute(registry, _origin)
        self.conversation = ConversationRoute(registry, lambda request, key: f"api:{request[_CALLER]}:{key}")
        self._runner: web.AppRunner | None = None
        self.port = 0

    @property
    def url(self) -> str:
        """Where it listens, once started."""
        scheme = "https" if self._settings.certificate else "http"
        host = f"[{self._settings.host}]" if ":" in self._settings.host else self._settings.host
        return f"{scheme}://{host}:{self.port}"

    async def start(self) -> None:
        host, port = self._settings.host, self._settings.port
        context = checked(self._settings, self._tokens)
        app = web.Application(client_max_size=BODY_LIMIT, middlewares=[self._guard])
        app.add_routes([web.get("/api/", _running), web.get("/api/health", _health)])
        app.add_routes([*self._services.routes(), *self._feedback.routes(), *self.conversation.routes()])
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=_CLOSE_TIMEOUT_S)
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port, ssl_context=context, reuse_address=True).start()
        except OSError as error:
            await runner.cleanup()
            raise UserError(
                f"The API cannot listen on {host}:{port} ({error.strerror or error}); choose another `api.host` or "
                "`api.port`."
            ) from error
        self._runner = runner
        self.port = int(runner.addresses[0][1])

    async def close(self) -> None:
        """Idempotent and bounded."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    @web.middleware
    async def _guard(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        caller = self._tokens.name_of(token.strip()) if scheme.lower() == "bearer" else None
        if caller is None:
            return problem(401, "unauthorized", "The token is missing or wrong.")
        request[_CALLER] = caller
        return await explained(request, handler)


def checked(settings: Api, tokens: Tokens) -> ssl.SSLContext | None:
    """What to encrypt with, if with anything. Raises `UserError` for settings with which it must not listen."""
    tokens.load()
    if not tokens.names:
        where = "others" if is_loopback(settings.host) else "anybody on your network"
        raise UserError(
            f"There is no token in {tokens.path}, so {where} would have to be let in; make one with: "
            "assistant tokens add NAME"
        )
    return _tls(settings.certificate, settings.private_key)


def is_loopback(host: str) -> bool:
    """Only this machine can reach it."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _origin(request: web.Request, body: dict[str, Any]) -> Origin:
    session = text_of(body, "session") or "default"
    return Origin(
        session=f"api:{request[_CALLER]}:{key_of(session)}",
        turn=turn_of(body),
        channel=CHANNEL,
        confirmation=text_of(body, "confirmation"),
        room=text_of(body, "room"),
        person=text_of(body, "person"),
    )


async def _running(request: web.Request) -> web.StreamResponse:
    return web.json_response({"message": "API running."})


async def _health(request: web.Request) -> web.StreamResponse:
    return web.json_response({"ok": True})


def _tls(certificate: Path | None, private_key: Path | None) -> ssl.SSLContext | None:
    """Raises `UserError` for a certificate that cannot be used."""
    if certificate is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(certificate.expanduser(), private_key.expanduser() if private_key else None)
    except (OSError, ssl.SSLError) as error:
        raise UserError(f"The certificate {certificate} cannot be used: {error}.") from error
    return context
