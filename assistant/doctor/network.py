"""The language model's server, a Home Assistant, and the port that the assistant wants."""

import asyncio
import socket

import aiohttp

from assistant.config.home_assistant import HomeAssistant
from assistant.config.generation import Generation
from assistant.doctor.check import Check, fail, ok, warn
from assistant.services.home.home_assistant import token_of
from assistant.services.home.websocket import TokenRefused, Unreachable, connected

TIMEOUT_S = 8.0


async def language_model(settings: Generation) -> Check:
    """Asks the server for its models, which costs nothing. The key goes to the configured address only."""
    name = "language model"
    if not settings.url:
        return ok(name, "none is configured; what the dialogue cannot answer is answered honestly")
    key = settings.api_key.get_secret_value()
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout, headers=headers, trust_env=True) as http,
            http.get(f"{settings.url.rstrip('/')}/models", allow_redirects=False) as response,
        ):
            if response.status in (401, 403):
                return fail(name, "the server refuses the key", "Set ASSISTANT__GENERATION__API_KEY.")
            if response.status != 200:
                return warn(
                    name, f"the server answers, but not with a list of models (status {response.status})"
                )
            body = await response.json(content_type=None)
            known = [str(each["id"]) for each in body["data"]]
    except (aiohttp.InvalidURL, ValueError, KeyError, TypeError):
        return fail(
            name, "what answers is no OpenAI-compatible server", "Check generation.url; it ends in /v1."
        )
    except (aiohttp.ClientError, OSError, TimeoutError):
        return fail(
            name, f"no server answers at {_shown(settings.url)}", "Start it, or check generation.url."
        )
    if settings.model and known and settings.model not in known:
        listed = ", ".join(known[:5])
        return fail(
            name, f"the server has no model {settings.model}", f"Set generation.model to one of: {listed}"
        )
    return ok(name, f"{settings.model or ', '.join(known[:1]) or 'a model'} at {_shown(settings.url)}")


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
