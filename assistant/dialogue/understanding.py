"""Understanding alone: a Rasa server of any project, asked what sentences mean and nothing else."""

import asyncio
import contextlib
import json
import secrets
import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

import aiohttp

from assistant import paths
from assistant.dialogue.client import DialogueUnavailable, Parse, RasaClient
from assistant.dialogue.environment import child_command, rasa_environment
from assistant.dialogue.process import Launch, ManagedProcess, free_port
from assistant.dialogue.project import RasaProject
from assistant.dialogue.supervisor import FRUITLESS_STARTS, Endpoint, serves

_CHECK_TIMEOUT = aiohttp.ClientTimeout(total=4.0)


class Understanding:
    """`async with Understanding(project, model, start_timeout_s) as nlu: await nlu.parse(text)`.

    No channel, no actions, no conversation: nothing that is parsed has an effect. Raises
    `DialogueUnavailable` when Rasa does not start.
    """

    def __init__(self, project: RasaProject, model: Path, start_timeout_s: float) -> None:
        self._project = project
        self._model = model
        self._start_timeout_s = start_timeout_s
        self._token = secrets.token_hex(24)
        self._port = free_port()
        self._up = False
        self._fruitless = 0
        self._settled = asyncio.Event()  # up, or not to be waited for
        self._client = RasaClient(self._endpoint, turn_timeout_s=start_timeout_s)
        self._task: asyncio.Task[None] | None = None
        self._folder = Path()
        self._reason = ""

    async def __aenter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="assistant-nlu-"))  # mode 0700
        process = ManagedProcess("Rasa", self._launch, self._start_timeout_s, self._on_up, self._on_down)
        self._task = asyncio.create_task(process.run(), name="understanding")
        try:
            async with asyncio.timeout(self._start_timeout_s):
                await self._settled.wait()
        except TimeoutError:
            pass
        except BaseException:
            await self._close()
            raise
        if not self._up:
            await self._close()
            raise DialogueUnavailable(f"Rasa does not start: {self._reason or 'it does not answer'}.")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._close()

    async def parse(self, text: str) -> Parse:
        return await self._client.parse(text)

    async def _close(self) -> None:
        await self._client.close()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task], timeout=5.0)
        await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)

    def _endpoint(self) -> Endpoint | None:
        return Endpoint(f"http://127.0.0.1:{self._port}", self._token, "") if self._up else None

    async def _on_up(self) -> None:
        self._up = True
        self._settled.set()

    def _on_down(self, reason: str) -> None:
        self._fruitless += not self._up
        self._up = False
        self._reason = reason
        if self._fruitless >= FRUITLESS_STARTS:
            self._settled.set()

    def _launch(self) -> Launch:
        nothing = self._folder / "nothing.yml"  # neither channels nor actions of the project are wanted
        nothing.write_text("{}\n", encoding="utf-8")
        command = child_command(
            self._project.python(),
            self._project.root,
            "rasa",
            *("run", "--enable-api", "--interface", "127.0.0.1", "--port", str(self._port)),
            *("--model", str(self._model), "--credentials", str(nothing), "--endpoints", str(nothing)),
        )
        secret = {"ASSISTANT_SECRET_ARGUMENTS": json.dumps(["--auth-token", self._token])}
        log = paths.state_dir() / "log" / "rasa-parse.log"
        return Launch(command, self._project.root, rasa_environment(secret), log, self._answers)

    async def _answers(self) -> bool:
        with contextlib.suppress(aiohttp.ClientError, TimeoutError):
            async with (
                aiohttp.ClientSession(timeout=_CHECK_TIMEOUT) as http,
                http.get(f"http://127.0.0.1:{self._port}/status", params={"token": self._token}) as response,
            ):
                return serves(response.status)
        return False
