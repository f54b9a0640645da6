"""Phrases already spoken: in memory, and on disk for the next start.

An entry is one clause, found by a hash over the voice's identity (voice, file, speaker, speed) and the spoken
text. It holds sound and word marks, never the text. Sound is personal too, so the folder is the owner's
alone, and whoever speaks generated or private text passes `cacheable=False`: then the clause stays in
memory, which makes "say that again" immediate, and never reaches the disk.

The cache may only ever save time. A damaged entry is removed and made again; a disk that is full, read-only
or gone is reported once in the log, and the voice goes on without it.
"""

import hashlib
import json
import logging
import os
import tempfile
from collections import OrderedDict
from pathlib import Path

import numpy as np

from assistant import paths
from assistant.synthesis.base import Mark
from assistant.synthesis.engine import Sound

log = logging.getLogger(__name__)

MAGIC = b"phrase1\n"
DIGEST_BYTES = 32
MEMORY_BYTES = 8 * 1024 * 1024  # about four minutes of sound at 16 kHz


class DamagedEntry(ValueError):
    """Not what was written."""


def encode(sound: Sound) -> bytes:
    """Magic, SHA-256 of what follows, one line of JSON with the marks, the samples (little-endian int16)."""
    header = json.dumps({"marks": [[m.sample, m.start, m.end] for m in sound.marks]}).encode()
    body = header + b"\n" + np.ascontiguousarray(sound.pcm, dtype="<i2").tobytes()
    return MAGIC + hashlib.sha256(body).digest() + body


def decode(data: bytes) -> Sound:
    """Raises `DamagedEntry`."""
    start = len(MAGIC) + DIGEST_BYTES
    body = data[start:]
    if not data.startswith(MAGIC) or hashlib.sha256(body).digest() != data[len(MAGIC) : start]:
        raise DamagedEntry("checksum")
    header, _, samples = body.partition(b"\n")
    pcm = np.frombuffer(samples, dtype="<i2").astype(np.int16)
    return Sound(pcm, tuple(Mark(*mark) for mark in json.loads(header)["marks"]))


class PhraseCache:
    """Blocking; used on the voice's worker thread only. Several processes may share the folder.

    `limit_bytes` bounds the disk (0: none is used), `memory_bytes` the samples kept in memory; both drop
    what was used least recently.
    """

    def __init__(
        self, limit_bytes: int, folder: Path | None = None, *, memory_bytes: int = MEMORY_BYTES
    ) -> None:
        self.folder = folder or paths.cache_dir() / "phrases"
        self._limit = limit_bytes
        self._memory_limit = memory_bytes
        self._memory: OrderedDict[str, Sound] = OrderedDict()
        self._memory_bytes = 0
        self._sizes: OrderedDict[str, int] | None = (
            None  # of files, least recently used first; None: not looked
        )
        self._told = False

    @staticmethod
    def key(identity: str, text: str) -> str:
        """The name of the entry."""
        return hashlib.sha256(f"{identity}\0{text}".encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def disk_bytes(self) -> int:
        """What this process knows to be on disk."""
        return sum((self._sizes or {}).values())

    def get(self, key: str) -> Sound | None:
        """The clause, or nothing; never raises."""
        sound = self._memory.get(key)
        if sound is not None:
            self._memory.move_to_end(key)
            return sound
        if self._limit <= 0:
            return None
        try:
            sound = self._read(key)
        except OSError as error:
            self._tell(error)
            return None
        if sound is not None:
            self._remember(key, sound)
        return sound

    def put(self, key: str, sound: Sound, *, disk: bool) -> None:
        """Keep a clause; never raises."""
        self._remember(key, sound)
        if not disk or self._limit <= 0:
            return
        data = encode(sound)
        if len(data) > self._limit:
            return
        try:
            self._write(key, data)
        except OSError as error:
            self._tell(error)

    def _remember(self, key: str, sound: Sound) -> None:
        if sound.pcm.nbytes > self._memory_limit:
            return
        old = self._memory.pop(key, None)
        self._memory[key] = sound
        self._memory_bytes += sound.pcm.nbytes - (old.pcm.nbytes if old else 0)
        while self._memory_bytes > self._memory_limit:
            _, dropped = self._memory.popitem(last=False)
            self._memory_bytes -= dropped.pcm.nbytes

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.phrase"

    def _read(self, key: str) -> Sound | None:
        path = self._path(key)
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return None
        try:
            sound = decode(data)
        except (ValueError, KeyError, TypeError):
            log.info("A damaged phrase in %s was removed.", self.folder)
            self._remove(key)
            return None
        os.utime(path)  # so that the next start knows what was used last
        self._files()[key] = len(data)
        self._files().move_to_end(key)
        return sound

    def _write(self, key: str, data: bytes) -> None:
        """Whole or not at all: a reader, or the next start, never sees half a file."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        files = self._files()
        handle, temporary = tempfile.mkstemp(dir=self.folder, suffix=".tmp")
        try:
            with open(handle, "wb") as file:
                file.write(data)
            Path(temporary).replace(self._path(key))
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        files[key] = len(data)
        files.move_to_end(key)
        while self.disk_bytes > self._limit:
            self._remove(next(iter(files)))

    def _remove(self, key: str) -> None:
        self._files().pop(key, None)
        self._path(key).unlink(missing_ok=True)

    def _files(self) -> OrderedDict[str, int]:
        """What is on disk, looked up once; half-written files of a process that was killed are swept out."""
        if self._sizes is None:
            found = []
            for path in self.folder.glob("*.phrase") if self.folder.is_dir() else ():
                try:
                    stat = path.stat()
                except FileNotFoundError:
                    continue  # another process evicted it
                found.append((stat.st_mtime_ns, path.stem, stat.st_size))
            self._sizes = OrderedDict((stem, size) for _, stem, size in sorted(found))
            self._sweep()
        return self._sizes

    def _sweep(self) -> None:
        newest = max((p.stat().st_mtime for p in self.folder.glob("*.phrase")), default=0.0)
        for path in self.folder.glob("*.tmp"):
            if path.stat().st_mtime < newest - 60:
                path.unlink(missing_ok=True)

    def _tell(self, error: OSError) -> None:
        if not self._told:
            self._told = True
            log.warning(
                "Spoken phrases cannot be kept in %s (%s); the voice works without, only a little slower.",
                self.folder,
                error.strerror or error,
            )
