"""`assistant knowledge`: the owner's documents, whether an assistant is running or not."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.cli.commands import FilePath, group, json_option, with_settings
from assistant.cli.common import Settings, echo, notice, print_json, run

if TYPE_CHECKING:
    from assistant.config import Config
    from assistant.documents.index import Change

NOTHING_FOUND = 3
_NOTHING_KEPT = "No documents are kept: assistant knowledge add PATH…"


@group.group("knowledge", short_help="Your documents, from which questions are answered.")
def knowledge_group() -> None:
    """Your own documents (text, Markdown, HTML, PDF), from which questions are answered with their source."""


@knowledge_group.command("add")
@click.argument("added", nargs=-1, required=True, type=FilePath, metavar="PATH…")
@with_settings
def knowledge_add(settings: Settings, added: tuple[Path, ...]) -> None:
    """Read files, and folders with all that is in them; again when they change, while an assistant runs."""
    run(add(settings.load(), added))


@knowledge_group.command("list")
@json_option
@with_settings
def knowledge_list(settings: Settings, as_json: bool) -> None:
    """Which documents are known, and which could not be read."""
    run(show(settings.load(), as_json))


@knowledge_group.command("search")
@click.argument("words", nargs=-1, required=True, metavar="WORDS…")
@json_option
@with_settings
def knowledge_search(settings: Settings, words: tuple[str, ...], as_json: bool) -> None:
    """What the assistant would say to a question, and the passages that fit it. Exits with 3 where nothing does."""
    run(search(settings.load(), " ".join(words), as_json))


@knowledge_group.command("remove")
@click.argument("names", nargs=-1, required=True, metavar="NAME|PATH…")
@with_settings
def knowledge_remove(settings: Settings, names: tuple[str, ...]) -> None:
    """Forget documents and folders that were added; the files themselves stay."""
    run(remove(settings.load(), names))


async def add(config: "Config", added: tuple[Path, ...]) -> int:
    """1 where something could not be read; the rest is kept all the same."""
    from assistant.documents.library import create_library
    from assistant.errors import UserError

    problems = 0

    def told(change: "Change") -> None:
        nonlocal problems
        if change.problem:
            problems += 1
            notice(change.problem)
        elif change.passages:
            echo(f"{change.name}: {change.passages} passages")

    async with create_library(config) as library:
        for path in added:
            try:
                found = await library.add(path, told)
            except UserError as error:
                problems += 1
                notice(str(error))
                continue
            for problem in found.problems:
                notice(problem)
        await library.catch_up()
    return 1 if problems else 0


async def show(config: "Config", as_json: bool) -> None:
    """By name, with how many passages each has."""
    from assistant.documents.library import existing_library

    async with existing_library(config) as library:
        documents = await library.table.documents() if library else []
    if as_json:
        print_json(
            [
                {"name": each.name, "path": each.path, "passages": each.passages, "problem": each.problem}
                for each in documents
            ]
        )
        return
    for each in documents:
        echo(f"{each.name}  {each.passages} passages  {each.path}")
        if each.problem:
            echo(f"    {each.problem}")
    if not documents:
        echo(_NOTHING_KEPT)


async def search(config: "Config", question: str, as_json: bool) -> int:
    """`NOTHING_FOUND` where no passage fits."""
    from assistant.documents.library import existing_library
    from assistant.documents.quote import spoken

    async with existing_library(config) as library:
        if library is None:
            notice(_NOTHING_KEPT)
            return NOTHING_FOUND
        answer, passages = await library.answer(question), await library.search(question)
    if as_json:
        found = [
            {"text": each.text, "source": each.source, "path": each.path, "score": each.score}
            for each in passages
        ]
        print_json({"answer": spoken(answer) if answer else None, "passages": found})
    else:
        echo(spoken(answer) if answer else "I don't know: none of the documents says so for sure.")
        for each in passages:
            indented = each.text.replace("\n", "\n    ")
            echo(f"\n{each.score:.2f}  {each.source}  {each.path}\n    {indented}")
    return 0 if passages else NOTHING_FOUND


async def remove(config: "Config", names: tuple[str, ...]) -> None:
    """Raises `UserError` for the first that is not kept."""
    from assistant.documents.library import existing_library
    from assistant.errors import UserError

    async with existing_library(config) as library:
        if library is None:
            raise UserError(_NOTHING_KEPT, exit_status=2)
        for name in names:
            gone = await library.remove(name)
            echo(f"{name}: {len(gone)} documents forgotten")
