"""Giving out or deleting all that is kept of a person, everywhere.

Nobody may use the stores meanwhile: a running assistant would go on with what it remembers, and write it again.
"""

import asyncio
import json
import shutil
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

from assistant import paths
from assistant.config.model import Config
from assistant.errors import UserError
from assistant.privacy import files, tables
from assistant.privacy.footprint import Footprint
from assistant.privacy.recordings import recordings_folder, recordings_of
from assistant.storage.conversations import Conversations
from assistant.storage.database import Database

T = TypeVar("T")
Found = dict[str, list[Any]]

LEFT = {
    "amqp": "What `dialogue.event_broker` sent to a message broker is with whoever took it from there.",
    "calendar": "Appointments on the server of `calendar.url` are still there; delete them with your calendar program.",
    "log": "`log.file` is a file of yours; it holds no mail addresses, numbers or passwords, but may hold other words.",
    "corrections": "Sentences that you put right stand in `corrections.yml`, a file of yours beside the settings.",
    "plugins": "What plugins keep of their own in `plugins/` in the state folder is theirs to delete.",
    "documents": "Your documents are not looked at; `assistant knowledge remove` forgets one.",
}
"""What nobody here can reach or should touch, by what makes it so."""


@dataclass(slots=True)
class Receipt:
    """What was done: how many things of each store. It holds no word of the person's."""

    counts: Counter[str] = field(default_factory=Counter)
    left: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        return {"erased": dict(self.counts), "not_erased": self.left}


class Everything:
    """`async with Everything(config) as everything:` opens the stores. Raises `StorageError`, or `UserError` where a
    file cannot be read or changed."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._state = paths.state_dir()
        self._stack = AsyncExitStack()
        self._database: Database
        self._conversations: list[tuple[str, Conversations]] = []
        self._events_file: Path | None = None

    async def __aenter__(self) -> "Everything":
        url = self._config.storage.url.get_secret_value()
        self._database = await Database.open(self._state / "assistant.db", url=url)
        self._stack.push_async_callback(self._database.close)
        for name, conversations in self._trackers():
            self._conversations.append((name, conversations))
            self._stack.push_async_callback(conversations.close)
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._stack.aclose()

    def _trackers(self) -> list[tuple[str, Conversations]]:
        found = []
        tracker = self._config.dialogue.tracker_store.get_secret_value().strip()
        file = self._state / "dialogue.db"
        if tracker or file.exists():
            found.append(("conversations", Conversations.at(None if tracker else file, tracker)))
        broker = self._config.dialogue.event_broker.get_secret_value().strip()
        scheme = broker.partition("://")[0]
        if scheme in ("postgresql", "postgres"):
            found.append(("events", Conversations.at(None, broker)))
        elif scheme == "file":
            self._events_file = Path(unquote(urlsplit(broker).path))
        return found

    # ── giving out ────────────────────────────────────────────────────────────────────────────────────────

    async def of(self, person: str) -> tuple[Found, list[Path]]:
        """All that is kept of a person ("": everybody), by store, and their recordings."""
        who = await tables.footprint(self._database, person)
        found: Found = {"record": await tables.records(self._database, who)}
        for table in tables.TABLES:
            found[table.name] = await tables.of(self._database, table, who)
        for name, conversations in self._conversations:
            found[name] = await conversations.of(await _taken_part(conversations, who))
        folder = self._state / "traces"
        found["traces"] = await _in_thread(lambda: files.traces_of(folder, who))
        if path := self._events_file:
            found["events"] = (await _in_thread(lambda: files.broker_lines(path, who)))[1]
        calendar = self._calendar()
        found["appointments"] = (await _in_thread(lambda: files.appointments_of(calendar, who)))[1]
        sounds = await _in_thread(lambda: recordings_of(recordings_folder(), who))
        return found, sounds

    # ── deleting ──────────────────────────────────────────────────────────────────────────────────────────

    async def erase(self, person: str) -> Receipt:
        """Delete it, from the bytes of the files too."""
        who = await tables.footprint(self._database, person)
        receipt = Receipt(left=self._not_reached(who))
        for name, conversations in self._conversations:
            receipt.counts[name] += await conversations.erase(await _taken_part(conversations, who))
            await conversations.scrub()
        receipt.counts["appointments"] += await _in_thread(lambda: self._erase_appointments(who))
        receipt.counts["recordings"] += await _in_thread(
            lambda: files.erase_files(recordings_of(recordings_folder(), who))
        )
        receipt.counts["traces"] += await _in_thread(lambda: files.erase_traces(self._state / "traces", who))
        receipt.counts["logs"] += await _in_thread(lambda: files.erase_files(files.logs(self._state / "log")))
        damaged = [*self._state.glob("*.damaged-*")]
        receipt.counts["damaged"] += await _in_thread(lambda: files.erase_files(damaged))
        if self._events_file is not None:
            receipt.counts["events"] += await _in_thread(lambda: self._erase_events(who))
        # The database last: it says whose the rest is, should this be cut short and done again.
        tables_last = sorted(tables.TABLES, key=lambda table: table.name == "speakers")
        for table in tables_last:
            receipt.counts[table.store] += await tables.erase(self._database, table, who)
        receipt.counts["record"] += await tables.erase_records(self._database, who)
        await self._database.scrub()
        if receipt.counts["names"] or who.everybody:
            folder = paths.cache_dir() / "language-models"
            receipt.counts["language models"] += await _in_thread(lambda: files.erase_files([folder]))
        if who.everybody:
            await self._erase_what_is_nobodys(receipt)
        return receipt

    async def _erase_what_is_nobodys(self, receipt: Receipt) -> None:
        cache = [paths.cache_dir() / name for name in ("rasa", "sentences", "phrases")]
        receipt.counts["trained models"] += await _in_thread(lambda: files.erase_files(cache))
        index = [*self._state.glob("documents.db*")]
        receipt.counts["documents"] += await _in_thread(lambda: files.erase_files(index))

    def _erase_appointments(self, who: Footprint) -> int:
        path = self._calendar()
        content, theirs = files.appointments_of(path, who)
        if theirs:
            files.replace(path, content)
        return len(theirs)

    def _erase_events(self, who: Footprint) -> int:
        assert self._events_file is not None
        kept, theirs = files.broker_lines(self._events_file, who)
        if theirs:
            files.replace(self._events_file, b"".join(kept))
        return len(theirs)

    def _calendar(self) -> Path:
        own = self._config.calendar.file
        return own.expanduser() if own is not None else self._state / "calendar.ics"

    def _not_reached(self, who: Footprint) -> list[str]:
        broker = self._config.dialogue.event_broker.get_secret_value()
        there = {
            "amqp": broker.startswith("amqp"),
            "calendar": bool(self._config.calendar.url),
            "log": self._config.log.file is not None,
            "corrections": (paths.config_file().parent / "corrections.yml").exists(),
            "plugins": any((self._state / "plugins").glob("*")),
            "documents": not who.everybody and any(self._state.glob("documents.db")),
        }
        return [LEFT[name] for name, is_there in there.items() if is_there]


async def _taken_part(conversations: Conversations, who: Footprint) -> list[str]:
    return [sender for sender in await conversations.senders() if who.took_part(sender)]


async def _in_thread(work: Callable[[], T]) -> T:
    try:
        return await asyncio.to_thread(work)
    except shutil.Error as error:
        raise UserError(f"A file cannot be deleted: {error}.") from error
    except OSError as error:
        raise UserError(
            f"{error.filename or 'A file'} cannot be read or changed: {error.strerror}."
        ) from error


def as_json(value: object) -> str:
    """Readable, as files of an export are."""
    return json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n"
