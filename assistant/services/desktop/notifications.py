"""Notifications of the desktop (https://specifications.freedesktop.org/notification-spec/latest/)."""

import asyncio
import html
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from pydantic import Field

from assistant.services.desktop.bus import BusError, session_bus
from assistant.services.service import Input, Origin, Risk, ServiceError, service
from assistant.storage.due import Kind

_log = logging.getLogger(__name__)
_SERVER = "org.freedesktop.Notifications"
_PATH = "/org/freedesktop/Notifications"
NORMAL, CRITICAL = 1, 2
_AS_SERVER_LIKES = -1


class NotifyInput(Input):
    text: str = Field(description="What it says.", min_length=1)
    title: str = Field("Assistant", description="What stands above it.", min_length=1, max_length=100)
    urgent: bool = Field(False, description="It stays until a person takes notice.")


class NotificationServices:
    @service("desktop.notify", "Show a notification on the screen.", Risk.REVERSIBLE, least="member")
    async def notify(self, asked: NotifyInput, origin: Origin) -> dict[str, Any]:
        return {"id": await show(asked.title, asked.text, urgent=asked.urgent)}


async def show(title: str, text: str, *, urgent: bool = False) -> int:
    """The number that the server gave it. Raises `ServiceError`. The text is shown as it is: no markup, no icon."""
    from dbus_fast import Variant

    hints = {"urgency": Variant("y", CRITICAL if urgent else NORMAL)}
    body = ["Assistant", 0, "", title, html.escape(text, quote=False), [], hints, _AS_SERVER_LIKES]
    try:
        async with session_bus() as bus:
            answer = await bus.call(_SERVER, _PATH, _SERVER, "Notify", "susssasa{sv}i", body)
    except BusError as error:
        raise ServiceError(
            "no_notifications",
            "Nothing here shows notifications. Install a notification daemon such as dunst.",
        ) from error
    return int(answer[0])


def shown_too(announce: Callable[[str, Kind], Awaitable[None]]) -> Callable[[str, Kind], Awaitable[None]]:
    """`announce`, with a notification beside what is said. That there is none keeps nothing from being said."""

    async def try_to_show(text: str, kind: Kind) -> None:
        try:
            await show(str(kind).capitalize(), text, urgent=True)
        except ServiceError as error:
            _log.warning("no notification: %s", error)

    async def announce_and_show(text: str, kind: Kind) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(try_to_show(text, kind))
            await announce(text, kind)

    return announce_and_show
