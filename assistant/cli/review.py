"""`assistant review`: the turns that were not understood for sure."""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from assistant import paths
from assistant.cli.common import echo, notice
from assistant.config import Config
from assistant.errors import UserError
from assistant.storage.database import Database
from assistant.storage.reviews import OUTCOMES, Review, ReviewTable

RANKED = 3  # intents of a turn that are shown


async def show(config: Config) -> None:
    """Newest first: what was heard, what it may have been, what was asked back, what came of it."""
    async with _table(config) as table:
        reviews = await table.all(time.time()) if table else []
    for each in reviews:
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(each.at))
        echo(f"{each.id:>5}  {when}  {each.session}  “{each.text}”")
        echo(f"       may be  {_ranked(each)}")
        if each.guess:
            echo(f"       asked   “{each.guess}”")
        echo(f"       then    {OUTCOMES.get(each.outcome, each.outcome)}")
    if not reviews:
        echo("Nothing is kept for review: all of the last 30 days was understood.")


async def export(config: Config, path: Path | None) -> None:
    """One JSON object a line, oldest first, to a file or the output. Raises `UserError`."""
    async with _table(config) as table:
        reviews = await table.all(time.time()) if table else []
    text = "".join(json.dumps(_exported(each), ensure_ascii=False) + "\n" for each in reversed(reviews))
    if path is None:
        sys.stdout.write(text)
        return
    try:
        await asyncio.to_thread(path.write_text, text, encoding="utf-8")
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}.") from error
    notice(f"{len(reviews)} turns written to {path}")


async def clear(config: Config) -> None:
    """Forget all of them."""
    async with _table(config) as table:
        count = await table.clear() if table else 0
    echo(f"{count} turns forgotten")


def _ranked(review: Review) -> str:
    ranking = review.parse.get("ranking") or []
    named = " ".join(f"{each['entity']}={each['value']}" for each in review.parse.get("entities") or ())
    return ", ".join(f"{intent} {sure:.2f}" for intent, sure in ranking[:RANKED]) + (
        f"  {named}" if named else ""
    )


def _exported(review: Review) -> dict[str, Any]:
    return {**asdict(review), "means": OUTCOMES.get(review.outcome, review.outcome)}


@asynccontextmanager
async def _table(config: Config) -> AsyncIterator[ReviewTable | None]:
    """None where there is no database yet."""
    path, url = paths.state_dir() / "assistant.db", config.storage.url.get_secret_value()
    if not url and not await asyncio.to_thread(path.exists):
        yield None
        return
    database = await Database.open(path, url=url)
    try:
        yield ReviewTable(database)
    finally:
        await database.close()
