"""Reads requests, and says what is wrong with them."""

import asyncio
import json
from typing import Any

from aiohttp import web

BODY_LIMIT = 64 * 1024  # bytes
_BODY_TIMEOUT_S = 10.0


class BadRequest(Exception):
    """`str()` says what is wrong with the body."""


async def json_object(request: web.Request) -> dict[str, Any]:
    """The body. Raises `BadRequest`, and aiohttp's `HTTPRequestTimeout` when it does not come."""
    try:
        async with asyncio.timeout(_BODY_TIMEOUT_S):
            body = json.loads(await request.read())
    except TimeoutError as error:
        raise web.HTTPRequestTimeout(reason="The body of the request did not come.") from error
    except (ValueError, RecursionError) as error:
        raise BadRequest("The body is not JSON.") from error
    if not isinstance(body, dict):
        raise BadRequest("The body has to be a JSON object.")
    return body


def text_of(body: dict[str, Any], name: str) -> str:
    """An optional text. Raises `BadRequest`."""
    value = body.get(name, "")
    if not isinstance(value, str):
        raise BadRequest(f"`{name}` has to be a string.")
    return value


def turn_of(body: dict[str, Any]) -> int | str:
    """The turn's number or name, 0 where there is none. Raises `BadRequest`."""
    value = body.get("turn") or 0
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise BadRequest("`turn` has to be a number or a string.")
    return value


def problem(status: int, code: str, message: str) -> web.Response:
    """An answer of our form for what could not be done."""
    return web.json_response({"ok": False, "error": {"code": code, "message": message}}, status=status)


async def explained(request: web.Request, handler: Any) -> web.StreamResponse:
    """`handler(request)`, with a JSON answer for whatever is wrong with the request."""
    try:
        answer: web.StreamResponse = await handler(request)
    except web.HTTPRequestEntityTooLarge:
        return problem(413, "too_large", f"The body is larger than {BODY_LIMIT} bytes.")
    except web.HTTPException as error:
        return problem(error.status, "no_such_thing", error.reason)
    except BadRequest as error:
        return problem(400, "bad_request", str(error))
    return answer
