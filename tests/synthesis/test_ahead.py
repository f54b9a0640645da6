"""The real voice, beginning with what may be said."""

import asyncio
import threading
from collections.abc import AsyncGenerator, AsyncIterator

import pytest

from assistant.synthesis.ahead import AheadVoice
from assistant.synthesis.base import Clause, VoiceUnavailable
from assistant.synthesis.flite import FliteEngine
from assistant.synthesis.voice import SpokenVoice

TEXT = "The kitchen light is on. So is the lamp in the bedroom, and the heating is at nineteen degrees."


class Counting(SpokenVoice):
    """Remembers which texts it was asked for."""

    def __init__(self) -> None:
        super().__init__(FliteEngine("slt"))
        self.asked: list[str] = []
        self.stops: list[threading.Event] = []

    def speak(
        self, text: str, stop: threading.Event, *, cacheable: bool = True
    ) -> AsyncGenerator[Clause, None]:
        self.asked.append(text)
        self.stops.append(stop)
        return super().speak(text, stop, cacheable=cacheable)


@pytest.fixture
async def voice() -> AsyncIterator[Counting]:
    voice = Counting()
    try:
        await voice.start()
    except VoiceUnavailable as error:
        pytest.skip(str(error))
    yield voice
    await voice.close()


async def said(voice: AheadVoice | Counting, text: str = TEXT) -> list[Clause]:
    return [clause async for clause in voice.speak(text, threading.Event())]


def same(one: list[Clause], other: list[Clause]) -> bool:
    """The same clauses, but for the noise that flite's voices breathe with, by which their ends are found."""
    return [each.text for each in one] == [each.text for each in other] and all(
        abs(a.pcm.size - b.pcm.size) < 0.05 * a.sample_rate_hz for a, b in zip(one, other, strict=True)
    )


async def test_what_was_prepared_is_said_once_and_whole(voice: Counting) -> None:
    plain = await said(voice)
    assert len(plain) > 1
    ahead = AheadVoice(voice)
    ahead.prepare(TEXT)
    await asyncio.sleep(0)
    voice.asked.clear()
    assert same(await said(ahead), plain)
    assert voice.asked == []  # it went on with what it had
    assert same(await said(ahead), plain)  # and the next time from the beginning
    assert voice.asked == [TEXT]


async def test_another_text_is_said_as_ever(voice: Counting) -> None:
    ahead = AheadVoice(voice)
    ahead.prepare("Something else entirely.")
    assert same(await said(ahead), await said(voice))
    ahead.forget()


async def test_what_is_forgotten_is_stopped(voice: Counting) -> None:
    ahead = AheadVoice(voice)
    ahead.prepare(TEXT)
    ahead.prepare("And another.")
    assert voice.stops[0].is_set()
    assert not voice.stops[1].is_set()
    ahead.forget()
    ahead.forget()
    assert voice.stops[1].is_set()
    assert same(await said(ahead, "And another."), await said(voice, "And another."))


async def test_stopping_the_reply_stops_what_was_prepared(voice: Counting) -> None:
    ahead, stop = AheadVoice(voice), threading.Event()
    ahead.prepare(TEXT)
    async for _clause in ahead.speak(TEXT, stop):
        stop.set()
    assert voice.stops[0].is_set()


@pytest.mark.parametrize("after", [0, 1, 3])
async def test_a_reply_that_is_cancelled_leaves_nothing_running(voice: Counting, after: int) -> None:
    ahead = AheadVoice(voice)
    ahead.prepare(TEXT)
    task = asyncio.create_task(said(ahead))
    for _ in range(after):
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.sleep(0)
    if after:
        assert voice.stops[0].is_set()
    ahead.forget()
    assert await said(ahead, "Still here.")


async def test_a_voice_that_fails_ahead_fails_when_it_is_needed() -> None:
    ahead = AheadVoice(Counting())  # not started: it has nothing to speak with
    await ahead.close()
    ahead.prepare(TEXT)
    await asyncio.sleep(0.05)
    with pytest.raises(Exception, match=r".+"):
        await said(ahead)
