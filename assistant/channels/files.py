"""Recordings as one person's side of a conversation, for machines without sound.

Each file is heard at the pace of the clock on the wall, because that is how a person speaks and what makes
the times of a turn mean something. Between the files there is silence until the assistant has answered.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from assistant.conversation.session import Session
from audio.files import FileSource, Pace, duration_s
from audio.frames import SAMPLE_RATE_HZ

SILENCE_AFTER_S = 1.0
"""So much silence has to be heard after a file before the next: enough for the detector to notice the end."""


def checked(paths: Sequence[Path]) -> list[Path]:
    """The same paths, each known to be sound. Raises `BadAudio` before anything has started."""
    for path in paths:
        duration_s(path)
    return list(paths)


def real_time() -> FileSource:
    """A source to say files with, at the speed of speech."""
    return FileSource(pace=Pace(time.monotonic, asyncio.sleep))


async def converse(
    session: Session, source: FileSource, paths: Sequence[Path], on_file: Callable[[Path], None]
) -> None:
    """Say one file after the other, each when the one before has been answered; then end the session."""
    for path in paths:
        on_file(path)
        source.say(path)

        def answered() -> bool:
            end = source.end_index
            spare = int(SILENCE_AFTER_S * SAMPLE_RATE_HZ)
            return end is not None and session.listened_to >= end + spare and session.quiet

        await session.until(answered)
    await source.close()
