"""Conversations in virtual time: the real detector, recogniser, understanding and turn machine, as fast as they
compute. Only the dialogue's answer is always the same, for it does not matter here.

Time stands still while an engine works, so a delay here is what the assistant *waits*, without what it computes;
cuts.py says on the sound card whether it decides the same there.
"""

import asyncio
import threading
from collections.abc import AsyncGenerator, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from assistant.dialogue.client import Message, Parse, TurnDone
from assistant.dialogue.understanding import Understanding
from assistant.recognition.base import OnPartial, RecognitionStream, Recognizer, Transcript
from audio.frames import Pcm
from tests.conversation.talk import Script
from tests.conversation.virtual_time import virtual_loop

T = TypeVar("T")
START_TIMEOUT_S = 180.0


class RealTime:
    """An event loop of its own in a thread, for what lives by the clock on the wall: Rasa."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="real time", daemon=True)
        self._thread.start()

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """From a thread without a loop. Raises what `work` raises, and `TimeoutError` after three minutes."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(START_TIMEOUT_S)

    async def get(self, work: Coroutine[Any, Any, T]) -> T:
        """From a loop in virtual time, whose clock stands still meanwhile."""
        with virtual_loop().working():
            return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


@dataclass
class Understood(Script):
    """Understands with Rasa, and answers always the same."""

    nlu: Understanding | None = None
    real: RealTime | None = None

    async def parse(self, text: str) -> Parse:
        assert self.nlu is not None
        assert self.real is not None
        return await self.real.get(self.nlu.parse(text))

    async def turn(
        self, sender: str, text: str, turn: int, parse: Parse | None = None
    ) -> AsyncGenerator[Message | TurnDone, None]:
        yield Message("Yes.", "template")
        yield TurnDone()


class Punctual:
    """`engine`, for which time stands still while it works on what it was given."""

    def __init__(self, engine: Recognizer) -> None:
        self._engine = engine

    @property
    def name(self) -> str:
        return self._engine.name

    async def start(self) -> None:
        await self._engine.start()

    def stream(self, on_partial: OnPartial | None = None) -> RecognitionStream:
        return _PunctualStream(self._engine.stream(on_partial))

    async def close(self) -> None:
        await self._engine.close()


class _PunctualStream:
    def __init__(self, stream: RecognitionStream) -> None:
        self._stream = stream
        self._behind: asyncio.Task[None] | None = None
        self._caught_up = getattr(getattr(stream, "embedded", stream), "caught_up", None)

    def feed(self, pcm: Pcm) -> None:
        self._stream.feed(pcm)
        if self._caught_up is not None and (self._behind is None or self._behind.done()):
            self._behind = asyncio.get_running_loop().create_task(self._catch_up())

    async def _catch_up(self) -> None:
        assert self._caught_up is not None
        with virtual_loop().working():
            await self._caught_up()

    def look_ahead(self) -> None:
        look_ahead = getattr(self._stream, "look_ahead", None)
        if look_ahead is not None:
            look_ahead()

    async def finish(self) -> Transcript:
        with virtual_loop().working():
            return await self._stream.finish()

    def cancel(self) -> None:
        if self._behind is not None:
            self._behind.cancel()
        self._stream.cancel()
