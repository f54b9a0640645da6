"""A real CalDAV server: Radicale on loopback, with one user, in a folder of its own."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

USER, PASSWORD = "anna", "a secret of the test"
_START_S = 30.0


class Radicale:
    """Started on the same port again after `stop`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        users = folder / "users"
        users.write_text(f"{USER}:{PASSWORD}\n")
        self._settings = folder / "radicale.conf"
        self._settings.write_text(
            f"[server]\nhosts = 127.0.0.1:{self.port}\n"
            f"[auth]\ntype = htpasswd\nhtpasswd_filename = {users}\nhtpasswd_encryption = plain\ndelay = 0\n"
            f"[storage]\nfilesystem_folder = {folder / 'collections'}\n[logging]\nlevel = warning\n"
        )
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def start(self) -> None:
        with (self._folder / "radicale.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "radicale", "--config", str(self._settings)],
                stdout=log,
                stderr=log,
                env={**os.environ, "RADICALE_CONFIG": ""},
            )
        deadline = time.monotonic() + _START_S
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1.0):
                return
            assert self._process.poll() is None, (self._folder / "radicale.log").read_text()
            time.sleep(0.05)
        raise AssertionError("Radicale did not start")

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None

    def make_calendar(self, path: str, name: str, components: str = "VEVENT") -> str:
        """The address of a new calendar of the user."""
        kinds = "".join(f'<C:comp name="{each}"/>' for each in components.split())
        body = (
            '<?xml version="1.0" encoding="utf-8"?><C:mkcalendar xmlns="DAV:" '
            'xmlns:C="urn:ietf:params:xml:ns:caldav"><set><prop>'
            f"<displayname>{name}</displayname>"
            f"<C:supported-calendar-component-set>{kinds}</C:supported-calendar-component-set>"
            "</prop></set></C:mkcalendar>"
        )
        url = f"{self.url}{USER}/{path}/"
        self.ask("MKCALENDAR", url, body)
        return url

    def ask(self, method: str, url: str, body: str = "", **headers: str) -> str:
        """As another client of the same user."""
        request = urllib.request.Request(url, body.encode() or None, headers, method=method)
        token = __import__("base64").b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        request.add_header("Authorization", f"Basic {token}")
        with urllib.request.urlopen(request, timeout=10) as response:
            return str(response.read().decode())


@contextlib.contextmanager
def radicale(folder: Path) -> Iterator[Radicale]:
    server = Radicale(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()
