"""Keeps the Rasa server and its action server running, beside each other, for as long as the assistant
lives."""

import asyncio
import contextlib
import json
import secrets
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import aiohttp
import yaml

from assistant import paths
from assistant.config.model import Dialogue
from assistant.dialogue.endpoints import Endpoints, endpoints
from assistant.dialogue.environment import child_command, rasa_environment
from assistant.dialogue.kept_models import InUse
from assistant.dialogue.process import Launch, ManagedProcess, Unusable, free_port, port_is_free
from assistant.dialogue.project import RasaProject

CLOSE_TIMEOUT_S = 5.0
FRUITLESS_STARTS = 3
"""So many in a row, and nobody is kept waiting for the next."""
_NO_MODEL = 409  # Rasa begins to answer when it has loaded its model, or has failed to
_CHECK_TIMEOUT = aiohttp.ClientTimeout(total=4.0)
_WARM_UP_TIMEOUT = aiohttp.ClientTimeout(total=20.0)
_MODEL_TIMEOUT = aiohttp.ClientTimeout(total=180.0)  # a second, but training may go on beside it


class ModelRefused(Exception):
    """The running Rasa could not load another model, and goes on with the one it has. `str()` says why."""


class Phase(Enum):
    STARTING = "starting"
    READY = "ready"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class State:
    """Where the dialogue stands; `reason` is a sentence for the log when it is down."""

    phase: Phase
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """How to reach Rasa now: `url` without a slash at its end, the token of its API, the token of our
    channel."""

    url: str
    api_token: str
    channel_token: str


@dataclass(frozen=True, slots=True)
class ServiceAccess:
    """How custom actions reach the assistant's services."""

    url: str
    token: str


OnState = Callable[[State], None]


def serves(status: int) -> bool:
    """Whether a server that answers a check with this HTTP status is at work. Raises `Unusable` when it will
    never be."""
    if status == _NO_MODEL:
        raise Unusable("runs without a model: it could not load it")
    return status == 200


