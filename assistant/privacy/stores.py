"""Every place where something is kept, in one table: `assistant privacy` and docs/privacy.md show it."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from assistant import paths
from assistant.config.model import Config


@dataclass(frozen=True, slots=True)
class Store:
    """`kept`: for how long, with the names of settings; `of_persons`: whether `assistant privacy erase PERSON` looks
    there, and else why not. `files`: where it lies, of this configuration; none where it is part of another file."""

    name: str
    what: str
    where: str
    kept: str
    erased: str
    files: Callable[[Config], list[Path]] = lambda config: []


def _state(*names: str) -> Callable[[Config], list[Path]]:
    return lambda config: [path for name in names for path in sorted(paths.state_dir().glob(name))]


def _cache(name: str) -> Callable[[Config], list[Path]]:
    return lambda config: [paths.cache_dir() / name]


def _database(config: Config) -> list[Path]:
    return [] if config.storage.url.get_secret_value() else _state("assistant.db*")(config)


def _conversations(config: Config) -> list[Path]:
    return [] if config.dialogue.tracker_store.get_secret_value() else _state("dialogue.db*")(config)


STORES = (
    Store(
        "sound",
        "sound from the microphone",
        "memory",
        "until the turn is over, at most 30 s",
        "it is never written, unless `privacy.keep_audio` is on",
    ),
    Store(
        "recordings",
        "the sound of each turn, where `privacy.keep_audio` is on",
        "`recordings/` in the state folder",
        "`privacy.keep_audio_days`",
        "what a person said while it was known who speaks",
        _state("recordings"),
    ),
    Store(
        "lists",
        "timers, alarms, reminders, lists, notes, what is planned",
        "`assistant.db` in the state folder",
        "until you delete them",
        "what a person made, as far as the record of service calls goes back",
        _database,
    ),
    Store("home", "states of the virtual home", "`assistant.db`", "until they change", "only with `--all`"),
    Store(
        "appointments",
        "appointments, where `calendar.url` names no server",
        "`calendar.ics` in the state folder, or `calendar.file`",
        "until you delete them",
        "what a person made, as far as the record of service calls goes back",
        lambda config: [config.calendar.file or paths.state_dir() / "calendar.ics"],
    ),
    Store(
        "names",
        "names learned from what you put on lists, and of timers, lists and appointments",
        "`assistant.db`",
        "the latest 300 of each, `privacy.names_days` after they were used last",
        "the person's own name, and those that the person said; `assistant names forget`",
    ),
    Store(
        "record",
        "a record of each service call: when, from where, by whom if that is known, what was asked, what was decided "
        "and why, what came of it",
        "`assistant.db`",
        "`privacy.record_days`",
        "all but when, which service and what was decided: the chain of records stays whole",
    ),
    Store(
        "speakers",
        "where and when a person spoke of whom it is known",
        "`assistant.db`",
        "`privacy.record_days`",
        "wholly",
    ),
    Store(
        "reviews",
        "turns to look at: the words, what they may have meant, what was answered, and what people thought of answers",
        "`assistant.db`",
        "30 days",
        "wholly; `assistant review clear`; `dialogue.keep_reviews = false` keeps none",
    ),
    Store(
        "conversations",
        "what was said in conversations, as text (Rasa's tracker)",
        "`dialogue.db` in the state folder",
        "`privacy.conversation_days`",
        'every conversation that the person took part in, as a whole; `dialogue.memory = "none"` never writes it',
        _conversations,
    ),
    Store(
        "documents",
        "an index of your documents, with their text",
        "`documents.db` in the state folder",
        "until you remove them",
        "only with `--all`; `assistant knowledge remove`",
        _state("documents.db*"),
    ),
    Store(
        "traces",
        "a trace of each turn: times, intents, lengths; no words unless `observe.keep_words`",
        "`traces/` in the state folder",
        "`observe.keep_days`, at most `observe.keep_mb`",
        "wholly; `observe.traces = false` keeps none",
        _state("traces"),
    ),
    Store(
        "logs",
        "logs of Rasa, and faults; without mail addresses, numbers, passwords and the like",
        "`log/` in the state folder",
        "the last 4 MB of each, `privacy.log_days` after anything was added",
        "all logs, whoever they are of",
        _state("log"),
    ),
    Store(
        "damaged",
        "a database that was damaged and put aside",
        "`assistant.db.damaged-…` in the state folder",
        "until you delete it",
        "wholly, for nobody can tell what is in it",
        _state("*.damaged-*"),
    ),
    Store(
        "language models",
        "what the recogniser expects, with the names of your home, lists and people, and learned ones",
        "`language-models/` in the cache folder",
        "the latest few",
        "when learned names are; they are made again",
        _cache("language-models"),
    ),
    Store(
        "trained models",
        "what understands sentences, with the names of your home, lists and people",
        "`rasa/` and `sentences/` in the cache folder",
        "the latest few",
        "only with `--all`; `assistant train` makes them again",
        lambda config: [paths.cache_dir() / "rasa", paths.cache_dir() / "sentences"],
    ),
    Store(
        "phrases",
        "sound of the assistant's own fixed phrases, without the text",
        "`phrases/` in the cache folder",
        "`voice.cache_mb`, oldest first",
        "only with `--all`; `voice.cache_mb = 0` keeps none",
        _cache("phrases"),
    ),
    Store(
        "machine",
        "how fast each Whisper model is, which voice you chose, which programs' sound is quieter, which switches are "
        "on, at which places it was said that a language model answers",
        "`model-speeds.json`, `voice.json`, `lowered-streams.json`, `switches/`, `disclosed.json` in the state folder",
        "until you delete the file",
        "it is about no person",
        _state("model-speeds.json", "voice.json", "lowered-streams.json", "switches*", "disclosed.json"),
    ),
    Store(
        "instances",
        "address and token of each running assistant",
        "`instances/` in the state folder",
        "until it ends",
        "it goes by itself",
        _state("instances"),
    ),
    Store(
        "corrections",
        "sentences that you put right",
        "`corrections.yml` beside the settings file",
        "until you delete them",
        "it is a file of yours",
    ),
    Store(
        "plugins",
        "what your plugins keep",
        "`plugins/` in the state folder",
        "as they say",
        "it is theirs to delete",
        _state("plugins"),
    ),
    Store(
        "tokens",
        "who may use the API from elsewhere: names and digests of tokens, no token",
        "`tokens` beside the settings file",
        "until you remove them",
        "it is a setting; `assistant tokens remove`",
    ),
)


def bytes_of(store: Store, config: Config) -> int:
    """How much it takes on this disk. Blocking."""
    return sum(path.stat().st_size for place in store.files(config) for path in _files(place))


def _files(place: Path) -> Iterator[Path]:
    if place.is_dir():
        for folder, _, names in os.walk(place):
            yield from (path for name in names if (path := Path(folder) / name).is_file())
    elif place.is_file():
        yield place


def as_markdown() -> str:
    """The table, as docs/privacy.md has it."""
    rows = (f"| {each.what} | {each.where} | {each.kept} | {each.erased} |\n" for each in STORES)
    head = "| what | where | how long | what `assistant privacy erase` makes of it |\n|---|---|---|---|\n"
    return head + "".join(rows)
