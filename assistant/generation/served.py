"""Which models a server has: `GET /models`.

https://platform.openai.com/docs/api-reference/models/list
"""

import asyncio
import re

import aiohttp

from assistant.generation.events import checked
from assistant.generation.faults import NO_SERVER, UNKNOWN, of_status, unavailable

_MOST_BYTES = 1024 * 1024
_NO_WRITER = re.compile(r"embed|rerank|bge-|whisper|tts|guard|moderation", re.I)
"""In the names of models that do not hold conversations."""


async def served_models(http: aiohttp.ClientSession, url: str, headers: dict[str, str]) -> list[str]:
    """The names of the models at `url`, as the server orders them.

    Raises `GenerationUnavailable` where the answer is no list of models; `aiohttp.ClientError`, `TimeoutError` where
    there is no answer. Whoever calls sets the time limit.
    """
    async with http.get(f"{url.rstrip('/')}/models", headers=headers, allow_redirects=False) as response:
        if response.status != 200:
            raise of_status(response.status)
        data = b""
        async for part in response.content.iter_any():
            data += part
            if len(data) > _MOST_BYTES:
                raise unavailable(NO_SERVER, "a list of models without end")
    found = checked(data).get("data") if data else None
    if not isinstance(found, list):
        raise unavailable(NO_SERVER, "the answer is no list of models")
    names = [each["id"] for each in found if isinstance(each, dict) and isinstance(each.get("id"), str)]
    if len(names) != len(found):
        raise unavailable(NO_SERVER, "the answer is no list of models")
    return names


def choice(names: list[str]) -> str:
    """The first that writes; empty where none does."""
    return next((name for name in names if not _NO_WRITER.search(name)), "")


async def first_model(http: aiohttp.ClientSession, url: str, headers: dict[str, str]) -> str:
    """As `choice` of `served_models`. Raises `GenerationUnavailable` where there is none."""
    name = choice(await served_models(http, url, headers))
    if not name:
        raise unavailable(UNKNOWN, "the server has no model that writes")
    return name


async def is_model_server(http: aiohttp.ClientSession, url: str, timeout_s: float) -> str:
    """The model that would be asked at `url`; empty where no model server answers within `timeout_s`."""
    try:
        async with asyncio.timeout(timeout_s):
            return await first_model(http, url, {})
    except Exception:  # whatever else listens there may answer in any way
        return ""
