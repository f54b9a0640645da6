"""A language model's server for measuring: it streams at the pace of a model, and notes when it had written what."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import web

ANSWERS = (
    "Hamlet was written by William Shakespeare. It was finished around the year sixteen hundred.",
    "The moon is a quarter of a million miles away. Light takes a little more than a second for that.",
    "Cats purr when they are content. They also do it when they are unwell.",
    "A black hole is a place that not even light can leave. There is one in the middle of our galaxy.",
)


class PacedServer:
    """OpenAI's protocol in a thread of its own. `pause_s` between two tokens; `stalled`: it takes a request and says
    nothing."""

    def __init__(self, pause_s: float) -> None:
        self.pause_s = pause_s
        self.stalled = False
        self.clause_s: list[float] = []
        """On the monotonic clock, for each answer: its first clause was written, full stop and all."""
        self.waiting = 0
        self.url = ""
        self._count = 0

    async def complete(self, request: web.Request) -> web.StreamResponse:
        await request.json()
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        self.waiting += 1
        try:
            while self.stalled:  # noqa: ASYNC110 - set by another thread
                await asyncio.sleep(0.05)
        finally:
            self.waiting -= 1
        text = ANSWERS[self._count % len(ANSWERS)]
        self._count += 1
        written = False
        for token in _tokens(text):
            chunk = {"choices": [{"index": 0, "delta": {"content": token}, "finish_reason": None}]}
            await response.write(f"data: {json.dumps(chunk)}\n\n".encode())
            if "." in token and not written:
                written = True
                self.clause_s.append(time.monotonic())
            await asyncio.sleep(self.pause_s)
        await response.write(b"data: [DONE]\n\n")
        return response


def _tokens(text: str) -> list[str]:
    """About as models cut it: a word with the space before it, and its stop apart."""
    words = text.replace(".", " .").split(" ")
    return [words[0], *(word if word == "." else f" {word}" for word in words[1:])]


@contextmanager
def paced_server(pause_s: float) -> Iterator[PacedServer]:
    server = PacedServer(pause_s)
    loop = asyncio.new_event_loop()
    ready = threading.Event()
    end = asyncio.Event()

    async def serve() -> None:
        app = web.Application()
        app.router.add_post("/v1/chat/completions", server.complete)
        runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        server.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
        ready.set()
        await end.wait()
        await runner.cleanup()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), name="model server")
    thread.start()
    ready.wait()
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(end.set)
        thread.join()
        loop.close()