class Supervisor:
    """Starts both servers at once, restarts either with back-off, and takes both away at `close`.

    Event-loop thread only. Start it on the main thread's loop: the kernel ends the children when the
    *thread* that started them ends.
    """

    def __init__(
        self,
        project: RasaProject,
        model: Path,
        settings: Dialogue,
        services: ServiceAccess,
        on_state: OnState = lambda state: None,
    ) -> None:
        self._project = project
        self._model = self._started_with = model
        self._in_use = InUse(model)
        self._settings = settings
        self._services = services
        self._on_state = on_state
        self._python = project.python()
        endpoints(settings, {}, Path())  # what is wrong with a URL is told before anything is started
        self._api_token, self._channel_token, self._action_token = (secrets.token_hex(24) for _ in range(3))
        self._rasa_port, self._action_port = free_port(), free_port()
        self._up: set[str] = set()
        self._reasons: dict[str, str] = {}
        self._state = State(Phase.STARTING)
        self._fruitless: Counter[str] = Counter()  # starts in a row that led to nothing
        self._settled = asyncio.Event()  # ready, or not to be waited for
        self._tasks: list[asyncio.Task[None]] = []
        self._folder: Path | None = None
        self._http: aiohttp.ClientSession | None = None
        self.rasa = self._managed("Rasa", self._rasa_launch)
        self.actions = self._managed("Rasa's action server", self._actions_launch)

    @property
    def state(self) -> State:
        return self._state

    @property
    def model(self) -> Path:
        return self._model

    @property
    def endpoint(self) -> Endpoint | None:
        """None while Rasa does not answer. Without its action server Rasa is there, but not ready."""
        if self.rasa.name not in self._up:
            return None
        return Endpoint(f"http://127.0.0.1:{self._rasa_port}", self._api_token, self._channel_token)

    async def start(self) -> None:
        """Begin to start both; returns at once. Idempotent."""
        if self._tasks:
            return
        self._http = aiohttp.ClientSession(timeout=_CHECK_TIMEOUT)
        self._folder = Path(tempfile.mkdtemp(prefix="assistant-rasa-"))  # mode 0700
        self._on_state(self._state)
        self._tasks = [
            asyncio.create_task(child.run(), name=child.name) for child in (self.actions, self.rasa)
        ]

    async def wait_ready(self, timeout_s: float) -> bool:
        """Whether both answer, waiting up to `timeout_s`; less when one of them ends again and again while it
        starts (they are tried further all the same)."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._settled.wait()
        return self._settled.is_set() and self.state.phase is Phase.READY

    async def change_model(self, model: Path) -> None:
        """Go on with another model of the same project: at once where Rasa runs, from its next start on where it
        does not. No conversation notices. Raises `ModelRefused`."""
        before, self._model = self._model, model
        if self.rasa.name in self._up:
            try:
                await self._load(model)
            except ModelRefused:
                self._model = before
                raise
        self._in_use.close()
        self._in_use = InUse(model)

    async def close(self) -> None:
        """Both are gone afterwards, within `CLOSE_TIMEOUT_S`. Idempotent."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=CLOSE_TIMEOUT_S)
        self._up.clear()
        self._settled.clear()
        if self._http is not None:
            await self._http.close()
        if self._folder is not None:
            await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)
            self._folder = None
        self._in_use.close()

    def _managed(self, name: str, prepare: Callable[[], Launch]) -> ManagedProcess:
        async def on_up() -> None:
            if name == "Rasa":
                if self._started_with != self._model:  # another has come while it started
                    with contextlib.suppress(ModelRefused):
                        await self._load(self._model)
                await self._warm_up()
            self._up.add(name)
            self._fruitless[name] = 0
            self._reasons.pop(name, None)
            self._publish()

        def on_down(reason: str) -> None:
            self._fruitless[name] += name not in self._up
            self._up.discard(name)
            self._reasons[name] = reason
            self._publish()

        return ManagedProcess(name, prepare, float(self._settings.start_timeout_s), on_up, on_down)

    def _publish(self) -> None:
        if len(self._up) == 2:
            state = State(Phase.READY)
        else:
            state = (
                State(Phase.DOWN, "; ".join(self._reasons.values()))
                if self._reasons
                else State(Phase.STARTING)
            )
        if state != self._state:
            self._state = state
            self._on_state(state)
        if state.phase is Phase.READY or max(self._fruitless.values(), default=0) >= FRUITLESS_STARTS:
            self._settled.set()
        else:
            self._settled.clear()

    def _rasa_launch(self) -> Launch:
        if not port_is_free(self._rasa_port):
            self._rasa_port = free_port()
        self._started_with = self._model
        credentials = self._write("credentials.yml", {"channels.assistant.AssistantChannel": self._channel()})
        made = self._endpoints()
        written = self._write("endpoints.yml", made.content)
        command = child_command(
            self._python,
            self._project.root,
            "rasa",
            *("run", "--enable-api", "--interface", "127.0.0.1", "--port", str(self._rasa_port)),
            *("--model", str(self._model), "--credentials", str(credentials), "--endpoints", str(written)),
        )
        # Not on the command line, which every user of the machine can read.
        secret = {"ASSISTANT_SECRET_ARGUMENTS": json.dumps(["--auth-token", self._api_token])}
        return self._launch("rasa", command, {**made.environment, **secret}, self._rasa_answers)

    def _actions_launch(self) -> Launch:
        if not port_is_free(self._action_port):
            self._action_port = free_port()
            if self.rasa.pid is not None and self.rasa.process is not None:
                self.rasa.process.terminate()  # it knows the old port; it is started again with the new one
        command = child_command(self._python, self._project.root, "action_server", str(self._action_port))
        access = {
            "ASSISTANT_API": self._services.url,
            "ASSISTANT_TOKEN": self._services.token,
            "ASSISTANT_PLUGIN_SERVICES": ",".join(self._project.plugin_services),
            "ACTION_SERVER_TOKEN": self._action_token,
        }
        return self._launch("rasa-actions", command, access, self._actions_answer)

    def _launch(
        self, name: str, command: list[str], environment: dict[str, str], healthy: Callable[[], Any]
    ) -> Launch:
        log = paths.state_dir() / "log" / f"{name}.log"
        return Launch(command, self._project.root, rasa_environment(environment), log, healthy)

    def _channel(self) -> dict[str, Any]:
        return {"token": self._channel_token}

    def _endpoints(self) -> Endpoints:
        actions = {"url": f"http://127.0.0.1:{self._action_port}/webhook", "token": self._action_token}
        database = paths.state_dir() / "dialogue.db"
        if self._settings.memory == "disk" and not self._settings.tracker_store.get_secret_value():
            database.parent.mkdir(parents=True, exist_ok=True)
            database.touch(mode=0o600)
        return endpoints(self._settings, actions, database)

    def _write(self, name: str, content: dict[str, Any]) -> Path:
        assert self._folder is not None
        path = self._folder / name
        path.touch(mode=0o600)
        path.write_text(yaml.safe_dump(content), encoding="utf-8")
        return path

    async def _rasa_answers(self) -> bool:
        return await self._answers(self._rasa_port, "/status", {"token": self._api_token})

    async def _actions_answer(self) -> bool:
        return await self._answers(self._action_port, "/health", {})

    async def _answers(self, port: int, path: str, parameters: dict[str, str]) -> bool:
        if self._http is None:
            return False
        try:
            async with self._http.get(f"http://127.0.0.1:{port}{path}", params=parameters) as response:
                return serves(response.status)
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def _load(self, model: Path) -> None:
        if self._http is None:
            return
        url = f"http://127.0.0.1:{self._rasa_port}/webhooks/assistant/model"
        headers = {"Authorization": f"Bearer {self._channel_token}"}
        try:
            async with self._http.put(
                url, json={"path": str(model)}, headers=headers, timeout=_MODEL_TIMEOUT
            ) as response:
                if response.status != 200:
                    raise ModelRefused((await response.text())[:300])
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ModelRefused(f"Rasa did not answer ({type(error).__name__}: {error})") from error

    async def _warm_up(self) -> None:
        """The first parse loads what is loaded late; nobody should have to wait for that."""
        if self._http is None:
            return
        url = f"http://127.0.0.1:{self._rasa_port}/model/parse"
        with contextlib.suppress(aiohttp.ClientError, TimeoutError):
            async with self._http.post(
                url,
                params={"token": self._api_token},
                json={"text": "turn on the kitchen light"},
                timeout=_WARM_UP_TIMEOUT,
            ) as response:
                await response.read()
