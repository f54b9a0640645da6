"""`assistant review`: turns for somebody to look at, and to put right."""

import asyncio
import difflib
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from assistant import paths
from assistant.cli.common import echo, notice, print_json
from assistant.cli.training import trained
from assistant.config import Config
from assistant.dialogue.client import Parse
from assistant.dialogue.corrections import correct, corrections, corrections_file, marked
from assistant.dialogue.project import RasaProject
from assistant.dialogue.training_data import Example, load_training_data
from assistant.dialogue.understanding import Understanding
from assistant.errors import UserError
from assistant.storage.database import Database
from assistant.storage.reviews import OUTCOMES, REASONS, STATUSES, Review, ReviewTable

RANKED = 3  # intents of a turn that are shown


async def show(config: Config, *, every: bool = False) -> None:
    """Newest first; those that are open, or `every` one."""
    async with _table(config) as table:
        reviews = await table.all(time.time()) if table else []
    shown = [each for each in reviews if every or not each.status]
    for each in shown:
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(each.at))
        done = f"  ({STATUSES.get(each.status, each.status)})" if each.status else ""
        echo(f"{each.id:>5}  {when}  {each.session}  “{each.text}”{done}")
        echo(f"       why     {_why(each)}")
        if ranked := _ranked(each):
            echo(f"       may be  {ranked}")
        if each.guess:
            echo(f"       asked   “{each.guess}”")
        if each.answer and each.answer != each.guess:
            echo(f"       said    “{each.answer}”")
        if each.why in ("unsure", "misunderstood"):
            echo(f"       then    {OUTCOMES.get(each.outcome, each.outcome)}")
    if not shown:
        echo("Nothing is kept for review." + (" --all shows what was looked at." if reviews else ""))


async def accept(config: Config, number: int, intent: str, text: str) -> None:
    """The words of turn `number`, or `text` in their place, mean `intent` from now on. Raises `UserError`."""
    async with _table(config) as table:
        review = await _known(table, number)
        wanted = intent or next((each[0] for each in review.parse.get("ranking") or ()), "")
        await asyncio.to_thread(_check_intent, config, wanted)
        sentence = text or marked(review.text, review.parse.get("entities") or ())
        example = await asyncio.to_thread(correct, wanted, sentence)
        assert table is not None
        await table.settle(number, status="accepted")
    echo(f"“{example.text}” means {wanted} now. It is in {corrections_file()}.")
    notice("An assistant that is running learns it in a minute or two, another at its next start.")


async def reject(config: Config, number: int) -> None:
    """There is nothing to put right. Raises `UserError`."""
    async with _table(config) as table:
        await _known(table, number)
        assert table is not None
        await table.settle(number, status="rejected")
    echo(f"{number} is rejected.")


async def check(config: Config, as_json: bool) -> int:
    """The exit status: 1 where something that was put right is not understood."""
    cases = await asyncio.to_thread(corrections)
    if not cases:
        echo("Nothing was put right yet.")
        return 0
    project = await trained(config, RasaProject.from_config(config))
    results: list[dict[str, Any]] = []
    async with Understanding(project, project.model, config.dialogue.start_timeout_s) as nlu:
        for case in cases:
            fault = fault_of(case, await nlu.parse(case.text))
            results.append({"text": case.text, "intent": case.intent, "fault": fault})
            if not as_json:
                echo(f"{'no ' if fault else 'yes'}  {case.intent}  “{case.text}”  {fault}".rstrip())
    if as_json:
        print_json(results)
    return 1 if any(result["fault"] for result in results) else 0


def fault_of(case: Example, parse: Parse) -> str:
    """What is wrong with how a sentence is understood; empty where nothing is."""
    if parse.intent != case.intent:
        return f"it is understood as {parse.intent} ({parse.confidence:.2f})"
    wanted = sorted((each.entity, each.text) for each in case.segments if each.entity)
    found = sorted((str(e["entity"]), parse.text[e["start"] : e["end"]]) for e in parse.entities)
    return "" if wanted == found else f"these names are found in it: {found or 'none'}"


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


async def _known(table: ReviewTable | None, number: int) -> Review:
    review = await table.one(number) if table else None
    if review is None:
        raise UserError(
            f"There is no turn {number} to look at; `assistant review list` shows them.", exit_status=2
        )
    return review


def _check_intent(config: Config, intent: str) -> None:
    project = RasaProject.from_config(config)
    data = load_training_data(project.root, project.names, project.plugin_data)
    known = sorted({example.intent for example in data.examples})
    if intent in known:
        return
    alike = difflib.get_close_matches(intent, known, 3, 0.5)
    hint = f" Did you mean {' or '.join(alike)}?" if alike else f" There are {', '.join(known)}."
    what = f"There is no intent {intent!r}." if intent else "Name its intent with --intent."
    raise UserError(f"{what}{hint}", exit_status=2)


def _why(review: Review) -> str:
    return "; ".join(REASONS.get(why, why) for why in review.why.split(", "))


def _ranked(review: Review) -> str:
    ranking = review.parse.get("ranking") or []
    named = " ".join(f"{each['entity']}={each['value']}" for each in review.parse.get("entities") or ())
    return ", ".join(f"{intent} {sure:.2f}" for intent, sure in ranking[:RANKED]) + (
        f"  {named}" if named else ""
    )


def _exported(review: Review) -> dict[str, Any]:
    return {**asdict(review), "means": OUTCOMES.get(review.outcome, review.outcome)}


@asynccontextmanager
async def database_of(config: Config) -> AsyncIterator[Database | None]:
    """None where there is no database yet."""
    path, url = paths.state_dir() / "assistant.db", config.storage.url.get_secret_value()
    if not url and not await asyncio.to_thread(path.exists):
        yield None
        return
    database = await Database.open(path, url=url)
    try:
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def _table(config: Config) -> AsyncIterator[ReviewTable | None]:
    """None where there is no database yet."""
    async with database_of(config) as database:
        yield ReviewTable(database) if database is not None else None
