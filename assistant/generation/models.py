"""All models that can be asked: those that are named, else one that is found running, else one in a file here."""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import Literal

from assistant.config.generation import Generation
from assistant.generation.base import Piece, Request, TextGenerator
from assistant.generation.chain import Chain
from assistant.generation.discover import Found, look
from assistant.generation.endpoint import Endpoint, configured, limits_of
from assistant.generation.local_server import LocalServer
from assistant.generation.openai import OpenAIClient
from assistant.models.installed import find_language

LOOK_EVERY_S = 60.0

log = logging.getLogger(__name__)


class Models:
    """A `TextGenerator` over all of them. `start` begins to look around; without it only what is named is asked.

    Servers that the owner named come first, in their order. With none named, the first that is found running is asked
    (`generation.discover`). A model in a file (`generation.local`) comes last. Loop thread.
    """

    def __init__(
        self,
        settings: Generation,
        *,
        look: Callable[[], Awaitable[list[Found]]] = look,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._limits = limits_of(settings)
        self._look = look
        self._named = [OpenAIClient(endpoint, self._limits) for endpoint in configured(settings)]
        self._found: list[OpenAIClient] = []
        self._local: LocalServer | None = None
        self._chain = Chain(self.all, clock=clock)
        self._looking: asyncio.Task[None] | None = None

    def all(self) -> Sequence[TextGenerator]:
        """Those that can be asked now, in order."""
        local = [self._local] if self._local is not None else []
        return [*self._named, *self._found, *local]

    @property
    def name(self) -> str:
        return self._chain.name

    @property
    def source(self) -> Literal["generated", "none"]:
        return self._chain.source

    def answer(self, request: Request) -> AsyncGenerator[Piece, None]:
        """See `TextGenerator.answer`."""
        return self._chain.answer(request)

    async def start(self) -> None:
        """Find the model in a file, and look for servers in the background from now on. Returns at once; idempotent."""
        if self._looking is None:
            self._looking = asyncio.create_task(self._keep_looking(), name="model servers")

    async def look_around(self) -> None:
        """Look once. Servers that are still there keep their connections, and what is known of them."""
        if self._local is None and self._settings.local.model != "none":
            path = await asyncio.to_thread(find_language, self._settings.local.model)
            if path is not None:
                self._local = LocalServer(path, self._settings.local, self._limits)
                log.info("the language model %s is on this machine", path)
        if self._settings.discover and not self._named:
            await self._take([found.endpoint for found in await self._look()])

    async def close(self) -> None:
        task, self._looking = self._looking, None
        if task is not None:
            task.cancel()
            await asyncio.wait({task})
        for model in self.all():
            await model.close()
        self._found, self._local = [], None

    async def _take(self, endpoints: Sequence[Endpoint]) -> None:
        known = {client.endpoint: client for client in self._found}
        for endpoint in endpoints:
            if endpoint not in known:
                log.info("a language model was found: %s at %s", endpoint.model, endpoint.url)
        self._found = [
            known.pop(each) if each in known else OpenAIClient(each, self._limits) for each in endpoints
        ]
        for endpoint, gone in known.items():
            log.info("the language model at %s is gone", endpoint.url)
            await gone.close()

    async def _keep_looking(self) -> None:
        while True:
            with contextlib.suppress(OSError):  # no files to be opened now, perhaps: another time
                await self.look_around()
            await asyncio.sleep(LOOK_EVERY_S)
