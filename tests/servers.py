"""PostgreSQL and Redis of the tests' own, on loopback, that can be killed and come back."""

import asyncio
import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from assistant.dialogue.process import free_port

WAIT_S = 60.0
PASSWORD = "s3cret$ with: @/"
"""With what has to be quoted in a URL, and what means something in Rasa's files."""
QUOTED = "s3cret%24%20with%3A%20%40%2F"


@dataclass
class Server:
    """A program that listens on a port. `user`: who runs it, where we are root and it refuses to be."""

    command: list[str]
    folder: Path
    port: int
    user: str | None = None
    ready: tuple[str, ...] = ()
    process: "subprocess.Popen[bytes] | None" = None

    async def start(self) -> None:
        process = self.process = self._launch()
        async with asyncio.timeout(WAIT_S):
            while not self.answers():
                assert process.poll() is None, (self.folder / "log").read_text()
                await asyncio.sleep(0.02)

    async def kill(self) -> None:
        """Without a goodbye. Idempotent."""
        process, self.process = self.process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await asyncio.to_thread(process.wait, WAIT_S)

    def answers(self) -> bool:
        """It listens, and `ready`, a program with the port at its end, has no objection."""
        if not listens(self.port):
            return False
        asked = [*self.ready, str(self.port)] if self.ready else ["true"]
        return subprocess.run(asked, capture_output=True, timeout=WAIT_S, check=False).returncode == 0

    def _launch(self) -> "subprocess.Popen[bytes]":
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                self.command, stdout=log, stderr=log, user=self.user, cwd=self.folder, start_new_session=True
            )


@dataclass
class PostgreSQL:
    """`url` is that of a database of the name."""

    server: Server
    folder: Path
    databases: list[str] = field(default_factory=list)

    def url(self, database: str) -> str:
        return f"postgresql://assistant:{QUOTED}@127.0.0.1:{self.server.port}/{database}"

    async def create(self, database: str) -> None:
        await asyncio.to_thread(self._psql, "postgres", f"CREATE DATABASE {database}")

    def query(self, database: str, sql: str) -> list[str]:
        """Its rows as text. Blocking."""
        return self._psql(database, sql).splitlines()

    def _psql(self, database: str, sql: str) -> str:
        psql = str(Path(self.server.command[0]).with_name("psql"))
        made = subprocess.run(
            [
                psql,
                "-qAt",
                "-h",
                "127.0.0.1",
                "-p",
                str(self.server.port),
                "-U",
                "assistant",
                "-c",
                sql,
                database,
            ],
            env={"PGPASSWORD": PASSWORD, "PATH": os.environ["PATH"]},
            check=True,
            capture_output=True,
            text=True,
            timeout=WAIT_S,
        )
        return made.stdout


@contextlib.asynccontextmanager
async def postgresql(*databases: str) -> AsyncIterator[PostgreSQL]:
    """Skips the test where it is not installed."""
    programs = _postgresql_programs()
    with _folder() as folder:
        user = _other_user("postgres") if os.geteuid() == 0 else None
        _make_cluster(programs, folder, user)
        port = free_port()
        command = [
            str(programs / "postgres"),
            "-D",
            str(folder / "data"),
            "-p",
            str(port),
            "-k",
            "",
            "-h",
            "127.0.0.1",
        ]
        ready = (str(programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p")
        server = Server([*command, "-c", "fsync=off"], folder, port, user, ready)
        made = PostgreSQL(server, folder)
        try:
            await server.start()
            for database in databases:
                await made.create(database)
            yield made
        finally:
            await server.kill()


@contextlib.asynccontextmanager
async def redis() -> AsyncIterator[Server]:
    """Skips the test where it is not installed. Its password is `PASSWORD`."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("there is no redis-server; script/setup --tests installs it")
    with _folder() as folder:
        settings, port = folder / "redis.conf", free_port()
        settings.write_text(
            f'bind 127.0.0.1\nport {port}\nsave ""\nappendonly no\nrequirepass "{PASSWORD}"\n'
        )
        server = Server([program, str(settings)], folder, port)
        try:
            await server.start()
            yield server
        finally:
            await server.kill()


def redis_answers(server: Server, *command: str) -> str:
    """What it says to a command. Blocking."""
    made = subprocess.run(
        ["redis-cli", "--no-auth-warning", "-p", str(server.port), *command],
        env={"REDISCLI_AUTH": PASSWORD, "PATH": os.environ["PATH"]},
        check=True,
        capture_output=True,
        text=True,
        timeout=WAIT_S,
    )
    return made.stdout


def listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    """Where another user may go, too."""
    folder = Path(tempfile.mkdtemp(prefix="assistant-test-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _postgresql_programs() -> Path:
    """Debian keeps them apart, by version."""
    found = [path.parent for path in sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), reverse=True)]
    on_path = shutil.which("postgres")
    if not found and on_path is None:
        pytest.skip("there is no PostgreSQL; install postgresql (170 MB) to run this")
    return found[0] if found else Path(str(on_path)).parent


def _other_user(name: str) -> str:
    """It refuses to be run by root."""
    try:
        pwd.getpwnam(name)
    except KeyError:
        pytest.skip(f"there is no user {name} to run PostgreSQL")
    return name


def _make_cluster(programs: Path, folder: Path, user: str | None) -> None:
    data, secret = folder / "data", folder / "password"
    data.mkdir(mode=0o700)
    secret.write_text(PASSWORD)
    if user is not None:
        for path in (data, secret):
            shutil.chown(path, user)
    command = [programs / "initdb", "-D", data, "-U", "assistant", "-A", "scram-sha-256", "-N", "-E", "UTF8"]
    command += ["--locale", "C.UTF-8", "--pwfile", secret]
    subprocess.run(
        [*map(str, command)], check=True, capture_output=True, user=user, cwd=folder, timeout=WAIT_S
    )
