"""What has been kept long enough is deleted: at every start, and once a day from then on."""

import asyncio
import contextlib
import logging
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

from sqlalchemy import text

from assistant import paths
from assistant.config.model import Config
from assistant.errors import UserError
from assistant.privacy.recordings import prune_recordings, recordings_folder
from assistant.storage.audit import AuditTable
from assistant.storage.conversations import Conversations
from assistant.storage.database import Database
from assistant.storage.reviews import KEPT_S as REVIEWS_KEPT_S

_log = logging.getLogger(__name__)
DAY_S = 86_400.0

_AGED = {"learned_names": "used_at", "speakers": "ended", "reviews": "at", "opinions": "at"}
"""Tables of which rows are deleted by the time in this column."""


async def retain(config: Config, database: Database, now: float, *, rasa_runs: bool) -> dict[str, int]:
    """Delete it, everywhere; how many of each. `now` in seconds since the epoch. `rasa_runs`: its file is in use, so
    that it is not written anew. What cannot be deleted is logged, and the rest is."""
    settings = config.privacy
    ages = {
        "learned_names": settings.names_days * DAY_S,
        "speakers": settings.record_days * DAY_S,
        "reviews": REVIEWS_KEPT_S,
        "opinions": REVIEWS_KEPT_S,
    }
    works: dict[str, Callable[[], Awaitable[int]]] = {
        "record": lambda: AuditTable(database).prune(now - settings.record_days * DAY_S, now),
        "conversations": lambda: _conversations(
            config, now - settings.conversation_days * DAY_S, scrub=not rasa_runs
        ),
        "recordings": lambda: asyncio.to_thread(
            prune_recordings, recordings_folder(), now - settings.keep_audio_days * DAY_S
        ),
        "logs": lambda: asyncio.to_thread(
            prune_logs, paths.state_dir() / "log", now - settings.log_days * DAY_S
        ),
    }
    for table, age_s in ages.items():
        works[table] = lambda table=table, age_s=age_s: _rows(database, table, now - age_s)  # type: ignore[misc]
    done: dict[str, int] = {}
    for name, work in works.items():
        try:
            done[name] = await work()
        except (UserError, OSError) as error:
            _log.warning("what has been kept long enough could not be deleted (%s): %s", name, error)
    return done


def prune_logs(folder: Path, before: float) -> int:
    """Delete the logs that nothing was added to since (seconds since the epoch). How many. Blocking."""
    count = 0
    with contextlib.suppress(FileNotFoundError):
        for entry in list(os.scandir(folder)):
            if entry.is_file() and entry.stat().st_mtime < before:
                Path(entry.path).unlink(missing_ok=True)
                count += 1
    return count


async def _rows(database: Database, table: str, before: float) -> int:
    async with database.begin() as connection:
        done = await connection.execute(
            text(f"DELETE FROM {table} WHERE {_AGED[table]} < :before"), {"before": before}
        )
        return int(done.rowcount)


async def _conversations(config: Config, before: float, *, scrub: bool) -> int:
    url = config.dialogue.tracker_store.get_secret_value().strip()
    file = paths.state_dir() / "dialogue.db"
    if not url and not await asyncio.to_thread(file.exists):
        return 0
    conversations = Conversations.at(None if url else file, url)
    try:
        count = await conversations.prune(before)
        if count and scrub:
            await conversations.scrub()
        return count
    finally:
        await conversations.close()
