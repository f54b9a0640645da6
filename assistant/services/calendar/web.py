"""HTTP for calendars elsewhere: each request bounded in time and size, each failure a sentence."""

import asyncio
import base64
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import urlsplit

import aiohttp

from assistant.services.calendar.store import CalendarUnavailable

_log = logging.getLogger(__name__)
_CONNECT_S = 2.0
_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Answer:
    """`url`: where it came from, behind redirects."""

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes


class Web:
    """`who`: as it is spoken of. The password goes into a header and nowhere else; aiohttp leaves it out where a
    redirect leads to another server. Loop only."""

    def __init__(
        self, who: str, timeout_s: float, max_bytes: int, *, user: str = "", password: str = ""
    ) -> None:
        self._who = who
        token = base64.b64encode(f"{user}:{password}".encode()).decode()
        self._headers = {"Authorization": f"Basic {token}"} if user else {}
        self._max_bytes = max_bytes
        self._timeout = aiohttp.ClientTimeout(total=timeout_s, connect=min(_CONNECT_S, timeout_s))
        self._session: aiohttp.ClientSession | None = None

    async def ask(
        self, method: str, url: str, headers: Mapping[str, str] = _NONE, body: bytes | None = None
    ) -> Answer:
        """Raises `CalendarUnavailable` where there is no answer; a status of failure is one."""
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=self._timeout)
        try:
            async with self._session.request(
                method, url, headers={**headers, **self._headers}, data=body
            ) as response:
                content = await self._read(response)
                return Answer(response.status, str(response.url), response.headers, content)
        except TimeoutError as error:
            raise CalendarUnavailable(f"{_capital(self._who)} takes too long to answer.") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            _log.warning("%s at %s: %s", self._who, urlsplit(url).hostname, error)
            raise CalendarUnavailable(f"I cannot reach {self._who} right now.") from error

    async def close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        content = bytearray()
        async for block in response.content.iter_chunked(64 * 1024):
            content += block
            if len(content) > self._max_bytes:
                raise CalendarUnavailable(f"{_capital(self._who)} sends more than I can take.")
            await asyncio.sleep(0)
        return bytes(content)


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
