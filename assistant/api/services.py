"""The registry's services over HTTP."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from assistant.api.reading import json_object
from assistant.services.registry import Outcome, Registry
from assistant.services.service import Origin

STATUSES = {
    "bad_arguments": 422,
    "closed": 503,
    "failed": 500,
    "forbidden": 403,
    "needs_confirmation": 409,
    "not_confirmed": 409,
    "preview": 409,
    "storage": 500,
    "switched_off": 403,
    "timeout": 504,
    "too_often": 429,
    "unknown_service": 404,
}
"""By the code of a call's error; 422 for a reason of the service's own."""

OriginOf = Callable[[web.Request, dict[str, Any]], Origin]
"""Who calls, by the request and its body. May raise `BadRequest`."""

_CallService = Callable[[str, object, Origin], Awaitable[Outcome]]


class ServiceRoutes:
    """Listing, calling, and asking whether a yes is needed. `origin_of` says who calls."""

    def __init__(self, registry: Registry, origin_of: OriginOf) -> None:
        self._registry = registry
        self._origin_of = origin_of

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/api/services", self._list),
            web.post("/api/services/{domain}/{service}", self._call),
            web.post("/api/confirmations/{domain}/{service}", self._ask_first),
        ]

    async def _list(self, request: web.Request) -> web.StreamResponse:
        listed = [
            {"name": spec.name, "description": spec.description, "risk": spec.risk, "schema": spec.schema()}
            for spec in self._registry.specs()
        ]
        return web.json_response({"services": listed})

    async def _call(self, request: web.Request) -> web.StreamResponse:
        return await self._to(self._registry.call, request)

    async def _ask_first(self, request: web.Request) -> web.StreamResponse:
        return await self._to(self._registry.ask, request)

    async def _to(self, call: _CallService, request: web.Request) -> web.StreamResponse:
        body = await json_object(request)
        origin = self._origin_of(request, body)
        name = f"{request.match_info['domain']}.{request.match_info['service']}"
        outcome = await call(name, body.get("arguments", {}), origin)
        return answer_of(outcome)


def answer_of(outcome: Outcome) -> web.Response:
    """With the status that belongs to it."""
    status = 200 if outcome.ok else STATUSES.get(outcome.error_code, 422)
    return web.json_response(outcome.as_answer(), status=status)
