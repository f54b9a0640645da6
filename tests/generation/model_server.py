"""A server on loopback that speaks OpenAI's protocol, or fails to, as a test wants it."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from assistant.generation.base import Message, Piece, Request, Text

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

ASKED = Request([Message("system", "Be short."), Message("user", "why is the sky blue")])
DONE = b"data: [DONE]\n\n"


class ModelServer:
    """`handlers` answer one request each, the last of them all that follow."""

    def __init__(self) -> None:
        self.handlers: list[Handler] = []
        self.models: object = {"object": "list", "data": [{"id": "tiny"}]}
        self.requests: list[dict[str, object]] = []
        self.headers: list[dict[str, str]] = []
        self.listed = 0
        self.asked = asyncio.Event()
        self.gone = asyncio.Event()
        self.url = ""

    @property
    def port(self) -> int:
        return int(self.url.split(":")[2].split("/")[0])

    async def complete(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(await request.json())
        self.headers.append(dict(request.headers))
        self.asked.set()
        handler = self.handlers.pop(0) if len(self.handlers) > 1 else self.handlers[0]
        return await handler(request)

    async def list_models(self, request: web.Request) -> web.StreamResponse:
        self.listed += 1
        if isinstance(self.models, str):
            return web.Response(text=self.models, content_type="text/html")
        return web.json_response(self.models)


@asynccontextmanager
async def model_server(port: int = 0) -> AsyncIterator[ModelServer]:
    model = ModelServer()
    app = web.Application()
    app.router.add_post("/v1/chat/completions", model.complete)
    app.router.add_get("/v1/models", model.list_models)
    runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        model.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
        yield model
    finally:
        await runner.cleanup()


def chunk(content: object = None, **more: object) -> bytes:
    """One event with text, or with what else a delta may have."""
    delta = ({"content": content} if content is not None else {}) | more
    return event({"choices": [{"delta": delta}]})


def event(value: object) -> bytes:
    return b"data: " + json.dumps(value).encode() + b"\n\n"


def call_chunk(index: int, **function: str) -> bytes:
    """A part of a tool call; the first has an id, as servers send it."""
    part: dict[str, object] = {"index": index, "function": function}
    if "name" in function:
        part |= {"id": f"id-{index}", "type": "function"}
    return chunk(tool_calls=[part])


async def begin(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    return response


def streams(*parts: bytes) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = await begin(request)
        for part in parts:
            await response.write(part)
        return response

    return handler


def answers(text: str) -> Handler:
    return streams(chunk(text), DONE)


def refuses(status: int, text: str = "nope", **headers: str) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        return web.Response(
            status=status, text=text, headers={k.replace("_", "-"): v for k, v in headers.items()}
        )

    return handler


def stalls(server: ModelServer, *before: bytes) -> Handler:
    """Sends `before` and nothing more; `server.gone` is set when the client is gone."""

    async def handler(request: web.Request) -> web.StreamResponse:
        response = await begin(request)
        try:
            for part in before:
                await response.write(part)
            await asyncio.sleep(600)
        finally:
            server.gone.set()
        return response

    return handler


def text_of(piece: Piece) -> str:
    assert isinstance(piece, Text)
    return piece.text
