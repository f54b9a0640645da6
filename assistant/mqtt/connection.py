"""One connection to the broker, made again whenever it is lost.

Nobody waits for it: what is published is put into a queue, which loses its oldest when it is full, and what comes is
handed over at once.
"""

import asyncio
import logging
import random
import ssl
from collections import deque
from collections.abc import Callable, Sequence

import aiomqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from assistant.config.mqtt import Mqtt
from assistant.errors import UserError
from assistant.mqtt.messages import LONGEST_PAYLOAD, Outgoing, Received

log = logging.getLogger(__name__)

BACKOFF_S = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
STEADY_S = 60.0  # up for so long, it begins anew with the shortest
MOST_WAITING = 256
TIMEOUT_S = 5.0  # of connecting, and of each thing that the broker has to acknowledge
KEEPALIVE_S = 15
CLOSE_TIMEOUT_S = 1.0
_REFUSED = 128  # and above: reason codes of failures


class Connection:
    """`run()` until it is cancelled. Loop thread only.

    `birth` is published each time it is up; `will`, by the broker when we are gone, and by us before we go. `on_up`
    and `on_down` are told; the latter with a reason, each time an attempt fails.
    """

    def __init__(
        self,
        settings: Mqtt,
        filters: Sequence[str],
        on_message: Callable[[Received], None],
        *,
        birth: Sequence[Outgoing] = (),
        will: Outgoing | None = None,
        on_up: Callable[[], None] = lambda: None,
        on_down: Callable[[str], None] = lambda reason: None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """Raises `UserError` where the settings' files cannot be read."""
        self._settings = settings
        self._filters = tuple(filters)
        self._on_message = on_message
        self._birth, self._will = tuple(birth), will
        self._on_up, self._on_down = on_up, on_down
        self._jitter = jitter
        self._tls = _tls(settings)
        self._password = password_of(settings)
        self._queue: deque[Outgoing] = deque()
        self._put = asyncio.Event()
        self._said = ""  # the last reason that was logged
        self.dropped = 0
        """Messages that nobody took away in time."""
        self.up = False

    def publish(self, message: Outgoing) -> None:
        """As soon as it can be. Never waits."""
        if len(self._queue) >= MOST_WAITING:
            self._queue.popleft()
            self.dropped += 1
        self._queue.append(message)
        self._put.set()

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        failures = 0
        while True:
            began_s = loop.time()
            try:
                await self._live()
            except* (aiomqtt.MqttError, OSError) as group:
                reason = _reason(group)
            else:
                reason = "the connection ended"
            steady = loop.time() - began_s > STEADY_S
            failures = 1 if steady else failures + 1
            self._down(reason)
            delay_s = BACKOFF_S[min(failures, len(BACKOFF_S)) - 1]
            await asyncio.sleep(delay_s * (0.75 + 0.5 * self._jitter()))

    async def _live(self) -> None:
        """One connection, from its beginning to its end."""
        async with self._client() as client:
            if self._filters:
                await self._subscribe(client)
            for message in self._birth:
                await _publish(client, message)
            self._set_up()
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._read(client), name="mqtt: read")
                    group.create_task(self._write(client), name="mqtt: write")
            except asyncio.CancelledError:
                await self._say_goodbye(client)
                raise
            finally:
                self.up = False

    def _client(self) -> aiomqtt.Client:
        settings = self._settings
        v5 = settings.protocol == "5"
        will = self._will
        return aiomqtt.Client(
            settings.host,
            settings.port or (8883 if settings.tls else 1883),
            username=settings.user or None,
            password=self._password or None,
            protocol=aiomqtt.ProtocolVersion.V5 if v5 else aiomqtt.ProtocolVersion.V311,
            clean_session=None if v5 else True,
            will=aiomqtt.Will(will.topic, will.payload, qos=1, retain=will.retain) if will else None,
            tls_context=self._tls,
            timeout=TIMEOUT_S,
            keepalive=KEEPALIVE_S,
            max_queued_incoming_messages=MOST_WAITING,
            max_queued_outgoing_messages=MOST_WAITING,
            logger=log.getChild("client"),
        )

    async def _subscribe(self, client: aiomqtt.Client) -> None:
        granted = await client.subscribe([(each, 1) for each in self._filters])
        refused = [
            each for each, code in zip(self._filters, granted, strict=False) if _code(code) >= _REFUSED
        ]
        if refused:
            log.warning("The MQTT broker lets us not read %s.", ", ".join(refused))

    async def _read(self, client: aiomqtt.Client) -> None:
        async for message in client.messages:
            received = _received(message)
            if received is None:
                log.info("a message on %s is too long and is left", message.topic)
                continue
            try:
                self._on_message(received)
            except Exception:
                log.exception("a message on %s could not be taken", received.topic)

    async def _write(self, client: aiomqtt.Client) -> None:
        while True:
            while self._queue:
                message = self._queue.popleft()
                if message.expires_s is not None and asyncio.get_running_loop().time() > message.expires_s:
                    continue
                try:
                    await _publish(client, message)
                except ValueError as error:  # paho's, for what can be no message
                    log.warning("A message on %s cannot be sent: %s.", message.topic, error)
                except BaseException:
                    self._queue.appendleft(message)  # for the next connection
                    raise
            self._put.clear()
            await self._put.wait()

    async def _say_goodbye(self, client: aiomqtt.Client) -> None:
        """The broker publishes no will of who leaves in order."""
        if self._will is None:
            return
        try:
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                await _publish(client, self._will)
        except (aiomqtt.MqttError, TimeoutError, OSError) as error:
            log.info("no goodbye to the MQTT broker: %s", error)

    def _set_up(self) -> None:
        self.up = True
        if self._said:
            log.warning("The MQTT broker answers again.")
            self._said = ""
        self._on_up()

    def _down(self, reason: str) -> None:
        if reason != self._said:
            where = f"{self._settings.host}:{self._settings.port or (8883 if self._settings.tls else 1883)}"
            log.warning("The MQTT broker %s does not answer (%s); I go on trying.", where, reason)
            self._said = reason
        self._on_down(reason)


