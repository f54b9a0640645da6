"""Thumbs up and down over HTTP: `POST /api/feedback {"good", "turn"?, "session"?}`.

`turn`: its number, as `POST /api/ask` and the traces tell it; without, the last one of the session. Answers as a call
of `oversight.feedback` does.
"""

from aiohttp import web

from assistant.api.reading import BadRequest, json_object
from assistant.api.services import OriginOf, answer_of
from assistant.services.registry import Registry


class FeedbackRoute:
    """`origin_of` says who clicks: of others' conversations nobody can say anything."""

    def __init__(self, registry: Registry, origin_of: OriginOf) -> None:
        self._registry = registry
        self._origin_of = origin_of

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/api/feedback", self._feedback)]

    async def _feedback(self, request: web.Request) -> web.StreamResponse:
        body = await json_object(request)
        good, turn = body.get("good"), body.get("turn", 0)
        if not isinstance(good, bool):
            raise BadRequest("`good` has to be true or false.")
        origin = self._origin_of(request, {name: value for name, value in body.items() if name != "turn"})
        return answer_of(
            await self._registry.call("oversight.feedback", {"good": good, "turn": turn}, origin)
        )
