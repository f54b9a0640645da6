"""Which files belong to what the owner added: files, and folders with all that is in them."""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from assistant.documents.read import KINDS

_MOST_ENTRIES = 100_000
"""Of a folder, looked at; a home folder that was added by mistake must not keep the disk busy."""


@dataclass(frozen=True, slots=True)
class Found:
    """`stamps`: of each file by its path, changing with it. `problems`: sentences. `absent`: sources that are
    not there now; what was read of them is kept, for a disk may be plugged in again."""

    stamps: Mapping[str, str]
    problems: tuple[str, ...] = ()
    absent: tuple[str, ...] = field(default=())


def find(sources: Iterable[str], max_files: int) -> Found:
    """Blocking. Hidden files and folders are left out; links are followed only where they stay within the
    folder."""
    stamps: dict[str, str] = {}
    problems: list[str] = []
    absent: list[str] = []
    for source in sources:
        path = Path(source).expanduser()
        try:
            resolved = path.resolve(strict=True)
        except (OSError, RuntimeError):
            absent.append(str(path.absolute()))
            continue
        if not resolved.is_dir():
            stamps.update(_stamped(resolved))
            continue
        for count, file in enumerate(_below(resolved, problems)):
            if count >= max_files:
                problems.append(
                    f"{source} holds more than {max_files} documents (`documents.max_files`); the rest is left out."
                )
                break
            stamps.update(_stamped(file))
    return Found(stamps, tuple(dict.fromkeys(problems)), tuple(absent))


def _below(root: Path, problems: list[str]) -> Iterator[Path]:
    """Documents of a folder, in the order of their names."""
    entries = 0

    def unreadable(error: OSError) -> None:
        problems.append(f"{error.filename} cannot be read: {error.strerror}.")

    for folder, folders, files in os.walk(root, onerror=unreadable):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        for name in sorted(files):
            entries += 1
            if entries > _MOST_ENTRIES:
                problems.append(f"{root} holds more than {_MOST_ENTRIES} files; the rest is left out.")
                return
            path = Path(folder, name)
            if name.startswith(".") or path.suffix.lower() not in KINDS:
                continue
            if path.is_symlink():
                try:
                    target = path.resolve(strict=True)
                except (OSError, RuntimeError):
                    continue
                if not target.is_relative_to(root):
                    problems.append(f"{path} leads out of its folder; it is left out.")
                    continue
                path = target
            yield path


def _stamped(path: Path) -> Iterator[tuple[str, str]]:
    try:
        status = path.stat()
    except OSError:
        return
    yield str(path), f"{status.st_mtime_ns}-{status.st_size}-{status.st_ino}"
