"""A Home Assistant, and the port that the assistant wants."""

import asyncio
import socket

from assistant.config.home_assistant import HomeAssistant
from assistant.doctor.check import Check, fail, ok
from assistant.services.home.home_assistant import token_of
from assistant.services.home.websocket import TokenRefused, Unreachable, connected


async def home_assistant(settings: HomeAssistant) -> list[Check]:
    """Whether it lets the assistant in; nothing where none is configured. The token is shown nowhere."""
    name, shown = "home assistant", _shown(settings.url)
    if not settings.url:
        return []
    try:
        async with connected(settings.url, await asyncio.to_thread(token_of, settings)) as connection:
            return [ok(name, f"version {connection.version} at {shown}")]
    except TokenRefused as error:
        mend = (
            "Make a long-lived access token in your profile there, and put it into home_assistant.token_file."
        )
        return [fail(name, str(error) or "it has no token", mend)]
    except Unreachable:
        return [fail(name, f"no Home Assistant answers at {shown}", "Start it, or check home_assistant.url.")]


def _shown(url: str) -> str:
    """Without a name and password that may be in it."""
    scheme, separator, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{separator}{host.rpartition('@')[2]}{slash}{path}"


def port(number: int) -> Check:
    if number == 0:
        return ok("port", "any that is free")
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            server.bind(("127.0.0.1", number))
            server.listen()
        except OSError as error:
            mend = "Stop what holds it (`ss -ltnp` shows it), or set server.port to 0."
            return fail("port", f"{number} cannot be had: {error.strerror}", mend)
    return ok("port", f"{number} is free")
