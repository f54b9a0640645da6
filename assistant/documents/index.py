"""Keeps the index as the owner's files are."""

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from assistant.config.documents import Documents
from assistant.documents.blocks import Content, Unreadable
from assistant.documents.chunks import chunks
from assistant.documents.names import name_of
from assistant.documents.reader import Reader
from assistant.documents.sources import Found, find
from assistant.documents.terms import indexed
from assistant.storage.documents import DocumentTable, NewPassage

_TITLE_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one file: `problem` is a sentence where it could not be read. `passages`: 0 where it is
    gone."""

    path: str
    name: str
    passages: int
    problem: str = ""


class Index:
    """Loop thread; files are looked at and read elsewhere."""

    def __init__(
        self, table: DocumentTable, settings: Documents, now: Callable[[], float] = time.time
    ) -> None:
        self._table = table
        self._settings = settings
        self._now = now
        self._one = asyncio.Lock()

    async def look(self) -> Found:
        """The files that belong to the library now."""
        sources = [*self._settings.folders, *await self._table.sources()]
        return await asyncio.to_thread(find, sources, self._settings.max_files)

    async def update(
        self,
        found: Found,
        told: Callable[[Change], None] = lambda change: None,
        *,
        only: Iterable[str] | None = None,
    ) -> list[Change]:
        """Read what is new or has changed, remove what is gone, and say of each what came of it as it happens.
        `only`: of these files. Cancelling leaves whole documents. Raises `StorageError`."""
        async with self._one:
            known = {each.path: each for each in await self._table.documents()}
            wanted = set(only) if only is not None else set(found.stamps)
            changes: list[Change] = []
            gone = [path for path in known if path not in found.stamps and not _below_any(path, found.absent)]
            changed = [
                path
                for path, stamp in found.stamps.items()
                if path in wanted and (path not in known or known[path].stamp != stamp)
            ]
            if gone:
                await self._table.remove(gone)
                changes += [Change(path, known[path].name, 0) for path in gone]
                for each in changes:
                    told(each)
            async with Reader(self._settings) as reader:
                for path in changed:
                    change = await self._read(reader, path, found.stamps[path])
                    changes.append(change)
                    told(change)
            if gone or any(path in known for path in changed):
                await self._table.scrub()
            return changes

    async def _read(self, reader: Reader, path: str, stamp: str) -> Change:
        """What cannot be read is remembered with its reason, so that it is not tried again until it changes."""
        file = Path(path)
        problem, title, name, passages = "", "", name_of(file), list[NewPassage]()
        try:
            content = await reader.read(file)
            title = content.title[:_TITLE_CHARACTERS]
            name = name_of(file, title)
            passages = await asyncio.to_thread(_passages, content)
        except Unreadable as error:
            problem = str(error)
        words = indexed(f"{name} {title}")
        await self._table.put(path, name, words, stamp, self._now(), passages, problem)
        return Change(path, name, len(passages), problem)


def _passages(content: Content) -> list[NewPassage]:
    return [
        NewPassage(each.heading, each.text, indexed(each.heading), indexed(each.text))
        for each in chunks(content.blocks)
    ]


def _below_any(path: str, folders: Iterable[str]) -> bool:
    return any(path == folder or Path(path).is_relative_to(folder) for folder in folders)
