"""Sound files: a recording as a stream, as a source of frames, and answers written to a WAV.

Reads whatever libsndfile does: WAV of any width and rate, FLAC, MP3, OGG. Always block by block, so an hour
of sound takes no more memory than a second.
"""

import asyncio
import os
import tempfile
import wave
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import soundfile

from audio.errors import BadAudio, CannotWrite
from audio.frames import FRAME_MS, FRAME_SAMPLES, SAMPLE_RATE_HZ, Frame, Pcm
from audio.framing import Framer
from audio.resample import Resampler

BLOCK_S = 1.0
RATES_HZ = range(1_000, 768_001)
"""Rates that recordings are made with; a header outside of it is damaged."""


def duration_s(path: Path) -> float:
    """Length of a recording, from its header. Raises `BadAudio`."""
    with _open(path) as file:
        return float(file.frames / file.samplerate)


def blocks(path: Path, *, sample_rate_hz: int = SAMPLE_RATE_HZ, block_s: float = BLOCK_S) -> Iterator[Pcm]:
    """The recording in pieces of about `block_s`, mixed to mono, at `sample_rate_hz`.

    Any thread, but it reads a disk and decodes: not for the event loop. Raises `BadAudio`, also midway when
    the rest of a file is damaged.
    """
    with _open(path) as file:
        resampler = Resampler(file.samplerate, sample_rate_hz)
        size = max(1, round(block_s * file.samplerate))
        while True:
            try:
                block = file.read(size, dtype="float32", always_2d=True)
            except soundfile.SoundFileError as error:
                raise BadAudio(f"{path} is damaged: {_reason(error)}") from error
            if not len(block):
                break
            yield resampler.feed(_to_mono(block))
        tail = resampler.finish()
        if tail.size:
            yield tail


def read(path: Path, *, sample_rate_hz: int = SAMPLE_RATE_HZ) -> Pcm:
    """The whole recording at once, for short ones. Raises `BadAudio`."""
    return np.concatenate([*blocks(path, sample_rate_hz=sample_rate_hz), np.zeros(0, np.int16)])


def _open(path: Path) -> Any:
    """A `soundfile.SoundFile` that has samples, or `BadAudio` that says why not."""
    try:
        if path.is_dir():
            raise BadAudio(f"{path} is a folder; give the path of a sound file.")
        if path.stat().st_size == 0:
            raise BadAudio(f"{path} is empty.")
        with open(path, "rb"):  # libsndfile calls every refusal a "system error"; the system says which
            pass
    except FileNotFoundError as error:
        raise BadAudio(f"There is no file {path}.") from error
    except OSError as error:
        raise BadAudio(f"{path} cannot be read: {error.strerror or error}.") from error
    try:
        file = soundfile.SoundFile(str(path))
    except (soundfile.SoundFileError, TypeError) as error:  # TypeError: ".raw" wants to be told its format
        raise BadAudio(f"{path} is not sound that can be read (WAV, FLAC, MP3 and OGG can).") from error
    if file.samplerate not in RATES_HZ or file.frames == 0:
        damage = "has no sound in it" if file.frames == 0 else f"has an impossible rate, {file.samplerate} Hz"
        file.close()
        raise BadAudio(f"{path} {damage}.")
    return file


def _to_mono(block: npt.NDArray[np.float32]) -> Pcm:
    """(n, channels) in -1..1 → (n,). A 16-bit mono file comes through bit by bit."""
    mono = np.nan_to_num(block.mean(axis=1) * 32768.0, nan=0.0)
    pcm: Pcm = np.clip(np.rint(mono), -32768, 32767).astype(np.int16)
    return pcm


def _reason(error: Exception) -> str:
    return str(error).strip().rstrip(".") + "."


@dataclass(frozen=True, slots=True)
class Said:
    """Where in the source's time a file's own sound lies: samples [start, end)."""

    path: Path
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Pace:
    """Real time: frames come when a microphone would have finished recording them. Tests bring their own
    clock.
    """

    clock: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]


