"""Documents in passages, with SQLite's full-text index over them.

They have a file of their own beside `assistant.db`, and stay on this machine where `storage.url` names a
server: the documents are files of this machine too; a folder that is read for minutes does not keep timers from
being saved; the threshold below which nothing is answered was measured with this index's ranking, which no
server shares; and the whole can be deleted and made again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from assistant.storage.database import Database
from assistant.storage.schema import Step

FILE = "documents.db"

STEPS = (
    Step(
        1,
        "documents",
        (
            "CREATE TABLE sources (path TEXT PRIMARY KEY, added_at DOUBLE PRECISION NOT NULL)",
            """CREATE TABLE documents (
                id {serial},
                path TEXT NOT NULL UNIQUE,
                name TEXT NOT NULL,
                stamp TEXT NOT NULL,
                read_at DOUBLE PRECISION NOT NULL,
                problem TEXT NOT NULL)""",
            """CREATE TABLE passages (
                id {serial},
                document INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
                heading TEXT NOT NULL,
                passage TEXT NOT NULL)""",
            "CREATE INDEX passages_document ON passages (document, id)",
            # the words come as stems already, so that questions and scores see the same ones
            """CREATE VIRTUAL TABLE passage_words USING fts5 (
                name, heading, passage, tokenize = 'unicode61')""",
            "CREATE VIRTUAL TABLE passage_vocabulary USING fts5vocab ('passage_words', 'row')",
            """CREATE TABLE passage_vectors (
                passage INTEGER PRIMARY KEY REFERENCES passages (id) ON DELETE CASCADE,
                model TEXT NOT NULL,
                vector BLOB NOT NULL)""",
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Document:
    """`stamp` changes with the file. `problem`: why it could not be read, in a sentence; empty where it could.
    `read_at` in seconds since the epoch."""

    path: str
    name: str
    stamp: str
    read_at: float
    problem: str
    passages: int


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """`name` of its document as it is said; `rank`: BM25 as SQLite has it, lower is better."""

    id: int
    path: str
    name: str
    heading: str
    text: str
    rank: float = 0.0


@dataclass(frozen=True, slots=True)
class NewPassage:
    """`words`: heading and text as they are indexed."""

    heading: str
    text: str
    heading_words: str
    words: str


class DocumentTable:
    """Sources (what the owner added), documents (the files found there), passages. Loop thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # ── sources ───────────────────────────────────────────────────────────────────────────────────────────

    async def sources(self) -> list[str]:
        async with self._database.begin() as connection:
            rows = await connection.execute(text("SELECT path FROM sources ORDER BY added_at, path"))
            return [str(row[0]) for row in rows]

    async def add_source(self, path: str, now: float) -> None:
        async with self._database.begin() as connection:
            await connection.execute(
                text(
                    "INSERT INTO sources (path, added_at) VALUES (:path, :now) ON CONFLICT (path) DO NOTHING"
                ),
                {"path": path, "now": now},
            )

    async def remove_source(self, path: str) -> bool:
        async with self._database.begin() as connection:
            done = await connection.execute(text("DELETE FROM sources WHERE path = :path"), {"path": path})
            return bool(done.rowcount)

    # ── documents ─────────────────────────────────────────────────────────────────────────────────────────

    async def documents(self) -> list[Document]:
        async with self._database.begin() as connection:
            rows = await connection.execute(
                text(
                    "SELECT path, name, stamp, read_at, problem, (SELECT count(*) FROM passages WHERE "
                    "passages.document = documents.id) FROM documents ORDER BY name, path"
                )
            )
            return [Document(*row) for row in rows]

    async def put(
        self,
        path: str,
        name: str,
        name_words: str,
        stamp: str,
        now: float,
        passages: Sequence[NewPassage],
        problem: str = "",
    ) -> None:
        """The document is this from now on, whatever it was before; at once, so that no reader finds half of it."""
        async with self._database.begin() as connection:
            await self._drop(connection, path)
            row = await connection.execute(
                text(
                    "INSERT INTO documents (path, name, stamp, read_at, problem) "
                    "VALUES (:path, :name, :stamp, :now, :problem) RETURNING id"
                ),
                {"path": path, "name": name, "stamp": stamp, "now": now, "problem": problem},
            )
            document = int(row.scalar_one())
            if not passages:
                return
            await connection.execute(
                text(
                    "INSERT INTO passages (document, heading, passage) VALUES (:document, :heading, :passage)"
                ),
                [{"document": document, "heading": each.heading, "passage": each.text} for each in passages],
            )
            ids = await connection.execute(
                text("SELECT id FROM passages WHERE document = :document ORDER BY id"), {"document": document}
            )
            await connection.execute(
                text(
                    "INSERT INTO passage_words (rowid, name, heading, passage) VALUES (:id, :name, :heading, :words)"
                ),
                [
                    {"id": id, "name": name_words, "heading": each.heading_words, "words": each.words}
                    for (id,), each in zip(ids, passages, strict=True)
                ],
            )

    async def remove(self, paths: Iterable[str]) -> int:
        """How many of them were there."""
        count = 0
        async with self._database.begin() as connection:
            for path in paths:
                count += await self._drop(connection, path)
        return count

    async def clear(self) -> int:
        """All documents and sources. How many documents there were."""
        async with self._database.begin() as connection:
            count = int((await connection.execute(text("SELECT count(*) FROM documents"))).scalar_one())
            for table in ("passage_words", "passage_vectors", "passages", "documents", "sources"):
                await connection.execute(text(f"DELETE FROM {table}"))
            return count

    async def scrub(self) -> None:
        """What was removed is gone from the bytes of the file as well. Raises `StorageError`."""
        async with self._database.begin() as connection:
            # the index only marks words as deleted until its parts are merged
            await connection.execute(text("INSERT INTO passage_words (passage_words) VALUES ('optimize')"))
        await self._database.scrub()

    # ── finding ───────────────────────────────────────────────────────────────────────────────────────────

    async def count(self) -> int:
        """Of passages."""
        async with self._database.begin() as connection:
            return int((await connection.execute(text("SELECT count(*) FROM passages"))).scalar_one())

    async def matching(self, expression: str, limit: int) -> list[StoredPassage]:
        """Best first, by BM25: a word in the document's name or in a heading counts more. `expression` is
        FTS5's."""
        async with self._database.begin() as connection:
            rows = await connection.execute(
                text(
                    "SELECT passages.id, documents.path, documents.name, passages.heading, passages.passage, "
                    "bm25(passage_words, 1.0, 1.5, 1.0) AS rank FROM passage_words "
                    "JOIN passages ON passages.id = passage_words.rowid "
                    "JOIN documents ON documents.id = passages.document "
                    "WHERE passage_words MATCH :expression ORDER BY rank, passages.id LIMIT :limit"
                ),
                {"expression": expression, "limit": limit},
            )
            return [StoredPassage(*row) for row in rows]

    async def passages(self, ids: Sequence[int]) -> list[StoredPassage]:
        """In the order of `ids`; those that are gone are left out."""
        found: dict[int, StoredPassage] = {}
        async with self._database.begin() as connection:
            for each in ids:
                rows = await connection.execute(
                    text(
                        "SELECT passages.id, documents.path, documents.name, passages.heading, passages.passage "
                        "FROM passages JOIN documents ON documents.id = passages.document WHERE passages.id = :id"
                    ),
                    {"id": each},
                )
                found.update((row[0], StoredPassage(*row)) for row in rows)
        return [found[each] for each in ids if each in found]

    async def frequencies(self, words: Iterable[str]) -> dict[str, int]:
        """In how many passages each word stands; words that stand in none are left out."""
        found = {}
        async with self._database.begin() as connection:
            for word in words:
                rows = await connection.execute(
                    text("SELECT doc FROM passage_vocabulary WHERE term = :word"), {"word": word}
                )
                if (count := rows.scalar()) is not None:
                    found[word] = int(count)
        return found

    async def vocabulary(self, most: int) -> list[str]:
        """Words of the index, the commonest first."""
        async with self._database.begin() as connection:
            rows = await connection.execute(
                text("SELECT term FROM passage_vocabulary ORDER BY doc DESC, term LIMIT :most"),
                {"most": most},
            )
            return [str(row[0]) for row in rows]

    async def version(self) -> tuple[int, int]:
        """Changes whenever a document does, whoever changed it."""
        async with self._database.begin() as connection:
            rows = await connection.execute(text("SELECT count(*), coalesce(max(id), 0) FROM documents"))
            count, latest = rows.one()
            return int(count), int(latest)

    # ── vectors ───────────────────────────────────────────────────────────────────────────────────────────

    async def without_vector(self, model: str, limit: int) -> list[StoredPassage]:
        """Passages that have none of this model yet."""
        async with self._database.begin() as connection:
            rows = await connection.execute(
                text(
                    "SELECT passages.id, documents.path, documents.name, passages.heading, passages.passage "
                    "FROM passages JOIN documents ON documents.id = passages.document LEFT JOIN passage_vectors "
                    "ON passage_vectors.passage = passages.id AND passage_vectors.model = :model "
                    "WHERE passage_vectors.passage IS NULL ORDER BY passages.id LIMIT :limit"
                ),
                {"model": model, "limit": limit},
            )
            return [StoredPassage(*row) for row in rows]

    async def put_vectors(self, model: str, vectors: Iterable[tuple[int, bytes]]) -> None:
        """A passage that has gone meanwhile gets none."""
        async with self._database.begin() as connection:
            for passage, vector in vectors:
                await connection.execute(
                    text(
                        "INSERT OR REPLACE INTO passage_vectors (passage, model, vector) "
                        "SELECT id, :model, :vector FROM passages WHERE id = :passage"
                    ),
                    {"passage": passage, "model": model, "vector": vector},
                )

    async def vectors(self, model: str) -> list[tuple[int, bytes]]:
        async with self._database.begin() as connection:
            rows = await connection.execute(
                text("SELECT passage, vector FROM passage_vectors WHERE model = :model ORDER BY passage"),
                {"model": model},
            )
            return [(int(row[0]), bytes(row[1])) for row in rows]

    async def _drop(self, connection: AsyncConnection, path: str) -> int:
        values = {"path": path}
        await connection.execute(
            text(
                "DELETE FROM passage_words WHERE rowid IN (SELECT passages.id FROM passages JOIN documents "
                "ON documents.id = passages.document WHERE documents.path = :path)"
            ),
            values,
        )
        done = await connection.execute(text("DELETE FROM documents WHERE path = :path"), values)
        return int(done.rowcount)
