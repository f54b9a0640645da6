"""Which assistants are running on this machine for this owner, and how to reach them.

A running assistant leaves a file in the state folder that its owner alone can read: the port and the token of
its HTTP API. So assistants with different state folders never see each other. What is found is believed only
after the assistant itself has answered; files of processes that died are removed.
"""

import asyncio
import contextlib
import hashlib
import http.client
import json
import os
import tempfile
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import assistant
from assistant import paths

if TYPE_CHECKING:  # a third of a second to import, which a hotkey cannot wait for
    from assistant.config.model import Config

T = TypeVar("T")

HEALTH_TIMEOUT_S = 1.0
HOST = "127.0.0.1"
WHAT_MATTERS = {
    "name", "timezone", "units", "dialogue", "generation", "home", "names", "knowledge", "weather", "policy",
    "mqtt"
}  # fmt: skip
"""Settings that decide what is answered to a typed question; the others are of sound."""

REFUSALS = frozenset({403, 404, 409, 422, 429, 500, 504})
"""Statuses with which a call of a service is answered that was not carried out."""

PROJECT_FOLDERS = ("actions", "channels", "components", "data", "domain")


class NotThere(Exception):
    """The assistant does not answer, or not any more. `gone`: nor will it again, for it is another process."""

    def __init__(self, text: str, *, gone: bool = False) -> None:
        super().__init__(text)
        self.gone = gone


@dataclass(frozen=True, slots=True)
class Instance:
    """A running assistant. `started`: seconds since the epoch; `settings`: see `settings_key`."""

    pid: int
    port: int
    token: str = field(repr=False)
    started: float
    settings: str

    def request(
        self,
        method: str,
        path: str,
        body: object | None = None,
        *,
        timeout_s: float,
        refusals: frozenset[int] = frozenset(),
    ) -> dict[str, Any]:
        """The answer's JSON object. Blocking. Raises `NotThere` for everything else, but for an `error` with a
        status of `refusals`, which is an answer, too."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=timeout_s)
        try:
            connection.request(
                method,
                path,
                body=None if body is None else json.dumps(body),
                headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
            )
            response = connection.getresponse()
            answer = json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            gone = isinstance(error, ConnectionRefusedError)
            raise NotThere(f"process {self.pid}: {error}", gone=gone) from error
        finally:
            connection.close()
        refused = response.status in refusals and "error" in answer if isinstance(answer, dict) else False
        if not isinstance(answer, dict) or (response.status != 200 and not refused):
            gone = response.status in (401, 403)
            raise NotThere(f"process {self.pid} answered with status {response.status}", gone=gone)
        return answer


def folder() -> Path:
    return paths.state_dir() / "instances"


def settings_key(config: "Config") -> str:
    """Equal where a typed question is answered alike: by the same version, settings, plugins and Rasa project,
    with none of their files changed."""
    project = paths.rasa_project().resolve()
    plugins = sorted(paths.plugins_dir().rglob("*.[py]*"))
    files = [path for folder in PROJECT_FOLDERS for path in sorted((project / folder).rglob("*.[py]*"))]
    state = [assistant.__version__, str(project), config.model_dump_json(include=WHAT_MATTERS)]
    state += [
        f"{path} {path.stat().st_mtime_ns}"
        for path in (project / "config.yml", *files, *plugins)
        if path.is_file()
    ]
    return hashlib.sha256("\0".join(state).encode()).hexdigest()[:16]


def register(instance: Instance) -> Path:
    """Let it be found. Returns the file, which is to be removed when it ends. Raises OSError."""
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder(), prefix=".", suffix=".part")  # mode 0600
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(asdict(instance), file)
    path = folder() / f"{instance.pid}.json"
    Path(name).replace(path)
    return path


def find() -> Instance | None:
    """The running assistant of this state folder, the one that started last of several. Blocking, for as
    long as an assistant that hangs is waited for: `HEALTH_TIMEOUT_S` each. Removes the files of dead ones."""
    there: list[tuple[Instance, Path]] = []
    for path in folder().glob("*.json"):
        instance = _read(path)
        if instance is None or not _alive(instance.pid):
            _remove(path)
        else:
            there.append((instance, path))
    for instance, path in sorted(there, key=lambda each: each[0].started, reverse=True):
        try:
            if instance.request("GET", "/api/health", timeout_s=HEALTH_TIMEOUT_S).get("ok") is True:
                return instance
        except NotThere as error:
            if error.gone:  # the process that has its number now is another
                _remove(path)
    return None


async def in_daemon_thread(work: Callable[[], T]) -> T:
    """`work()`, which blocks, without holding up the end of the program when it is not waited for any more,
    as `asyncio.to_thread` would."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        result, failure = None, None
        try:
            result = work()
        except Exception as error:
            failure = error
        with contextlib.suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(settle, result, failure)

    threading.Thread(target=run, name="running assistant", daemon=True).start()
    return await future


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()


def _read(path: Path) -> Instance | None:
    """None for a file that is none of ours."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return Instance(
            pid=int(content["pid"]),
            port=int(content["port"]),
            token=str(content["token"]),
            started=float(content["started"]),
            settings=str(content["settings"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _alive(pid: int) -> bool:
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True
