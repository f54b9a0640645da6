"""The connection to a real broker: up, lost, up again, refused, encrypted."""

import asyncio
import contextlib
import logging
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from assistant.config.mqtt import Mqtt
from assistant.errors import UserError
from assistant.mqtt import connection as module
from assistant.mqtt.connection import MOST_WAITING, Connection
from assistant.mqtt.messages import Outgoing, Received, can_be_published_to
from tests.mosquitto import WAIT_S, Broker, broker


@pytest.fixture
async def mosquitto(tmp_path: Path) -> AsyncIterator[Broker]:
    async with broker(tmp_path) as made:
        yield made


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody wants to wait for the back-off here."""
    monkeypatch.setattr(module, "BACKOFF_S", (0.05,))


class Watched:
    """A connection that runs, and what it was told."""

    def __init__(self, settings: Mqtt, *filters: str, **options: Any) -> None:
        self.received: list[Received] = []
        self.ups, self.downs = 0, list[str]()
        self._moved = asyncio.Event()
        self.connection = Connection(
            settings, filters, self._take, on_up=self._up, on_down=self._down, **options
        )
        self.task = asyncio.create_task(self.connection.run())

    async def until(self, so: Callable[[], bool]) -> None:
        async with asyncio.timeout(WAIT_S):
            while not so():
                self._moved.clear()
                await self._moved.wait()

    async def end(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)

    def _take(self, received: Received) -> None:
        self.received.append(received)
        self._moved.set()

    def _up(self) -> None:
        self.ups += 1
        self._moved.set()

    def _down(self, reason: str) -> None:
        self.downs.append(reason)
        self._moved.set()


@contextlib.asynccontextmanager
async def watched(settings: Mqtt, *filters: str, **options: Any) -> AsyncIterator[Watched]:
    made = Watched(settings, *filters, **options)
    try:
        yield made
    finally:
        await made.end()


def made_passwords(folder: Path, user: str, password: str) -> Path:
    """As mosquitto keeps them."""
    path = folder / "passwords"
    path.touch(mode=0o600)
    command = ["mosquitto_passwd", "-b", str(path), user, password]
    subprocess.run(command, check=True, capture_output=True, timeout=WAIT_S)
    return path


def made_certificate(folder: Path) -> tuple[Path, Path]:
    """Key and certificate of 127.0.0.1, signed by nobody else."""
    key, certificate = folder / "key.pem", folder / "cert.pem"
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost "
        f"-addext subjectAltName=IP:127.0.0.1 -keyout {key} -out {certificate}"
    )
    subprocess.run(command.split(), check=True, capture_output=True, timeout=WAIT_S)
    return key, certificate


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
async def test_messages_come_and_go(mosquitto: Broker, protocol: str) -> None:
    settings = mosquitto.settings(protocol=protocol)
    async with watched(settings, "to/+") as here, mosquitto.client() as other:
        await here.until(lambda: here.ups == 1)
        await other.subscribe("from/#")
        await other.publish("to/us", b"\xff and \xc3\xa4")
        here.connection.publish(Outgoing("from/us", b"1"))
        here.connection.publish(Outgoing("from/us", b"2"))
        await here.until(lambda: bool(here.received))
        came = [await anext(aiter(other.messages)) for _ in range(2)]
    assert [(m.topic.value, m.payload) for m in came] == [("from/us", b"1"), ("from/us", b"2")]
    assert (here.received[0].topic, here.received[0].text) == ("to/us", "� and ä")


async def test_a_broker_that_dies_is_found_again_and_nothing_that_waited_is_lost(
    mosquitto: Broker, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    async with watched(
        mosquitto.settings(), "to/us", birth=[Outgoing("status", b"online", retain=True)]
    ) as here:
        await here.until(lambda: here.ups == 1)
        await mosquitto.kill()
        await here.until(lambda: len(here.downs) >= 2)
        assert not here.connection.up
        here.connection.publish(Outgoing("from/us", b"waits", retain=True))
        late = asyncio.get_running_loop().time() - 1
        here.connection.publish(Outgoing("from/us/late", b"too late", retain=True, expires_s=late))
        await mosquitto.start()
        await here.until(lambda: here.ups == 2)
        async with mosquitto.client() as other:
            await other.subscribe("#")
            first = [await anext(aiter(other.messages)) for _ in range(2)]
            await other.publish("to/us", b"hello")  # it has subscribed again
            await here.until(lambda: bool(here.received))
    assert {(m.topic.value, m.payload) for m in first} == {("status", b"online"), ("from/us", b"waits")}
    said = [record.getMessage() for record in caplog.records if "MQTT broker" in record.getMessage()]
    assert said[-1] == "The MQTT broker answers again."
    assert len(said) == len(set(said)), "the same trouble is told once"


async def test_the_broker_tells_when_we_are_gone_and_we_tell_when_we_leave(mosquitto: Broker) -> None:
    will = Outgoing("status", b"offline", retain=True)
    birth = [Outgoing("status", b"online", retain=True)]
    async with mosquitto.client() as other:
        await other.subscribe("status")
        messages = aiter(other.messages)

        async def next_status() -> bytes:
            async with asyncio.timeout(WAIT_S):
                payload = (await anext(messages)).payload
            assert isinstance(payload, bytes)
            return payload

        leaves = Watched(mosquitto.settings(), birth=birth, will=will)
        assert await next_status() == b"online"
        await leaves.end()
        assert await next_status() == b"offline"
        script = (
            "import asyncio; from assistant.config.mqtt import Mqtt; from assistant.mqtt.connection import Connection;"
            "from assistant.mqtt.messages import Outgoing;"
            f"c = Connection(Mqtt(host='127.0.0.1', port={mosquitto.port}), (), print,"
            "birth=[Outgoing('status', b'online')], will=Outgoing('status', b'offline', True));"
            "asyncio.run(c.run())"
        )
        dies = await asyncio.create_subprocess_exec(sys.executable, "-c", script)
        assert await next_status() == b"online"
        dies.kill()
        await dies.wait()
        assert await next_status() == b"offline"


async def test_the_queue_is_bounded_and_what_is_lost_is_counted(tmp_path: Path) -> None:
    nobody = Connection(Mqtt(host="127.0.0.1", port=9), (), lambda received: None)
    for number in range(MOST_WAITING + 10):
        nobody.publish(Outgoing("some/topic", str(number).encode()))
    assert nobody.dropped == 10
    assert [m.payload for m in list(nobody._queue)[:1]] == [b"10"]


async def test_a_wrong_password_is_told_and_the_right_one_from_a_file_lets_in(tmp_path: Path) -> None:
    passwords = made_passwords(tmp_path, "ann", "right")
    secret = tmp_path / "secret"
    secret.write_text("right\n")
    async with broker(tmp_path, "allow_anonymous false", f"password_file {passwords}") as guarded:
        async with watched(guarded.settings(user="ann", password="wrong")) as refused:
            await refused.until(lambda: bool(refused.downs))
            assert "auth" in refused.downs[0].lower()
            assert "wrong" not in refused.downs[0]
        async with watched(guarded.settings(user="ann", password_file=secret)) as admitted:
            await admitted.until(lambda: admitted.ups == 1)


async def test_a_broker_with_tls_has_to_be_the_right_one(tmp_path: Path) -> None:
    key, certificate = made_certificate(tmp_path)
    lines = ("allow_anonymous true", f"certfile {certificate}", f"keyfile {key}")
    async with broker(tmp_path, *lines) as encrypted:
        async with watched(encrypted.settings(tls=True, ca_file=certificate)) as here:
            await here.until(lambda: here.ups == 1)
        async with watched(encrypted.settings(tls=True)) as stranger:
            await stranger.until(lambda: bool(stranger.downs))
            assert "certificate" in stranger.downs[0]


async def test_a_handler_that_fails_ends_nothing(mosquitto: Broker, caplog: pytest.LogCaptureFixture) -> None:
    taken: list[bytes] = []

    def take(received: Received) -> None:
        taken.append(received.payload)
        raise ValueError("no")

    made = Connection(mosquitto.settings(), ["to/us"], take)
    task = asyncio.create_task(made.run())
    async with mosquitto.client() as other, asyncio.timeout(WAIT_S):
        while len(taken) < 2:
            await other.publish("to/us", b"x")
            await asyncio.sleep(0.05)
    assert made.up
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_broker_that_says_nothing_is_given_up_and_can_be_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "TIMEOUT_S", 0.2)
    held: list[asyncio.StreamWriter] = []
    silent = await asyncio.start_server(lambda reader, writer: held.append(writer), "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    async with watched(Mqtt(host="127.0.0.1", port=port)) as here:
        await here.until(lambda: len(here.downs) >= 2)
        assert "timed out" in here.downs[0]
    silent.close()
    for writer in held:
        writer.close()


@pytest.mark.parametrize(
    "settings", [{"password_file": "/nowhere/secret"}, {"tls": True, "ca_file": "/nowhere/ca"}]
)
def test_files_that_are_not_there(settings: dict[str, Any]) -> None:
    with pytest.raises(UserError, match="/nowhere"):
        Connection(Mqtt.model_validate({"host": "x", **settings}), (), lambda received: None)


@pytest.mark.parametrize(
    ("topic", "can"),
    [
        ("a/b", True),
        ("", False),
        ("a/+", False),
        ("a/#", False),
        ("$SYS/x", False),
        ("x" * 513, False),
        ("a\0", False),
    ],
)
def test_what_can_be_published_to(topic: str, can: bool) -> None:
    assert can_be_published_to(topic) is can


def test_tls_is_checked() -> None:
    context = module._tls(Mqtt(host="x", tls=True))
    assert context is not None
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
