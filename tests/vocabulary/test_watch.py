"""Files that an editor writes in several steps."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from assistant.vocabulary.watch import watch
from tests.conversation.virtual_time import in_virtual_time


@asynccontextmanager
async def watched(*paths: Path) -> AsyncIterator[list[int]]:
    """A list that grows with each change that was noticed."""
    changes: list[int] = []
    task = asyncio.create_task(watch(lambda: paths, lambda: changes.append(1)))
    await asyncio.sleep(1.5)
    try:
        yield changes
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@in_virtual_time
async def test_what_comes_changes_and_goes_is_noticed_once_each(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    async with watched(path, tmp_path / "other.txt") as changes:
        assert changes == []
        path.write_text("one")
        await asyncio.sleep(3.0)
        assert len(changes) == 1
        path.write_text("one two")
        await asyncio.sleep(3.0)
        assert len(changes) == 2
        path.unlink()
        await asyncio.sleep(10.0)
        assert len(changes) == 3


@in_virtual_time
async def test_a_file_that_is_replaced_is_another(tmp_path: Path) -> None:
    path, draft = tmp_path / "config.toml", tmp_path / "draft"
    path.write_text("one")
    os.utime(path, ns=(1, 1))
    async with watched(path) as changes:
        draft.write_text("two")
        os.utime(draft, ns=(1, 1))
        draft.replace(path)
        await asyncio.sleep(3.0)
        assert len(changes) == 1


@in_virtual_time
async def test_it_is_waited_for_until_the_writing_is_over(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    async with watched(path) as changes:
        for length in range(1, 6):
            path.write_text("x" * length)
            await asyncio.sleep(1.0)
            assert changes == []
        await asyncio.sleep(2.0)
        assert len(changes) == 1
