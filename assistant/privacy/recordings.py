"""The sound of turns on disk, for owners who want it: never unless `privacy.keep_audio` is on.

A recogniser is wrapped in one that keeps what it is fed. A file is `<session>@<seconds since the epoch>.wav`, 16 kHz,
16 bit, mono; only its owner can read it.
"""

import asyncio
import contextlib
import logging
import os
import time
import wave
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, unquote

import numpy as np

from assistant import events, paths
from assistant.config.model import Config
from assistant.privacy.footprint import Footprint
from assistant.recognition.base import (
    Hints,
    LooksAhead,
    OnPartial,
    RecognitionStream,
    Recognizer,
    TakesHints,
    Transcript,
)
from audio.frames import SAMPLE_RATE_HZ, Pcm

_log = logging.getLogger(__name__)
LONGEST_S = 60  # of one file; a turn is cut long before

_NOTICE = (
    "The sound of each turn is kept for {days} days in {folder}; `privacy.keep_audio = false` ends that."
)


def recordings_folder() -> Path:
    return paths.state_dir() / "recordings"


def notice(config: Config) -> str:
    """What whoever starts the assistant is told; "" where no sound is kept."""
    settings = config.privacy
    folder = recordings_folder()
    return _NOTICE.format(days=settings.keep_audio_days, folder=folder) if settings.keep_audio else ""


def as_wanted(
    config: Config, recognizer: Recognizer, session: str, publish: Callable[[events.Event], None]
) -> Recognizer:
    """The same recogniser, or one that keeps the sound of what is said at `session` where the owner wants that."""
    if not config.privacy.keep_audio:
        return recognizer

    def kept(seconds: float) -> None:
        publish(events.SoundKept(at_s=time.monotonic(), session=session, turn=0, seconds=seconds))

    return RecordingRecognizer(recognizer, session, recordings_folder(), kept)


class RecordingRecognizer:
    """As the recogniser that it wraps; the sound of each utterance that was recognised is written to `folder`. Loop
    thread; the disk is written by another. A full disk is logged, and no turn fails by it."""

    def __init__(
        self,
        inner: Recognizer,
        session: str,
        folder: Path,
        on_kept: Callable[[float], None] = lambda seconds: None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._inner = inner
        self._session = session
        self._folder = folder
        self._on_kept = on_kept
        self._now = now
        self._last: tuple[Path, Pcm] | None = None

    @property
    def name(self) -> str:
        return self._inner.name

    async def start(self) -> None:
        await self._inner.start()

    def stream(self, on_partial: OnPartial | None = None) -> RecognitionStream:
        return _Recording(self._inner.stream(on_partial), self)

    async def close(self) -> None:
        await self._inner.close()

    async def keep(self, began: float, sound: Pcm) -> None:
        """One utterance; in place of the last, where it only goes on with that."""
        path = self._folder / f"{quote(self._session, safe='')}@{began:.3f}.wav"
        last, self._last = self._last, (path, sound)
        try:
            await asyncio.to_thread(_write, path, sound)
            if last is not None and _goes_on_with(sound, last[1]):  # a pause for breath, and the turn went on
                last[0].unlink(missing_ok=True)
            self._on_kept(len(sound) / SAMPLE_RATE_HZ)
        except OSError as error:
            _log.error("the sound of a turn cannot be kept: %s", error)

    @property
    def now(self) -> Callable[[], float]:
        return self._now


class _Recording:
    """One utterance. Hints and looking ahead are passed on where the recogniser has them."""

    def __init__(self, inner: RecognitionStream, keeper: RecordingRecognizer) -> None:
        self._inner = inner
        self._keeper = keeper
        self._began = keeper.now()
        self._blocks: list[Pcm] = []
        self._samples = 0

    def feed(self, pcm: Pcm) -> None:
        if self._samples < LONGEST_S * SAMPLE_RATE_HZ:
            self._blocks.append(pcm.copy())
            self._samples += len(pcm)
        self._inner.feed(pcm)

    @property
    def hints(self) -> Hints:
        return self._inner.hints if isinstance(self._inner, TakesHints) else Hints()

    @hints.setter
    def hints(self, hints: Hints) -> None:
        if isinstance(self._inner, TakesHints):
            self._inner.hints = hints

    def look_ahead(self) -> None:
        if isinstance(self._inner, LooksAhead):
            self._inner.look_ahead()

    async def finish(self) -> Transcript:
        blocks, self._blocks = self._blocks, []
        transcript = await self._inner.finish()
        if blocks:
            await self._keeper.keep(self._began, np.concatenate(blocks))
        return transcript

    def cancel(self) -> None:
        self._blocks = []
        self._inner.cancel()


def _goes_on_with(sound: Pcm, former: Pcm) -> bool:
    return len(sound) > len(former) and np.array_equal(sound[: len(former)], former)


def recordings_of(folder: Path, who: Footprint) -> list[Path]:
    """Those that were made while somebody spoke there, and those of which nobody can tell. Blocking."""
    found = []
    for path in sorted(folder.glob("*")) if folder.is_dir() else ():
        name, _, began = path.stem.rpartition("@")
        try:
            theirs = who.spoke(unquote(name), float(began))
        except ValueError:
            theirs = True
        if theirs:
            found.append(path)
    return found


def prune_recordings(folder: Path, before: float) -> int:
    """Delete those from before a time (seconds since the epoch). How many. Blocking."""
    count = 0
    for path in sorted(folder.glob("*.wav")) if folder.is_dir() else ():
        with contextlib.suppress(OSError):
            if path.stat().st_mtime < before:
                path.unlink()
                count += 1
    return count


def _write(path: Path, sound: Pcm) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as raw, wave.open(raw, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE_HZ)
        file.writeframes(np.ascontiguousarray(sound, "<i2").tobytes())
