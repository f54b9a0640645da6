"""What happens to an answer, and to who is speaking, while a device is away: in virtual time, with devices that do as
they are told (tests/channels/test_lasting.py has a real sound server)."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast

import numpy as np

from assistant.channels.lasting import KEEP_S, QUIET_S, LastingCard
from assistant.channels.sound import SoundCard
from audio.errors import DeviceLost, NoDevice
from audio.frames import FRAME_SAMPLES, Frame, Pcm
from tests.conversation.virtual_time import in_virtual_time

GONE = DeviceLost('The speaker "Card" is gone: check that it is plugged in.')


class Microphone:
    def __init__(self) -> None:
        self.overflows = 0
        self.dropped_samples = 0
        self.gone = self.closed = False

    async def frames(self) -> AsyncIterator[Frame]:
        index = 0
        while not self.closed:
            await asyncio.sleep(0.02)
            if self.gone:
                raise GONE
            yield Frame(index, np.ones(FRAME_SAMPLES, np.int16))
            index += FRAME_SAMPLES


class Speaker:
    """Takes 100 ms at a time, and plays it at once."""

    sample_rate_hz = 16_000

    def __init__(self) -> None:
        self.written_samples = self.underruns = self.device_underruns = 0
        self.gone = self.closed = False
        self.flushed = 0

    @property
    def played_samples(self) -> int:
        return self.written_samples

    async def write(self, pcm: Pcm) -> None:
        for start in range(0, len(pcm), 1600):
            await asyncio.sleep(0.1)
            if self.closed:
                return
            if self.gone:
                raise GONE
            self.written_samples += len(pcm[start : start + 1600])

    async def drain(self) -> None:
        if self.gone:
            raise GONE

    def flush(self) -> None:
        self.flushed += 1


class Card:
    """As `SoundCard`."""

    def __init__(self) -> None:
        self.microphone, self.speaker = Microphone(), Speaker()
        self.down = False

    @property
    def source(self) -> Microphone:
        return self.microphone

    def duck(self, down: bool) -> None:
        self.down = down

    def pull_out(self) -> None:
        self.microphone.gone = self.speaker.gone = True

    async def close(self) -> None:
        self.microphone.closed = self.speaker.closed = True


class Socket:
    """Where cards are plugged in."""

    def __init__(self) -> None:
        self.plugged: Card | None = Card()
        self.told: list[str] = []

    async def open(self) -> SoundCard:
        if self.plugged is None:
            raise NoDevice("No speaker was found on this machine.")
        return cast(SoundCard, self.plugged)

    def lasting(self) -> LastingCard:
        return LastingCard(self.open, self.told.append, look=lambda: None)

    async def replug(self, after_s: float) -> None:
        """Pull the card out and, after a while, plug a new one in."""
        assert self.plugged is not None
        self.plugged.pull_out()
        self.plugged = None
        await asyncio.sleep(after_s)
        self.plugged = Card()


def seconds(length: float) -> Pcm:
    return np.ones(round(length * 16_000), np.int16)


@in_virtual_time
async def test_an_answer_goes_on_where_it_was_cut() -> None:
    socket = Socket()
    async with socket.lasting() as sound:
        first = cast(Any, sound.card).speaker
        answer = asyncio.create_task(sound.sink.write(seconds(3.0)))
        await asyncio.sleep(1.05)
        await socket.replug(3.0)
        await asyncio.wait_for(answer, 10)
        assert first.written_samples == 16_000
        assert sound.card.speaker.written_samples == 32_000
        assert sound.sink.written_samples == sound.sink.played_samples == 48_000
    assert [sentence.split(" Waiting")[0] for sentence in socket.told] == [str(GONE), "Sound is back."]


@in_virtual_time
async def test_an_answer_does_not_wait_for_ever() -> None:
    socket = Socket()
    loop = asyncio.get_running_loop()
    async with socket.lasting() as sound:
        assert socket.plugged is not None
        socket.plugged.pull_out()
        socket.plugged = None
        began = loop.time()
        await sound.sink.write(seconds(3.0))
        assert KEEP_S <= loop.time() - began < KEEP_S + 0.5
        began = loop.time()
        await sound.sink.write(seconds(3.0))  # the next piece of the same answer
        await sound.sink.drain()
        assert loop.time() - began < 0.1
        assert sound.sink.written_samples == 0
        socket.plugged = Card()
        await asyncio.sleep(3.0)
        await sound.sink.write(seconds(0.5))
        assert sound.sink.played_samples == 8_000


@in_virtual_time
async def test_who_is_interrupted_meanwhile_is_not_heard_later() -> None:
    socket = Socket()
    async with socket.lasting() as sound:
        answer = asyncio.create_task(sound.sink.write(seconds(3.0)))
        await asyncio.sleep(0.55)
        replugged = asyncio.create_task(socket.replug(3.0))
        await asyncio.sleep(1.0)
        sound.sink.flush()
        await asyncio.wait_for(answer, 0.1)
        await replugged
        await asyncio.sleep(3.0)
        assert sound.there
        assert sound.card.speaker.written_samples == 0


@in_virtual_time
async def test_frames_go_on_without_a_gap_and_a_lost_microphone_is_silent_for_a_while() -> None:
    socket = Socket()
    frames: list[Frame] = []
    async with socket.lasting() as sound:

        async def listen() -> None:
            async for frame in sound.source.frames():
                frames.append(frame)

        listening = asyncio.create_task(listen())
        await asyncio.sleep(1.01)
        await socket.replug(9.0)
        await asyncio.sleep(4.0)
        silent = [frame for frame in frames if not frame.pcm.any()]
        assert abs(len(silent) - QUIET_S / 0.02) <= 2
        assert abs(sound.source.dropped_samples - 10 * 16_000) < 1.5 * 16_000  # it is looked for each 2 s
    await asyncio.wait_for(listening, 1)
    assert [frame.index for frame in frames] == [n * FRAME_SAMPLES for n in range(len(frames))]
    assert frames[-1].pcm.any()


@in_virtual_time
async def test_a_card_that_comes_back_is_as_quiet_as_it_was() -> None:
    socket = Socket()
    async with socket.lasting() as sound:
        writing = asyncio.create_task(sound.sink.write(seconds(1.0)))
        sound.duck(True)
        await socket.replug(1.0)
        await writing
        assert cast(Any, sound.card).down


@in_virtual_time
async def test_gaps_are_told_of_once_and_not_those_of_the_start() -> None:
    socket = Socket()
    async with socket.lasting() as sound:
        listening = asyncio.create_task(anext_many(sound))
        microphone = cast(Any, sound.card).microphone
        microphone.overflows = 30
        await asyncio.sleep(65)
        microphone.overflows = 33
        await asyncio.sleep(65)
        assert socket.told == []
        cast(Any, sound.card).speaker.device_underruns = 6
        await asyncio.sleep(65)
        cast(Any, sound.card).speaker.device_underruns = 20
        await asyncio.sleep(65)
        assert len(socket.told) == 1
        assert "too busy" in socket.told[0]
    await asyncio.wait_for(listening, 1)


async def anext_many(sound: LastingCard) -> None:
    async for _ in sound.source.frames():
        pass


@in_virtual_time
async def test_closed_in_the_midst_everything_ends() -> None:
    socket = Socket()
    async with socket.lasting() as sound:
        listening = asyncio.create_task(anext_many(sound))
        socket_card, socket.plugged = socket.plugged, None
        assert socket_card is not None
        socket_card.pull_out()
        writing = asyncio.create_task(sound.sink.write(seconds(3.0)))
        await asyncio.sleep(1.0)
    await asyncio.wait_for(asyncio.gather(listening, writing), 1)
