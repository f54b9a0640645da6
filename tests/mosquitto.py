"""A real MQTT broker of the tests' own, on loopback, that can be killed and come back."""

import asyncio
import contextlib
import getpass
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

from assistant.config.mqtt import Mqtt
from assistant.dialogue.process import free_port

WAIT_S = 20.0
"""Longer than anything takes here, beside whatever else the machine does."""


def program() -> str:
    """Skips the test where there is no mosquitto."""
    found = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
    if found is None:
        pytest.skip("there is no mosquitto; script/setup --tests installs it")
    return found


@dataclass
class Broker:
    """`lines`: more of its configuration."""

    folder: Path
    lines: tuple[str, ...] = ("allow_anonymous true",)
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None

    async def start(self) -> None:
        process = self.process = self._launch()
        async with asyncio.timeout(WAIT_S):
            while not self._answers():
                assert process.poll() is None, self._log.read_text()
                await asyncio.sleep(0.02)

    async def kill(self) -> None:
        """Without a goodbye. Idempotent."""
        process, self.process = self.process, None
        if process is not None:
            process.kill()
            await asyncio.to_thread(process.wait, WAIT_S)

    def settings(self, **values: Any) -> Mqtt:
        """Of a client of it."""
        return Mqtt.model_validate({"host": "127.0.0.1", "port": self.port, **values})

    def client(self, **options: Any) -> aiomqtt.Client:
        """Somebody else on the broker."""
        options = {"protocol": aiomqtt.ProtocolVersion.V5, **options}
        return aiomqtt.Client("127.0.0.1", self.port, timeout=WAIT_S, **options)

    @property
    def _log(self) -> Path:
        return self.folder / f"mosquitto-{self.port}.log"

    def _launch(self) -> "subprocess.Popen[bytes]":
        settings = self.folder / f"mosquitto-{self.port}.conf"
        # Started by root it would become somebody who may not read the test's folder.
        user = f"user {getpass.getuser()}"
        lines = (f"listener {self.port} 127.0.0.1", "persistence false", user, *self.lines)
        settings.write_text("\n".join(lines) + "\n")
        with self._log.open("ab") as log:
            return subprocess.Popen([program(), "-c", str(settings)], stdout=log, stderr=log)

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True
        return False


@contextlib.asynccontextmanager
async def broker(folder: Path, *lines: str) -> AsyncIterator[Broker]:
    """One that anybody may use unless `lines` say otherwise."""
    made = Broker(folder, lines or ("allow_anonymous true",))
    await made.start()
    try:
        yield made
    finally:
        await made.kill()
