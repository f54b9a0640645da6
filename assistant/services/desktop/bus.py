"""The session's D-Bus, for one request at a time.

A connection is made for each request and closed after it, which takes a few milliseconds: so there is nothing to
renew when the bus or a program on it was started again.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from assistant.services.desktop.here import bus_address
from assistant.services.service import ServiceError

CONNECT_S = 2.0
CALL_S = 2.0
PROPERTIES = "org.freedesktop.DBus.Properties"
NO_SUCH = frozenset(
    f"org.freedesktop.DBus.Error.{what}"
    for what in ("ServiceUnknown", "NameHasNoOwner", "UnknownMethod", "UnknownObject", "UnknownInterface")
)


class BusError(Exception):
    """The other side answered with an error, or not in time. `name` is D-Bus's name of it."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(f"{name}: {text}")
        self.name = name

    @property
    def absent(self) -> bool:
        """Nobody is there who could do that."""
        return self.name in NO_SUCH


class Bus:
    """An open connection. Use `session_bus()`. Loop thread."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def call(
        self,
        destination: str,
        path: str,
        interface: str,
        member: str,
        signature: str = "",
        body: Sequence[Any] = (),
        *,
        timeout_s: float = CALL_S,
    ) -> list[Any]:
        """What a method returns, variants unpacked. Raises `BusError`."""
        from dbus_fast import DBusError, Message, MessageType
        from dbus_fast.unpack import unpack_variants

        message = Message(
            destination=destination,
            path=path,
            interface=interface,
            member=member,
            signature=signature,
            body=list(body),
        )
        try:
            async with asyncio.timeout(timeout_s):
                answer = await self._connection.call(message)
        except TimeoutError as error:
            raise BusError("org.freedesktop.DBus.Error.NoReply", f"no answer in {timeout_s} s") from error
        except (DBusError, OSError, EOFError) as error:
            raise BusError("org.freedesktop.DBus.Error.Disconnected", str(error)) from error
        if answer is None or answer.message_type is MessageType.ERROR:
            name = getattr(answer, "error_name", "") or "org.freedesktop.DBus.Error.Failed"
            raise BusError(name, str(answer.body[0]) if answer is not None and answer.body else "")
        return list(unpack_variants(answer.body))

    async def all_properties(
        self, destination: str, path: str, interface: str, *, timeout_s: float = CALL_S
    ) -> dict[str, Any]:
        """Raises `BusError`."""
        answer = await self.call(
            destination, path, PROPERTIES, "GetAll", "s", [interface], timeout_s=timeout_s
        )
        return dict(answer[0])

    async def property(self, destination: str, path: str, interface: str, name: str) -> Any:
        """Raises `BusError`."""
        return (await self.call(destination, path, PROPERTIES, "Get", "ss", [interface, name]))[0]

    async def set_property(
        self, destination: str, path: str, interface: str, name: str, signature: str, value: Any
    ) -> None:
        """Raises `BusError`."""
        from dbus_fast import Variant

        body = [interface, name, Variant(signature, value)]
        await self.call(destination, path, PROPERTIES, "Set", "ssv", body)

    async def names(self) -> list[str]:
        """Well-known names that somebody owns. Raises `BusError`."""
        answer = await self.call(
            "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "ListNames"
        )
        return [name for name in answer[0] if not name.startswith(":")]


@asynccontextmanager
async def session_bus() -> AsyncIterator[Bus]:
    """Connected for the block. Raises `ServiceError` where there is no bus."""
    from dbus_fast import DBusError
    from dbus_fast.aio import MessageBus

    address = bus_address()
    connection = None
    try:
        async with asyncio.timeout(CONNECT_S):
            connection = MessageBus(bus_address=address)
            await connection.connect()
    except (TimeoutError, OSError, EOFError, ValueError, DBusError) as error:
        if connection is not None:
            connection.disconnect()
        raise ServiceError(
            "not_here",
            "The desktop session does not answer: start me inside it, and ask again.",
        ) from error
    try:
        yield Bus(connection)
    finally:
        connection.disconnect()
