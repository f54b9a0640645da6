"""Files of the owner's that may change while the assistant runs."""

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path

PERIOD_S = 1.0

Look = tuple[tuple[str, int, int, int], ...]
"""Path, time of change (ns), size and inode of each file that is there."""


async def watch(
    files: Callable[[], Iterable[Path]], changed: Callable[[], None], period_s: float = PERIOD_S
) -> None:
    """Call `changed` when a file came, went or was written, once it has been the same for a period: editors write in
    several steps. `files` says which to look at; it is called in a thread, each time. Until cancelled.

    Polling, because it works on every file system and for files that an editor replaces; a look costs some
    microseconds.
    """
    known = before = await asyncio.to_thread(look, files)
    while True:
        await asyncio.sleep(period_s)
        now = await asyncio.to_thread(look, files)
        if now == before and now != known:
            known = now
            changed()
        before = now


def look(files: Callable[[], Iterable[Path]]) -> Look:
    """Blocking."""
    found = []
    for path in sorted(files()):
        try:
            status = path.stat()
        except OSError:
            continue
        found.append((str(path), status.st_mtime_ns, status.st_size, status.st_ino))
    return tuple(found)
