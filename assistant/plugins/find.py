"""Which plugins there are. Finding one runs none of its code."""

import os
import re
import stat
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from assistant import paths
from assistant.plugins.sentences import sentences as read_sentences

GROUP = "assistant.plugins"
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Plugin:
    """`path`: a file or package of the folder, None for one that was installed. `rasa`: the folder of its sentences,
    if it has one. `problem`: a sentence that says why it is not used, or empty."""

    name: str
    path: Path | None = None
    entry: EntryPoint | None = None
    rasa: Path | None = None
    problem: str = ""


def found(where: Path | None = None) -> list[Plugin]:
    """Those of the folder, then those that were installed (entry points), by name. Blocking, for milliseconds.

    `NAME.py` has its sentences in `NAME.rasa/`, a package `NAME/` in `NAME/rasa/`."""
    where = where or paths.plugins_dir()
    plugins = [_looked_at(path, where) for path in _candidates(where)]
    taken = {plugin.name for plugin in plugins}
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        if entry.name not in taken:
            plugins.append(Plugin(entry.name, entry=entry))
    return plugins


def _candidates(where: Path) -> list[Path]:
    try:
        inside = sorted(where.iterdir())
    except OSError:
        return []  # it need not be there
    files = [path for path in inside if path.suffix == ".py" and not path.name.startswith((".", "_"))]
    return files + [path for path in inside if path.is_dir() and (path / "__init__.py").is_file()]


def _looked_at(path: Path, where: Path) -> Plugin:
    name = path.stem if path.is_file() else path.name
    rasa = path / "rasa" if path.is_dir() else path.with_suffix(".rasa")
    sentences = rasa if rasa.is_dir() else None
    if not _NAME.fullmatch(name):
        problem = f"{path} is not loaded: name it with small letters, digits and _ only."
        return Plugin(name, path, problem=problem)
    parts = [where, path, *path.rglob("*")] if path.is_dir() else [where, path]
    parts += [sentences, *sentences.rglob("*")] if sentences else []
    for part in parts:
        if problem := _unsafe(part):
            return Plugin(name, path, problem=f"{path} is not loaded: {problem}")
    if sentences:
        try:
            read_sentences(sentences)
        except ValueError as error:
            return Plugin(name, path, problem=f"{path} is not loaded: {error}.")
    return Plugin(name, path, rasa=sentences)


def _unsafe(path: Path) -> str:
    """Why code must not come from here: others could have written it."""
    try:
        what = path.stat()  # of what a link points to
    except OSError as error:
        return f"{path} cannot be read ({error.strerror})."
    if what.st_uid != os.getuid():
        return f"{path} belongs to another user; `chown` it if you trust it."
    if what.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        return f"others may write to {path}; `chmod go-w` it."
    return ""
