"""The model hub: what a folder there holds, with the size and checksum of each file. Speaks its HTTP API."""

import asyncio
import os
from dataclasses import dataclass
from typing import Any

import aiohttp

from assistant.errors import UserError

DEFAULT_HUB = "https://huggingface.co"

CONNECT_TIMEOUT_S = 10.0
READ_TIMEOUT_S = 30.0  # without a single byte


class DownloadError(UserError):
    """A model could not be fetched; says why and what to do."""


class Unreachable(Exception):
    """The hub did not answer, or not in its usual way; another try may help."""


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file at the hub. Big ones carry the SHA-256 of their content, small ones the SHA-1 of git."""

    name: str
    url: str
    size: int
    sha256: str = ""
    git_sha1: str = ""

    @property
    def identity(self) -> str:
        """Differs wherever the content differs."""
        return self.sha256 or self.git_sha1


def hub_url() -> str:
    """The hub's address; HF_ENDPOINT names a mirror."""
    return (os.environ.get("HF_ENDPOINT") or DEFAULT_HUB).rstrip("/")


def session() -> aiohttp.ClientSession:
    """One for each download. Proxies are taken from the environment."""
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_TIMEOUT_S, sock_read=READ_TIMEOUT_S)
    # Compressed on the way, a file's bytes could not be counted or fetched in part.
    return aiohttp.ClientSession(timeout=timeout, trust_env=True, headers={"Accept-Encoding": "identity"})


async def hub_reachable(timeout_s: float = 3.0) -> bool:
    """Whether the hub answers at all. Any answer counts but a server's error."""
    try:
        async with (
            asyncio.timeout(timeout_s),
            session() as http,
            http.head(hub_url(), allow_redirects=False) as response,
        ):
            return response.status < 500
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError):
        return False


async def list_files(http: aiohttp.ClientSession, repo: str, folder: str = "") -> list[RemoteFile]:
    """The files directly in `folder` of `repo`. Raises `Unreachable`; `DownloadError` where there is none."""
    path = f"{repo}/tree/main" + (f"/{folder}" if folder else "")
    try:
        async with asyncio.timeout(READ_TIMEOUT_S), http.get(f"{hub_url()}/api/models/{path}") as response:
            if response.status >= 500 or response.status == 429:
                raise Unreachable(f"it answers with status {response.status}")
            if response.status >= 400:
                # Of a repository that is not there the hub says 401 to somebody who is not logged in.
                place = f"{repo}/{folder}".rstrip("/")
                raise DownloadError(f"{hub_url()} has no {place} for everybody (status {response.status}).")
            entries = await response.json(content_type=None)
            return [_file(repo, entry) for entry in entries if entry["type"] == "file"]
    except aiohttp.InvalidURL:
        raise DownloadError(f"HF_ENDPOINT is not a web address: {hub_url()}") from None
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        raise Unreachable(reason(error)) from error
    except (ValueError, KeyError, TypeError) as error:
        raise DownloadError(
            f"{hub_url()} does not answer as a model hub does; is HF_ENDPOINT right?"
        ) from error


def _file(repo: str, entry: dict[str, Any]) -> RemoteFile:
    path, lfs = str(entry["path"]), entry.get("lfs") or {}
    return RemoteFile(
        name=path.rsplit("/", 1)[-1],
        url=f"{hub_url()}/{repo}/resolve/main/{path}",
        size=int(lfs.get("size", entry["size"])),
        sha256=str(lfs.get("oid", "")).removeprefix("sha256:"),
        git_sha1="" if lfs else str(entry["oid"]),
    )


def reason(error: BaseException) -> str:
    """Why the network failed, in a few words."""
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return f"the name {error.host} is not known, so there may be no network"
    if isinstance(error, aiohttp.ClientConnectorError):
        return f"no connection to {error.host}"
    if isinstance(error, aiohttp.ClientPayloadError | aiohttp.ServerDisconnectedError | ConnectionError):
        return "the connection broke"
    return " ".join(str(error).split()) or type(error).__name__
