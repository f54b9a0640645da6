"""The process that reads documents, seen from here."""

import asyncio
import contextlib
import json
import sys
from asyncio.subprocess import Process
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from assistant.config.documents import Documents
from assistant.documents.blocks import MOST_CHARACTERS, Block, Content, Unreadable

_MOST_BYTES = (
    16 * MOST_CHARACTERS
)  # of an answer: a character is six bytes of JSON at most, a block some more
_END_TIMEOUT_S = 5.0


class Reader:
    """`async with Reader(settings) as reader:` it starts with the first document and ends with the block. One
    document at a time. Loop thread."""

    def __init__(self, settings: Documents) -> None:
        self._settings = settings
        self._process: Process | None = None
        self._one = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._end()

    async def read(self, path: Path) -> Content:
        """Raises `Unreadable`, also where it took too long or the process died of it. `path` is a resolved one."""
        async with self._one:
            whole = False
            try:
                answer = await self._asked(path)
                whole = True
            finally:
                if (
                    not whole
                ):  # cancelled or failed: an answer that comes later would be taken for the next one's
                    await self._end()
        if "error" in answer:
            raise Unreadable(answer["error"])
        return Content(answer["title"], tuple(Block(*each) for each in answer["blocks"]))

    async def _asked(self, path: Path) -> dict[str, Any]:
        wanted = {
            "path": str(path),
            "most_s": self._settings.read_timeout_s,
            "max_bytes": int(self._settings.max_file_mb * 1e6),
            "max_pages": self._settings.max_pages,
        }
        try:
            async with asyncio.timeout(self._settings.read_timeout_s):
                process = await self._running()
                assert process.stdin is not None
                assert process.stdout is not None
                process.stdin.write(json.dumps(wanted).encode() + b"\n")
                await process.stdin.drain()
                line = await process.stdout.readuntil(b"\n")
        except TimeoutError as error:
            raise Unreadable(
                f"{path.name} takes longer to read than `documents.read_timeout_s` "
                f"({self._settings.read_timeout_s:g} s)."
            ) from error
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            raise Unreadable(f"{path.name} cannot be read: the reader failed on it.") from error
        answer: dict[str, Any] = await asyncio.to_thread(json.loads, line)  # megabytes take a while
        return answer

    async def _running(self) -> Process:
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "assistant.documents.child",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                limit=_MOST_BYTES,
                start_new_session=True,  # a Ctrl-C is for us to deal with
            )
        return self._process

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_END_TIMEOUT_S):
                await process.wait()
