"""Traces on disk: files of JSON lines in the state folder, one or more a day, the oldest removed first."""

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from assistant import paths
from assistant.observe.record import TurnTrace

SEGMENTS = 8
"""A file is full when it holds this part of all that may be kept, so that what is removed is little."""


def traces_folder() -> Path:
    return paths.state_dir() / "traces"


class TraceStore:
    """Appends; blocking, one thread. Several processes may have one each in the same folder: a line is one
    `write` to a file that is open for appending. `wall`: seconds since the epoch."""

    def __init__(self, folder: Path, *, max_bytes: int, max_days: int, wall: Callable[[], float]) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._max_days = max_days
        self._wall = wall

    def append(self, traces: Sequence[TurnTrace]) -> None:
        """Raises OSError; what was written before stays readable."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        text = "".join(trace.line() + "\n" for trace in traces).encode()
        path = self._current(len(text))
        handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            size = os.fstat(handle).st_size
            if size and os.pread(handle, 1, size - 1) != b"\n":
                text = b"\n" + text  # somebody was killed in the middle of a line
            while text:
                text = text[os.write(handle, text) :]
        finally:
            os.close(handle)
        self._prune(keep=path)

    def _current(self, more: int) -> Path:
        """Today's file, or the next of today when it is full."""
        day = self._today().isoformat()
        number = max((_number(path) for path in self._folder.glob(f"{day}.*.jsonl")), default=1)
        path = self._folder / f"{day}.{number:04}.jsonl"
        if path.exists() and path.stat().st_size + more > self._max_bytes // SEGMENTS:
            path = self._folder / f"{day}.{number + 1:04}.jsonl"
        return path

    def _prune(self, keep: Path) -> None:
        oldest = (self._today() - timedelta(days=self._max_days)).isoformat()
        total = 0
        for path in reversed(trace_files(self._folder)):  # the newest first
            with contextlib.suppress(OSError):
                total += path.stat().st_size
                if path != keep and (path.name[:10] < oldest or total > self._max_bytes):
                    path.unlink()

    def _today(self) -> date:
        return datetime.fromtimestamp(self._wall(), UTC).date()


def trace_files(folder: Path) -> list[Path]:
    """The oldest first; none where the folder is not."""
    return sorted(path for path in folder.glob("????-??-??.*.jsonl") if _number(path) > 0)


def read_traces(folder: Path) -> Iterator[TurnTrace]:
    """All that are kept, the oldest first; lines that are broken are skipped. Blocking. Raises OSError."""
    for path in trace_files(folder):
        try:
            with open(path, "rb") as file:
                yield from _traces(file)
        except FileNotFoundError:
            continue  # it was the oldest, and is gone


def _traces(lines: Iterator[bytes] | Sequence[bytes]) -> Iterator[TurnTrace]:
    for line in lines:
        with contextlib.suppress(ValueError):
            yield TurnTrace.from_line(line)


class Tail:
    """What is appended from now on, by whichever process. Blocking, one thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read = {path: path.stat().st_size for path in trace_files(folder)}

    def new(self) -> list[TurnTrace]:
        """Since the last call. A line that is not yet whole is left for the next. Raises OSError."""
        found: list[TurnTrace] = []
        for path in trace_files(self._folder):
            begin = self._read.get(path, 0)
            with contextlib.suppress(FileNotFoundError), open(path, "rb") as file:
                file.seek(begin)
                text = file.read()
                whole = text[: text.rfind(b"\n") + 1]
                self._read[path] = begin + len(whole)
                found += _traces(whole.splitlines())
        return found


def _number(path: Path) -> int:
    number = path.name.split(".")[1]
    return int(number) if number.isdecimal() else 0