class FileSource:
    """A person who says what is in files; a `Source`.

    Says the files one after the other, each beginning with a frame of its own and its last frame filled up
    with silence. When there is nothing to say it is silent until it is closed, or ends if `then_silence` is
    False. `say` adds a file at any time: the next turn of a conversation. Loop thread; files are decoded in
    a worker thread.
    """

    def __init__(self, *paths: Path, pace: Pace | None = None, then_silence: bool = True) -> None:
        """`pace` None: as fast as they are taken. Raises `BadAudio` for a file that cannot be opened."""
        self._waiting: deque[Path] = deque()
        self._pace = pace
        self._then_silence = then_silence
        self._framer = Framer()
        self._said: list[Said] = []
        self._closed = False
        self._speaking = False
        for path in paths:
            self.say(path)

    def say(self, path: Path) -> None:
        """Say this after what is being said. Raises `BadAudio`."""
        duration_s(path)
        self._waiting.append(path)

    @property
    def said(self) -> tuple[Said, ...]:
        """The files whose sound has been delivered entirely."""
        return tuple(self._said)

    @property
    def end_index(self) -> int | None:
        """Index after the last sample that came from a file; None while something is still to be said."""
        saying = bool(self._waiting) or self._speaking
        return self._said[-1].end if self._said and not saying else None

    @property
    def dropped_samples(self) -> int:
        return 0

    async def frames(self) -> AsyncIterator[Frame]:
        """As in `Source`. Raises `BadAudio` where a file turns out to be damaged. One reader."""
        start_s = self._pace.clock() if self._pace else 0.0
        async for frame in self._unpaced():
            if self._pace:
                due_s = start_s + (frame.index + FRAME_SAMPLES) / SAMPLE_RATE_HZ
                await self._pace.sleep(max(0.0, due_s - self._pace.clock()))
            else:
                await asyncio.sleep(0)  # silence without end must not starve the loop
            if self._closed:
                return
            yield frame

    async def _unpaced(self) -> AsyncIterator[Frame]:
        silence = np.zeros(FRAME_SAMPLES, np.int16)
        while not self._closed:
            if self._waiting:
                async for frame in self._file(self._waiting.popleft()):
                    yield frame
            elif self._then_silence:
                for frame in self._framer.feed(silence):
                    yield frame
            else:
                return

    async def _file(self, path: Path) -> AsyncIterator[Frame]:
        start = self._framer.index
        length = 0
        self._speaking = True
        try:
            recording = blocks(path)
            while (block := await asyncio.to_thread(next, recording, None)) is not None:
                length += len(block)
                for frame in self._framer.feed(block):
                    yield frame
            for frame in self._framer.pad():
                yield frame
            self._said.append(Said(path, start, start + length))
        finally:
            self._speaking = False

    async def close(self) -> None:
        self._closed = True


class WavSink:
    """Answers written to a WAV instead of being heard; a `Sink` that plays at once.

    The file appears under its name when the sink is closed, whole or not at all. Loop thread; the disk is
    written by a worker thread.
    """

    def __init__(self, path: Path, sample_rate_hz: int = SAMPLE_RATE_HZ) -> None:
        """Raises `CannotWrite`."""
        self._path = path
        self._rate_hz = sample_rate_hz
        self._written = 0
        self._closed = False
        if path.is_dir():
            raise CannotWrite(f"{path} is a folder; give the path of a WAV file to write.")
        if not path.parent.is_dir():
            raise CannotWrite(f"{path} cannot be written: there is no folder {path.parent}.")
        try:
            handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
        except OSError as error:
            raise CannotWrite(f"{path} cannot be written: {error.strerror or error}.") from error
        self._part = Path(name)
        self._raw = os.fdopen(handle, "wb")
        self._wav = wave.open(self._raw, "wb")  # noqa: SIM115 - closed by `_finish`
        self._wav.setnchannels(1)
        self._wav.setsampwidth(2)
        self._wav.setframerate(sample_rate_hz)

    @property
    def sample_rate_hz(self) -> int:
        return self._rate_hz

    @property
    def written_samples(self) -> int:
        return self._written

    @property
    def played_samples(self) -> int:
        return self._written

    async def write(self, pcm: Pcm) -> None:
        """As in `Sink`. Raises `CannotWrite`: disk full, folder gone, or already closed."""
        if self._closed:
            raise CannotWrite(f"{self._path} is closed.")
        await self._to_disk(self._wav.writeframesraw, np.ascontiguousarray(pcm, "<i2").tobytes())
        self._written += len(pcm)

    async def silence(self, seconds: float) -> None:
        """A gap, as between two answers."""
        for _ in range(round(seconds * 1000 / FRAME_MS)):
            await self.write(np.zeros(self._rate_hz * FRAME_MS // 1000, np.int16))

    async def drain(self) -> None:
        """All that was written counts as heard already."""

    def flush(self) -> None:
        """Nothing is queued that could be dropped."""

    async def close(self) -> None:
        """Idempotent. Raises `CannotWrite`; then there is no file, and an earlier one of that name is
        untouched.
        """
        if self._closed:
            return
        self._closed = True
        await self._to_disk(self._finish)

    async def abandon(self) -> None:
        """Close without a result: what was written is thrown away, an earlier file of that name stays as it
        is. Nothing happens after `close`. Idempotent.
        """
        if not self._closed:
            await asyncio.to_thread(self._abandon)

    def _finish(self) -> None:
        self._wav.close()
        self._raw.flush()
        os.fsync(self._raw.fileno())
        self._raw.close()
        umask = os.umask(0)
        os.umask(umask)
        self._part.chmod(0o666 & ~umask)  # mkstemp gives 0600; answers are as readable as any file made here
        self._part.replace(self._path)

    async def _to_disk(self, work: Callable[..., None], *arguments: Any) -> None:
        try:
            await asyncio.to_thread(work, *arguments)
        except (OSError, wave.Error) as error:
            self._abandon()
            reason = getattr(error, "strerror", None) or error
            raise CannotWrite(f"{self._path} cannot be written: {reason}.") from error

    def _abandon(self) -> None:
        """After an error: no half file stays behind."""
        self._closed = True
        self._wav._file = None  # type: ignore[attr-defined]  # else its finaliser writes a header again
        with suppress(OSError):  # its buffer cannot be written either, which is what is being reported
            self._raw.close()
        self._part.unlink(missing_ok=True)
