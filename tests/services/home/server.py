"""A real Home Assistant for tests: installed once into the cache, with its own demonstration home."""

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from assistant import paths

VERSION = "2024.12.5"  # the last that runs on Python 3.12
PACKAGES = (
    f"homeassistant=={VERSION}",
    "home-assistant-frontend==20241127.8",
    "mutagen",
    "hassil==2.0.5",
    "home-assistant-intents==2024.12.9",
    "ha-ffmpeg==3.2.2",
    "PyTurboJPEG==1.7.5",
    "PyNaCl",
    "pymicro-vad==1.0.1",
    "pyspeex-noise==1.0.2",
    "pillow",
    "numpy==2.1.3",
)
START_S = 180.0  # beside whatever else the machine does
INSTALL_S = 300.0
CLIENT = "http://127.0.0.1/"

CONFIGURATION = """\
homeassistant:
  name: Test home
  unit_system: {units}
  time_zone: UTC
http:
  server_host: 127.0.0.1
  server_port: {port}
api:
websocket_api:
config:
demo:
scene:
  - name: Movie night
    entities:
      light.bed_light: {{state: "on", brightness: 51}}
      light.ceiling_lights: "off"
"""


class NoHomeAssistant(Exception):
    """It cannot run here; `str()` says why."""


def python_with_home_assistant() -> Path:
    """Of the environment in the cache, made now if need be. Raises `NoHomeAssistant`."""
    folder = paths.source_root() / ".cache" / "home-assistant" / VERSION
    python = folder / "bin" / "python"
    if (folder / "installed").exists():
        return python
    uv = shutil.which("uv") or str(paths.source_root() / ".cache" / "uv" / "bin" / "uv")
    if not Path(uv).exists():
        raise NoHomeAssistant("there is no uv to install it with")
    shutil.rmtree(folder, ignore_errors=True)
    _run(uv, "venv", "--quiet", "--python", _python_312(), str(folder))
    _run(uv, "pip", "install", "--quiet", "--python", str(python), *PACKAGES)
    (folder / "installed").touch()
    return python


def _python_312() -> str:
    """Of pyenv where there is one, because its shims make uv stumble; otherwise uv finds it."""
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    found = sorted(root.glob("3.12.*/bin/python"))
    return str(found[-1]) if found else "3.12"


def _run(*command: str) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NoHomeAssistant(f"it could not be installed ({error})") from error
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason"])[-1]
        raise NoHomeAssistant(f"it could not be installed on Python 3.12 ({last})")


@dataclass
class Server:
    """A server of its own in `folder`, on loopback."""

    folder: Path
    units: str = "metric"
    port: int = 0
    token: str = ""
    entities: dict[str, str] = field(default_factory=dict)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Until all its parts are there. The first time it gets an owner, whose `token` is good from then on."""
        python = await asyncio.to_thread(python_with_home_assistant)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = self.port or free_port()
        text = CONFIGURATION.format(port=self.port, units=self.units)
        (self.folder / "configuration.yaml").write_text(text)
        with (self.folder / "out.log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: ASYNC220
                [str(python), "-m", "homeassistant", "--config", str(self.folder), "--skip-pip"],
                stdout=log,
                stderr=log,
            )
        async with asyncio.timeout(START_S), aiohttp.ClientSession() as http:
            while not await self._up(http):
                assert self._process.poll() is None, (self.folder / "out.log").read_text()[-2000:]
                await asyncio.sleep(0.2)
            if not self.token:
                self.token = await self._onboard(http)
            while (await self.get("config"))["state"] != "RUNNING":  # noqa: ASYNC110
                await asyncio.sleep(0.2)

    async def _up(self, http: aiohttp.ClientSession) -> bool:
        try:
            async with http.get(f"{self.url}/api/onboarding") as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False

    async def _onboard(self, http: aiohttp.ClientSession) -> str:
        owner = {
            "client_id": CLIENT,
            "name": "Owner",
            "username": "owner",
            "password": "of the test",
            "language": "en",
        }
        async with http.post(f"{self.url}/api/onboarding/users", json=owner) as answer:
            code = (await answer.json())["auth_code"]
        grant = {"client_id": CLIENT, "grant_type": "authorization_code", "code": code}
        async with http.post(f"{self.url}/auth/token", data=grant) as answer:
            access = str((await answer.json())["access_token"])
        self.token = access
        return str(
            await self.command(
                "auth/long_lived_access_token", client_name="assistant", client_icon="", lifespan=365
            )
        )

    def kill(self) -> None:
        """As a power cut does. Idempotent."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    async def get(self, path: str) -> Any:
        return await self._rest("GET", path, None)

    async def state(self, entity: str) -> dict[str, Any]:
        """As the server itself has it."""
        found: dict[str, Any] = await self.get(f"states/{entity}")
        return found

    async def call(self, service: str, entity: str, **data: Any) -> None:
        """As somebody else's finger on another switch."""
        await self._rest("POST", f"services/{service.replace('.', '/')}", {"entity_id": entity, **data})

    async def _rest(self, method: str, path: str, body: dict[str, Any] | None) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"}
        async with (
            aiohttp.ClientSession(headers=headers) as http,
            http.request(method, f"{self.url}/api/{path}", json=body) as answer,
        ):
            answer.raise_for_status()
            return await answer.json()

    async def command(self, kind: str, **arguments: Any) -> Any:
        """A command of its WebSocket API, spoken here by hand: not with the code that is tested."""
        async with aiohttp.ClientSession() as http, http.ws_connect(f"{self.url}/api/websocket") as socket_:
            await socket_.receive_json()
            await socket_.send_json({"type": "auth", "access_token": self.token})
            assert (await socket_.receive_json())["type"] == "auth_ok"
            await socket_.send_json({"id": 1, "type": kind, **arguments})
            answer = await socket_.receive_json()
            assert answer["success"], json.dumps(answer)
            return answer["result"]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


if __name__ == "__main__":  # install only
    sys.stdout.write(f"{python_with_home_assistant()}\n")
