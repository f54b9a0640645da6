"""Fetches one file so that a broken connection costs nothing, and checks what came.

The bytes go into `<name>.<checksum>.part`. As the name holds the checksum, a part left by an earlier try is
always the beginning of the same content, however long ago it was left and whatever the hub has now.
"""

import asyncio
import errno
import hashlib
import os
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import BinaryIO

import aiohttp

from assistant.models.hub import DownloadError, RemoteFile, Unreachable, reason

CHUNK = 1 << 20
FRUITLESS_TRIES = 5  # in a row, each without a new MiB; so all tries together are bounded by the size
FIRST_PAUSE_S = 1.0

OnBytes = Callable[[int], None]
"""Called with the number of bytes that are there now; after a restart it may be less than before."""

Sleep = Callable[[float], Awaitable[None]]


def part_of(file: RemoteFile, folder: Path) -> Path:
    return folder / f"{file.name}.{file.identity[:16]}.part"


async def fetch(
    http: aiohttp.ClientSession,
    file: RemoteFile,
    folder: Path,
    on_bytes: OnBytes = lambda count: None,
    sleep: Sleep = asyncio.sleep,
) -> Path:
    """Brings `file` into `folder`, which must exist, and returns its path; goes on where a try ended.

    Cancelling keeps the part. Raises `DownloadError`.
    """
    target = folder / file.name
    part = part_of(file, folder)
    if target.exists() and await asyncio.to_thread(_is_whole, target, file):
        on_bytes(file.size)
        return target
    for damaged in range(2):
        await _complete(http, file, part, on_bytes, sleep)
        if await asyncio.to_thread(_is_whole, part, file):
            await asyncio.to_thread(part.replace, target)
            return target
        _remove(part)
        if not damaged:
            on_bytes(0)
    raise DownloadError(
        f"{file.name} arrived twice with a wrong checksum and was thrown away; something on the way "
        f"changes it, or {file.url} is damaged."
    )


async def _complete(
    http: aiohttp.ClientSession, file: RemoteFile, part: Path, on_bytes: OnBytes, sleep: Sleep
) -> None:
    """Returns when `part` is as long as `file`."""
    fruitless = 0
    while True:
        before = _size(part)
        try:
            await _attempt(http, file, part, on_bytes)
            return
        except Unreachable as error:
            fruitless = fruitless + 1 if _size(part) < before + CHUNK else 0
            if fruitless >= FRUITLESS_TRIES:
                raise _gave_up(file, _size(part), str(error)) from error
        await sleep(FIRST_PAUSE_S * 2.0 ** max(0, fruitless - 1))


def _gave_up(file: RemoteFile, there: int, why: str) -> DownloadError:
    if not there:
        return DownloadError(f"{file.name} cannot be fetched from {file.url}: {why}.")
    return DownloadError(
        f"The download of {file.name} broke off at {there / 1e6:.1f} of {file.size / 1e6:.1f} MB: {why}. "
        "What has come is kept; the same command goes on from there."
    )


async def _attempt(http: aiohttp.ClientSession, file: RemoteFile, part: Path, on_bytes: OnBytes) -> None:
    """One request for what is missing. Raises `Unreachable` when it ends too early."""
    there = _size(part)
    if there > file.size:
        there = 0  # written anew from the start
    on_bytes(there)
    if there and there == file.size:
        return
    headers = {"Range": f"bytes={there}-"} if there else {}
    try:
        async with http.get(file.url, headers=headers) as response:
            if response.status == 416:  # start anew
                _remove(part)
                raise Unreachable("the server cannot continue it")
            if response.status >= 500 or response.status == 429:
                raise Unreachable(f"the server answers with status {response.status}")
            if response.status not in (200, 206):
                raise DownloadError(f"{file.url} cannot be fetched (status {response.status}).")
            if response.status == 200:
                there = 0  # the whole file, though we asked for a part
            elif _start(response) != there:
                raise Unreachable("the server sends another part than was asked for")
            if response.content_length not in (None, file.size - there):
                _remove(part)
                raise DownloadError(f"{file.url} has another size than the hub says; try again later.")
            await _store(response, file, part, there, on_bytes)
    except (
        aiohttp.ClientError,
        OSError,
        TimeoutError,
    ) as error:  # the disk's errors are DownloadErrors by now
        raise Unreachable(reason(error)) from error
    if _size(part) < file.size:
        raise Unreachable("the connection ended early")


async def _store(
    response: aiohttp.ClientResponse, file: RemoteFile, part: Path, there: int, on_bytes: OnBytes
) -> None:
    """Writes the body into `part` from `there` on, in blocks and in a thread: a slow disk must not stop
    the loop. What has come is kept however the connection ends."""
    out = await asyncio.to_thread(_open, part, there)
    block = bytearray()
    try:
        async for data in response.content.iter_any():
            block += data
            if there + len(block) > file.size:
                break  # more than there should be; the checksum will tell
            if len(block) >= CHUNK:
                full, block = block, bytearray()
                await asyncio.to_thread(_write, out, full)
                there += len(full)
                on_bytes(there)
    finally:
        try:
            _write(out, block)  # less than one block
        finally:
            _close(out)
    on_bytes(there + len(block))


def _open(part: Path, there: int) -> BinaryIO:
    try:
        out = open(part, "r+b" if there else "wb", buffering=0)  # noqa: SIM115 - closed by `_close`
        out.truncate(there)
        out.seek(there)
    except OSError as error:
        raise disk_error(part.parent, error) from error
    return out


def _write(out: BinaryIO, data: bytes | bytearray) -> None:
    view = memoryview(data)
    try:
        while view:
            view = view[out.write(view) :]
    except OSError as error:
        raise disk_error(Path(out.name).parent, error) from error


def _close(out: BinaryIO) -> None:
    try:
        os.fsync(out.fileno())  # a full disk or a lost one may say so only now
    except OSError as error:
        raise disk_error(Path(out.name).parent, error) from error
    finally:
        out.close()


def disk_error(folder: Path, error: OSError) -> DownloadError:
    """Why nothing can be written into `folder`, and what to do."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return DownloadError(
            f"There is no room left in {folder} ({error.strerror}). What has come is kept; make room, and "
            "the same command goes on from there."
        )
    return DownloadError(
        f"{folder} cannot be written: {error.strerror}. Mend that, or name another folder in "
        "ASSISTANT_MODELS_DIR."
    )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)


def _start(response: aiohttp.ClientResponse) -> int:
    """The first byte of a partial answer, from `Content-Range: bytes 5-9/10`; -1 where it does not say."""
    match = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
    return int(match[1]) if match else -1


def _is_whole(path: Path, file: RemoteFile) -> bool:
    """Compares size and checksum; reads the whole file."""
    if _size(path) != file.size:
        return False
    digest = hashlib.sha256() if file.sha256 else hashlib.sha1(f"blob {file.size}\0".encode())
    with open(path, "rb") as content:
        while block := content.read(CHUNK):
            digest.update(block)
    return digest.hexdigest() == file.identity
