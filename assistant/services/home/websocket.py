"""Home Assistant's WebSocket API, as developers.home-assistant.io/docs/api/websocket describes it: one connection.

Messages are JSON objects. The server asks for a token first; then each command has an `id`, with which its result
comes back, and events of a subscription come with the id of the command that subscribed.
"""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

log = logging.getLogger(__name__)

CONNECT_TIMEOUT_S = 10.0  # to connect and to be let in
ANSWER_TIMEOUT_S = 10.0
HEARTBEAT_S = 20.0  # a server that does not answer a ping for half of it is gone
MAX_MESSAGE_BYTES = 32 << 20  # all states of a big home are one message

OnEvent = Callable[[dict[str, Any]], None]


class Unreachable(Exception):
    """The server is not there, or is not a Home Assistant. `str()` says which, for the log."""


class TokenRefused(Unreachable):
    """The server does not accept the token."""


class Refused(Exception):
    """The server did not carry a command out. `code` is its own, `str()` its message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def websocket_url(url: str) -> str:
    """`http://host:8123/` → `ws://host:8123/api/websocket`; a path before it is kept."""
    base = url.rstrip("/")
    scheme, _, rest = base.partition("://")
    return f"{'wss' if scheme in ('https', 'wss') else 'ws'}://{rest or scheme}/api/websocket"


class Connection:
    """One connection that has been let in. Loop thread only; commands of several callers go beside each other.

    `read()` has to run meanwhile: it hands out answers and events.
    """

    def __init__(self, socket: "aiohttp.ClientWebSocketResponse", version: str) -> None:
        self.version = version
        self._socket = socket
        self._last_id = 0
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._listeners: dict[int, OnEvent] = {}
        self._over = False

    async def command(self, kind: str, timeout_s: float = ANSWER_TIMEOUT_S, **arguments: Any) -> Any:
        """The result of a command. Raises `Refused` and `Unreachable`."""
        return await self._command(self._next_id(), kind, timeout_s, arguments)

    async def subscribe(self, listener: OnEvent, kind: str, **arguments: Any) -> None:
        """`listener` is called with each event from now on, also with those that come before this returns. Raises
        `Refused` and `Unreachable`."""
        number = self._next_id()
        self._listeners[number] = listener
        await self._command(number, kind, ANSWER_TIMEOUT_S, arguments)

    async def read(self) -> None:
        """Until the connection ends, which raises `Unreachable`, here and for whoever waits for an answer."""
        try:
            async for message in self._socket:
                if message.type is not aiohttp.WSMsgType.TEXT:
                    break
                for each in _objects(message.data):
                    self._take(each)
        finally:
            self._over = True
            for answer in self._answers.values():
                if not answer.done():
                    answer.set_exception(Unreachable("the connection ended"))
        raise Unreachable(f"the connection ended ({self._socket.close_code})")

    def _take(self, message: dict[str, Any]) -> None:
        number = message.get("id")
        if not isinstance(number, int):
            return
        if message.get("type") == "event" and (listener := self._listeners.get(number)) is not None:
            try:
                listener(message.get("event") or {})
            except Exception:
                log.exception("an event of Home Assistant was not understood")
        elif message.get("type") == "result" and (answer := self._answers.get(number)) and not answer.done():
            if message.get("success"):
                answer.set_result(message.get("result"))
            else:
                error = message.get("error") or {}
                answer.set_exception(
                    Refused(str(error.get("code")), str(error.get("message") or "no reason"))
                )

    def _next_id(self) -> int:
        self._last_id += 1  # the server wants them to increase
        return self._last_id

    async def _command(self, number: int, kind: str, timeout_s: float, arguments: dict[str, Any]) -> Any:
        if self._over:
            raise Unreachable("the connection ended")
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        try:
            async with asyncio.timeout(timeout_s):
                await self._socket.send_json({"id": number, "type": kind, **arguments})
                return await answer
        except TimeoutError as error:
            raise Unreachable(f"no answer to {kind} within {timeout_s:g} s") from error
        except (aiohttp.ClientError, ConnectionError) as error:
            raise Unreachable(str(error) or type(error).__name__) from error
        finally:
            del self._answers[number]


@asynccontextmanager
async def connected(url: str, token: str) -> AsyncIterator[Connection]:
    """A connection to the server at `url` (http or https), let in by `token`. Raises `Unreachable` and
    `TokenRefused`, bounded by `CONNECT_TIMEOUT_S`; the token is in none of the messages."""
    async with contextlib.AsyncExitStack() as stack:
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                http = await stack.enter_async_context(aiohttp.ClientSession())
                socket = await stack.enter_async_context(
                    http.ws_connect(websocket_url(url), heartbeat=HEARTBEAT_S, max_msg_size=MAX_MESSAGE_BYTES)
                )
                version = await _let_in(socket, token)
        except TimeoutError as error:
            raise Unreachable(f"{url} did not answer within {CONNECT_TIMEOUT_S:g} s") from error
        except (aiohttp.ClientError, OSError, ValueError, TypeError) as error:
            raise Unreachable(f"{url}: {error or type(error).__name__}") from error
        yield Connection(socket, version)


async def _let_in(socket: "aiohttp.ClientWebSocketResponse", token: str) -> str:
    """The server's version."""
    first = await socket.receive_json()
    if not isinstance(first, dict) or first.get("type") != "auth_required":
        raise Unreachable("what answers there is not Home Assistant")
    await socket.send_json({"type": "auth", "access_token": token})
    answer = await socket.receive_json()
    if answer.get("type") != "auth_ok":
        raise TokenRefused("the token is not accepted")
    return str(answer.get("ha_version") or "")


def _objects(text: str) -> list[dict[str, Any]]:
    """The server may send several messages as one list."""
    try:
        found = json.loads(text)
    except ValueError:
        return []
    return [each for each in (found if isinstance(found, list) else [found]) if isinstance(each, dict)]
