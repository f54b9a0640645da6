"""The owner's documents, as the rest of the assistant sees them."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from assistant import paths
from assistant.config.documents import Documents
from assistant.config.model import Config
from assistant.documents.base import Passage
from assistant.documents.embeddings import Embeddings
from assistant.documents.finder import Finder, best
from assistant.documents.fusion import fused
from assistant.documents.index import Change, Index
from assistant.documents.quotes import forget_texts
from assistant.documents.score import Window
from assistant.documents.sources import Found
from assistant.errors import UserError
from assistant.storage.database import Database, StorageError
from assistant.storage.documents import FILE, STEPS, Document, DocumentTable, StoredPassage

_log = logging.getLogger(__name__)
PERIOD_S = 5.0
"""How often files are looked at while the assistant runs."""
SEARCH_TIMEOUT_S = 3.0
_CLOSE_TIMEOUT_S = 10.0


class Library:
    """`async with create_library(config) as library:`; a `Retriever`. It only reads files and answers: nothing
    in it can call a service, whatever a document says. Loop thread.

    Several processes may use the same library at once.
    """

    def __init__(
        self,
        settings: Documents,
        folder: Path,
        *,
        follow: bool = False,
        notice: Callable[[str], None] = _log.warning,
        period_s: float = PERIOD_S,
        now: Callable[[], float] = time.time,
    ) -> None:
        """`folder`: where the index lies. `follow`: files that change are read again meanwhile, and `notice` is
        told in a sentence what cannot be read."""
        self.settings = settings
        self._path = folder / FILE
        self._follow = follow
        self._notice = notice
        self._period_s = period_s
        self._now = now
        self._following: asyncio.Task[None] | None = None
        self._said: set[str] = set()
        self.table: DocumentTable
        self.index: Index
        self._finder: Finder
        self._embeddings: Embeddings

    async def __aenter__(self) -> Self:
        """Raises `StorageError`."""
        self._database = await Database.open(self._path, notice=self._notice, steps=STEPS)
        self.table = DocumentTable(self._database)
        self.index = Index(self.table, self.settings, self._now)
        self._finder = Finder(self.table)
        self._embeddings = Embeddings(self.settings, self.table)
        if self._follow:
            self._following = asyncio.create_task(self._keep_up(), name="documents")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._following is not None:
            self._following.cancel()
            await asyncio.wait([self._following], timeout=_CLOSE_TIMEOUT_S)
        await self._embeddings.close()
        await self._database.close()

    # ── what a retriever does ─────────────────────────────────────────────────────────────────────────────

    async def search(self, question: str, limit: int = 4) -> list[Passage]:
        """As in `Retriever`: empty too where the index fails or takes longer than `SEARCH_TIMEOUT_S`."""
        meant = await self._embeddings.nearest(question)
        scored = await self._windows(question, meant)
        passages: dict[int, StoredPassage] = {window.passage.id: window.passage for _, window in scored}
        scores = {window.passage.id: score for score, window in reversed(scored)}
        order = fused([list(passages), meant]) if meant else list(passages)
        return [_passage(passages[each], scores[each]) for each in order if each in passages][:limit]

    async def answer(self, question: str) -> Passage | None:
        """As in `Retriever`; None too where the index fails."""
        found = best(await self._windows(question, await self._embeddings.nearest(question)))
        if found is None or found[0] < self.settings.threshold:
            return None
        score, window = found
        return Passage(window.text, window.passage.name, window.passage.path, score)

    async def _windows(self, question: str, meant: Sequence[int]) -> list[tuple[float, Window]]:
        try:
            async with asyncio.timeout(SEARCH_TIMEOUT_S):
                return await self._finder.windows(question, meant)
        except (StorageError, TimeoutError) as error:
            _log.warning("the documents cannot be searched: %s", str(error) or "it takes too long")
            return []

    # ── what the owner does ───────────────────────────────────────────────────────────────────────────────

    async def add(self, path: Path, told: Callable[[Change], None] = lambda change: None) -> Found:
        """A file, or a folder with all that is and will be in it, read now. Raises `UserError` where it is not
        there, and `StorageError`."""
        try:
            resolved = await asyncio.to_thread(lambda: path.expanduser().resolve(strict=True))
        except (OSError, RuntimeError) as error:
            raise UserError(f"{path} is not there.", exit_status=2) from error
        await self.table.add_source(str(resolved), self._now())
        found = await self.index.look()
        below = [
            each for each in found.stamps if each == str(resolved) or Path(each).is_relative_to(resolved)
        ]
        await self.index.update(found, told, only=below)
        return found

    async def remove(self, name: str) -> list[str]:
        """By the path that was added or by the document's name: from the index, and from its bytes. The file
        itself stays. The paths that are no longer kept. Raises `UserError` where it is none of these, or lies
        in a folder that is."""
        wanted = await asyncio.to_thread(lambda: str(Path(name).expanduser().resolve()))
        sources, documents = await self.table.sources(), await self.table.documents()
        paths_meant = {each.path for each in documents if each.name.casefold() == name.strip().casefold()} | {
            wanted
        }
        meant = [each for each in sources if each in paths_meant]
        if not meant:
            raise UserError(self._why_not(name, paths_meant, documents), exit_status=2)
        for each in meant:
            await self.table.remove_source(each)
        before = {each.path for each in documents}
        await self.index.update(await self.index.look(), only=())
        forget_texts()
        return sorted(before - {each.path for each in await self.table.documents()})

    def _why_not(self, name: str, meant: set[str], documents: Sequence[Document]) -> str:
        for folder in self.settings.folders:
            if str(Path(folder).expanduser().resolve()) in meant:
                return f"{folder} is one of `documents.folders`; take it out of the settings file."
        if any(each.path in meant for each in documents):
            return f"{name} lies in a folder that is kept; move the file elsewhere, or remove the folder."
        return f"{name} is none of the documents; `assistant knowledge list` shows them."

    async def refresh(self, told: Callable[[Change], None] = lambda change: None) -> list[Change]:
        """Read what has changed, now. Raises `StorageError`."""
        changes = await self.index.update(await self.index.look(), told)
        await self._embeddings.catch_up()
        return changes

    async def catch_up(self) -> None:
        """Have the vectors made that are missing, where a server makes them."""
        await self._embeddings.catch_up()

    async def erase(self) -> int:
        """All that is kept of all documents, and which they were, gone from every byte; the files themselves
        stay. How many there were. Folders of the settings are read again while an assistant runs. Raises
        `StorageError`."""
        count = await self.table.clear()
        await self.table.scrub()
        forget_texts()
        return count

    # ── following ─────────────────────────────────────────────────────────────────────────────────────────

    async def _keep_up(self) -> None:
        """A file is read when it has been the same for a period: what is being written is not half read."""
        before: Found | None = None
        while True:
            try:
                now = await self.index.look()
                steady = [
                    path
                    for path, stamp in now.stamps.items()
                    if before is None or before.stamps.get(path) == stamp
                ]
                changes = await self.index.update(now, only=steady)
                self._tell([each.problem for each in changes if each.problem])
                self._tell([*now.problems, *(f"{each} is not there." for each in now.absent)])
                before = now
                await self._embeddings.catch_up()
            except StorageError as error:
                self._tell([str(error)])
            await asyncio.sleep(self._period_s)

    def _tell(self, sentences: Sequence[str]) -> None:
        for each in sentences:
            if each not in self._said:
                self._said.add(each)
                self._notice(each)


def _passage(found: StoredPassage, score: float) -> Passage:
    text = f"{found.heading}\n{found.text}" if found.heading else found.text
    return Passage(text, found.name, found.path, score)


def create_library(config: Config, folder: Path | None = None, *, follow: bool = False) -> Library:
    """The library in the state folder, or in `folder`."""
    return Library(config.documents, folder or paths.state_dir(), follow=follow)


@asynccontextmanager
async def existing_library(config: Config) -> AsyncIterator[Library | None]:
    """None where nothing was ever kept: asking makes no file."""
    path = paths.state_dir() / FILE
    if not await asyncio.to_thread(path.exists):
        yield None
        return
    async with create_library(config) as library:
        yield library
