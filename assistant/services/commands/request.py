"""Sends a request of the owner's, and takes the answer out of what comes back."""

import asyncio
import ipaddress
import json
import os
import re
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from yarl import URL

from assistant.config.commands import Http
from assistant.config.placeholders import filled
from assistant.services.commands.parameters import Value
from assistant.services.commands.template import with_values
from assistant.services.service import ServiceError

_SECRET = re.compile(r"\{(env|file):([^}]+)\}")
_CONNECT_S = 5.0
_MOST_BYTES = 2**20


async def fetch(http: Http, values: Mapping[str, Value], timeout_s: float) -> str:
    """The answer as text, cut at one megabyte. Redirects are not followed: they could lead anywhere. Raises
    `ServiceError`."""
    headers = {name: await asyncio.to_thread(_with_secrets, text) for name, text in http.headers.items()}
    url = URL(
        filled(http.url, {name: quote(value.text, safe="") for name, value in values.items()}), encoded=True
    )
    body = with_values(http.body, values) if http.body else None
    host = url.host or ""
    resolver = _PrivateOnly() if url.scheme == "http" else None
    timeout = aiohttp.ClientTimeout(total=timeout_s, connect=_CONNECT_S)
    try:
        async with (
            aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(resolver=resolver), timeout=timeout, trust_env=False
            ) as session,
            session.request(http.method, url, json=body, headers=headers, allow_redirects=False) as response,
        ):
            content = await _read(response)
            if response.status >= 300:
                raise ServiceError("http_status", f"{host} refused that, with status {response.status}.")
    except TimeoutError as error:
        raise ServiceError("timeout", f"{host} did not answer in time.") from error
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise ServiceError("unreachable", f"I cannot reach {host}.") from error
    return _answer(http, content, host)


async def _read(response: aiohttp.ClientResponse) -> str:
    content = bytearray()
    async for block in response.content.iter_chunked(65_536):
        content += block[: _MOST_BYTES - len(content)]
        if len(content) >= _MOST_BYTES:
            break
    return content.decode(response.charset or "utf-8", errors="replace")


def _with_secrets(text: str) -> str:
    """A header with its secrets in place. What they are is in no message. Blocking, for a file."""

    def secret(found: re.Match[str]) -> str:
        kind, name = found.groups()
        if kind == "env":
            value = os.environ.get(name, "")
        else:
            try:
                value = Path(name).expanduser().read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError):
                value = ""
        if not value:
            raise ServiceError(
                "no_secret", f"I have no key for that: {'set' if kind == 'env' else 'write'} {name}."
            )
        return value

    return _SECRET.sub(secret, text)


def _answer(http: Http, content: str, host: str) -> str:
    if not http.answer_at:
        return content
    try:
        found = pointed_at(json.loads(content), http.answer_at)
    except (ValueError, RecursionError) as error:
        raise ServiceError("bad_answer", f"{host} answered something that I cannot read.") from error
    except LookupError as error:
        raise ServiceError("bad_answer", f"The answer of {host} does not say that.") from error
    return found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)


def pointed_at(document: Any, pointer: str) -> Any:
    """What a JSON pointer (RFC 6901) leads to. Raises LookupError where there is nothing."""
    for token in pointer.split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        if isinstance(document, list):
            if not re.fullmatch(r"0|[1-9]\d*", key):
                raise KeyError(key)
            document = document[int(key)]
        elif isinstance(document, dict):
            document = document[key]
        else:
            raise KeyError(key)
    return document


class _PrivateOnly(AbstractResolver):
    """Names of this machine and of the private network: what is sent there unencrypted does not leave it."""

    def __init__(self) -> None:
        self._inner = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        private = [each for each in found if ipaddress.ip_address(each["host"]).is_private]
        if not private:
            raise OSError(f"{host} is not on the private network")
        return private

    async def close(self) -> None:
        await self._inner.close()
