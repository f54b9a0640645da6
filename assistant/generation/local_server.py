"""A model in a file (GGUF), run by llama.cpp's server as a child of the assistant."""

import asyncio
import contextlib
import importlib.util
import json
import logging
import os
import secrets
import sys
from collections.abc import AsyncGenerator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import aiohttp
from pydantic import SecretStr

from assistant import paths
from assistant.config.generation import LocalModel
from assistant.dialogue.environment import child_command, child_environment
from assistant.dialogue.process import Launch, ManagedProcess, free_port
from assistant.generation.base import Piece, Request
from assistant.generation.endpoint import Endpoint, Key, Limits
from assistant.generation.faults import unavailable
from assistant.generation.openai import OpenAIClient

PARALLEL = 2  # answers at once: one room may ask while another is told
CACHE_MIB = 256  # of prompts that were read before
_HEALTH_TIMEOUT_S = 2.0
_FOLDER = Path(__file__).parent / "llama"

_NO_LLAMA = "The language model on this machine needs llama.cpp, which isn't installed."
_LOADING = "My language model is still loading; please ask again in a moment."
_DEAD = "The language model on this machine can't be started."
INSTALL = "`uv sync --frozen --inexact --extra local-llm` installs it"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Settings:
    """What `llama/serve.py` is given."""

    path: str
    alias: str
    port: int
    key: str
    context_tokens: int
    parallel: int
    threads: int
    gpu_layers: int
    temperature: float
    idle_unload_s: int
    cache_mib: int


def llama_installed() -> bool:
    return importlib.util.find_spec("xllamacpp") is not None


class LocalServer:
    """A `TextGenerator` whose server is started when it is first asked, and stays.

    A question that comes while the model is loading waits for as long as the first token may take; loading goes on
    when that is over. A server that ends is started again, later each time (`ManagedProcess`). Only who has the key,
    which is new for each process and never on a command line, may ask it.
    """

    def __init__(self, model: Path, settings: LocalModel, limits: Limits) -> None:
        self._model = model
        self._settings = settings
        self._limits = limits
        self._up = asyncio.Event()
        self._news = asyncio.Event()
        """Up or down: whoever waits looks again."""
        self._reason = ""
        self._client: OpenAIClient | None = None
        self._stale: list[OpenAIClient] = []
        self._task: asyncio.Task[None] | None = None
        self._http: aiohttp.ClientSession | None = None
        self._process = ManagedProcess(
            "the language model's server", self._prepare, settings.start_timeout_s, self._on_up, self._on_down
        )

    @property
    def name(self) -> str:
        return self._model.stem

    @property
    def source(self) -> Literal["generated", "none"]:
        return "generated"

    @property
    def pid(self) -> int | None:
        """Of the server, while it runs."""
        return self._process.pid

    def start(self) -> None:
        """Begin to load the model, before anybody asks."""
        if self._task is None and llama_installed():
            self._task = asyncio.create_task(self._process.run(), name="language model")

    async def answer(self, request: Request) -> AsyncGenerator[Piece, None]:
        """See `TextGenerator.answer`."""
        client = await self.ready()
        async with contextlib.aclosing(client.answer(request)) as pieces:
            async for piece in pieces:
                yield piece

    async def close(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait({task})
        for open_ in (*self._stale, self._client, self._http):
            if open_ is not None:
                await open_.close()
        self._stale, self._client, self._http = [], None, None
        self._up.clear()

    async def ready(self) -> OpenAIClient:
        """The client of a server that answers. Raises `GenerationUnavailable` where it does not in time."""
        if not llama_installed():
            raise unavailable(_NO_LLAMA, f"xllamacpp is not installed; {INSTALL}")
        if not self._model.is_file():
            raise unavailable(_DEAD, f"{self._model} is not there")
        self.start()
        try:
            async with asyncio.timeout(self._limits.first_token_s):
                while not self._up.is_set():
                    if self._reason:
                        raise unavailable(_DEAD, self._reason)
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise unavailable(_LOADING, "the model is still loading", of_request=True) from None
        assert self._client is not None
        return self._client

    def _prepare(self) -> Launch:
        settings = self._new_settings()
        url = f"http://127.0.0.1:{settings.port}"
        endpoint = Endpoint(f"{url}/v1", settings.alias, Key(SecretStr(settings.key)))
        if self._client is not None:
            self._stale.append(self._client)
        self._client = OpenAIClient(endpoint, self._limits)
        command = child_command(Path(sys.executable), _FOLDER, "serve")
        # The settings hold the key, and arguments can be read by others.
        secret = {"ASSISTANT_SECRET_ARGUMENTS": json.dumps([json.dumps(asdict(settings))])}
        environment = child_environment(_devices() | secret)

        async def healthy() -> bool:
            return await self._answers(f"{url}/health")

        return Launch(command, _FOLDER, environment, paths.state_dir() / "log" / "llama.log", healthy)

    def _new_settings(self) -> Settings:
        wanted = self._settings
        return Settings(
            path=str(self._model.resolve()),
            alias=self.name,
            port=free_port(),
            key=secrets.token_urlsafe(24),
            context_tokens=wanted.context_tokens,
            parallel=PARALLEL,
            threads=wanted.threads or max(1, (os.cpu_count() or 2) - 1),
            gpu_layers=wanted.gpu_layers,
            temperature=wanted.temperature,
            idle_unload_s=wanted.idle_unload_s,
            cache_mib=CACHE_MIB,
        )

    async def _answers(self, url: str) -> bool:
        if self._http is None:
            timeout = aiohttp.ClientTimeout(total=_HEALTH_TIMEOUT_S)
            self._http = aiohttp.ClientSession(timeout=timeout, trust_env=False)
        try:
            async with self._http.get(url, allow_redirects=False) as response:
                return response.status == 200
        except (aiohttp.ClientError, OSError, TimeoutError):
            return False

    async def _on_up(self) -> None:
        stale, self._stale = self._stale, []
        for client in stale:
            await client.close()
        self._reason = ""
        self._up.set()
        self._news.set()
        log.info("%s is loaded", self.name)

    def _on_down(self, reason: str) -> None:
        self._up.clear()
        self._reason = reason
        self._news.set()
        log.warning("%s", reason)


def _devices() -> dict[str, str]:
    """The owner's variables about graphics cards and about llama.cpp itself."""
    prefixes = ("CUDA_", "GGML_", "LLAMA_", "HIP_", "ROCR_", "VK_")
    return {name: value for name, value in os.environ.items() if name.startswith(prefixes)}
