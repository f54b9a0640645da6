"""`assistant names`: which names are known, and how they sound to the recogniser."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

from assistant import paths
from assistant.cli.common import echo, notice, print_json
from assistant.config import Config
from assistant.dialogue.names import KINDS, OwnerNames, names_folder
from assistant.dialogue.project import RasaProject
from assistant.errors import UserError
from assistant.recognition.build import LanguageModelFiles, pronunciations_file
from assistant.recognition.factory import files_for
from assistant.recognition.pronunciation import PHONES, Pronunciations, pronounce, read_overrides
from assistant.recognition.spoken_words import spoken_words
from assistant.storage.database import Database
from assistant.storage.names import NameTable
from assistant.vocabulary.learned import as_names

SHOWN = 12  # names of a kind; `--json` has them all
OF_THE_HOME = ("areas", "devices", "scenes", "sensors")


async def show(config: Config, as_json: bool) -> None:
    """All names with where they are from, and the words whose sound had to be guessed."""
    project = await asyncio.to_thread(RasaProject.from_config, config)
    learned = await _learned()
    files = await files_for(project, lambda text: notice(f"  {text}"), learned=learned)
    guessed = await asyncio.to_thread(_guessed, files, project.names | learned)
    if as_json:
        print_json(
            {
                "names": _by_kind(project.names),
                "learned": _by_kind(learned - project.names),
                "guessed": guessed,
                "pronunciations": str(pronunciations_file()),
                "folder": str(names_folder(config)),
            }
        )
        return
    own = config.home.areas or config.home.devices or config.home_assistant.url
    virtual = "" if own else "  (of the virtual home)"
    for kind, names in _by_kind(project.names).items():
        echo(f"{kind:<9} {_listed(names)}{virtual if kind in OF_THE_HOME else ''}")
    for kind, names in _by_kind(learned - project.names).items():
        echo(f"learned   {kind}: {_listed(names)}")
    if guessed:
        echo("guessed   " + "\n          ".join(f"{word}  {phones[0]}" for word, phones in guessed.items()))
        word = next(iter(guessed))
        echo(f"A word that is not heard well? assistant names pronounce {word} --like “as it sounds”")


async def pronounced(words: tuple[str, ...], like: str) -> None:
    """How words sound to the recogniser; with `like`, from now on as that does. Raises `UserError`."""
    file = pronunciations_file()
    said = [word for text in words for word in spoken_words(text)]
    if not said:
        raise UserError("That has no word in it that could be said.", exit_status=2)
    if like:
        if len(said) != 1:
            raise UserError("With --like, give one word at a time.", exit_status=2)
        await asyncio.to_thread(_correct, file, said[0], like)
    overrides = await asyncio.to_thread(read_overrides, file)
    found, guessed = await asyncio.to_thread(pronounce, dict.fromkeys(said), overrides)
    for word, variants in found.items():
        source = "yours" if word in overrides else "guessed" if word in guessed else "dictionary"
        for phones in variants:
            echo(f"{word}  {phones}  ({source})")
    if like:
        notice(f"Written to {file}; a running assistant hears it so in some seconds.")


async def forget(names: tuple[str, ...]) -> None:
    """Learned names are no longer known from the next start on; without `names`, none is. Raises `UserError`."""
    database = await Database.open(_database())
    try:
        table = NameTable(database)
        for name in names or (None,):
            count = await table.forget(name and " ".join(spoken_words(name)))
            echo(f"{name or 'learned names'}: {count} forgotten")
    finally:
        await database.close()


async def _learned() -> OwnerNames:
    if not await asyncio.to_thread(_database().exists):
        return OwnerNames()
    database = await Database.open(_database())
    try:
        found = await NameTable(database).all()
    finally:
        await database.close()
    return as_names((kind, name) for kind, names in found.items() for name in names)


def _database() -> Path:
    return paths.state_dir() / "assistant.db"


def _by_kind(names: OwnerNames) -> dict[str, tuple[str, ...]]:
    return {kind: getattr(names, kind) for kind in KINDS if getattr(names, kind)}


def _listed(names: tuple[str, ...]) -> str:
    more = f" … and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


def _guessed(files: LanguageModelFiles, names: OwnerNames) -> Pronunciations:
    """Of the words that were guessed those that are in the owner's names, as the recogniser has them."""
    own = {word for _, name in names for word in spoken_words(name)}
    wanted = own & set(files.guessed)
    found: dict[str, list[str]] = {}
    for word, phones in _entries(files.dictionary):
        if word in wanted:
            found.setdefault(word, []).append(phones)
    return {word: tuple(variants) for word, variants in found.items()}


def _entries(dictionary: Path) -> Iterator[tuple[str, str]]:
    for line in dictionary.read_text(encoding="utf-8").splitlines():
        word, _, phones = line.partition(" ")
        yield word.partition("(")[0], phones


def _correct(file: Path, word: str, like: str) -> None:
    """Add the sound of `like` as that of `word`: phones as they are, or words whose sounds it has one after the
    other. Raises `UserError`."""
    overrides = read_overrides(file)
    parts = like.split()
    if parts and all(part in PHONES for part in parts):
        phones = " ".join(parts)
    else:
        words = spoken_words(like)
        found, _ = pronounce(words, overrides)
        if not words or any(each not in found for each in words):
            raise UserError(f"I don't know how {like!r} sounds.", exit_status=2)
        phones = " ".join(found[each][0] for each in words)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        old = file.read_text(encoding="utf-8") if file.exists() else ""
        kept = [line for line in old.splitlines() if line.partition("#")[0].split()[:1] != [word]]
        draft = file.with_name(f".{file.name}.part")
        draft.write_text("".join(f"{line}\n" for line in (*kept, f"{word} {phones}")), encoding="utf-8")
        draft.replace(file)
    except OSError as error:
        raise UserError(f"{file} cannot be written: {error.strerror}.") from error