def password_of(settings: Mqtt) -> str:
    """Of the settings, or of the file that they name. Raises `UserError`."""
    if settings.password_file is None:
        return settings.password.get_secret_value()
    path = settings.password_file.expanduser()
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"The MQTT password in {path} cannot be read: {error}.") from error


def _tls(settings: Mqtt) -> ssl.SSLContext | None:
    if not settings.tls:
        return None
    authority = settings.ca_file.expanduser() if settings.ca_file else None
    try:
        return ssl.create_default_context(cafile=authority)
    except (OSError, ssl.SSLError) as error:
        raise UserError(f"The authority in {authority} cannot be used: {error}.") from error


async def _publish(client: aiomqtt.Client, message: Outgoing) -> None:
    properties = None
    if message.correlation:
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        properties.CorrelationData = message.correlation
    await client.publish(message.topic, message.payload, qos=1, retain=message.retain, properties=properties)


def _received(message: aiomqtt.Message) -> Received | None:
    payload = message.payload if isinstance(message.payload, bytes) else str(message.payload or "").encode()
    if len(payload) > LONGEST_PAYLOAD:
        return None
    properties = message.properties
    return Received(
        str(message.topic),
        payload,
        bool(message.retain),
        str(getattr(properties, "ResponseTopic", "") or ""),
        bytes(getattr(properties, "CorrelationData", b"") or b""),
    )


def _code(granted: object) -> int:
    """A number in MQTT 3, an object in MQTT 5."""
    return int(getattr(granted, "value", granted))  # type: ignore[call-overload, no-any-return]


def _reason(group: BaseExceptionGroup[BaseException]) -> str:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return str(error) or type(error).__name__
