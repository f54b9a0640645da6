"""What files hold of a person: traces, logs, recordings, appointments, what was made of learned names. All functions
block; `OSError` of theirs means that a file could not be changed."""

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import icalendar

from assistant.privacy.footprint import Footprint


def traces_of(folder: Path, who: Footprint) -> list[dict[str, Any]]:
    """The traces of turns in which somebody spoke."""
    return [json.loads(line) for path in _lines_in(folder) for line in _read(path) if _is_theirs(line, who)]


def erase_traces(folder: Path, who: Footprint) -> int:
    """How many there were."""
    count = 0
    for path in _lines_in(folder):
        lines = _read(path)
        kept = [line for line in lines if not _is_theirs(line, who)]
        count += len(lines) - len(kept)
        if not kept:
            path.unlink()
        elif len(kept) < len(lines):
            replace(path, b"".join(kept))
    return count


def _lines_in(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.jsonl"))


def _read(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


def _is_theirs(line: bytes, who: Footprint) -> bool:
    """A line that cannot be read may be of anybody."""
    try:
        trace = json.loads(line)
        return who.spoke(str(trace["session"]), float(trace["at"]))
    except (ValueError, KeyError, TypeError):
        return True


def broker_lines(path: Path, who: Footprint) -> tuple[list[bytes], list[dict[str, Any]]]:
    """Of Rasa's file of events: the lines of others, and the events of a person."""
    kept, theirs = [], []
    for line in _read(path) if path.is_file() else ():
        with contextlib.suppress(ValueError):
            found = json.loads(line)
            if not who.took_part(str(found.get("sender_id", ""))):
                kept.append(line)
                continue
            theirs.append(found)
    return kept, theirs


def appointments_of(path: Path, who: Footprint) -> tuple[bytes, list[str]]:
    """A calendar file without the appointments that somebody made, and these as iCalendar texts."""
    if not path.is_file():
        return b"", []
    calendar = icalendar.Calendar.from_ical(path.read_bytes())
    theirs = [
        part
        for part in calendar.subcomponents
        if part.name == "VEVENT" and who.said(str(part.get("UID", "")))
    ]
    for part in theirs:
        calendar.subcomponents.remove(part)
    return calendar.to_ical(), [part.to_ical().decode() for part in theirs]


def erase_files(paths: Iterable[Path]) -> int:
    """Files and whole folders. How many files there were."""
    count = 0
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            count += sum(len(names) for _, _, names in os.walk(path))
            shutil.rmtree(path)
        elif path.exists():
            path.unlink()
            count += 1
    return count


def logs(folder: Path) -> Iterator[Path]:
    """Everything in a folder of logs."""
    yield from sorted(folder.glob("*")) if folder.is_dir() else ()


def replace(path: Path, content: bytes) -> None:
    """Whole or not at all; its owner alone can read it."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
