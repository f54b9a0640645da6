"""A program that keeps a sound card, for tests: PortAudio takes its sound system from the environment of the process
it starts in. Plays a tone of 660 Hz and tells, each half second, what the microphone hears; one JSON object a line.

    python -m tests.channels.lasting_user
"""

import asyncio
import json
from typing import Any

import numpy as np

from assistant.channels.lasting import LastingCard
from assistant.channels.sound import SoundCard
from assistant.config.model import Config
from audio.frames import FRAME_SAMPLES
from audio.level import dbfs
from tests.audio.conftest import frequency_of, tone

RATE_HZ = 16_000
WINDOW = 25  # frames


def tell(**facts: Any) -> None:
    print(json.dumps(facts), flush=True)


async def listen(sound: LastingCard) -> None:
    heard: list[Any] = []
    expected = 0
    async for frame in sound.source.frames():
        if frame.index != expected:
            tell(jump=frame.index - expected)
        expected = frame.index + FRAME_SAMPLES
        heard.append(frame.pcm)
        if len(heard) == WINDOW:
            pcm = np.concatenate(heard)
            heard.clear()
            tell(level=dbfs(pcm), hz=frequency_of(pcm, RATE_HZ), dropped=sound.source.dropped_samples)


async def talk(sound: LastingCard) -> None:
    before = 0
    while True:
        await sound.sink.write(tone(660, 0.1))
        played = sound.sink.played_samples
        if not before <= played <= sound.sink.written_samples:
            tell(position=(before, played, sound.sink.written_samples))
        before = played
        if not sound.there:
            await asyncio.sleep(0.1)  # after KEEP_S nothing waits any more


async def main() -> None:
    open_card = lambda: SoundCard.open(Config(), RATE_HZ)  # noqa: E731
    sound = LastingCard(open_card, lambda sentence: tell(told=sentence), retry_s=0.5)
    async with sound, asyncio.TaskGroup() as group:
        tell(open=True)
        group.create_task(talk(sound))
        group.create_task(listen(sound))


if __name__ == "__main__":
    asyncio.run(main())
